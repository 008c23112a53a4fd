"""Spark as an engine: a session that the user has, or Spark Connect (``sc://host:port``). Only SELECTs are sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ltvlib.remote.dialect import SPARK, Field, bound
from ltvlib.remote.words import missing, refused

if TYPE_CHECKING:
    import pyarrow as pa

_KINDS = {
    **dict.fromkeys(("byte", "short", "integer", "long", "decimal"), "exact"),
    **dict.fromkeys(("float", "double"), "float"),
    **dict.fromkeys(("string", "varchar", "char"), "text"),
    "boolean": "bool",
    "date": "date",
    "timestamp_ntz": "time",
    "timestamp": "zoned",
}

RETRIES = 6
"""Times a question is sent again to a server that does not answer: about fifteen seconds."""


class Spark:
    """Spark through a classic or a Connect session. With a ``zone`` the session is set to UTC; the texts then name the zone."""

    dialect = SPARK

    def __init__(self, session: Any, zone: str = "", *, owned: bool = False) -> None:
        self._session, self._owned = session, owned
        if zone:
            self._set("UTC")

    @classmethod
    def connect(cls, remote: str, zone: str = "") -> Spark:
        """Connect to Spark Connect at ``sc://host:port`` and own the session."""
        try:
            from pyspark.sql.connect.session import SparkSession
        except ImportError as error:
            raise missing("Spark", "pyspark-client") from error
        try:
            return cls(_impatient(SparkSession.builder.remote(remote).create()), zone, owned=True)
        except Exception as error:
            raise refused(error) from error

    def _set(self, zone: str) -> None:
        try:
            self._session.conf.set("spark.sql.session.timeZone", zone)
        except Exception as error:
            raise refused(error) from error

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Rows of one SELECT."""
        text, used = bound(sql, params or {}, self.dialect)
        try:
            return self._session.sql(text, args=used or None).toArrow()
        except Exception as error:
            raise refused(error) from error

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        """Columns of a table with what they hold."""
        try:
            schema = self._session.table(self.dialect.table(table)).schema
        except Exception as error:
            raise refused(error) from error
        return tuple(Field(one.name, _KINDS.get(one.dataType.typeName(), "other")) for one in schema)

    def tables(self) -> list[tuple[str, ...]]:
        """Tables and views of the current catalogue, by database and name."""
        try:
            catalog = self._session.catalog
            names = [one.name for one in catalog.listDatabases()]
            found = [one for name in names for one in catalog.listTables(name)]
        except Exception as error:
            raise refused(error) from error
        return sorted({(*(one.namespace or ()), one.name) for one in found})

    def cancel(self) -> None:
        """Stop what this session runs now."""
        with suppress(Exception):
            self._session.interruptAll()

    def close(self) -> None:
        """Close a session that was opened here."""
        if self._owned:
            with suppress(Exception):
                self._session.stop()


def _impatient(session: Any) -> Any:
    """The session, giving up on a server that is gone after some seconds; as it comes it would try for ten minutes."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    session.client.set_retry_policies([DefaultPolicy(max_retries=RETRIES, max_backoff=5_000)])
    return session
