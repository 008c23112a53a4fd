"""ClickHouse as an engine, through a clickhouse-connect client; every question carries ``readonly``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pyarrow as pa

from ltvlib.remote.dialect import CLICKHOUSE, Field, bound
from ltvlib.remote.words import missing, refused

SETTINGS = {
    "readonly": 2,  # reads and settings of the question, nothing else
    "join_use_nulls": 1,
    "prefer_column_name_to_alias": 1,
    "cast_keep_nullable": 1,
    "cancel_http_readonly_queries_on_client_close": 1,
}
_TABLES = """select database as d, name as t from system.tables
where database not in ('system', 'INFORMATION_SCHEMA', 'information_schema') and not is_temporary order by 1, 2"""


class ClickHouse:
    """ClickHouse through a client that the user has, or one that is opened here."""

    dialect = CLICKHOUSE

    def __init__(self, client: Any, *, owned: bool = False) -> None:
        self._client, self._owned, self._running = client, owned, ""

    @classmethod
    def connect(cls, **settings: Any) -> ClickHouse:
        """Connect with the settings of ``clickhouse_connect.get_client`` and own the client."""
        try:
            import clickhouse_connect
        except ImportError as error:
            raise missing("ClickHouse", "clickhouse-connect") from error
        try:
            return cls(clickhouse_connect.get_client(**settings), owned=True)
        except Exception as error:
            raise refused(error) from error

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Rows of one SELECT, as whole numbers, doubles and text."""
        text, used = bound(sql, params or {}, self.dialect)
        self._running = f"ltv-{uuid4().hex}"
        settings = {**SETTINGS, "query_id": self._running}
        try:
            return _signed(self._client.query_arrow(text, parameters=used or None, settings=settings, use_strings=True))
        except Exception as error:
            raise refused(error) from error

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        """Columns of a table with what they hold."""
        found = self.query(f"describe table {self.dialect.table(table)}").to_pylist()
        return tuple(Field(row["name"], kind(row["type"])) for row in found)

    def tables(self) -> list[tuple[str, ...]]:
        """Tables and views, by database and name."""
        return [tuple(row.values()) for row in self.query(_TABLES).to_pylist()]

    def cancel(self) -> None:
        """Let go of the answer; the server stops a reading question whose client has gone."""
        self._client.close_connections()

    def close(self) -> None:
        """Close a client that was opened here."""
        if self._owned:
            self._client.close()


def kind(type_: str) -> str:
    """What a ClickHouse type holds (see :class:`ltvlib.remote.dialect.Field`)."""
    base = re.sub(r"^(LowCardinality|Nullable)\((.*)\)$", r"\2", re.sub(r"^LowCardinality\((.*)\)$", r"\1", type_))
    if base.startswith(("String", "FixedString", "Enum", "UUID")):
        return "text"
    if base.startswith(("Int", "UInt", "Decimal")):
        return "exact"
    if base.startswith("DateTime"):
        return "zoned"
    known = (("Float", "float"), ("Date", "date"), ("Bool", "bool"))
    return next((word for begin, word in known if base.startswith(begin)), "other")


def _signed(table: pa.Table) -> pa.Table:
    """Counts come as unsigned numbers; the other engines count in signed ones."""
    for place, column in enumerate(table.schema):
        if pa.types.is_unsigned_integer(column.type):
            table = table.set_column(place, column.name, table.column(place).cast(pa.int64()))
    return table
