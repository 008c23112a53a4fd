"""Engines from what the user has, and a source from a table's name and a mapping."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from pathlib import Path
from typing import Any

from ltvlib.errors import N_, LtvError
from ltvlib.ingest.model import Mapping
from ltvlib.remote.adbc import Adbc
from ltvlib.remote.clickhouse import ClickHouse
from ltvlib.remote.dialect import Engine
from ltvlib.remote.duck import Duck
from ltvlib.remote.postgres import Postgres
from ltvlib.remote.source import Source
from ltvlib.remote.spark import Spark

ENGINES = ("duckdb", "postgres", "adbc", "clickhouse", "spark")
_MODULES = {
    **{"duckdb": Duck, "_duckdb": Duck, "psycopg": Postgres, "adbc_driver_manager": Adbc},
    **{"clickhouse_connect": ClickHouse, "pyspark": Spark},
}


def engine_of(what: Any, zone: str = "") -> Engine:
    """An engine from a DuckDB path or connection, a SparkSession, a ClickHouse client, a psycopg or an ADBC connection to Postgres.

    Raises:
        LtvError: it is none of these.
    """
    if isinstance(what, str | Path):
        return Spark.connect(str(what), zone) if str(what).startswith("sc://") else Duck(what)
    module = type(what).__module__.split(".")[0]
    if module == "pyspark":
        return Spark(what, zone)
    if module not in _MODULES:
        raise LtvError(
            "Bring a DuckDB path or connection, a SparkSession, a ClickHouse client, or a connection of psycopg or ADBC."
        )
    made: Engine = _MODULES[module](what)
    return made


def connect(kind: str, settings: Dict[str, Any], zone: str = "") -> Engine:
    """Open an engine by its name and settings: ``path`` (duckdb), ``remote`` (spark), those of the driver otherwise.

    ``adbc`` is Postgres with answers that come as Arrow.

    Raises:
        LtvError: the driver is not installed, or the database does not let us in.
    """
    if kind == "duckdb":
        return Duck(Path(settings["path"]))
    if kind == "spark":
        return Spark.connect(settings["remote"], zone)
    if kind == "postgres":
        return Postgres.connect(**settings)
    if kind == "adbc":
        return Adbc.connect(**settings)
    if kind == "clickhouse":
        return ClickHouse.connect(**settings)
    raise LtvError("The engine {name} is not known; choose one of {known}.", name=kind[:40], known=", ".join(ENGINES))


def find_table(engine: Engine, name: str) -> tuple[str, ...]:
    """The full name of the one table that is called so, with or without schema.

    Raises:
        LtvError: there is none, or there are several.
    """
    found = [table for table in engine.tables() if ".".join(table).endswith(name) and _ends(table, name)]
    if len(found) != 1:
        text = N_("There is no table {table} that this connection may read.")
        raise LtvError(
            N_("Several tables are called {table}; write the schema before the name.") if found else text,
            table=name[:80],
        )
    return found[0]


def _ends(table: tuple[str, ...], name: str) -> bool:
    return any(".".join(table[place:]) == name for place in range(len(table)))


def source(engine: Engine, table: str | tuple[str, ...], mapping: Mapping, zone: str = "") -> Source:
    """A table under a mapping, checked; raises ``LtvError`` or ``MappingError`` where it cannot be read."""
    full = table if isinstance(table, tuple) else find_table(engine, table)
    return Source(full, engine.fields(full), mapping, zone).checked()
