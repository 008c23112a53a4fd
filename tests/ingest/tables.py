"""Tiny raw tables for the tests, as a reader would leave them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ltvlib.ingest.model import RawColumn, RawTable, SetAside


def raw_table(
    folder: Path,
    header: str | Sequence[str],
    rows: Sequence[Sequence[object]] | str,
    set_aside: Sequence[SetAside] = (),
) -> RawTable:
    """A raw table from a header and rows (or ``;`` separated text); blanks become NULL, lines start at 2."""
    names = header.split(";") if isinstance(header, str) else list(header)
    if isinstance(rows, str):
        rows = [line.split(";") for line in rows.strip("\n").split("\n")]
    values = [[(cell.strip() or None) if isinstance(cell, str) else cell for cell in row] for row in rows]
    data: dict[str, pa.Array] = {"line": pa.array(range(2, len(values) + 2), pa.int64())}
    columns = []
    for place, name in enumerate(names):
        cells = [row[place] for row in values]
        kind = _kind(cells)
        data[f"c{place}"] = pa.array(cells, {"text": pa.string(), "number": pa.float64()}.get(kind))
        columns.append(RawColumn(f"c{place}", name, kind))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "raw.parquet"
    pq.write_table(pa.table(data), path)
    count = len(values)
    return RawTable(str(path), "csv", tuple(columns), count, count + len(set_aside), set_aside=tuple(set_aside))


def _kind(cells: Sequence[object]) -> str:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {int, float}:
        return "number"
    return {datetime: "timestamp", bool: "bool"}.get(next(iter(kinds), str), "text")


def read(folder: Path, name: str) -> list[dict[str, object]]:
    """Rows of a written table."""
    return pq.read_table(folder / f"{name}.parquet").to_pylist()
