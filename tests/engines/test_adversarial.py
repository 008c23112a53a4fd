"""Rows made to tell engines apart: borders, missing margins, ends of months, leap days, odd names, broken values."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from ltvlib.errors import LtvError
from ltvlib.ingest.model import Mapping
from ltvlib.remote import connect, folder
from ltvlib.remote.adbc import conninfo
from ltvlib.remote.connect import source
from ltvlib.remote.report import survey
from ltvlib.remote.seven import SEVEN, Asked, Seven
from ltvlib.remote.spark import Spark
from ltvlib.settings import AbcdxRules
from tests.engines.places import Place, PostgresPlace, SparkPlace
from tests.engines.test_parity import equal_marts, marts, rows, same, surveyed

NAMES = {
    "order_id": 'the "number"',
    "customer_id": "who's",
    "ordered_at": "дата",
    "revenue": "100% $sum {x}",
    "margin": "m`n\\",
}
ODD = ("O'Brien", 'the "best"', "back\\slash", "100%", "$ltv_as_of_day", "{x}", "; drop table o", "-- no", "Ёж", "a b")
NAN, INF = float("nan"), float("inf")

# Threshold 60 and 3 orders: on the border is above it. Ann 59.99 + 60.00 + 60.01 = exactly 3 x 60, Ben one cent less.
BORDER = [
    ("Ann", (59.99, 60.0, 60.01)),
    ("Ben", (59.99, 60.0, 60.0)),
    ("Cid", (60.0,)),
    ("Dee", (59.99,)),
    ("Eve", (1.1,) * 3),
]
DAYS = (
    "2023-02-28",
    "2023-03-01",
    "2023-12-31",
    "2024-01-01",
    "2024-01-31",
    "2024-02-28",
    "2024-02-29",
    "2024-03-31",
    "2024-05-15",
)


def frame() -> pd.DataFrame:
    found: list[tuple[object, ...]] = []
    for who, amounts in BORDER:
        found += [(f"{who}{i}", who, f"2024-04-{i + 1:02} 12:00:00", amount, None) for i, amount in enumerate(amounts)]
    for place, who in enumerate(ODD):
        for day in DAYS[: place + 1]:
            found.append((f"{who}-{day}", who, f"{day} 23:59:59", 10.0 + place / 10, None if place % 2 else 0.29))
    found += [
        ("r1", "Ann", "2024-04-30 00:00:00", -0.07, -0.03),
        ("r2", "nobody bought", "2024-04-30 00:00:00", -5.0, None),
    ]
    found += [("s1", "Ann", "2024-05-01 10:00:00", 60.0, 1.0), ("s0", "Ann", "2024-05-01 10:00:00", 60.0, 2.0)]
    found += [("n1", "Ben", "2024-05-01 10:00:00", value, 1.0) for value in (NAN, INF, -INF, 1e300)]
    found += [
        ("z1", None, "2024-05-01 10:00:00", 1.0, 1.0),
        ("z2", "  ", "2024-05-01 10:00:00", 1.0, 1.0),
        ("z3", "N/A", "2024-05-01 10:00:00", 1.0, 1.0),
        ("z4", "Ben", None, 1.0, 1.0),
    ]
    table = pd.DataFrame(found, columns=list(NAMES.values()))
    table[NAMES["ordered_at"]] = pd.to_datetime(table[NAMES["ordered_at"]])
    return table


CHOSEN = Mapping(NAMES, currency="EUR")
ASKED = Asked(AbcdxRules(60.0, 3, 12, ("O'Brien",)), then=1)


def written(table: pd.DataFrame, path: Path) -> Path:
    """As Parquet; pandas writes a missing number as null, so that NaN is put in as what it is."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {name: pa.array(list(column), from_pandas=column.dtype.kind != "f") for name, column in table.items()}
    money = NAMES["margin"]
    if money in arrays:
        arrays[money] = pa.array(list(table[money]), type=pa.float64(), from_pandas=True)
    pq.write_table(pa.table(arrays), path)
    return path


def name_for(place: Place) -> str:
    return "odd_names" if isinstance(place, SparkPlace) else "or\"der's"


def test_odd_rows_are_equal_everywhere(duck: Place, other: Place, tmp_path: Path) -> None:
    path = written(frame(), tmp_path / "odd.parquet")
    here, there = (surveyed(place, path, name_for(place), CHOSEN) for place in (duck, other))
    # by hand: NaN, two infinities and 1e300 are no money; a null, a blank, a word for nobody; one date is missing
    assert there.report.reasons == here.report.reasons == {"bad_number": 4, "no_customer": 3, "no_date": 1}
    assert there.report.reconciliation == here.report.reconciliation
    assert here.as_of == dt.date(2024, 5, 16), "in the middle of a month"
    for name in set(SEVEN) - {"pairs"}:
        same(
            rows(Seven(there, other.engine.dialect, ASKED), other, name),
            rows(Seven(here, duck.engine.dialect, ASKED), duck, name),
        )
    equal_marts(marts(other, there, tmp_path / "there"), marts(duck, here, tmp_path / "here"))


def test_the_border_belongs_to_the_better_side(other: Place, tmp_path: Path) -> None:
    """By hand: Ann A, Ben C (a cent short), Cid B, Dee D, Eve C; in cents no engine can be off."""
    table = frame()
    table = table[table[NAMES["customer_id"]].isin([who for who, _ in BORDER])].head(11)
    found = surveyed(other, written(table, tmp_path / "border.parquet"), "border", CHOSEN)
    asked = Asked(AbcdxRules(60.0, 3, 12))
    counts = {row[0]: row[1] for row in rows(Seven(found, other.engine.dialect, asked), other, "segment_table")}
    assert counts == {"A": 1, "B": 1, "C": 2, "D": 1}


def test_text_that_is_no_day_and_no_number(other: Place, tmp_path: Path) -> None:
    """By hand: 30 February, 29 February of a common year, month 13, a word; a blank is missing; leap day and 2000 stand."""
    good = ("2024-02-29", "2000-02-29 23:59:59", "2024-04-30T00:00", "2024-12-31 10:00:00.5")
    bad = ("2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "yesterday", "2024-4-1")
    days = [(day, "10.5") for day in good] + [(day, "1") for day in bad] + [("", "1"), (None, "1")]
    amounts = [("2024-05-01", text) for text in ("abc", "1,5", "12.5.1", "", None, "-3.25")]
    table = pd.DataFrame(
        [(f"n{i}", "Ann", *row) for i, row in enumerate(days + amounts)], columns=list(NAMES.values())[:4]
    )
    path = tmp_path / "text.parquet"
    table.to_parquet(path)
    fields = {name: NAMES[name] for name in ("order_id", "customer_id", "ordered_at", "revenue")}
    found = surveyed(other, path, "text_rows", Mapping(fields, currency="EUR", margin_rate=0.3))
    assert found.report.reasons == {"bad_date": 6, "no_date": 2, "bad_number": 3, "no_amount": 2}
    assert (found.report.orders, found.report.refunds) == (4, 1)
    assert found.report.reconciliation[-1].amount == "38.7500"
    assert (found.report.first_at, found.report.last_at) == ("2000-02-29T23:59:59", "2024-12-31T10:00:00")


def test_days_begin_at_midnight_of_the_business(other: Place, tmp_path: Path) -> None:
    """22:30 in Greenwich on 29 February is 1:30 of 1 March in Moscow; on 31 March 2024 at 22:30 it is 0:30 in Berlin of April."""
    moments = pd.to_datetime(["2024-02-29 22:30", "2024-03-31 22:30"], utc=True)
    table = pd.DataFrame({"n": ["1", "2"], "who": ["a", "a"], "at": moments, "sum": [1.0, 2.0]})
    path = tmp_path / "zoned.parquet"
    table.to_parquet(path)
    chosen = Mapping({"order_id": "n", "customer_id": "who", "ordered_at": "at", "revenue": "sum"}, margin_rate=0.5)
    other.load(path, "zoned_rows")
    for zone, first, last in (
        ("Europe/Moscow", "2024-03-01T01:30:00", "2024-04-01T01:30:00"),
        ("Europe/Berlin", "2024-02-29T23:30:00", "2024-04-01T00:30:00"),
    ):
        engine = (
            other.engine if other.name == "classic" or not isinstance(other, SparkPlace) else Spark(other.session, zone)
        )
        report = survey(engine, source(engine, "zoned_rows", chosen, zone)).report
        assert (report.first_at, report.last_at) == (first, last)


def test_an_empty_table_is_said_so(other: Place, tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    frame().head(0).astype(dict.fromkeys(list(NAMES.values())[:2], "str")).to_parquet(path)
    other.load(path, "empty_rows")
    fields = {name: column for name, column in CHOSEN.fields.items() if name != "order_id"}
    for chosen in (CHOSEN, replace(CHOSEN, fields=fields)):  # without a number every row is put together with others
        with pytest.raises(LtvError, match="No row of this table"):
            survey(other.engine, source(other.engine, "empty_rows", chosen))


def test_nothing_can_be_written(other: Place, tmp_path: Path) -> None:
    """Whatever text would come: the connection itself refuses to write (Spark has no such switch: only SELECTs are sent)."""
    if isinstance(other, SparkPlace):
        pytest.skip("Spark knows no read-only session; rights are the server's")
    if isinstance(other, PostgresPlace):
        with pytest.raises(LtvError, match="read-only transaction"):
            other.engine.query("create table ltv_written (x int)")
        return
    with pytest.raises(LtvError, match="READONLY"):
        other.engine.query("create table ltv_written (x Int8) engine = Memory")


SLOW = {
    "sail": "select count(*) as n from range(0, 1000000000000) where id % 7 = 3",
    "spark": "select count(*) as n from range(0, 1000000000000) where id % 7 = 3",
    "classic": "select count(*) as n from range(0, 1000000000000) where id % 7 = 3",
}


def test_a_question_can_be_stopped(other: Place) -> None:
    """It ends within seconds and says so, and the next question is answered."""
    if other.name == "clickhouse":
        pytest.skip("the engine inside this process has no connection that could be cut")
    is_over = threading.Event()
    threading.Thread(target=stop_again_and_again, args=(other, is_over), daemon=True).start()
    begun = time.monotonic()
    with pytest.raises(LtvError, match="stopped answering"):
        other.engine.query(SLOW.get(other.name, "select count(*) as n from generate_series(1, 2000000000)"))
    is_over.set()
    assert time.monotonic() - begun < 90
    assert other.engine.query("select 1 as n").to_pylist() == [{"n": 1}]


def stop_again_and_again(place: Place, is_over: threading.Event) -> None:
    """A question that has not reached the engine yet cannot be stopped: asked again every second."""
    while not is_over.wait(1.0):
        place.engine.cancel()


KINDS = {
    **dict.fromkeys(("int2", "int4", "int8", "numeric(12, 2)", "paid"), "exact"),
    **dict.fromkeys(("float4", "float8"), "float"),
    **dict.fromkeys(("text", "varchar(9)", "char(3)", "uuid", "name"), "text"),
    **{"bool": "bool", "date": "date", "timestamp": "time", "timestamptz": "zoned"},
    **dict.fromkeys(("money", "json", "int4[]", "mood", "time", "interval"), "other"),
}


def test_both_drivers_of_postgres_name_the_same_kinds(running) -> None:
    """Also of a domain over a domain, of an enum, and of money, which would be hundredths of nobody knows what."""
    for name in ("postgres", "adbc"):
        place = running.place(name)
        place._writer.execute("create domain price as numeric(12, 4); create domain paid as price")
        place._writer.execute("create type mood as enum ('good', 'bad')")
        columns = ", ".join(f'"{type_}" {type_}' for type_ in KINDS)
        place._writer.execute(f"create table kinds ({columns})")
        found = {field.name: field.kind for field in place.engine.fields(("public", "kinds"))}
        assert found == KINDS, name


@pytest.mark.parametrize("is_alone", [False, True], ids=["transaction", "autocommit"])
def test_a_connection_that_somebody_brings(running, is_alone: bool) -> None:
    """It sees one state of the data until it is let go, cannot write, and stays open."""
    place = running.place("adbc")
    from adbc_driver_postgresql import dbapi

    place._writer.execute("drop table if exists brought; create table brought (n int)")
    place._writer.execute("create sequence if not exists counter")
    with dbapi.connect(conninfo(**place.settings), autocommit=is_alone) as theirs:
        if not is_alone:  # in the middle of something that failed
            with pytest.raises(dbapi.Error), theirs.cursor() as cursor:
                cursor.execute("select * from nowhere")
        engine = connect.engine_of(theirs)
        count = "select count(*) as n from brought where n < $ltv_most"
        assert engine.query(count, {"ltv_most": 9}).to_pylist() == [{"n": 0}]
        place._writer.execute("insert into brought values (1)")
        assert engine.query(count, {"ltv_most": 9}).to_pylist() == [{"n": 0}]
        for text in ("insert into brought values (2)", "select nextval('counter')"):
            with pytest.raises(LtvError, match="read-only transaction"):
                engine.query(text)
        assert engine.query(count, {"ltv_most": 9}).to_pylist() == [{"n": 1}], "a new transaction after a failure"
        engine.close()
        with theirs.cursor() as cursor:
            cursor.execute("select 1 as n")
            assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("name", ["postgres", "adbc"])
def test_a_lost_connection_leaves_nothing_behind(running, name: str, tmp_path: Path) -> None:
    """The server ends our session between two questions, and then in the middle of one."""
    place = running.place(name)
    table = frame().dropna().head(12)
    found = surveyed(place, written(table, tmp_path / "lost.parquet"), "lost", CHOSEN)
    out = tmp_path / "out"

    def lose(what: str, share: float) -> None:
        if share > 0:
            terminate(place)

    with pytest.raises(LtvError, match="stopped answering"):
        folder.write(place.engine, found, out, "Test", progress=lose)
    assert list(tmp_path.glob("*out*")) == []
    place.load(tmp_path / "lost.parquet", "lost")
    timer = threading.Timer(0.5, terminate, [place])
    timer.start()
    with pytest.raises(LtvError, match="stopped answering"):
        place.engine.query("select count(*) as n from generate_series(1, 2000000000)")
    place.load(tmp_path / "lost.parquet", "lost")


def terminate(place: Place) -> None:
    """End every other session of the database."""
    with psycopg.connect(**place.settings, autocommit=True) as killer:
        killer.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query not like 'copy%' and state <> 'idle'"
        )
