"""Marketing spend from files as people keep them: every line used or refused, nothing guessed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from ltvlib import ingest
from ltvlib.errors import LtvError
from ltvlib.ingest.spendread import month_of

JAN = 2025 * 12


def read(folder: Path, text: str, encoding: str = "utf-8", name: str = "spend.csv"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return ingest.read_spend(path, folder / "raw")


def test_a_russian_table_with_a_title_and_a_total(tmp_path):
    text = (
        "Отчёт по расходам\nМесяц;Канал;Расход, руб.\nЯнварь 2025;Яндекс Директ;12 500,50\nфев.25;Яндекс Директ;10 000\n"
        "мар.25;ВКонтакте;ошибка\n;ВКонтакте;5\n2025-04;ВКонтакте;7000\nИтого;;29 500,50\n"
    )
    found = read(tmp_path, text, "cp1251")
    assert found.columns == ("Месяц", "Канал", "Расход, руб.")
    assert [(month - JAN, channel, Decimal(amount)) for month, channel, amount, _ in found.rows] == [
        (0, "Яндекс Директ", Decimal("12500.50")),
        (1, "Яндекс Директ", Decimal(10000)),
        (3, "ВКонтакте", Decimal(7000)),
    ]
    assert sorted((item.line, item.reason) for item in found.refused) == [
        (5, "bad_number"),
        (6, "no_date"),
        (8, "totals"),
    ]
    assert found.records == len(found.rows) + len(found.refused)


def test_days_in_a_foreign_export(tmp_path):
    found = read(tmp_path, "Date,Campaign,Clicks,Spend\n2025-01-30,Brand,12,100.25\n2025-02-01,Brand,3,-20\n")
    assert found.columns == ("Date", "Campaign", "Spend")
    assert [(row[0] - JAN, row[2]) for row in found.rows] == [(0, "100.2500"), (1, "-20.0000")]


def test_columns_without_telling_names(tmp_path):
    found = read(tmp_path, "a;b;c\nСайт;2025-01;10,5\nВыставка;2025-02;20\n")
    assert [(row[0] - JAN, row[1], float(row[2])) for row in found.rows] == [(0, "Сайт", 10.5), (1, "Выставка", 20.0)]


@pytest.mark.parametrize(
    ("text", "amount", "channel"),
    [
        (
            "Дата;Кампания;Показы;Расход (руб.);Клики\n2025-01-05;Бренд;900;1000;30\n2025-02-05;Бренд;800;900;20\n",
            1000.0,
            "Бренд",
        ),
        ('Period,Campaign,Impr,"Cost, RUB",CTR\n2025-01,Brand,900,1000,3\n2025-02,Brand,800,900,2\n', 1000.0, "Brand"),
        ("Месяц;Кампания №;Канал;Сумма с НДС, руб\n2025-01;100;Бренд;1000\n2025-02;200;Бренд;900\n", 1000.0, "Бренд"),
        ("month,code,source id,amount\n2025-01,7,5,1000\n2025-02,8,5,900\n", 1000.0, "5"),
    ],
)
def test_the_money_is_found_among_other_numbers(tmp_path, text: str, amount: float, channel: str):
    found = read(tmp_path, text)
    assert (float(found.rows[0][2]), found.rows[0][1]) == (amount, channel)


def test_impossible_years_are_refused(tmp_path):
    found = read(
        tmp_path,
        "month,channel,amount\n0000-05,A,1\n1024-05,A,1\n05.9999,A,1\n2025-05,A,1\n2025-06,A,1\n2025-07,A,1\n2025-08,A,1\n",
    )
    assert [(item.line, item.reason) for item in found.refused] == [(2, "bad_date"), (3, "bad_date"), (4, "bad_date")]


def test_without_a_channel(tmp_path):
    found = read(tmp_path, "month,amount\n2025-01,5\n2025-02,6\n")
    assert [row[1] for row in found.rows] == ["", ""]


def test_a_workbook(tmp_path):
    path = tmp_path / "spend.xlsx"
    frame = pd.DataFrame(
        {"Месяц": pd.to_datetime(["2025-01-01", "2025-02-01"]), "Канал": ["A", "B"], "Сумма": [1.5, 2]}
    )
    frame.to_excel(path, index=False)
    found = ingest.read_spend(path, tmp_path / "raw")
    assert [(row[0] - JAN, row[1], float(row[2])) for row in found.rows] == [(0, "A", 1.5), (1, "B", 2.0)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("channel,amount\nA,5\nB,6\n", "no column of months"),
        ("month,channel\n2025-01,A\n2025-02,B\n", "no column of amounts"),
        ("Месяц;Яндекс;ВК\n2025-01;5;6\n2025-02;7;8\n", "Several columns hold numbers \\(Яндекс, ВК\\)"),
        ("date,amount\n01/02/2025,5\n03/04/2025,6\n", "day or the month first"),
        ('month,amount\n2025-01,"1,234"\n2025-02,"5,678"\n', "comma and a point"),
    ],
)
def test_what_cannot_be_read_says_what_is_missing(tmp_path, text: str, words: str):
    with pytest.raises(LtvError, match=words):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2025-03", 3),
        ("03.2025", 3),
        ("3/2025", 3),
        ("март 2025", 3),
        ("Марта 2025 г.", 3),
        ("мар.25", 3),
        ("Mar-25", 3),
        ("March 2025", 3),
        ("май 2025", 5),
        ("июл 2025", 7),
        ("sept 2025", 9),
        ("13.2025", None),
        ("ма 2025", None),
        ("ию 2025", None),
        ("2025", None),
        ("квартал 1", None),
        ("", None),
    ],
)
def test_months_as_people_write_them(text: str, month: int | None):
    assert month_of(text) == (None if month is None else JAN + month - 1)
