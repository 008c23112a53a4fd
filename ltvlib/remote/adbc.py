"""Postgres through ADBC: answers arrive as Arrow, without a Python object for every value."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa

from ltvlib.errors import LtvError
from ltvlib.remote.dialect import POSTGRES_NUMBERED, Field, bound
from ltvlib.remote.postgres import READ_ONLY, TABLES
from ltvlib.remote.words import missing, refused

PACKAGES = "adbc-driver-postgresql adbc-driver-manager"
_TYPE = b"POSTGRESQL:type"
_KINDS = {
    **dict.fromkeys(("int2", "int4", "int8", "numeric"), "exact"),
    **dict.fromkeys(("float4", "float8"), "float"),
    **dict.fromkeys(("text", "varchar", "bpchar", "char", "name", "uuid"), "text"),
    "bool": "bool",
    "date": "date",
    "timestamp": "time",
    "timestamptz": "zoned",
}
_STATE = "select current_setting('transaction_read_only') as state"


class Adbc:
    """Postgres through a connection of ``adbc_driver_postgresql.dbapi``: one read-only transaction, as with psycopg."""

    dialect = POSTGRES_NUMBERED

    def __init__(self, connection: Any, *, owned: bool = False) -> None:
        self._connection, self._owned = connection, owned
        self._guard = threading.Lock()
        try:
            self._rollback()
            if connection.adbc_get_info().get("vendor_name") != "PostgreSQL":
                raise LtvError("Of the databases behind ADBC only Postgres can be read.")
            self._begin()
        except LtvError:
            raise
        except Exception as error:
            raise refused(error) from error

    @classmethod
    def connect(cls, **settings: Any) -> Adbc:
        """Connect with the settings of libpq (host, port, dbname, user, password ... or ``conninfo``) and own the connection."""
        try:
            from adbc_driver_postgresql import dbapi
        except ImportError as error:
            raise missing("Postgres", PACKAGES) from error
        try:
            return cls(dbapi.connect(conninfo(**settings)), owned=True)
        except dbapi.Error as error:
            raise refused(error) from error

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Rows of one SELECT; whole numbers of any width as 64 bits, as with psycopg."""
        text, used = bound(sql, params or {}, self.dialect)
        with self._guard:
            try:
                return _wide(self._ask(text, list(used.values())))
            except Exception as error:
                self._rollback()
                raise refused(error) from error

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        """Columns of a table with what they hold, as the server names their types.

        Raises:
            LtvError: there is no such table, or the driver is too old to tell the types.
        """
        with self._guard:
            try:
                schema = self._ask(f"select * from {self.dialect.table(table)} limit 0").schema  # noqa: S608
            except Exception as error:
                self._rollback()
                raise refused(error) from error
        named = [(one.name, (one.metadata or {}).get(_TYPE)) for one in schema]
        if any(type_ is None for _, type_ in named):
            raise missing("Postgres", f"--upgrade {PACKAGES}")
        return tuple(Field(name, _KINDS.get(type_.decode(), "other")) for name, type_ in named if type_)

    def tables(self) -> list[tuple[str, ...]]:
        """Tables and views, by schema and name."""
        return [tuple(row.values()) for row in self.query(TABLES).to_pylist()]

    def cancel(self) -> None:
        """Ask the server to stop what runs now."""
        self._connection.adbc_cancel()

    def close(self) -> None:
        """End the transaction; close a connection that was opened here."""
        self._rollback()
        if self._owned:
            self._connection.close()

    def _begin(self) -> None:
        """What the session may do from now on; then its transaction, which the driver begins with the first question."""
        low = self._connection.adbc_connection
        low.set_autocommit(True)
        for sql in READ_ONLY:
            self._ask(sql)
        low.set_autocommit(False)
        if self._ask(_STATE).column(0).to_pylist() != ["on"]:
            raise LtvError("This connection cannot be made read-only; nothing was asked.")

    def _ask(self, text: str, values: list[object] | None = None) -> pa.Table:
        with self._connection.cursor() as cursor:
            cursor.execute(text, values or None)
            return cursor.fetch_arrow_table()

    def _rollback(self) -> None:
        """Nothing is left to end where the server is gone or every statement stood alone."""
        with suppress(Exception):
            self._connection.adbc_connection.rollback()


def conninfo(**settings: Any) -> str:
    """Settings of libpq as one connection string; ``conninfo`` is taken as it is."""
    given = {"connect_timeout": 10, **settings}
    if "conninfo" in settings:
        return str(settings["conninfo"])
    quoted = {name: str(value).replace("\\", "\\\\").replace("'", "\\'") for name, value in given.items()}
    return " ".join(f"{name}='{value}'" for name, value in quoted.items())


def _wide(table: pa.Table) -> pa.Table:
    for place, column in enumerate(table.schema):
        if pa.types.is_integer(column.type):
            table = table.set_column(place, column.name, table.column(place).cast(pa.int64()))
    return table
