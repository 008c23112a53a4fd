"""Reading workbooks, HTML tables, Parquet and archives."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest.model import Limits, RawTable, ReadOptions
from ltvlib.ingest.reader import read_raw

from .files import aside, cells, check_whole, lines, names


def book(path: Path, rows: list[list[Any]], sheet: str = "Sheet") -> Path:
    workbook = openpyxl.Workbook()
    page = workbook.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    workbook.save(path)
    return path


def read(source: Path, **options: Any) -> RawTable:
    raw = read_raw(source, source.parent / "out", ReadOptions(**options))
    check_whole(raw)
    return raw


def kinds(raw: RawTable) -> list[str]:
    return [column.kind for column in raw.columns]


def test_typed_columns(tmp_path: Path) -> None:
    day = dt.datetime(2025, 1, 2, 3, 4, 5)
    rows: list[list[Any]] = [
        ["id", "day", "sum", "paid", "mixed", "phone"],
        [1, day, 1.5, True, 5, 79161234567],
        [2, dt.date(2025, 1, 3), 2, False, "x", 79161234568],
        ["Итого", None, 3.5, None, None, None],
    ]
    raw = read(book(tmp_path / "a.xlsx", rows))
    assert kinds(raw) == ["number", "timestamp", "number", "bool", "text", "number"]
    assert cells(raw)[0] == [1.0, day, 1.5, True, "5", 79161234567.0]
    assert aside(raw) == [(4, "totals")]


def test_numbers_among_texts_keep_their_digits(tmp_path: Path) -> None:
    rows = [["code", "sum"], [79161234567, 1], ["A-1", 2], [0.1, 3], [dt.datetime(2025, 1, 2), 4]]
    raw = read(book(tmp_path / "a.xlsx", rows))
    assert [row[0] for row in cells(raw)] == ["79161234567", "A-1", "0.1", "2025-01-02"]


def test_table_below_titles(tmp_path: Path) -> None:
    rows = [
        ["Отчёт"],
        ["Период: январь"],
        [],
        ["Заказ", "Дата", "Сумма"],
        ["A", "01.01.2025", 5],
        ["B", "02.01.2025", 6],
        ["Всего", None, 11],
    ]
    raw = read(book(tmp_path / "a.xlsx", rows))
    assert (raw.header_line, lines(raw), raw.preamble) == (4, [5, 6], ("Отчёт", "Период: январь"))


def test_sheet_is_chosen(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.create_sheet("Orders").append(["id", "sum"])
    for number in range(5):
        workbook["Orders"].append([f"A{number}", number])
    workbook.create_sheet("Other").append(["x"])
    workbook.save(tmp_path / "a.xlsx")
    raw = read(tmp_path / "a.xlsx")
    assert (raw.sheet, raw.sheets) == ("Orders", ("Sheet", "Orders", "Other"))
    with pytest.raises(ReadError, match="no sheet with that name"):
        read(tmp_path / "a.xlsx", sheet="Absent")


def test_formula_without_result_is_told(tmp_path: Path) -> None:
    raw = read(book(tmp_path / "a.xlsx", [["id", "sum"], ["A", "=1+1"], ["B", 5], ["C", 6]]))
    assert any("formulas" in note.template and note.params["count"] == 1 for note in raw.notes)


def test_sheet_limits(tmp_path: Path) -> None:
    source = book(tmp_path / "a.xlsx", [["id", "sum"], *[[number, number] for number in range(2_000)]])
    with pytest.raises(LimitError, match="more than 1000 rows; save it as CSV"):
        read_raw(source, tmp_path, limits=Limits(sheet_rows=1_000))
    with pytest.raises(LimitError, match="more than 3000 cells"):
        read_raw(source, tmp_path, limits=Limits(sheet_cells=3_000))


@pytest.mark.parametrize("codec", ["cp1251", "utf-8", "utf-8-sig", "utf-16"])
def test_html_named_xls(tmp_path: Path, codec: str) -> None:
    declared = "windows-1251" if codec == "cp1251" else "utf-8"
    page = (
        f"<html><head><meta charset={declared}></head><body><table><tr><td>menu</td></tr></table><table border=1>"
        "<tr><td colspan=3>Сделки</td></tr><tr><th>ID</th><th>Контакт</th><th>Сумма</th></tr>"
        "<tr><td rowspan=2>1</td><td>Анна<br>Мария</td><td>7&nbsp;000,50</td></tr>"
        "<tr><td>Пётр <b>Первый</b></td><td>5</td></tr><tr><td colspan=2>Итого</td><td>7005,50</td></tr></table></body></html>"
    )
    source = tmp_path / "deal.xls"
    source.write_bytes(page.encode(codec))
    raw = read(source)
    assert (raw.container, names(raw)) == ("html", ["ID", "Контакт", "Сумма"])
    assert cells(raw) == [["1", "Анна\nМария", "7\u00a0000,50"], ["1", "Пётр Первый", "5"]]
    assert aside(raw) == [(5, "totals")]


def test_html_bombs_are_harmless(tmp_path: Path) -> None:
    source = tmp_path / "a.xls"
    source.write_text(
        "<table><tr><td colspan=999999999>x</td><td>y</td></tr><tr><td rowspan=99999999>1</td></tr></table>", "utf-8"
    )
    with pytest.raises((ReadError, LimitError)):
        read_raw(source, tmp_path)
    source.write_text('<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><p>&a;</p></html>', "utf-8")
    with pytest.raises(ReadError, match="no table"):
        read_raw(source, tmp_path)


def test_parquet_keeps_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([9007199254740993, 2], pa.int64()),
            "sum": pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)),
            "day": pa.array([dt.date(2025, 1, 3), None], pa.date32()),
            "at": pa.array([dt.datetime(2025, 1, 3, 12), None], pa.timestamp("ms", "Europe/Moscow")),
            "name": pa.array([" Анна ", ""]).dictionary_encode(),
            "ok": [True, None],
            "tags": [["a"], None],
        }
    )
    pq.write_table(table, tmp_path / "a.csv")
    raw = read(tmp_path / "a.csv")
    assert kinds(raw) == ["number", "number", "timestamp", "timestamp", "text", "bool", "text"]
    assert cells(raw)[0] == [
        9007199254740993,
        Decimal("1.10"),
        dt.datetime(2025, 1, 3),
        dt.datetime(2025, 1, 3, 12),
        "Анна",
        True,
        "['a']",
    ]
    assert cells(raw)[1][4] is None


def archive(path: Path, *members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in members:
            out.writestr(name, "id;sum\n1;2\n")
    return path


def test_zip_with_one_table(tmp_path: Path) -> None:
    source = archive(tmp_path / "a.csv", "data/orders.csv", "__MACOSX/._orders.csv", "readme.md", "../../etc/passwd")
    raw = read(source)
    assert (raw.member, cells(raw)) == ("orders.csv", [["1", "2"]])
    assert not (tmp_path / "out" / "member.bin").exists()


def test_zip_with_several_or_none(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="2 tables; unpack it"):
        read(archive(tmp_path / "a.zip", "a.csv", "b.csv"))
    with pytest.raises(ReadError, match="no table"):
        read(archive(tmp_path / "b.zip", "a.md", "b.md"))


def test_zip_in_zip(tmp_path: Path) -> None:
    inner = archive(tmp_path / "in.zip", "a.csv").read_bytes()
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as out:
        out.writestr("in.csv", inner)
    with pytest.raises(ReadError, match="another archive"):
        read(tmp_path / "out.zip")
