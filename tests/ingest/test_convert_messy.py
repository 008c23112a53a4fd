"""Whole way from file to tables: hard exports with known right reads, and Online Retail."""

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ltvlib.engine import Database
from ltvlib.errors import MappingError
from ltvlib.ingest.convert import convert
from ltvlib.ingest.model import RawColumn, RawTable
from ltvlib.ingest.profile import inspect_raw
from ltvlib.ingest.reader import read_raw
from ltvlib.ingest.styles import number_of, number_style, open_raw
from tests.ingest.tables import read
from tests.ingest.test_convert import amounts, check, revenue

DATA = Path(__file__).parents[2].parent / "shared" / "data"
MESSY = DATA / "messy" / "invented"
pytestmark = pytest.mark.skipif(not MESSY.exists(), reason="the real data are not beside the project")
TRUTH = json.loads((MESSY / "truth.json").read_text(encoding="utf-8")) if MESSY.exists() else {}
FILES = {name: facts for name, facts in TRUTH.get("files", TRUTH).items() if isinstance(facts, dict)}


def opened(name, tmp_path):
    raw = read_raw(MESSY / name, tmp_path)
    return raw, inspect_raw(raw)


def amounts_of(raw, mapping):
    """The amount column as the SQL reads it, by row."""
    database = Database()
    open_raw(raw, database)
    column = next(column for column in raw.columns if column.name == mapping.fields["revenue"])
    sql = number_of(column, number_style(database, column))
    return [row[0] for row in database.rows(f"select {sql} from raw_rows order by line")]


def converted(raw, mapping, folder, **changes):
    """Convert; files without a customer take the order number in its place."""
    fields = dict(mapping.fields)
    if not {"customer_id", "phone", "email", "name"} & fields.keys():
        fields["customer_id"] = fields["order_id"]
    report = convert(raw, replace(mapping, fields=fields, **changes), folder)
    check(report)
    return report


@pytest.mark.parametrize("name", sorted(FILES))
def test_rows_and_sums_are_right(name, tmp_path):
    raw, found = opened(name, tmp_path)
    facts = FILES[name]
    assert raw.rows == facts["n_data_rows"]
    if "sum_amount" in facts:
        assert sum(amounts_of(raw, found.proposal)) == Decimal(str(facts["sum_amount"]))
    for column in facts.get("keep_as_text", ()):
        assert column in found.proposal.fields.values()
    if facts.get("ambiguous"):
        assert "date_format" in {question.field for question in found.questions}
    if facts.get("must_flag"):
        levels = {note.level for note in (*raw.notes, *found.notes)}
        assert found.questions or levels & {"warn", "ask"}


BASE = [name for name, facts in FILES.items() if facts.get("sum_amount") == 1306303.39 and "columns" in facts]


@pytest.mark.parametrize("name", BASE)
def test_the_base_rows_come_out_the_same_from_every_shape(name, tmp_path):
    raw, found = opened(name, tmp_path)
    report = converted(raw, found.proposal, tmp_path / "out")
    assert (report.orders, report.refunds, report.customers, report.lines) == (8, 1, 4, 9)
    assert report.reasons["cancelled"] == 1
    orders = {row["order_id"]: row for row in read(tmp_path / "out", "orders")}
    for row in TRUTH["base_rows"]:
        if row["status"] == "Отменён":
            assert row["order"] not in orders
            continue
        order, day = orders[row["order"]], datetime.fromisoformat(row["dt"])
        assert order["customer_id"] == row["client_id"]
        assert order["revenue"] == Decimal(str(row["amount"]))
        assert order["ordered_at"] in (day, day.replace(hour=0, minute=0, second=0))
    if name.startswith("07"):
        assert {order["ordered_at"] for order in orders.values()} <= {
            datetime.fromisoformat(row["dt"]) for row in TRUTH["base_rows"]
        }


def test_negative_styles(tmp_path):
    raw, found = opened("09_negative_styles.csv", tmp_path)
    wanted = [Decimal(str(row["amount"])) for row in FILES["09_negative_styles.csv"]["rows"]]
    assert amounts_of(raw, found.proposal) == wanted


def test_dates_are_not_guessed(tmp_path):
    for name, match in (
        ("11_ambiguous_day_month.csv", "day or the month"),
        ("13_contradictory_dates.csv", "lines 2 and 3"),
    ):
        raw, found = opened(name, tmp_path)
        with pytest.raises(MappingError, match=match):
            converted(raw, found.proposal, tmp_path)


def test_shopify(tmp_path):
    raw, found = opened("27_shopify_orders_export_shape.csv", tmp_path)
    facts = FILES["27_shopify_orders_export_shape.csv"]
    report = converted(raw, found.proposal, tmp_path / "out")
    assert amounts(report)["file_total"] == Decimal(str(facts["gross_total"]))
    assert revenue(report) == Decimal(str(facts["net_of_refund_and_cancelled"]))
    assert (report.orders, report.reasons) == (facts["n_orders"] - 1, {"cancelled": 1})
    orders = read(tmp_path / "out", "orders")
    assert orders[1]["ordered_at"] == datetime(2025, 1, 31, 23, 29)
    assert [row["revenue"] for row in read(tmp_path / "out", "order_lines")] == [15, 25, 100]
    assert any("time zones" in note.template for note in report.notes)


def test_minor_units(tmp_path):
    raw, found = opened("29_minor_units_epoch.csv", tmp_path)
    converted(raw, found.proposal, tmp_path / "out", currency="RUB", rates={"USD": 1, "JPY": 1})
    orders = {row["order_id"]: row["revenue"] for row in read(tmp_path / "out", "orders")}
    assert orders == {row["id"]: Decimal(str(row["amount"])) for row in FILES["29_minor_units_epoch.csv"]["rows"]}


def test_duplicates_and_versions(tmp_path):
    raw, found = opened("33_duplicate_and_updated_orders.csv", tmp_path)
    report = converted(raw, found.proposal, tmp_path / "out")
    assert (report.orders, report.merged, revenue(report)) == (2, 2, 300)


def test_clients_are_folded(tmp_path):
    raw, found = opened("39_trailing_spaces_case_clients.csv", tmp_path)
    raw, mapping = with_date(raw, found.proposal, tmp_path)
    report = converted(raw, mapping, tmp_path / "out")
    assert report.customers == 2
    assert any("look alike" in note.template for note in report.notes)


def with_date(raw, mapping, folder):
    """The same raw table with one more column: a date."""
    table = pq.read_table(raw.path)
    key = f"c{len(raw.columns)}"
    dates = pa.array([datetime(2025, 1, 13)] * table.num_rows, pa.timestamp("us"))
    pq.write_table(table.append_column(key, dates), folder / "dated.parquet")
    raw = replace(raw, path=str(folder / "dated.parquet"), columns=(*raw.columns, RawColumn(key, "Дата", "timestamp")))
    return raw, replace(mapping, fields={**mapping.fields, "ordered_at": "Дата"})


def test_codes_with_zeros_stay_three_customers(tmp_path):
    raw, found = opened("15_leading_zero_vs_number.csv", tmp_path)
    report = converted(*with_date(raw, found.proposal, tmp_path), tmp_path / "out")
    assert {row["customer_id"] for row in read(tmp_path / "out", "orders")} == {"000117", "117", "0117"}
    assert any("leading zeros" in note.template for note in report.notes)


def test_marketplace_returns(tmp_path):
    raw, found = opened("55_marketplace_returns_positive.xlsx", tmp_path)
    report = converted(raw, found.proposal, tmp_path / "out")
    assert (report.refunds, revenue(report)) == (
        1,
        Decimal(str(FILES["55_marketplace_returns_positive.xlsx"]["net_revenue"])),
    )


def test_1904_dates(tmp_path):
    raw, found = opened("51_date1904.xlsx", tmp_path)
    converted(raw, found.proposal, tmp_path / "out")
    days = [row["ordered_at"].date().isoformat() for row in read(tmp_path / "out", "orders")]
    assert days == FILES["51_date1904.xlsx"]["rows"]


# -- Online Retail ------------------------------------------------------------------------------------

RETAIL = DATA / "onlineretail" / "online_retail.parquet"


@pytest.fixture(scope="module")
def retail(tmp_path_factory):
    folder = tmp_path_factory.mktemp("retail")
    table = pq.read_table(RETAIL)
    kinds = {"double": "number", "timestamp[us]": "timestamp"}
    columns = tuple(
        RawColumn(f"c{place}", field.name, kinds.get(str(field.type), "text"))
        for place, field in enumerate(table.schema)
    )
    lines = pa.array(range(2, table.num_rows + 2), pa.int64())
    named = table.rename_columns([column.key for column in columns]).add_column(0, "line", lines)
    pq.write_table(named, folder / "raw.parquet")
    raw = RawTable(str(folder / "raw.parquet"), "parquet", columns, table.num_rows, table.num_rows)
    return raw, inspect_raw(raw), folder


def test_online_retail(retail):
    raw, found, folder = retail
    golden = {
        case["name"]: case["expected"]
        for case in json.loads((DATA / "golden/online_retail_cohorts.json").read_text())["cases"]
    }
    totals, known = golden["totals"], golden["cohort_month_raw_nonnull_customer"]
    assert (found.proposal.preset, found.questions) == ("online_retail", ())
    report = convert(raw, found.proposal, folder / "merged")
    check(report)
    steps = amounts(report)
    assert report.records == totals["rows"]
    assert report.reasons == {"no_customer": totals["null_customer_rows"]}
    assert steps["file_total"] == pytest.approx(Decimal(str(totals["revenue_net"])), abs=Decimal("0.01"))
    assert revenue(report) - steps["duplicate"] == pytest.approx(Decimal(str(known["revenue"])), abs=Decimal("0.01"))
    assert report.customers == known["total_customers"]
    assert report.orders == golden["cohort_month_qty_gt_0"]["orders"]
    assert report.orders + report.refunds == known["orders"]
    kept = convert(raw, replace(found.proposal, merge_duplicates=False), folder / "kept")
    assert (kept.merged, revenue(kept)) == (0, revenue(report) - steps["duplicate"])
    assert revenue(kept) - Decimal(kept.refund_amount) == Decimal("8911407.904")
