"""Postgres as an engine: one read-only transaction that sees one state of the data from the first question to the last."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa

from ltvlib.errors import LtvError
from ltvlib.remote.dialect import POSTGRES, Field, bound
from ltvlib.remote.words import missing, refused

BATCH = 100_000
"""Rows turned to Arrow at a time."""
_KINDS = {
    **dict.fromkeys((20, 21, 23, 1700), "exact"),
    **dict.fromkeys((700, 701), "float"),
    **dict.fromkeys((25, 1043, 1042, 18, 19, 2950), "text"),
    16: "bool",
    1082: "date",
    1114: "time",
    1184: "zoned",
}
_ARROW = {20: pa.int64(), 21: pa.int64(), 23: pa.int64(), 701: pa.float64(), 700: pa.float64(), 16: pa.bool_()}
TABLES = """select table_schema as s, table_name as t from information_schema.tables
where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2"""
READ_ONLY = (
    "set session characteristics as transaction isolation level repeatable read, read only",
    "set lock_timeout = '10s'",
    "set jit = off",  # compiling every question costs more than it saves here
)


class Postgres:
    """Postgres through a psycopg connection."""

    dialect = POSTGRES

    def __init__(self, connection: Any, *, owned: bool = False) -> None:
        self._connection, self._owned = connection, owned
        self._guard = threading.Lock()
        try:
            connection.rollback()
            connection.autocommit = True
            for sql in READ_ONLY:
                connection.execute(sql)
            connection.autocommit = False
            if connection.execute("show transaction_read_only").fetchone()[0] != "on":
                raise LtvError("This connection cannot be made read-only; nothing was asked.")
        except LtvError:
            raise
        except Exception as error:
            raise refused(error) from error

    @classmethod
    def connect(cls, **settings: Any) -> Postgres:
        """Connect with the settings of libpq (host, port, dbname, user, password ...) and own the connection."""
        try:
            import psycopg
        except ImportError as error:
            raise missing("Postgres", "psycopg-binary psycopg") from error
        try:
            return cls(psycopg.connect(**settings, connect_timeout=10), owned=True)
        except psycopg.Error as error:
            raise refused(error) from error

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Rows of one SELECT, streamed: a cursor of the server would keep it from working in parallel."""
        text, used = bound(sql, params or {}, self.dialect)
        with self._guard:
            try:
                with self._connection.cursor() as cursor:
                    found = _table(cursor, cursor.stream(text, used or None, binary=True, size=_chunk()))
                    if found is None:  # a stream without rows does not tell its columns
                        cursor.execute(text, used or None, binary=True)
                        found = _schema(cursor).empty_table()
                    return found
            except Exception as error:
                self._rollback()
                raise refused(error) from error

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        """Columns of a table with what they hold."""
        with self._guard:
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute(f"table {self.dialect.table(table)} limit 0")
                    return tuple(Field(c.name, _KINDS.get(c.type_code, "other")) for c in cursor.description)
            except Exception as error:
                self._rollback()
                raise refused(error) from error

    def tables(self) -> list[tuple[str, ...]]:
        """Tables and views, by schema and name."""
        return [tuple(row.values()) for row in self.query(TABLES).to_pylist()]

    def cancel(self) -> None:
        """Ask the server to stop what runs now."""
        self._connection.cancel_safe(timeout=5)

    def close(self) -> None:
        """End the transaction; close a connection that was opened here."""
        self._rollback()
        if self._owned:
            self._connection.close()

    def _rollback(self) -> None:
        if not self._connection.closed:
            self._connection.rollback()


def _chunk() -> int:
    """Rows that travel together; libpq before 17 knows only one."""
    from psycopg import pq

    return 5_000 if pq.version() >= 170_000 else 1


def _schema(cursor: Any) -> pa.Schema:
    """Columns by the types that the server told."""
    return pa.schema([(c.name, _ARROW.get(c.type_code, pa.string())) for c in cursor.description])


def _table(cursor: Any, rows: Iterator[tuple[Any, ...]]) -> pa.Table | None:
    """All rows as Arrow; ``None`` where there are none."""
    batches: list[pa.RecordBatch] = []
    first = list(islice(rows, BATCH))
    if not first:
        return None
    schema = _schema(cursor)
    while first:
        columns = zip(*first, strict=True)
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
        first = list(islice(rows, BATCH))
    return pa.Table.from_batches(batches, schema=schema)
