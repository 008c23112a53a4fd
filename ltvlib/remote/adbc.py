"""Postgres through ADBC: answers arrive as Arrow, without a Python object for every value."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa

from ltvlib.errors import LtvError
from ltvlib.remote.dialect import POSTGRES_NUMBERED, Field
from ltvlib.remote.transaction import Transaction
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


class Adbc(Transaction):
    """Postgres through a connection of ``adbc_driver_postgresql.dbapi``: one read-only transaction, as with psycopg."""

    dialect = POSTGRES_NUMBERED

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

    def cancel(self) -> None:
        """Ask the server to stop what runs now."""
        self._connection.adbc_cancel()

    def _begin(self) -> None:
        if self._vendor() != "PostgreSQL":
            raise LtvError("Of the databases behind ADBC only Postgres can be read.")
        super()._begin()

    def _vendor(self) -> object:
        try:
            return self._connection.adbc_get_info().get("vendor_name")
        except Exception:  # a transaction that failed answers nothing until it is ended
            self._rollback()
            return self._connection.adbc_get_info().get("vendor_name")

    def _alone(self, *, is_alone: bool) -> None:
        self._connection.adbc_connection.set_autocommit(is_alone)

    def _do(self, text: str) -> None:
        self._fetched(text)

    def _ask(self, text: str, used: Mapping[str, object]) -> pa.Table:
        return _wide(self._fetched(text, list(used.values())))

    def _fields(self, table: str) -> tuple[Field, ...]:
        schema = self._fetched(f"select * from {table} limit 0").schema  # noqa: S608
        named = [(one.name, (one.metadata or {}).get(_TYPE)) for one in schema]
        if any(type_ is None for _, type_ in named):
            raise missing("Postgres", f"--upgrade {PACKAGES}")
        return tuple(Field(name, _KINDS.get(type_.decode(), "other")) for name, type_ in named if type_)

    def _fetched(self, text: str, values: list[object] | None = None) -> pa.Table:
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
