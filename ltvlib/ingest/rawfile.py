"""Writing the raw table: rows go to Parquet in blocks, so that memory does not grow with the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ltvlib.errors import LtvError
from ltvlib.ingest.cells import SPACES
from ltvlib.ingest.header import Header
from ltvlib.ingest.model import RawColumn, RawTable, SetAside

BLOCK = 20_000
RAW_NAME = "raw.parquet"

Progress = Callable[[str, float], None]

_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "timestamp": pa.timestamp("us"),
    "bool": pa.bool_(),
}


def silent(message: str, share: float) -> None:
    """A progress callback that does nothing."""


class RawWriter:
    """Collects rows and writes them as ``line, c0..cN``; text is trimmed, empty text becomes null."""

    def __init__(self, path: Path, kinds: Sequence[str]) -> None:
        self.kinds = list(kinds)
        self.rows = 0
        self._lines: list[int] = []
        self._cells: list[Sequence[Any]] = []
        fields = [pa.field("line", pa.int64())]
        fields += [pa.field(f"c{place}", _TYPES[kind]) for place, kind in enumerate(self.kinds)]
        self._schema = pa.schema(fields)
        self._writer = pq.ParquetWriter(path, self._schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
            self._writer.close()
            return
        # The first failure (a full disk, a stated limit) is the one to report.
        with suppress(Exception):
            self._writer.close()

    def add(self, line: int, cells: Sequence[Any]) -> None:
        """Append one row; ``cells`` has one value per column."""
        self._lines.append(line)
        self._cells.append(cells)
        self.rows += 1
        if len(self._lines) >= BLOCK:
            self._flush()

    def _flush(self) -> None:
        if not self._lines:
            return
        columns = list(zip(*self._cells, strict=True))
        arrays = [pa.array(self._lines, pa.int64())]
        arrays += [_array(values, kind) for values, kind in zip(columns, self.kinds, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._lines, self._cells = [], []


def _array(values: Sequence[Any], kind: str) -> pa.Array:
    if kind != "text":
        return pa.array([None if value == "" else value for value in values], _TYPES[kind])
    trimmed = pc.utf8_trim(pa.array(values, pa.string()), characters=SPACES)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def columns_of(header: Header, kinds: Sequence[str] | None = None) -> tuple[RawColumn, ...]:
    """The columns as the mapping page shows them."""
    kinds = kinds or ["text"] * header.width
    return tuple(RawColumn(f"c{place}", name, kinds[place]) for place, name in enumerate(header.names))


def check_invariant(table: RawTable) -> RawTable:
    """No record may be lost or counted twice; anything else is a fault of this program and stops the import."""
    if table.records != table.rows + len(table.set_aside):
        raise LtvError(
            "The reader lost count ({records} records, {rows} rows, {aside} set aside); please report this file's shape.",
            records=table.records,
            rows=table.rows,
            aside=len(table.set_aside),
        )
    return table


def in_order(found: Sequence[SetAside]) -> tuple[SetAside, ...]:
    """Set-aside records in the order of the file."""
    return tuple(sorted(found, key=lambda item: item.line))
