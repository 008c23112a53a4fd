"""From raw tables drawn by hand to canonical tables: every rule, and the account of every record."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ltvlib.errors import MappingError
from ltvlib.ingest.convert import convert
from ltvlib.ingest.model import Mapping, SetAside
from ltvlib.ingest.profile import inspect_raw
from ltvlib.ingest.report import ImportReport
from ltvlib.schema import TABLES
from tests.ingest.tables import raw_table, read
from tests.ingest.test_profile import BITRIX, BITRIX_ROWS

HEADER = "order;customer id;date;amount"


def run(folder, header, rows, set_aside=(), **changes):
    """Convert with the proposed mapping, changed; the report and the folder with the tables."""
    raw = raw_table(folder, header, rows, set_aside)
    report = convert(raw, replace(inspect_raw(raw).proposal, **changes), folder)
    check(report)
    return report


def check(report):
    assert report.records == report.used + report.merged + report.refused
    steps = report.reconciliation
    assert (steps[0].slug, steps[-1].slug) == ("file_total", "ltv_revenue")
    assert sum(Decimal(step.amount) for step in steps[:-1]) == Decimal(steps[-1].amount)
    assert sum(report.reasons.values()) == report.refused


def amounts(report):
    return {step.slug: Decimal(step.amount) for step in report.reconciliation}


def revenue(report):
    return amounts(report)["ltv_revenue"]


def test_tables_have_the_canonical_columns(tmp_path):
    run(tmp_path, "order;customer id;date;amount;sku;qty", "A;1;2025-01-13;10;x;1")
    types = {"VARCHAR": "string", "TIMESTAMP": "timestamp[us]", "BOOLEAN": "bool", "DECIMAL(18,4)": "decimal128(18, 4)"}
    for name in ("orders", "order_lines", "customers"):
        schema = pq.read_schema(tmp_path / f"{name}.parquet")
        wanted = [(column.name, types[column.type]) for column in TABLES[name].columns]
        assert [(field.name, str(field.type)) for field in schema] == wanted


def test_orders_are_sorted_by_customer_and_time(tmp_path):
    run(tmp_path, HEADER, "A;2;2025-01-13;1\nB;1;2025-01-15;2\nC;1;2025-01-14;3")
    assert [row["order_id"] for row in read(tmp_path, "orders")] == ["C", "B", "A"]


def test_refused_rows_are_kept_with_reason_and_column(tmp_path):
    rows = "A;1;2025-01-13;10\nB;;2025-01-14;20\nC;1;31.02.2025;5\nD;1;2025-01-15;n/a\nE;1;;7\nF;1;2025-01-16;"
    report = run(tmp_path, HEADER, rows, [SetAside(9, "totals", "Total 37")])
    assert report.reasons == {
        "no_customer": 1,
        "bad_date": 1,
        "bad_number": 1,
        "no_date": 1,
        "no_amount": 1,
        "totals": 1,
    }
    found = {row["reason"]: row for row in read(tmp_path, "refused")}
    assert found["bad_number"] == {
        "line": 5,
        "column": "amount",
        "reason": "bad_number",
        "text": "D; 1; 2025-01-15; n/a",
    }
    assert found["totals"]["line"] == 9
    assert amounts(report) == {
        "file_total": 42, "set_aside": 0, "no_customer": -20, "bad_date": -5, "no_date": -7, "bad_number": 0,
        "no_amount": 0, "ltv_revenue": 10,
    }  # fmt: skip


def test_an_order_total_that_repeats_is_counted_once(tmp_path):
    report = run(tmp_path, BITRIX, BITRIX_ROWS)
    assert amounts(report) == {
        "file_total": Decimal("14901.00"), "repeated_order_total": Decimal("-7000.50"), "cancelled": -900,
        "ltv_revenue": Decimal("7000.50"),
    }  # fmt: skip
    lines = read(tmp_path, "order_lines")
    assert sorted(line["revenue"] for line in lines) == [2000, Decimal("5000.50")]
    assert {line["order_id"] for line in lines} == {"1"}


def test_amounts_of_lines_are_summed(tmp_path):
    header = "order;customer id;date;amount;product;price;qty"
    report = run(tmp_path, header, "A;1;2025-01-13;10;x;10;1\nA;1;2025-01-13;10;y;5;2\nB;1;2025-01-14;3;x;3;1")
    assert revenue(report) == 23
    assert (report.orders, report.lines) == (2, 3)


@pytest.mark.parametrize(("choice", "wanted"), [("order", 105), ("line", 205)])
def test_a_person_may_say_whose_amount_it_is(tmp_path, choice, wanted):
    rows = "A;1;2025-01-13;100;x\nA;1;2025-01-13;100;y\nB;2;2025-01-14;5;x"
    assert revenue(run(tmp_path, "order;customer id;date;amount;product", rows, amount_is=choice)) == wanted


def test_exact_duplicates_are_merged(tmp_path):
    report = run(tmp_path, HEADER, "A;1;2025-01-13;10\nA;1;2025-01-13;10\nB;1;2025-01-14;5")
    assert (report.merged, revenue(report)) == (1, 15)
    assert [row["reason"] for row in read(tmp_path, "merged")] == ["duplicate"]


def test_equal_sales_without_number_and_time_are_kept(tmp_path):
    rows = "1;2025-01-13;10\n1;2025-01-13;10"
    report = run(tmp_path / "a", "customer id;date;amount", rows)
    assert (report.merged, report.orders, revenue(report)) == (0, 1, 20)
    assert run(tmp_path / "b", "customer id;date;amount", rows, merge_duplicates=True).merged == 1
    timed = run(tmp_path / "c", "customer id;date;amount", rows.replace("13;", "13 10:00;"))
    assert (timed.merged, revenue(timed)) == (1, 10)


def test_the_last_version_of_an_order_wins(tmp_path):
    rows = "A;1;2025-01-13;100;new;2025-01-13\nA;1;2025-01-13;120;paid;2025-01-15\nA;1;2025-01-13;110;paid;2025-01-14"
    report = run(tmp_path, HEADER + ";status;updated at", rows)
    assert (report.merged, revenue(report)) == (2, 120)


def test_numbers_that_start_again_are_different_orders(tmp_path):
    report = run(tmp_path, HEADER, "1;a;2024-01-13;100\n1;a;2025-01-13;200\n1;b;2025-01-13;300")
    assert (report.orders, revenue(report)) == (3, 600)
    ids = [row["order_id"] for row in read(tmp_path, "orders")]
    assert len(set(ids)) == 3


def test_phones_are_one_customer(tmp_path):
    rows = "A;8 (912) 000-00-01;2025-01-13;1\nB;+7 912 000 00 01;2025-01-14;2\nC;9120000001, 8495;2025-01-15;3\nD;123;2025-01-16;4"
    report = run(tmp_path, "order;phone;date;amount", rows)
    assert (report.customers, report.customers_merged, report.customer_key) == (1, 2, "phone")
    assert report.reasons == {"no_customer": 1}
    assert {row["customer_id"] for row in read(tmp_path, "orders")} == {"79120000001"}


def test_a_mail_seen_beside_one_phone_leads_to_it(tmp_path):
    rows = "A;89120000001;Ann@X.ru;2025-01-13;1\nB;;ann@x.ru ;2025-01-14;2\nC;;new@x.ru;2025-01-15;3"
    report = run(tmp_path, "order;phone;email;date;amount", rows)
    assert report.customers == 2
    assert [row["customer_id"] for row in read(tmp_path, "orders")] == ["79120000001", "79120000001", "new@x.ru"]


def test_names_are_folded_and_look_alikes_told(tmp_path):
    names = ["Пётр Ким", "ПЕТР  КИМ", "Петр\u00a0Ким", "Пeтр Ким", "-"]
    rows = [[f"A{n}", name, "2025-01-13", "1"] for n, name in enumerate(names)]
    report = run(tmp_path, "order;Клиент;date;amount", rows)
    assert (report.customers, report.customers_merged) == (2, 2)
    assert any("look alike" in note.template for note in report.notes)
    found = {row["name"] for row in read(tmp_path, "customers")}
    assert found == {"Петр Ким", "Пeтр Ким"}, "as in the order with the largest number, with plain spaces"


def test_codes_stay_text(tmp_path):
    report = run(tmp_path, HEADER, "1;000117;2025-01-13;1\n2;117;2025-01-14;2\n3;0117;2025-01-15;3")
    assert report.customers == 3
    assert any("leading zeros" in note.template for note in report.notes)
    typed = run(
        tmp_path / "t", HEADER, [["1", 12345.0, datetime(2025, 1, 13), 0.1], ["2", 7.0, datetime(2025, 1, 14), 0.2]]
    )
    assert revenue(typed) == Decimal("0.3")
    assert {row["customer_id"] for row in read(tmp_path / "t", "orders")} == {"12345", "7"}


def test_negative_amounts_and_return_documents(tmp_path):
    header = HEADER + ";document type"
    report = run(tmp_path, header, "A;1;2025-01-13;100;Продажа\nR;1;2025-01-20;30;Возврат\nC;1;2025-01-21;-20;Продажа")
    assert (report.orders, report.refunds, revenue(report)) == (1, 2, 50)
    assert Decimal(report.refund_amount) == -50
    assert amounts(report)["return_sign"] == -60


def test_a_return_under_the_number_of_its_order_has_its_own_date(tmp_path):
    report = run(tmp_path, HEADER, "A;1;2025-01-13;100\nA;1;2025-02-20;-30")
    assert (report.orders, report.refunds, revenue(report)) == (1, 1, 70)
    assert [row["order_id"] for row in read(tmp_path, "orders")] == ["A", "A-R"]


def test_a_discount_line_belongs_to_its_order(tmp_path):
    report = run(tmp_path, HEADER + ";product", "A;1;2025-01-13;100;x\nA;1;2025-01-13;-10;discount")
    assert (report.orders, report.refunds, revenue(report)) == (1, 0, 90)


def test_an_order_that_came_back_brings_nothing(tmp_path):
    header = HEADER + ";status"
    report = run(tmp_path, header, "A;1;2025-01-13;100;paid\nB;1;2025-01-14;50;refunded\nC;1;2025-01-15;-20;refund")
    assert amounts(report)["returned"] == -50
    assert (report.orders, report.refunds, revenue(report)) == (1, 1, 80)


def test_a_refund_column_lowers_the_order(tmp_path):
    report = run(tmp_path, HEADER + ";Refunded Amount;cost", "A;1;2025-01-13;100;25;40\nB;1;2025-01-14;50;;10")
    assert amounts(report)["refund_column"] == -25
    assert [row["gross_margin"] for row in read(tmp_path, "orders")] == [35, 40]


def test_statuses_are_a_choice(tmp_path):
    rows = "A;1;2025-01-13;1;paid\nB;1;2025-01-13;2;foo\nC;1;2025-01-13;4;cancelled\nD;1;2025-01-13;8;"
    report = run(tmp_path, HEADER + ";status", rows)
    assert revenue(report) == 9
    assert report.reasons == {"cancelled": 1, "not_a_sale": 1}
    assert revenue(run(tmp_path, HEADER + ";status", rows, sale_statuses=("paid", "foo"))) == 11


def test_currencies(tmp_path):
    header, rows = HEADER + ";currency", "A;1;2025-01-13;100;rub\nB;1;2025-01-14;10;usd\nC;1;2025-01-15;5;eur"
    with pytest.raises(MappingError, match="3 currencies"):
        run(tmp_path, header, rows)
    assert revenue(run(tmp_path, header, rows, currency="RUB")) == 100
    report = run(tmp_path, header, rows, currency="RUB", rates={"USD": 90.5})
    assert (revenue(report), report.reasons) == (1005, {"other_currency": 1})
    assert amounts(report)["currency_conversion"] == 895


def test_minor_units_spare_currencies_that_have_none(tmp_path):
    header, rows = "id;customer;amount;currency;created", "pi_1;c1;123450;rub;1735888500\npi_2;c2;500;jpy;1735888501"
    report = run(tmp_path, header, rows, currency="RUB", rates={"JPY": 1})
    assert [row["revenue"] for row in read(tmp_path, "orders")] == [Decimal("1234.5"), 500]
    assert report.first_at == "2025-01-03T07:15:00"


@pytest.mark.parametrize(
    ("extra", "cells", "changes", "source", "wanted"),
    [
        ("Себестоимость", "60", {}, "cost", 40),
        ("Закупочная цена;Количество", "20;3", {}, "cost", 40),
        ("Прибыль", "35", {}, "margin", 35),
        ("note", "x", {"margin_rate": 0.3}, "rate", 30),
        ("note", "x", {}, "none", None),
    ],
)
def test_margin(tmp_path, extra, cells, changes, source, wanted):
    report = run(tmp_path, f"{HEADER};{extra}", f"A;1;2025-01-13;100;{cells}", **changes)
    assert report.margin_source == source
    assert read(tmp_path, "orders")[0]["gross_margin"] == wanted


def test_a_return_gives_the_cost_back(tmp_path):
    run(tmp_path, HEADER + ";cost", "A;1;2025-01-13;100;60\nB;1;2025-01-14;-100;60")
    assert [row["gross_margin"] for row in read(tmp_path, "orders")] == [40, -40]


@pytest.mark.parametrize(
    ("header", "rows", "match"),
    [
        ("order;customer id;date;amount", "A;1;03/04/2025;1", "day or the month"),
        ("order;customer id;date;amount", "A;1;13/04/2025;1\nB;1;01/31/2025;1", "lines 2 and 3"),
        ("order;customer id;date;amount", "A;1;2025-01-13;5,5\nB;1;2025-01-13;5.555", "decimal sign"),
        ("order;date;amount", "A;2025-01-13;1", "who bought"),
        ("order;customer id;amount", "A;1;1", "date of the order"),
    ],
)
def test_open_choices_stop_the_import(tmp_path, header, rows, match):
    with pytest.raises(MappingError, match=match):
        run(tmp_path, header, rows)


def test_rows_that_do_not_fit_the_chosen_order_are_refused(tmp_path):
    report = run(tmp_path, HEADER, "A;1;13/04/2025;1\nB;1;01/31/2025;2", date_format="%d/%m/%Y")
    assert (report.reasons, revenue(report)) == ({"bad_date": 1}, 1)


def test_report_crosses_the_process_border(tmp_path):
    report = run(tmp_path, HEADER, "A;1;2025-01-13;1\nB;;2025-01-13;2")
    assert ImportReport.from_json(report.to_json()) == report


def test_hostile_texts_stay_data(tmp_path):
    evil = "x'); drop table dropped; --"
    header = ["order", "customer id", "date", "amount", "status", "currency"]
    report = run(tmp_path, header, [[evil, evil, "2025-01-13", "1", evil, evil]], sale_statuses=(evil,), currency=evil)
    assert revenue(report) == 1


# -- invariants ---------------------------------------------------------------------------------------

HEADS = {
    "A": ("1", "2025-01-13", "paid"),
    "B": ("2", "2025-01-14 10:00", "cancelled"),
    "C": ("", "2025-01-13", "paid"),
    "D": ("007", "soon", "paid"),
    "E": ("007", "2025-02-01", "refunded"),
    "F": ("2", "2025-02-01", "odd"),
    "": ("1", "2025-02-01", ""),
}
"""What all rows of an order share; a blank is filled from the first row that has a value, which depends on order."""

ROWS = st.lists(
    st.tuples(
        st.sampled_from(sorted(HEADS)),
        st.sampled_from(["10", "10.5", "-3.25", "0", "", "x", "1000000.01"]),
        st.sampled_from(["p", "q", ""]),
    ).map(lambda row: (row[0], *HEADS[row[0]][:2], row[1], HEADS[row[0]][2], row[2])),
    min_size=1,
    max_size=12,
)
FIELDS = {"order_id": "o", "customer_id": "c", "ordered_at": "d", "revenue": "a", "status": "s", "product_id": "p"}
SLOW = settings(
    max_examples=30,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def convert_rows(folder, rows, fields):
    rows = [("Z", "9", "2025-03-01", "7.5", "paid", "p"), *rows]
    raw = raw_table(folder, "o;c;d;a;s;p", rows)
    report = convert(raw, Mapping(fields), folder)
    check(report)
    keys = ("customer_id", "ordered_at", "revenue", "is_refund")
    return report, sorted((tuple(row[key] for key in keys) for row in read(folder, "orders")), key=str)


@pytest.mark.parametrize("products", [True, False])
@SLOW
@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_order_of_rows_and_duplicates_change_nothing(tmp_path, products, rows, seed):
    fields = {name: column for name, column in FIELDS.items() if products or name not in ("product_id", "status")}
    report, orders = convert_rows(tmp_path, rows, fields)
    mixed = list(rows)
    seed.shuffle(mixed)
    assert convert_rows(tmp_path, mixed, fields)[1] == orders
    doubled, same = convert_rows(tmp_path, [*rows, *rows], fields)
    assert same == orders
    assert revenue(doubled) == revenue(report)
    assert sum(row[2] for row in orders) == revenue(report)


def test_what_is_said_of_a_customer_is_the_same_every_time(tmp_path):
    """Orders of one moment differ in what they say: that of the smallest number is the first, of the largest the last."""
    people, many = 400, 60
    rows = [
        f"{number:03};{person};2025-01-13;1;channel {number};manager {number};city {number}"
        for number in range(many)
        for person in range(1, people + 1)
    ]
    for turn in range(3):
        folder = tmp_path / str(turn)
        folder.mkdir()
        lines = [f"{person}-{row}" for row, person in zip(rows, list(range(1, people + 1)) * many, strict=True)]
        run(folder, "order;customer id;date;amount;channel;manager;city", "\n".join(lines[:: 1 if turn else -1]))
        found = read(folder, "customers")
        assert len(found) == people
        assert {row["channel"] for row in found} == {"channel 0"}
        assert {(row["manager"], row["city"]) for row in found} == {(f"manager {many - 1}", f"city {many - 1}")}
