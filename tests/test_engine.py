"""The door to DuckDB: cursors, limits, lock-down."""

import threading
import time
from pathlib import Path

import duckdb
import pytest

from ltvlib import engine
from ltvlib.engine import Database, EngineLimits
from ltvlib.errors import LimitError


def test_query_carries_its_passport():
    answer = Database().query("select $a + x as y from range(3) t(x)", {"a": 1, "unused": 2})
    assert list(answer.frame["y"]) == [1, 2, 3]
    assert answer.rows == 3
    assert answer.sql.startswith("select $a")


def test_locked_database_reaches_no_file(tmp_path: Path):
    database = Database()
    database.lock()
    for sql in (
        f"copy (select 1) to '{tmp_path}/x.csv'",
        "select * from read_csv('/etc/passwd')",
        "set enable_external_access = true",
        "set memory_limit = '100GB'",
        "install httpfs",
        f"attach '{tmp_path}/x.db'",
    ):
        with pytest.raises(duckdb.Error):
            database.execute(sql)
    assert not list(tmp_path.iterdir())


def test_two_threads_do_not_share_a_cursor():
    database = Database()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                assert database.rows("select count(*) from range(100000)") == [(100000,)]
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not errors


def test_time_limit_holds_on_cursors():
    database = Database(EngineLimits(seconds=1))
    started = time.perf_counter()
    with pytest.raises(LimitError):
        database.query("select count(*) from range(10000000000) a(x) where x % 7 = 3 and sqrt(x) > 5")
    assert time.perf_counter() - started < 10


def test_interrupt_stops_the_running_query():
    database = Database()
    caught: list[BaseException] = []

    def work() -> None:
        try:
            database.query("select count(*) from range(10000000000) a(x) where x % 7 = 3 and sqrt(x) > 5")
        except LimitError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.3)
    database.interrupt()
    thread.join(timeout=10)
    assert len(caught) == 1


def test_closing_removes_the_temporary_directory():
    database = Database()
    folder = Path(database._temp)
    assert folder.exists()
    database.close()
    database.close()
    assert not folder.exists()


def test_quoting_survives_quotes():
    database = Database()
    name = 'a"; drop table x; --'
    database.execute(f"create table {engine.quote(name)} as select 1 as one")
    assert database.rows(f"select one from {engine.quote(name)}") == [(1,)]
