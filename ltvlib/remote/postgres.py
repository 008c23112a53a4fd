"""Postgres as an engine through psycopg, whose rows become Arrow here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa

from ltvlib.remote.dialect import POSTGRES, Field
from ltvlib.remote.transaction import Transaction
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


class Postgres(Transaction):
    """Postgres through a psycopg connection."""

    dialect = POSTGRES

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

    def cancel(self) -> None:
        """Ask the server to stop what runs now."""
        self._connection.cancel_safe(timeout=5)

    def _alone(self, *, is_alone: bool) -> None:
        self._connection.autocommit = is_alone

    def _do(self, text: str) -> None:
        self._connection.execute(text)

    def _ask(self, text: str, used: Mapping[str, object]) -> pa.Table:
        """Streamed: a cursor of the server would keep it from working in parallel."""
        with self._connection.cursor() as cursor:
            found = _table(cursor, cursor.stream(text, used or None, binary=True, size=_chunk()))
            if found is None:  # a stream without rows does not tell its columns
                cursor.execute(text, used or None, binary=True)
                found = _schema(cursor).empty_table()
            return found

    def _fields(self, table: str) -> tuple[Field, ...]:
        with self._connection.cursor() as cursor:
            cursor.execute(f"table {table} limit 0")
            return tuple(Field(c.name, _KINDS.get(c.type_code, "other")) for c in cursor.description)

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
