"""DuckDB as an engine: a file opened read-only, or a connection that the user has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ltvlib.engine import Database, EngineLimits
from ltvlib.remote.dialect import DUCKDB, Field, bound
from ltvlib.remote.words import refused

if TYPE_CHECKING:
    import pyarrow as pa

LIMITS = EngineLimits(memory_mb=4_096, temp_mb=50_000, seconds=3_600)
_TABLES = "select database_name, schema_name, {name} from {list} where not internal order by all"


class Duck:
    """DuckDB. A path is attached read-only to an instance of its own, which is then locked."""

    dialect = DUCKDB

    def __init__(self, what: Any, limits: EngineLimits | None = None) -> None:
        self._own: Database | None = None
        self._theirs: Any = None
        if isinstance(what, str | Path):
            self._own = Database.reading(Path(what), limits or LIMITS)
        else:
            self._theirs = what

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Rows of one SELECT; on a connection of the user's, through a cursor of its own."""
        text, used = bound(sql, params or {}, self.dialect)
        if self._own is not None:
            return self._own.arrow(text, used)
        cursor = self._theirs.cursor()
        try:
            return cursor.sql(text, params=used).to_arrow_reader().read_all()
        except Exception as error:
            raise refused(error) from error
        finally:
            cursor.close()

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        """Columns of a table with what they hold."""
        found = self.query(f"describe {self.dialect.table(table)}").to_pylist()
        return tuple(Field(row["column_name"], kind(row["column_type"])) for row in found)

    def tables(self) -> list[tuple[str, ...]]:
        """Tables and views, by database, schema and name."""
        texts = [_TABLES.format(name=f"{one}_name", list=f"duckdb_{one}s()") for one in ("table", "view")]
        return [tuple(row.values()) for text in texts for row in self.query(text).to_pylist()]

    def cancel(self) -> None:
        """Stop what runs now."""
        (self._own or self._theirs).interrupt()

    def close(self) -> None:
        """Close an instance that was opened here."""
        if self._own is not None:
            self._own.close()


def kind(type_: str) -> str:
    """What a DuckDB type holds (see :class:`ltvlib.remote.dialect.Field`)."""
    base = type_.upper().split("(")[0]
    if base in ("VARCHAR", "UUID") or base.startswith("ENUM"):
        return "text"
    if base == "DECIMAL" or base.endswith("INT") or base.endswith("INTEGER"):
        return "exact"
    known = {"DOUBLE": "float", "FLOAT": "float", "DATE": "date", "BOOLEAN": "bool"}
    if base.startswith("TIMESTAMP"):
        return "zoned" if "TIME ZONE" in base else "time"
    return known.get(base, "other")
