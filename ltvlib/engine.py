"""The only door to DuckDB: databases, cursors, limits, and SQL texts with their provenance.

A :class:`Database` is one DuckDB instance, in memory or in a file of its own. It is filled while open (``execute``),
then locked (``lock``): after that no statement can reach another file, load an extension or change a setting. Every
query runs on a cursor of its own, because one DuckDB connection must not be used by two threads at once;
``interrupt`` stops the queries that are still running. ``transact`` writes all of its statements, or none.
"""

from __future__ import annotations

import re
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import duckdb

from ltvlib import scratch
from ltvlib.errors import N_, AlreadyWrittenError, DamagedFileError, LimitError, LtvError, StorageError
from ltvlib.sqltext import QUICK_PARQUET as QUICK_PARQUET
from ltvlib.sqltext import SQL_DIR as SQL_DIR
from ltvlib.sqltext import literal as literal
from ltvlib.sqltext import quote as quote
from ltvlib.sqltext import sql_text as sql_text

if TYPE_CHECKING:  # the reading child starts twice an upload; it needs neither
    import pandas as pd
    import pyarrow as pa

_STORAGE = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException, duckdb.InternalException)
_DAMAGED = re.compile(r"Corrupt|replaying WAL|not a valid DuckDB|Could not read enough bytes|[Dd]eserializ")
CLOSE_SECONDS = 5.0
"""How long closing waits for interrupted queries to end."""

_SAFE: dict[str, object] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}


@dataclass(frozen=True)
class EngineLimits:
    """What one database may use: threads, memory, spill space, seconds a query."""

    threads: int = 2
    memory_mb: int = 2_048
    temp_mb: int = 4_096
    seconds: int = 60

    def config(self, temp_directory: str) -> dict[str, object]:
        """DuckDB settings for ``connect(config=...)``; the time limit is inherited by cursors only from there."""
        return {
            **_SAFE,
            "threads": self.threads,
            "memory_limit": f"{self.memory_mb}MB",
            "temp_directory": temp_directory,
            "max_temp_directory_size": f"{self.temp_mb}MB",
            "max_execution_time": self.seconds * 1000,
        }


@dataclass(frozen=True)
class Answer:
    """Rows of one query together with where they come from (the passport of a number).

    Attributes:
        frame: result as pandas, decimals as float64.
        sql: the text that ran.
        params: bound values.
        seconds: wall time of the query.
    """

    frame: pd.DataFrame
    sql: str
    params: Mapping[str, object] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        """Number of rows fetched."""
        return len(self.frame)


Statement = tuple[str, Mapping[str, object]]
"""An SQL text and its bound values."""


class Database:
    """One DuckDB instance with its own temporary directory, closed by ``close`` or the collector.

    In memory, or in ``file``, which is made where it does not exist; another process must not have it open.
    """

    def __init__(self, limits: EngineLimits | None = None, file: Path | None = None) -> None:
        self.limits = limits or EngineLimits()
        self._temp = str(scratch.folder("spill-"))
        with _storage_in_words():
            self._root = duckdb.connect(str(file or ":memory:"), config=self.limits.config(self._temp))
        self._cursors: set[Any] = set()
        self._guard = threading.Condition()
        self._is_closed = False
        self._finalizer = weakref.finalize(self, _dispose, self._root, self._temp)

    @classmethod
    def reading(cls, file: Path, limits: EngineLimits | None = None) -> Database:
        """A locked instance that only reads the database in ``file``; raises ``StorageError`` where it is none."""
        database = cls(limits)
        try:
            with _storage_in_words():
                database._root.execute(f"attach {literal(str(file))} as opened (read_only)")
            database.lock()
        except BaseException:
            database.close()
            raise
        return database

    # -- filling -----------------------------------------------------------------------------------

    def execute(self, sql: str, params: Mapping[str, object] | None = None) -> None:
        """Run a statement whose rows are not wanted (create, insert, drop)."""
        with self._cursor() as cursor:
            _run(cursor, sql, params)

    def transact(self, statements: Iterable[Statement]) -> None:
        """Run statements as one transaction: when this returns all of them are on disk, when it raises none is.

        Raises:
            AlreadyWrittenError: a row with this key is there already.
            StorageError: the file could not be written (a full disk); the instance must be opened anew.
        """
        with self._cursor() as cursor, _storage_in_words():
            cursor.execute("begin transaction")
            try:
                for sql, params in statements:
                    _run(cursor, sql, params)
                cursor.execute("commit")
            except BaseException:
                with suppress(duckdb.Error):
                    cursor.execute("rollback")
                raise

    def drop(self, name: str) -> None:
        """Drop a table or view."""
        kind = "view" if self.rows("select 1 from duckdb_views() where view_name = $name", {"name": name}) else "table"
        self.execute(f"drop {kind} {quote(name)}")

    def copy_to_parquet(
        self, sql: str, path: Path, params: Mapping[str, object] | None = None, options: str = "format parquet"
    ) -> None:
        """Write the rows of ``sql`` to a Parquet file; ``options``: see ``QUICK_PARQUET``."""
        self.execute(f"copy ({sql}) to {literal(str(path))} ({options})", params)

    def copy_to_csv(self, sql: str, path: Path) -> None:
        """Write the rows of ``sql`` to a CSV file with a header: comma, UTF-8, ISO dates."""
        self.execute(f"copy ({sql}) to {literal(str(path))} (format csv, header true)")

    def read_through(self) -> None:
        """Read every value of every table once: damage shows now and not in the middle of somebody's work."""
        with _storage_in_words():
            for (table,) in self.rows("select table_name from duckdb_tables() where not internal"):
                self.rows(f"select count(columns(*)) from {quote(table)}")  # quoted name

    def lock(self) -> None:
        """Shut the door for good: no files, no extensions, no settings. Read back and asserted."""
        self._root.execute("set enable_external_access = false")
        self._root.execute("set lock_configuration = true")
        wanted: dict[str, object] = {"enable_external_access": False, "lock_configuration": True, **_SAFE}
        for name, value in wanted.items():
            row = self._root.execute("select current_setting(?)", [name]).fetchone()
            if row is None or row[0] != value:
                raise LtvError("The database could not be locked down ({name}).", name=name)

    # -- asking ------------------------------------------------------------------------------------

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> Answer:
        """Run ``sql`` on a cursor of its own and fetch all rows; the SQL must bound what it returns."""
        started = time.perf_counter()
        with self._cursor() as cursor:
            frame = _run(cursor, sql, params).df()
        return Answer(frame, sql, dict(params or {}), time.perf_counter() - started)

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Like ``query``, as plain tuples (exact decimals)."""
        with self._cursor() as cursor:
            return list(_run(cursor, sql, params).fetchall())

    def arrow(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Like ``query``, as an Arrow table."""
        with self._cursor() as cursor:
            return cursor.sql(sql, params=_used(sql, params)).to_arrow_reader().read_all()

    def tables(self) -> set[str]:
        """Names of the tables and views that exist."""
        return {
            row[0]
            for row in self.rows("select table_name from duckdb_tables() union select view_name from duckdb_views()")
        }

    def interrupt(self) -> None:
        """Stop every query that is running now; each raises in its own thread within about half a second."""
        with self._guard:
            running = list(self._cursors)
        for cursor in running:
            with suppress(duckdb.Error):
                cursor.interrupt()

    def close(self) -> None:
        """Stop what runs, close the instance and remove its temporary directory. Safe to call twice."""
        with self._guard:
            self._is_closed = True
        self.interrupt()
        with self._guard:  # an instance with a busy cursor refuses to close
            self._guard.wait_for(lambda: not self._cursors, CLOSE_SECONDS)
        self._finalizer()

    # -- inside ------------------------------------------------------------------------------------

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        with self._guard:
            if self._is_closed:
                raise self._stopped()
            cursor = self._root.cursor()
            self._cursors.add(cursor)
        try:
            with self._limits_in_words():
                yield cursor
        finally:
            with suppress(duckdb.Error):
                cursor.close()
            with self._guard:
                self._cursors.discard(cursor)
                self._guard.notify_all()

    @contextmanager
    def _limits_in_words(self) -> Iterator[None]:
        """Limits may strike while running and while fetching; both become sentences."""
        try:
            yield
        except duckdb.InterruptException as error:
            raise self._stopped() from error
        except duckdb.OutOfMemoryException as error:
            raise LimitError(
                "This needs more than the {megabytes} MB of memory allowed; choose a shorter period or fewer columns.",
                megabytes=self.limits.memory_mb,
            ) from error

    def _stopped(self) -> LimitError:
        return LimitError(
            "The query was stopped after {seconds} seconds or by a newer one.", seconds=self.limits.seconds
        )


@contextmanager
def _storage_in_words() -> Iterator[None]:
    """A file that cannot be opened or written becomes a sentence without its path."""
    try:
        yield
    except duckdb.ConstraintException as error:
        raise AlreadyWrittenError("This is written down already; nothing was changed.") from error
    except duckdb.Error as error:
        text = str(error)
        if _DAMAGED.search(text):
            place = re.search(r"byte position (\d+)", text)
            sorry = N_("The saved workspace is damaged and cannot be opened.")
            raise DamagedFileError(sorry, position=int(place[1]) if place else -1) from error
        if not isinstance(error, _STORAGE):
            raise
        if "lock" in text:
            raise StorageError("The saved workspace is open in another program; close that one first.") from error
        raise StorageError(
            "The workspace could not be saved: is the disk full? Nothing of this step was kept."
        ) from error


def _run(cursor: Any, sql: str, params: Mapping[str, object] | None) -> Any:
    used = _used(sql, params)
    return cursor.execute(sql, used) if used else cursor.execute(sql)


def _used(sql: str, params: Mapping[str, object] | None) -> dict[str, object]:
    """The values that ``sql`` names; DuckDB refuses others."""
    return {key: value for key, value in (params or {}).items() if re.search(rf"\${key}\b", sql)}


def _dispose(root: Any, temp: str) -> None:
    """Close the instance and wipe its spill files (they hold plain customer data)."""
    with suppress(duckdb.Error):
        root.close()
    rmtree(temp, ignore_errors=True)
