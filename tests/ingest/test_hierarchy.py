"""Reports of 1C that name the customer once above the documents; and tables that only look like them."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ltvlib import ingest

OWN_COLUMN = """Отчёт "Продажи по контрагентам"
Период: 01.01.2025 - 31.03.2025

Контрагент;Документ;Дата;Сумма
ООО Ромашка;;;15 000,00
;Реализация 001;03.01.2025;10 000,00
;Реализация 002;05.02.2025;5 000,00
ИП Лютик;;;7 000,00
;Реализация 003;10.02.2025;7 000,00
Итого;;;22 000,00
"""
ONE_COLUMN = """Контрагент / Документ;Выручка;Себестоимость
ООО Ромашка;15 000,00;9 000,00
Реализация товаров и услуг 0000-000001 от 03.01.2025 12:00:01;10 000,00;6 000,00
Реализация товаров и услуг 0000-000002 от 05.02.2025 9:15:00;5 000,00;3 000,00
ИП Лютик;7 000,00;4 000,00
Реализация товаров и услуг 0000-000003 от 10.02.2025 18:40:12;7 000,00;4 000,00
Итого;22 000,00;13 000,00
"""
WITH_GOODS = """Контрагент / Документ / Номенклатура;Выручка
ООО Ромашка;15 000,00
Реализация 0000-000001 от 03.01.2025 12:00:01;10 000,00
Стол;6 000,00
Стул;4 000,00
Реализация 0000-000002 от 05.02.2025 12:00:01;5 000,00
Стол;5 000,00
ИП Лютик;7 000,00
Реализация 0000-000003 от 10.02.2025 18:40:12;7 000,00
Шкаф;7 000,00
"""
TWO_LEVELS = """Менеджер;Контрагент;Дата;Сумма
Анна;;;22
;Ромашка;;15
;;03.01.2025;10
;;05.02.2025;5
;Лютик;;7
;;10.02.2025;7
Борис;;;9
;Астра;;9
;;11.02.2025;9
"""


def loaded(folder: Path, text: str):
    """The way of an upload: inspected, then loaded with the proposal."""
    path = folder / "report.csv"
    path.write_bytes(text.encode("cp1251"))
    found = ingest.inspect(path, folder / "raw")
    (folder / "out").mkdir()
    report = ingest.load(found.raw, found.proposal, folder / "out")
    assert report.records == report.used + report.merged + report.refused
    assert report.reconciliation[-1].slug == "ltv_revenue"
    return found, report


@pytest.mark.parametrize("text", [OWN_COLUMN, ONE_COLUMN, WITH_GOODS], ids=["own column", "one column", "with goods"])
def test_the_name_is_written_down_to_every_document(tmp_path: Path, text: str):
    found, report = loaded(tmp_path, text)
    assert (report.orders, report.customers) == (3, 2)
    assert float(report.reconciliation[-1].amount) == 22_000
    assert any(note.level == "info" and "columns" in note.params for note in found.raw.notes)
    orders = pq.read_table(tmp_path / "out" / "orders.parquet").to_pylist()
    by_customer = {row["customer_id"].casefold(): 0.0 for row in orders}
    for row in orders:
        by_customer[row["customer_id"].casefold()] += float(row["revenue"])
    assert by_customer == {"ооо ромашка": 15_000.0, "ип лютик": 7_000.0}


def test_headings_are_listed_as_what_they_are(tmp_path: Path):
    found, report = loaded(tmp_path, OWN_COLUMN)
    assert [(item.line, item.reason) for item in found.raw.set_aside] == [(5, "group"), (8, "group"), (10, "totals")]
    assert report.reasons == {"group": 2, "totals": 1}


def test_goods_become_lines_of_their_document(tmp_path: Path):
    _found, report = loaded(tmp_path, WITH_GOODS)
    lines = pq.read_table(tmp_path / "out" / "order_lines.parquet").to_pylist()
    assert sorted((row["order_id"], row["product_name"], float(row["revenue"])) for row in lines) == [
        ("0000-000001", "Стол", 6_000.0),
        ("0000-000001", "Стул", 4_000.0),
        ("0000-000002", "Стол", 5_000.0),
        ("0000-000003", "Шкаф", 7_000.0),
    ]
    assert report.lines == 4


def test_two_levels_of_headings(tmp_path: Path):
    _found, report = loaded(tmp_path, TWO_LEVELS)
    assert (report.customers, report.refused) == (3, 5)
    orders = pq.read_table(tmp_path / "out" / "orders.parquet").to_pylist()
    assert sorted((row["manager"], float(row["revenue"])) for row in orders) == [
        ("Анна", 5.0),
        ("Анна", 7.0),
        ("Анна", 10.0),
        ("Борис", 9.0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        OWN_COLUMN.replace("ООО Ромашка;;;15 000,00", "ООО Ромашка;;;16 000,00"),
        OWN_COLUMN.replace(";Реализация 003;10.02.2025;7 000,00\n", ""),
        ONE_COLUMN.replace("ИП Лютик;7 000,00;4 000,00", "ИП Лютик;7 001,00;4 001,00"),
        WITH_GOODS.replace("Стул;4 000,00", "Стул;4 001,00"),
        "Клиент;Дата;Сумма\nАнна;;5\nОля;03.01.2025;7\nИра;04.01.2025;8\n",
    ],
    ids=["sum differs", "nothing below", "sums differ", "goods differ", "a date is missing"],
)
def test_what_the_rows_do_not_prove_is_left_as_it_is(tmp_path: Path, text: str):
    path = tmp_path / "report.csv"
    path.write_text(text, encoding="utf-8")
    found = ingest.inspect(path, tmp_path / "raw")
    assert "group" not in {item.reason for item in found.raw.set_aside}


def test_documents_that_tell_their_date_need_no_date_column(tmp_path: Path):
    text = "Клиент;Документ;Сумма\nАнна;Чек 7 от 03.01.2025 10:00:00;5\nОля;Чек 8 от 04.01.2025 11:30:00;7\nОля;Чек 9 от 05.01.2025 12:00:00;1\n"
    _found, report = loaded(tmp_path, text)
    assert (report.orders, report.customers, report.first_at) == (3, 2, "2025-01-03T10:00:00")
