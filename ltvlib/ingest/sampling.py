"""The first rows of a table and rows spread over the rest, without reading all of it where that can be helped."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from ltvlib.engine import Database, quote
from ltvlib.ingest.cells import clean
from ltvlib.ingest.model import RawTable
from ltvlib.ingest.records import Dialect, split
from ltvlib.ingest.styles import RAW
from ltvlib.ingest.values import cell, compose

SAMPLE_ROWS = 5_000
SAMPLE_CELLS = 400_000
_PLACES = 50
_PIECE = 64 << 10


def sample(database: Database, raw: RawTable) -> tuple[list[int], list[list[str]]]:
    """Lines and cells (by column) of the first rows and of rows spread over the file; line 0: not known."""
    wanted = max(50, min(SAMPLE_ROWS, SAMPLE_CELLS // max(len(raw.columns), 1))) // 2 + 1
    rows = {"csv": _text, "parquet": _typed}.get(raw.source.get("kind", ""), _copied)(database, raw, wanted)
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(len(raw.columns) + 1)]
    return columns[0], columns[1:]


def _cells(raw: RawTable) -> str:
    return ", ".join(f"coalesce({cell(c.key, c.kind)}, '') as {quote(c.key)}" for c in raw.columns)


def _first(database: Database, raw: RawTable, wanted: int) -> list[tuple[object, ...]]:
    sql = "select line, {cells} from {table} limit {wanted}"
    return database.rows(compose(sql, cells=_cells(raw), table=RAW, wanted=wanted))


def _copied(database: Database, raw: RawTable, wanted: int) -> list[tuple[object, ...]]:
    """From a copy: every n-th line."""
    step = max(1, raw.rows // (2 * wanted - 2) * 2)
    sql = (
        "select * from (select line, {cells} from {table} limit {head}) union "
        "select * from (select line, {cells} from {table} where line % {step} = 0 limit {head}) order by line"
    )
    return database.rows(compose(sql, cells=_cells(raw), table=RAW, head=wanted, step=step))


def _typed(database: Database, raw: RawTable, wanted: int) -> list[tuple[object, ...]]:
    """From Parquet: short runs of rows; row groups that hold none of them are skipped."""
    rows = _first(database, raw, wanted)
    run = -(-wanted // _PLACES)
    sql = "select line, {cells} from {table} where line between {first} and {last}"
    firsts = (max(wanted + 1, raw.rows * (place + 1) // _PLACES - run + 1) for place in range(_PLACES))
    runs = [
        compose(sql, cells=_cells(raw), table=RAW, first=first, last=min(first + run - 1, raw.rows))
        for first in firsts
        if first <= raw.rows
    ]
    with ThreadPoolExecutor(2) as pool:  # a run lies in one row group, which one thread reads
        return [*rows, *chain.from_iterable(pool.map(database.rows, runs))]


def _text(database: Database, raw: RawTable, wanted: int) -> list[tuple[object, ...]]:
    """From text: lines at even distances; no quoted value holds a line end there."""
    path, dialect = Path(raw.source["files"][0][0]), Dialect(raw.source["delimiter"])
    width = len(raw.columns)
    spread: list[tuple[object, ...]] = []
    for line in _spread_lines(path, wanted, wanted / max(raw.rows, 1)):
        fields, state = split(line, dialect)
        if state == "ok" and len(fields) >= width:
            spread.append((0, *(clean(value) for value in fields[:width])))
    return _first(database, raw, wanted) + spread


def _spread_lines(path: Path, wanted: int, known: float) -> Iterator[str]:
    """Whole lines from even distances, the same number at each; none from the share that is known already."""
    size, places = path.stat().st_size, 4 * _PLACES
    run = -(-wanted // places)
    with path.open("rb") as file:
        for place in range(int(known * places) + 1, places):
            file.seek(size * place // places)
            for line in file.read(_PIECE).split(b"\n")[1:-1][:run]:
                yield line.decode("utf-8", "replace").rstrip("\r")
