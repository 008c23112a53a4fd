"""The page Data with a database: connect, look, build, and the same ABCDX table as on an upload, to the cent."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from ltvlib import abcdx
from ltvlib.__main__ import main
from ltvlib.errors import LtvError
from ltvlib.ingest.model import Mapping
from ltvlib.remote import connect, folder, sampling
from ltvlib.remote.duck import Duck
from ltvlib.remote.reduce import Bounds, Extent
from ltvlib.remote.report import survey
from ltvlib.samples import open_sample
from pages.ui.registry import REGISTRY
from pages.ui.remote import Remote
from tests.conftest import ROOT
from tests.test_pages import visit


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The salon's orders in a DuckDB file, beside a table that is none."""
    path = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    with closing(duckdb.connect(str(path))) as made:
        made.execute(f"create table orders as from read_csv('{ROOT}/sample_data/salon/orders.csv')")
        made.execute(
            "create schema other; create table other.orders as select 1 as x; create table words as select 'a' as word"
        )
    return path


@pytest.fixture
def page(warehouse: Path) -> AppTest:
    """The page Data in a tab that is connected to the warehouse."""
    at = visit("data")
    engine = Duck(warehouse)
    REGISTRY.session(at.session_state["uid"]).remote = Remote(engine, "Warehouse", tuple(engine.tables()))
    return at.run()


def button(at: AppTest, words: str):
    return next(one for one in at.button if one.label == words)


def test_from_a_database_to_the_segments(page: AppTest) -> None:
    box = next(one for one in page.selectbox if one.key == "db_table")
    box.set_value(("opened", "main", "orders")).run()
    button(page, "Look at this table").click().run()
    assert not page.exception
    assert next(one for one in page.selectbox if one.key == "map_margin").value == "gross_margin"
    button(page, "Build my data set").click().run()
    assert not page.exception
    mine = REGISTRY.session(page.session_state["uid"])
    assert mine.workspace is not None
    assert mine.workspace.info.source == "duckdb: opened.main.orders"
    salon = open_sample("salon")
    rules = abcdx.default_rules(salon)
    one, two = (abcdx.segment_table(space, rules).frame for space in (mine.workspace, salon))
    assert one.equals(two), "to the cent"
    assert {metric.label: metric.value for metric in page.metric}["= used"] == "9,544"


def test_a_table_without_orders_is_asked_about(page: AppTest) -> None:
    next(one for one in page.selectbox if one.key == "db_table").set_value(("opened", "main", "words")).run()
    button(page, "Look at this table").click().run()
    button(page, "Build my data set").click().run()
    assert any(error.value.startswith("Choose the column with the date of the order") for error in page.error)


def test_the_form_is_not_offered_to_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTV_DEMO", "1")
    assert "Connect a database" not in [one.label for one in visit("data").expander]


def test_a_server_for_others_offers_only_what_its_owner_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may type an address makes the server knock on doors that only it can reach."""
    monkeypatch.setenv("LTV_HOST", "0.0.0.0")
    assert "Connect a database" not in [one.label for one in visit("data").expander]
    monkeypatch.setattr("pages.ui.database_view.saved", lambda: {"Warehouse": {"kind": "postgres"}})
    at = visit("data")
    assert "Connect a database" in [one.label for one in at.expander]
    assert next(one for one in at.selectbox if one.key == "db_kind").options == ["Warehouse"]


def test_a_server_that_is_not_there_is_said_so() -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with pytest.raises(LtvError, match="stopped answering") as failure:
        connect.connect("postgres", {"host": "127.0.0.1", "port": 9, "user": "u", "password": "sesame"})
    assert "sesame" not in str(failure.value)


def test_names_that_two_tables_share_need_a_schema(warehouse: Path) -> None:
    with closing(Duck(warehouse)) as engine:
        assert connect.find_table(engine, "other.orders") == ("opened", "other", "orders")
        with pytest.raises(LtvError, match="Several tables"):
            connect.find_table(engine, "orders")
        with pytest.raises(LtvError, match="There is no table"):
            connect.find_table(engine, "rders")


def test_a_duckdb_file_is_only_read(warehouse: Path) -> None:
    with closing(Duck(warehouse)) as engine, pytest.raises(Exception, match=r"(?i)read-only"):
        engine.query("create table opened.main.written as select 1 as x")


def test_the_headless_twin_writes_marts_that_open(warehouse: Path, tmp_path: Path) -> None:
    out = tmp_path / "marts"
    command = [
        *("-m", "ltvlib", "marts", "--engine", "duckdb", "--remote", str(warehouse)),
        "--orders",
        "main.orders",
        "--out",
        str(out),
    ]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["rows"], told["used"], told["revenue"]) == (9544, 9544, "32770648.6000")
    with closing(folder.open_marts(out)) as space:
        assert space.facts() == open_sample("salon").facts()
    again = subprocess.run(
        [sys.executable, *command[:-2], "--out", str(out), "--zone", "no zone!"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 1
    assert "time zone" in again.stderr
    assert folder.is_marts(out), "what was there stays"


def test_every_page_opens_on_marts(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of customers for single orders, and each page says what it looks at."""
    write(warehouse, tmp_path / "marts", Bounds(orders=4_000, at_once=200))
    monkeypatch.setenv("LTV_DATA", str(tmp_path / "marts"))
    for name in ("segments", "overview", "cohorts", "forecast", "calls", "products", "drivers"):
        at = visit(name, "upload")
        assert not at.exception, name
        told = any("Too many orders to fetch" in one.value for one in at.info)
        assert told == (name in ("overview", "forecast", "calls", "products", "drivers")), name


def write(warehouse: Path, out: Path, bounds: Bounds) -> folder.Written:
    with closing(Duck(warehouse)) as engine:
        table = connect.find_table(engine, "main.orders")
        mapping: Mapping = sampling.look(engine, table).proposal
        found = survey(engine, connect.source(engine, table, mapping))
        return folder.write(engine, found, out, "Salon", bounds)


def test_a_sample_of_single_orders_leaves_the_sums_whole(warehouse: Path, tmp_path: Path) -> None:
    written = write(warehouse, tmp_path / "part", Bounds(orders=4_000, at_once=200))
    assert written.info.customer_share == 1
    assert 0 < written.info.order_share < 0.5
    salon = open_sample("salon")
    with closing(folder.open_marts(tmp_path / "part")) as part:
        rules = abcdx.default_rules(salon)
        one, two = (abcdx.segment_table(space, rules).frame for space in (part, salon))
        assert one.equals(two)
        count = "select count(distinct customer_key) from mart_order"
        assert 0 < part.database.rows(count)[0][0] < 0.6 * salon.database.rows(count)[0][0]


@pytest.mark.parametrize(
    ("orders", "buyers", "expected"),
    [
        (1_000, 100, (1, 1, 1)),
        (10_000_000, 1_000_000, (2, 2, 2)),
        (100_000_000, 10_000_000, (20, 20, 4)),
        (10**10, 10**8, (500, 100, 1)),
    ],
)
def test_how_much_is_fetched(warehouse: Path, orders: int, buyers: int, expected: tuple[int, int, int]) -> None:
    """By hand: half a million customers a range; 20 of 100 million orders are 4 of 20 ranges; 20 of 100 million customers 100 of 500."""
    import dataclasses

    with closing(Duck(warehouse)) as engine:
        table = connect.find_table(engine, "main.orders")
        found = survey(engine, connect.source(engine, table, sampling.look(engine, table).proposal))
    extent = Extent.of(dataclasses.replace(found, orders=orders, buyers=buyers), Bounds())
    assert (extent.ranges, extent.customers, extent.orders) == expected


def test_segments_without_fetching_a_customer(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exact table of the page, added up in the database: what remains where even one row a customer is too much."""
    salon = open_sample("salon")
    rules = abcdx.default_rules(salon)
    where = ["--engine", "duckdb", "--remote", str(warehouse), "--orders", "main.orders"]
    assert main(["segments", *where, "--value", str(rules.value_threshold), "--often", str(rules.often_threshold)]) == 0
    told = json.loads(capsys.readouterr().out)
    expected = abcdx.segment_table(salon, rules).frame
    expected = expected[expected["customers"] > 0].sort_values("segment")
    assert [row["segment"] for row in told["segment_table"]] == list(expected["segment"])
    assert [row["customers"] for row in told["segment_table"]] == list(expected["customers"])
    assert [row["margin"] / 10_000 for row in told["segment_table"]] == list(expected["margin"])
    moves = abcdx.moves(salon, rules, 12).frame
    assert [
        (row["segment_then"], row["segment_now"], row["customers"], row["margin_now"] / 10_000) for row in told["moves"]
    ] == [
        tuple(row) for row in moves[["segment_then", "segment_now", "customers", "margin_now"]].itertuples(index=False)
    ]


def test_the_command_says_when_profit_is_only_revenue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bare.duckdb"
    with closing(duckdb.connect(str(path))) as made:
        made.execute(
            "create table sales as select 'o1' as order_id, 'c1' as customer_id, date '2024-05-01' as ordered_at, 5.5 as revenue"
        )
    where = ["marts", "--engine", "duckdb", "--remote", str(path), "--orders", "sales", "--out", str(tmp_path / "out")]
    assert main(where) == 0
    told = capsys.readouterr()
    assert "profit is revenue" in told.err
    assert "they are called USD" in told.err
    assert json.loads(told.out)["margin"] == "none"
    assert main([*where, "--margin-rate", "0.4", "--currency", "EUR"]) == 0
    told = capsys.readouterr()
    assert "profit is revenue" not in told.err
    assert "are called" not in told.err
    assert (json.loads(told.out)["margin"], json.loads(told.out)["currency"]) == ("rate", "EUR")
