"""The smallest table: a header and one record, in every dress. One order is an order."""

from __future__ import annotations

import csv
import datetime as dt
import html
import itertools
from pathlib import Path

import openpyxl
import pytest

from ltvlib.ingest.reader import read_raw

from .files import check_whole, names

HEADERS = {
    "words we know": ["Дата", "Клиент", "Сумма"],
    "words we know, in English": ["Order date", "Customer", "Total", "Note"],
    "words nobody knows": ["Когда", "Кто", "Сколько"],
    "names of a program": ["orderDate", "buyerName", "grandTotal", "state"],
    "words and a number sign": ["№", "Дата заказа", "Покупатель", "Сумма, руб.", "Статус"],
}
RECORDS = {
    "numbers and dates": {3: ["01.02.2025", "Анна", "1500"], 4: ["2025-02-01", "Ann", "15.5", ""], 5: ["1", "01.02.2025", "Анна", "1500", "Выполнен"]},
    "text only": {3: ["вчера", "Анна", "тысяча"], 4: ["yesterday", "Ann", "ten", "x"], 5: ["первый", "вчера", "Анна", "тысяча", "Выполнен"]},
    "words of a header": {3: ["1 февраля 2025", "Клиент Анна", "1500 руб"], 4: ["Feb 1 2025", "Customer Ann", "$15", "Order by phone"], 5: ["А-1", "1 фев 2025", "ООО Заказ", "1500 руб", "Новый заказ"]},
}  # fmt: skip
TITLES = {
    "no title": [],
    "one line": [["Отчёт по продажам"]],
    "two lines": [["Отчёт по продажам за январь 2025"], ["Организация: ООО Ромашка"]],
    "a gap below": [["Продажи"], []],
    "a label and its value": [["Отчёт:", "Продажи"]],
    "a period in cells": [["Период:", "01.01.2025", "31.01.2025"]],
    "words and values above a gap": [["Магазин", "Ромашка"], ["Дата отчёта", "01.02.2025"], []],
}


def written(folder: Path, form: str, rows: list[list[str]], width: int) -> Path:
    """The rows as a file."""
    path = folder / f"in.{form.split()[0]}"
    if form == "xlsx":
        book = openpyxl.Workbook()
        for row, cells in enumerate(rows, 1):
            for place, cell in enumerate(cells, 1):
                book.active.cell(row, place, cell)
        book.save(path)
    elif form == "xls":
        lines = ["".join(f"<td>{html.escape(c)}</td>" for c in row) for row in rows]
        path.write_text("<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>", encoding="utf-8")
    else:
        mark = {"csv ;": ";", "csv ; padded": ";", "csv ,": ",", "csv tab": "\t"}[form]
        rows = [[*row, *[""] * (width - len(row))] for row in rows] if form.endswith("padded") else rows
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=mark).writerows(rows)
    return path


@pytest.mark.parametrize("form", ["csv ;", "csv ; padded", "csv ,", "csv tab", "xlsx", "xls"])
@pytest.mark.parametrize("title", TITLES)
def test_a_header_and_one_record(form: str, title: str, tmp_path: Path) -> None:
    for (header, cells), (record, by_width) in itertools.product(HEADERS.items(), RECORDS.items()):
        source = written(tmp_path, form, [*TITLES[title], cells, by_width[len(cells)]], len(cells))
        raw = read_raw(source, tmp_path / f"{header} {record}")
        check_whole(raw)
        assert (names(raw), raw.rows) == (cells, 1), f"{header}, {record}"


def test_typed_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Продажи за февраль"], ["Когда", "Кто", "Сколько"], [dt.datetime(2025, 2, 1), "Анна", 1500.5]):
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")
    raw = read_raw(tmp_path / "in.xlsx", tmp_path / "out")
    assert (names(raw), raw.rows) == (["Когда", "Кто", "Сколько"], 1)


SMALL = {
    "a total below": "Дата;Клиент;Сумма\n01.02.2025;Анна;1500\nИтого;;1500\n",
    "a total after a title": "Продажи;;\nДата;Клиент;Сумма\n01.02.2025;Анна;1500\n;Итого:;1500\n",
    "units below the header": "Дата;Клиент;Сумма\n;;руб.\n01.02.2025;Анна;1500\n",
    "mostly empty": "Дата;Клиент;Сумма;Заметка;Телефон;Город\n01.02.2025;Анна;;;;\n",
    "a gap below the header": "Дата;Клиент;Сумма\n\n01.02.2025;Анна;1500\n",
    "no end of line": '"Дата";"Клиент";"Сумма"\r\n"01.02.2025";"Анна";"1 500,00"',
    "a line below": "Дата;Клиент;Сумма\n01.02.2025;Анна;1500\n\nСформировано 01.03.2025\n",
    "filters of a report": "Продажи\n\nПараметры:;Период: 01.01.2025 - 31.01.2025\n;Показатели: Сумма\n\nКлиент;Дата;Сумма\nООО Ромашка;01.02.2025;100\n",
}


@pytest.mark.parametrize("case", SMALL)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_one_record_and_what_stands_around_it(case: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(SMALL[case].encode(encoding))
    raw = read_raw(tmp_path / "in.csv", tmp_path / "out")
    check_whole(raw)
    assert raw.rows == 1
    assert set(names(raw)[:3]) == {"Дата", "Клиент", "Сумма"}


def test_records_without_a_header_stay_records(tmp_path: Path) -> None:
    for count in (1, 2):
        (tmp_path / "in.csv").write_text("01.02.2025;Анна;1500\n02.02.2025;Борис;700\n"[: 21 * count], encoding="utf-8")
        raw = read_raw(tmp_path / "in.csv", tmp_path / f"out{count}")
        assert (raw.header_line, raw.rows) == (0, count)
