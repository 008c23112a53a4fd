"""Reading from a database: what can go wrong, quoting and binding. Numbers are under test in ``tests/engines``."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ltvlib.codes import Codes
from ltvlib.errors import LimitError, LtvError, MappingError, ReadError
from ltvlib.ingest.model import Mapping
from ltvlib.remote import connect, folder
from ltvlib.remote.adbc import conninfo
from ltvlib.remote.clickhouse import kind as clickhouse_kind
from ltvlib.remote.dialect import CLICKHOUSE, DUCKDB, POSTGRES, POSTGRES_NUMBERED, SPARK, Dialect, bound
from ltvlib.remote.duck import Duck
from ltvlib.remote.duck import kind as duckdb_kind
from ltvlib.remote.report import Survey, survey
from ltvlib.remote.seven import Asked, Seven
from ltvlib.remote.words import refused
from ltvlib.settings import AbcdxRules
from tests.conftest import ROOT

FIELDS = {"order_id": "n", "customer_id": "who", "ordered_at": "day", "revenue": "paid"}
CHOSEN = Mapping(FIELDS, margin_rate=0.5, currency="EUR")
ROWS = "values ('1', 'ann', timestamp '2024-01-05', 10.0), ('2', 'bob', timestamp '2024-02-05', 20.0)"


@pytest.fixture
def shop() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute(f"create table orders as select * from ({ROWS}) as t(n, who, day, paid)")
    return made


def looked(shop: duckdb.DuckDBPyConnection, chosen: Mapping = CHOSEN) -> tuple[Duck, Survey]:
    engine = Duck(shop)
    return engine, survey(engine, connect.source(engine, "main.orders", chosen))


def test_two_customers_with_one_hash_are_never_added_up(shop, tmp_path: Path) -> None:
    engine, found = looked(shop)
    engine.dialect = dataclasses.replace(DUCKDB, hash="cast(length({x}) as bigint)")  # ann and bob
    with pytest.raises(LtvError, match="cannot be told apart"):
        folder.write(engine, found, tmp_path / "out", "Test")
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_changes_meanwhile_is_noticed(shop, tmp_path: Path) -> None:
    engine, found = looked(shop)
    shop.execute("insert into orders values ('3', 'cid', timestamp '2024-02-01', 5.0)")
    with pytest.raises(LtvError, match="changed while it was read"):
        folder.write(engine, found, tmp_path / "out", "Test")
    assert list(tmp_path.iterdir()) == []


def test_stopping_leaves_what_was_there(shop, tmp_path: Path) -> None:
    engine, found = looked(shop)
    folder.write(engine, found, tmp_path / "out", "First")
    with pytest.raises(LimitError, match="stopped"):
        folder.write(engine, found, tmp_path / "out", "Second", stopped=lambda: True)
    assert folder.open_marts(tmp_path / "out").info.title == "First"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_refusals_and_refunds_by_hand(shop) -> None:
    """Bob's 20 go back as a status, a refund document of 4 stays; a cancelled and an unpaid order are not sales."""
    shop.execute("alter table orders add column state varchar; update orders set state = 'paid'")
    for number, paid, state in (
        ("3", 20, "refunded"),
        ("4", -4, "refunded"),
        ("5", 9, "cancelled"),
        ("6", 7, "pending"),
        ("7", None, "paid"),
    ):
        shop.execute("insert into orders values (?, 'bob', timestamp '2024-03-05', ?, ?)", [number, paid, state])
    _, found = looked(shop, dataclasses.replace(CHOSEN, fields={**FIELDS, "status": "state"}))
    assert found.report.reasons == {"returned": 1, "cancelled": 1, "not_a_sale": 1, "no_amount": 1}
    steps = {step.slug: float(step.amount) for step in found.report.reconciliation}
    assert steps == {
        "file_total": 62,
        "no_amount": 0,
        "cancelled": -9,
        "not_a_sale": -7,
        "returned": -20,
        "ltv_revenue": 26,
    }
    assert (found.report.orders, found.report.refunds, found.report.refund_amount) == (2, 1, "-4.0000")


@pytest.mark.parametrize(
    ("dropped", "words"),
    [("ordered_at", "date of the order"), ("revenue", "amount paid"), ("customer_id", "who bought")],
)
def test_what_is_needed_is_asked_for(shop, dropped: str, words: str) -> None:
    with pytest.raises(MappingError, match=words):
        looked(shop, Mapping({name: column for name, column in FIELDS.items() if name != dropped}))


@pytest.mark.parametrize(("field", "column"), [("ordered_at", "paid"), ("revenue", "day")])
def test_a_column_of_another_kind_is_named(shop, field: str, column: str) -> None:
    with pytest.raises(MappingError, match=f"The column {column}"):
        looked(shop, Mapping({**FIELDS, field: column}))


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        (DUCKDB, "select $ltv_a % 2", "select $ltv_a % 2"),
        (POSTGRES, "select $ltv_a % 2", "select %(ltv_a)s %% 2"),
        (POSTGRES_NUMBERED, "select $ltv_ab, $ltv_a % $ltv_ab", "select $1, $2 % $1"),
        (SPARK, "select $ltv_a % 2", "select :ltv_a % 2"),
        (CLICKHOUSE, "select $ltv_a, $ltv_ab", "select {ltv_a:Int64}, {ltv_ab:String}"),
    ],
)
def test_values_are_bound_in_the_words_of_the_engine(dialect: Dialect, sql: str, expected: str) -> None:
    text, used = bound(sql, {"ltv_a": 7, "ltv_ab": "x", "ltv_other": 1}, dialect)
    assert text == expected
    assert set(used) <= {"ltv_a", "ltv_ab"}


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [(DUCKDB, '"a""b`c\\"'), (POSTGRES, '"a""b`c\\"'), (SPARK, '`a"b``c\\`'), (CLICKHOUSE, '`a"b``c\\\\`')],
)
def test_identifiers_are_quoted_by_dialect(dialect: Dialect, expected: str) -> None:
    assert dialect.quote('a"b`c\\') == expected
    with pytest.raises(ValueError, match="identifier"):
        dialect.quote("a\0b")


@pytest.mark.parametrize(
    ("of", "type_", "expected"),
    [
        (clickhouse_kind, "LowCardinality(Nullable(String))", "text"),
        (clickhouse_kind, "Nullable(DateTime64(3, 'UTC'))", "zoned"),
        (clickhouse_kind, "Date32", "date"),
        (clickhouse_kind, "Decimal(18, 2)", "exact"),
        (clickhouse_kind, "Array(String)", "other"),
        (duckdb_kind, "TIMESTAMP WITH TIME ZONE", "zoned"),
        (duckdb_kind, "UBIGINT", "exact"),
        (duckdb_kind, "STRUCT(a INTEGER)", "other"),
    ],
)
def test_kinds_of_columns(of: Callable[[str], str], type_: str, expected: str) -> None:
    assert of(type_) == expected


def test_drivers_are_wanted_only_when_an_engine_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    drivers = {"psycopg", "adbc_driver_manager", "adbc_driver_postgresql", "pyspark", "clickhouse_connect"}
    code = f"import ltvlib, ltvlib.remote.connect, sys; assert not {drivers} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    for kind, module in (
        ("postgres", "psycopg"),
        ("adbc", "adbc_driver_postgresql"),
        ("clickhouse", "clickhouse_connect"),
        ("spark", "pyspark.sql.connect.session"),
    ):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(LtvError, match="pip install"):
            connect.connect(kind, {"remote": "sc://127.0.0.1:9", "host": "127.0.0.1"})


def test_what_is_no_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LtvError, match="Bring a DuckDB path"):
        connect.engine_of(object())
    with pytest.raises(LtvError, match="choose one of"):
        connect.connect("oracle", {})
    (tmp_path / "marts.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReadError, match="no marts"):
        folder.open_marts(tmp_path)


def test_a_failure_tells_no_password() -> None:
    told = str(
        refused(ValueError("connection to postgres://ann:sesame@db failed: password=sesame token: sesame\nrow: x"))
    )
    assert "sesame" not in told
    assert "row: x" not in told


def test_settings_of_libpq_become_one_string() -> None:
    """Quoted as libpq reads them: quotes and backslashes in a password stay what they are."""
    assert conninfo(host="db", password="it's a\\b") == "connect_timeout='10' host='db' password='it\\'s a\\\\b'"
    assert conninfo(conninfo="postgresql://db/shop") == "postgresql://db/shop"


def test_the_seven_have_names(shop) -> None:
    _, found = looked(shop)
    with pytest.raises(KeyError):
        Seven(found, DUCKDB, Asked(AbcdxRules(1.0, 2))).sql("eight")


@pytest.mark.parametrize("key", ["phone", "email", "customer_id"])
def test_people_of_a_database_become_codes(tmp_path: Path, key: str) -> None:
    """Nothing in the folder names anybody; the same code stands for the same person as on an upload."""
    codes = Codes(b"k" * 32)
    shop = duckdb.connect()
    shop.execute(
        "create table orders as select * from (values ('1', 'anna@example.com', '+7 912 000-11-22', 'Anna Petrova', "
        "timestamp '2024-01-05', 10.0), ('2', 'boris@example.com', '+7 912 000-11-33', 'Boris Orlov', "
        "timestamp '2024-02-05', 20.0)) as t(n, mail, phone, name, day, paid)"
    )
    personal = {"phone": "phone", "email": "mail", "name": "name"}
    keys = {"customer_id": "mail"} if key == "customer_id" else {key: personal[key]}
    fields = {"order_id": "n", "ordered_at": "day", "revenue": "paid", "name": "name", "phone": "phone", **keys}
    engine, found = looked(shop, Mapping(fields, margin_rate=0.5, currency="EUR"))
    folder.write(engine, found, tmp_path / "out", "Test", codes=codes)
    text = "\n".join(pd.read_parquet(path).to_csv() for path in (tmp_path / "out").glob("*.parquet"))
    assert not [one for one in ("Anna", "Orlov", "example.com", "912 000", "9120001122") if one in text]
    space = folder.open_marts(tmp_path / "out")
    assert space.info.is_hidden
    rows = space.database.rows("select customer_id, name, phone from customers order by phone")
    assert all(who.startswith("P-") and name is None for who, name, _ in rows)
    assert {phone for *_, phone in rows} == {codes.of("79120001122"), codes.of("79120001133")}
