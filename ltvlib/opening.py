"""From canonical tables on disk to an open workspace: which files, how they are read, marts built, database locked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ltvlib.engine import Database, EngineLimits, literal, quote
from ltvlib.errors import LtvError
from ltvlib.margins import with_assumed_rate
from ltvlib.schema import TABLES, Table
from ltvlib.workspace import DataSet, Workspace


def open_parquet(
    tables: Mapping[str, Path], info: DataSet, limits: EngineLimits | None = None, **build: Callable[[str, float], None]
) -> Workspace:
    """Open canonical Parquet files written by :mod:`ltvlib.ingest`; ``orders`` is required.

    The orders are read from their file while the marts are built and are not copied into memory.
    """
    found = {name: _Source(f"read_parquet({literal(str(path))})") for name, path in tables.items()}
    if "orders" in found:
        numbered = f"read_parquet({literal(str(tables['orders']))}, file_row_number=true)"
        found["orders"] = _Source(numbered, "file_row_number", "view")
    return _open(found, info, limits, **build)


def open_csv_folder(folder: Path, info: DataSet, limits: EngineLimits | None = None) -> Workspace:
    """Open a folder of canonical CSV files (the samples): comma, UTF-8, ISO dates, header in schema order."""
    paths = {name: folder / f"{name}.csv" for name in TABLES}
    found = {name: _Source(_csv(TABLES[name], path)) for name, path in paths.items() if path.exists()}
    return _open(found, info, limits)


@dataclass(frozen=True)
class _Source:
    """Where a canonical table is read from, what numbers its rows, and whether it is copied or only seen."""

    relation: str
    row_number: str = "row_number() over () - 1"
    kind: str = "table"


def _csv(table: Table, path: Path) -> str:
    columns = ", ".join(f"{literal(c.name)}: {literal(c.type)}" for c in table.columns)
    return (
        f"read_csv({literal(str(path))}, auto_detect=false, header=true, delim=',', quote='\"', escape='\"', "
        f"compression='none', columns={{{columns}}})"
    )


def _create(table: Table, source: _Source | None, present: frozenset[str] = frozenset()) -> str:
    """SQL that makes a canonical table from the columns ``present``; the orders get ``order_key``, their place in the file."""
    columns = [
        f"cast({quote(c.name) if c.name in present or (source and c.required) else 'null'} as {c.type}) as {quote(c.name)}"
        for c in table.columns
    ]
    if source is None:
        return f"create table {quote(table.name)} as select {', '.join(columns)} where false"
    if table.name == "orders":
        columns.append(f"cast({source.row_number} as bigint) as order_key")
    wanted = ", ".join(columns)
    return f"create {source.kind} {quote(table.name)} as select {wanted} from {source.relation}"  # noqa: S608


def create_empty(table: Table) -> str:
    """SQL that makes a canonical table without rows."""
    return _create(table, None)


def _columns(database: Database, source: _Source | None) -> frozenset[str]:
    """Names of the columns a source has; a file made before a column was thought of opens all the same."""
    if source is None:
        return frozenset()
    return frozenset(row[0] for row in database.rows(f"describe select * from {source.relation}"))  # noqa: S608


def _open(
    sources: Mapping[str, _Source], info: DataSet, limits: EngineLimits | None, **build: Callable[[str, float], None]
) -> Workspace:
    if "orders" not in sources:
        raise LtvError("There are no orders in this data set; upload a file of orders first.")
    database = Database(limits)
    try:
        for table in TABLES.values():
            source = sources.get(table.name)
            database.execute(_create(table, source, _columns(database, source)))
        return Workspace(database, with_assumed_rate(database, info), frozenset(sources)).build(**build)
    except BaseException:
        database.close()
        raise
