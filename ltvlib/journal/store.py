"""The journal itself: one DuckDB file (or memory), a schema with versions, one transaction a user action."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ltvlib.engine import SQL_DIR, Database, EngineLimits, Statement, quote, sql_text
from ltvlib.errors import StorageError
from ltvlib.journal.damage import open_what_is_whole

if TYPE_CHECKING:
    import pandas as pd

FILE = "journal.duckdb"
LIMITS = EngineLimits(threads=1, memory_mb=256, temp_mb=256, seconds=30)
VERSION = "schema_version"
PUT = "insert or replace into settings values ($name, $content, $now)"


def new_id() -> str:
    """An id for something written down: random, so that ids made in two places never meet."""
    return uuid4().hex


def migrations() -> dict[int, str]:
    """Schema versions and the SQL that leads to each from the one before."""
    return {
        int(path.stem): sql_text(f"journal/{path.stem}") for path in sorted((SQL_DIR / "journal").glob("[0-9]*.sql"))
    }


class Journal:
    """What people wrote about one data set.

    ``folder`` keeps it in a file there; without one it lives in memory. Its ``repr`` changes with every write, so that
    results remembered by their arguments are counted anew. ``set_aside`` names damaged files that were moved out of the way.

    Raises:
        StorageError: the file is open elsewhere, cannot be written, or was made by a newer version of the app.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.journal_id = new_id()
        self.folder = folder
        self._guard = threading.RLock()
        self._version = 0
        self.set_aside: tuple[str, ...] = ()
        self._opened: Database | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._opened = self._open()

    def __repr__(self) -> str:
        return f"<journal {self.journal_id} {self._version}>"

    @property
    def is_blank(self) -> bool:
        """Whether nothing was ever written: it then says the same as :class:`BlankJournal`."""
        return self.folder is None and self._version == 0

    @property
    def is_kept(self) -> bool:
        """Whether what is written outlives the program."""
        return self.folder is not None

    # -- reading -----------------------------------------------------------------------------------

    def frame(self, table: str) -> pd.DataFrame:
        """All rows of a table of the journal, in the order they were written."""
        if self.is_blank:
            return _blank_frame(table).copy()
        return self._database.query(_select(table)).frame

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Like ``frame``, as plain dictionaries with exact values."""
        names = self.columns(table)
        return [dict(zip(names, row, strict=True)) for row in self._database.rows(_select(table))]

    def count(self, table: str) -> int:
        """Number of rows of a table."""
        if self.is_blank:
            return len(_blank_frame(table))
        return int(self._database.rows(f"select count(*) from {quote(table)}")[0][0])  # noqa: S608  # quoted name

    def columns(self, table: str) -> list[str]:
        """Column names of a table in order; raises ``KeyError`` for a name that the journal does not have."""
        return list(self.types(table))

    def types(self, table: str) -> dict[str, str]:
        """SQL type of every column of a table in order; raises ``KeyError`` for a name that the journal does not have."""
        sql = "select column_name, data_type from duckdb_columns() where table_name = $table order by column_index"
        found = {row[0]: row[1] for row in self._database.rows(sql, {"table": table})}
        if not found:
            raise KeyError(table)
        return found

    def tables(self) -> list[str]:
        """Names of all tables."""
        return sorted(
            row[0] for row in self._database.rows("select table_name from duckdb_tables() where not internal")
        )

    def setting(self, name: str, default: Any = None) -> Any:
        """What was last put under ``name``, as plain JSON values."""
        if self.is_blank and name != VERSION:
            return default
        found = self._database.rows("select content from settings where name = $name", {"name": name})
        return json.loads(found[0][0]) if found else default

    def secret(self, name: str) -> str:
        """32 random bytes as hexadecimal digits, kept among the settings ``name`` as ``key``; made at first use, then the same."""
        with self._guard:
            found = self.setting(name) or {}
            if "key" not in found:
                found["key"] = secrets.token_hex(32)
                self.put(name, found)
        return str(found["key"])

    # -- writing -----------------------------------------------------------------------------------

    def append(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Write rows at the end of a table, all or none."""
        self.write(self.appending(table, rows))

    def put(self, name: str, content: object) -> None:
        """Keep plain JSON values under ``name``; what stood there before is replaced."""
        self.write([self.putting(name, content)])

    def appending(self, table: str, rows: Sequence[Mapping[str, object]]) -> list[Statement]:
        """The statements of ``append``, for a transaction of several steps; a missing column is left empty."""
        if not rows:
            return []
        names = [name for name in self.columns(table) if any(name in row for row in rows)]
        unknown = set().union(*rows) - set(names)
        if unknown:
            raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
        listed, values = ", ".join(quote(name) for name in names), ", ".join(f"unnest(${name})" for name in names)
        params = {name: [row.get(name) for row in rows] for name in names}
        return [(f"insert into {quote(table)} ({listed}) select {values}", params)]  # quoted names

    def putting(self, name: str, content: object) -> Statement:
        """The statement of ``put``."""
        params = {"name": name, "content": json.dumps(content, ensure_ascii=False), "now": now()}
        return PUT, params

    def taking(self, other: Journal) -> list[Statement]:
        """The statements that add all that another journal holds; its settings win, a row that is here already stays as it is
        (the same file of contacts may have been read by both)."""
        sql = "select table_name from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
        keyed = {row[0] for row in self._database.rows(sql)}
        steps = [
            (sql.replace("insert into", "insert or ignore into", 1) if table in keyed else sql, params)
            for table in other.tables()
            if table not in ("settings", "data_sets")
            for sql, params in self.appending(table, other.rows(table))
        ]
        names = [row["name"] for row in other.rows("settings") if row["name"] != VERSION]
        return [*steps, *(self.putting(name, other.setting(name)) for name in names)]

    def write(self, statements: Iterable[Statement]) -> None:
        """One user action: all statements or none; when this returns, they are safe.

        Raises:
            AlreadyWrittenError: a row with this key is there; nothing was written.
            StorageError: nothing was written; the journal is opened anew and can be read and written again.
        """
        with self._guard:
            try:
                self._database.transact(statements)
            except StorageError:
                self.close()
                self._opened = self._open()
                raise
            finally:
                self._version += 1

    def close(self) -> None:
        """Close the file; what lived in memory is gone."""
        if self._opened is not None:
            self._opened.close()

    # -- inside ------------------------------------------------------------------------------------

    @property
    def _database(self) -> Database:
        """Opened at first need: most visitors only look, and opening takes longer than all they look at."""
        with self._guard:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> Database:
        if self.folder is None:
            return _open_at(None)
        database, aside = open_what_is_whole(self.folder / FILE, lambda: _open_at(self.folder))
        self.set_aside += aside
        return database


class BlankJournal(Journal):
    """A journal in which nothing stands and nothing can be written: what is asked with it is the same for everybody."""

    def __repr__(self) -> str:
        return "<blank journal>"

    def write(self, statements: Iterable[Statement]) -> None:
        """Refuses.

        Raises:
            TypeError: always.
        """
        raise TypeError("a blank journal stays blank")


@cache
def _blank_frame(table: str) -> pd.DataFrame:
    """A table of a journal in which nobody wrote."""
    database = _open_at(None)
    try:
        return database.query(_select(table)).frame
    finally:
        database.close()


def _open_at(folder: Path | None) -> Database:
    database = Database(LIMITS, folder / FILE if folder else None)
    try:
        database.lock()
        database.read_through()
        _migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def now() -> dt.datetime:
    """The clock on the wall, to the second."""
    return dt.datetime.now().replace(microsecond=0)


def _select(table: str) -> str:
    return f"select * from {quote(table)} order by rowid"  # noqa: S608  # quoted name


def _migrate(database: Database) -> None:
    """Bring the schema up to date, each version in a transaction of its own with the note that it was done."""
    known = migrations()
    found = _version_of(database)
    if found > max(known):
        raise StorageError("This workspace was saved by a newer version of the app; update the app to open it.")
    for version, text in known.items():
        if version > found:
            params = {"name": VERSION, "content": str(version), "now": now()}
            database.transact([*((part, {}) for part in _statements(text)), (PUT, params)])


def _version_of(database: Database) -> int:
    if "settings" not in database.tables():
        return 0
    return int(database.rows("select content from settings where name = $name", {"name": VERSION})[0][0])


def _statements(text: str) -> list[str]:
    """The statements of a migration; it holds no semicolon but those that end one."""
    bare = re.sub(r"^--.*$", "", text, flags=re.M)
    return [part.strip() for part in bare.split(";") if part.strip()]
