"""The same keys, nulls and numbers on every engine, and the same as an upload of the same rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ltvlib import abcdx, ingest
from ltvlib.ingest.model import Mapping
from ltvlib.opening import open_parquet
from ltvlib.remote import folder, report
from ltvlib.remote.connect import source
from ltvlib.remote.reduce import Bounds
from ltvlib.remote.report import Survey, survey
from ltvlib.remote.seven import SEVEN, Asked, Seven
from ltvlib.settings import AbcdxRules
from ltvlib.workspace import DataSet, Workspace
from tests.conftest import ROOT
from tests.engines.conftest import ALL
from tests.engines.places import Place

SAMPLES = ("salon", "kids", "electronics", "b2b", "crm")
FIELDS = ("order_id", "customer_id", "ordered_at", "revenue", "channel", "manager", "is_refund", "status")
LINES = ("product_id", "product_name", "category", "quantity", "cost")
ASKED = {"spark": [("salon", True), ("b2b", False)], "classic": [("kids", True), ("crm", False)]}
"""Samples, and whether with their lines, that Spark itself is asked for; other engines all of them."""
RULES = AbcdxRules(2500.0, 3, 12)


@cache
def orders_of(sample: str, where: Path) -> Path:
    """The orders of a sample as one Parquet file."""
    path = where / f"{sample}_orders.parquet"
    types = "columns={'order_id': 'varchar', 'customer_id': 'varchar'}"
    text = f"from read_csv('{ROOT}/sample_data/{sample}/orders.csv', types={types.removeprefix('columns=')})"
    duckdb.sql(f"copy ({text}) to '{path}' (format parquet)")
    return path


@cache
def lines_of(sample: str, where: Path) -> Path:
    """The order lines of a sample with their order beside them, as a warehouse would hold them."""
    path, data = where / f"{sample}_lines.parquet", f"{ROOT}/sample_data/{sample}"
    ids = "types={'order_id': 'varchar'}"
    sql = f"""select o.order_id, o.customer_id, o.ordered_at, o.channel, o.manager, o.is_refund, o.status,
        l.product_id, l.product_name, l.category, l.quantity, cast(l.revenue as decimal(12, 2)) as revenue, l.cost
    from read_csv('{data}/orders.csv', {ids}) as o join read_csv('{data}/order_lines.csv', {ids}) as l using (order_id)"""
    duckdb.sql(f"copy ({sql}) to '{path}' (format parquet)")
    return path


def mapping(has_lines: bool) -> Mapping:
    names = {name: name for name in (*FIELDS, *(LINES if has_lines else ()))}
    return Mapping(names if has_lines else {**names, "margin": "gross_margin"}, currency="EUR")


def marts(place: Place, found: Survey, out: Path, bounds: Bounds | None = None) -> Path:
    """The folder of marts that the engine brings."""
    folder.write(place.engine, found, out, "Test", bounds)
    return out


def equal_marts(one: Path, two: Path) -> None:
    """The same tables with the same rows, to the last ten-thousandth."""
    names = {path.name for path in one.glob("*.parquet")}
    assert names == {path.name for path in two.glob("*.parquet")}
    for name in sorted(names):
        rows = [
            f"select * from read_parquet('{folder_ / name}')".replace(
                "*", "* exclude (customer_hash)" if name == "customer_ids.parquet" else "*"
            )
            for folder_ in (one, two)
        ]
        types = [duckdb.sql(f"describe {text}").fetchall() for text in rows]
        assert types[0] == types[1], name
        for first, second in (rows, reversed(rows)):
            assert duckdb.sql(f"({first}) except all ({second}) limit 1").fetchall() == [], name


def surveyed(place: Place, path: Path, table: str, chosen: Mapping, zone: str = "") -> Survey:
    place.load(path, table)
    return survey(place.engine, source(place.engine, table, chosen, zone))


def same(one: list[tuple[object, ...]], two: list[tuple[object, ...]]) -> None:
    """Equal keys and nulls, numbers within 1e-9 of each other."""
    assert len(one) == len(two)
    for left, right in zip(one, two, strict=True):
        for a, b in zip(left, right, strict=True):
            if isinstance(a, float) and isinstance(b, float | int):
                assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9), (left, right)
            else:
                assert a == b, (left, right)


def rows(seven: Seven, place: Place, name: str) -> list[tuple[object, ...]]:
    return listed(seven.ask(place.engine, name))


def listed(table: pa.Table) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in table.to_pylist()]


def seven_of(place: Place, found: Survey, asked: Asked) -> dict[str, list[tuple[object, ...]]]:
    """All seven reductions of an engine by name."""
    return {name: rows(Seven(found, place.engine.dialect, asked), place, name) for name in SEVEN}


@pytest.mark.parametrize("has_lines", [False, True], ids=["orders", "lines"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_marts_are_equal(duck: Place, other: Place, sample: str, has_lines: bool, tmp_path: Path, running) -> None:
    if (sample, has_lines) not in ASKED.get(other.name, [(sample, has_lines)]):
        pytest.skip("Spark itself is slow to ask; Sail reads all samples in its dialect")
    path = (lines_of if has_lines else orders_of)(sample, running.folder)
    table, chosen = f"{sample}_{'lines' if has_lines else 'orders'}", mapping(has_lines)
    here = running.once(table, lambda: surveyed(duck, path, table, chosen))
    there = surveyed(other, path, table, chosen)
    assert there.report.reconciliation == here.report.reconciliation
    assert (there.report.reasons, there.margin_rate, there.as_of) == (here.report.reasons, here.margin_rate, here.as_of)
    bounds = None if other.name in ASKED else Bounds(at_once=400)  # four ranges of customers
    expected = running.once((table, "marts"), lambda: marts(duck, here, running.folder / f"{table}_marts"))
    equal_marts(marts(other, there, tmp_path / "there", bounds), expected)


def test_a_long_table_is_counted_in_ranges(other: Place, running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refunds are written without their sign here, so that what turned it is counted in ranges too."""
    path, table = running.folder / "electronics_ranges.parquet", "electronics_ranges"
    unsigned = (
        f"select * replace (abs(revenue) as revenue) from read_parquet('{lines_of('electronics', running.folder)}')"
    )
    duckdb.sql(f"copy ({unsigned}) to '{path}' (format parquet)")
    at_once = surveyed(other, path, table, mapping(True))
    monkeypatch.setattr(report, "ROWS_AT_ONCE", -(-at_once.report.used // 4))
    asked: list[str] = []
    query = other.engine.query
    monkeypatch.setattr(other.engine, "query", lambda sql, params=None: asked.append(sql) or query(sql, params))
    assert survey(other.engine, at_once.source) == at_once
    assert sum("% 4 = " in text for text in asked) == 8


@pytest.mark.parametrize("sample", ["salon", "crm"])
def test_seven_reductions_are_equal(duck: Place, other: Place, sample: str, running) -> None:
    path = lines_of(sample, running.folder)
    table, asked = (
        f"{sample}_seven",
        Asked(AbcdxRules(RULES.value_threshold, RULES.often_threshold, 12, ("C0001", "C0002")), then=9, now=2),
    )
    expected = running.once(table, lambda: seven_of(duck, surveyed(duck, path, table, mapping(True)), asked))
    there = surveyed(other, path, table, mapping(True))
    for name in SEVEN:
        assert expected[name], name
        same(rows(Seven(there, other.engine.dialect, asked), other, name), expected[name])


@pytest.fixture(params=SAMPLES)
def uploaded(request: pytest.FixtureRequest, running, tmp_path: Path) -> Iterator[tuple[str, Workspace]]:
    """A sample's orders opened the way an upload is."""
    found = ingest.inspect(orders_of(request.param, running.folder), tmp_path / "raw")
    report = ingest.load(found.raw, mapping(False), tmp_path)
    tables = {name: tmp_path / f"{name}.parquet" for name in ("orders", "customers")}
    last = duckdb.sql(f"select max(ordered_at)::date + 1 from '{tables['orders']}' where not is_refund").fetchall()[0][
        0
    ]
    with closing(open_parquet(tables, DataSet("u", "U", "EUR", last, report.margin_source, 1.0))) as space:
        yield request.param, space


def test_a_database_gives_what_an_upload_gives(uploaded, duck: Place, tmp_path: Path, running) -> None:
    sample, upload = uploaded
    found = surveyed(duck, orders_of(sample, running.folder), f"{sample}_up", mapping(False))
    folder.write(duck.engine, found, tmp_path / "out", "Test")
    with closing(folder.open_marts(tmp_path / "out")) as remote:
        for table in ("mart_customer", "mart_customer_month", "mart_order", "mart_manager"):
            keyed = f"select c.customer_id, t.* exclude (customer_key) from {table} as t join customer_ids as c using (customer_key)"
            plain = f"select * exclude ({'first_order_key' if table == 'mart_customer' else 'order_key' if table == 'mart_order' else 'customer_id'}) from ({keyed}) order by all"
            if table not in ("mart_customer", "mart_order"):
                plain = f"{keyed} order by all"
            same(remote.database.rows(plain), upload.database.rows(plain))
            assert remote.database.rows(f"describe {plain}") == upload.database.rows(f"describe {plain}"), table
        assert remote.facts() == upload.facts()
        mine, theirs = (abcdx.segment_table(space, RULES).frame for space in (remote, upload))
        assert mine.equals(theirs)


GENERATED = """
    select 'o' || i as order_id, 'c' || cast(floor(pow(random(), 1.6) * {customers}) as integer) as customer_id,
        timestamp '2022-01-01' + to_seconds(cast(floor(random() * 3 * 365 * 86400) as bigint)) as ordered_at,
        cast(exp(random() * 4 + 3) as decimal(18, 2)) as revenue,
        case when random() < 0.9 then cast(exp(random() * 2 + 2) as decimal(18, 2)) end as gross_margin,
        ['search', 'social', 'maps', 'friends'][1 + cast(floor(random() * 4) as integer)] as channel,
        random() < 0.02 as is_refund
    from range({orders}) as t(i)
"""


ASKED_MILLION = Asked(AbcdxRules(60.0, 3, 12))
MILLION = ("order_id", "customer_id", "ordered_at", "revenue", "channel", "is_refund")


def million(running, is_whole: bool = ALL) -> tuple[Path, Mapping]:
    """The generated orders, or a tenth of them, and which column is which."""
    orders = 1_000_000 if is_whole else 100_000
    path = running.folder / f"generated_{orders}.parquet"
    if not path.exists():
        duckdb.sql("select setseed(0.25)")
        duckdb.sql(f"copy ({GENERATED.format(orders=orders, customers=orders // 10)}) to '{path}' (format parquet)")
    return path, Mapping({**{name: name for name in MILLION}, "margin": "gross_margin"}, currency="EUR")


def test_a_million_orders(duck: Place, other: Place, running, tmp_path: Path) -> None:
    """A margin in ten is missing, and the assumed rate is rounded order by order.

    A tenth of them in make test, and for adbc and classic: their server or their engine is asked for all of them another way.
    """
    path, chosen = million(running, ALL and other.name not in ("adbc", "classic"))
    asked, name = ASKED_MILLION, path.stem
    here = running.once(name, lambda: surveyed(duck, path, name, chosen))
    expected = running.once((name, "seven"), lambda: seven_of(duck, here, asked))
    whole = running.once((name, "marts"), lambda: marts(duck, here, running.folder / f"{name}_marts"))
    there = surveyed(other, path, name, chosen)
    assert here.unknown_margins > 0
    assert here.unknown_margins == there.unknown_margins
    for one in set(SEVEN) - {"pairs"}:
        assert expected[one], one
        same(rows(Seven(there, other.engine.dialect, asked), other, one), expected[one])
    equal_marts(marts(other, there, tmp_path / "there"), whole)


BASKETS = """
    select 'o' || o as order_id, 'c' || hash(o) % 9000 as customer_id, date '2024-01-01' + cast(hash(o + 1) % 700 as integer) as ordered_at,
        'p' || cast(floor(sqrt(hash(o, line) % 160000)) as integer) as product_id, 1.5 as revenue, (hash(o) % 50) = 0 as is_refund
    from (select cast(hash(i) % 100000 as bigint) as o, i as line from range(300000) as t(i)) as lines
"""
BY_HAND = """
    with bought as (select distinct order_id, product_id from read_parquet('{path}') where not is_refund)
    select a.product_id, b.product_id, count(*)
    from bought as a join bought as b on a.order_id = b.order_id and a.product_id < b.product_id
    group by all having count(*) >= 2 order by 3 desc, 1, 2
"""


def test_pairs_of_products(duck: Place, other: Place, running) -> None:
    """300,000 lines of 100,000 orders, beside the text that an analyst would write."""
    path = running.folder / "baskets.parquet"
    if not path.exists():
        duckdb.sql(f"copy ({BASKETS}) to '{path}' (format parquet)")
    expected = running.once("pairs", lambda: duckdb.sql(BY_HAND.format(path=path)).fetchall())
    assert {count for *_, count in expected} >= {2, 3, 4}, "rare pairs stand beside frequent ones"
    names = ("order_id", "customer_id", "ordered_at", "product_id", "revenue", "is_refund")
    found = surveyed(other, path, "baskets", Mapping({name: name for name in names}, currency="EUR", margin_rate=0.5))
    seven = Seven(found, other.engine.dialect, Asked(AbcdxRules(60.0, 3, 12)))
    assert rows(seven, other, "pairs") == expected
    assert listed(seven.pairs(other.engine, 3)) == expected
