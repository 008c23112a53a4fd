"""Parquet: typed columns are kept typed; read only in the limited child, damaged files do happen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest.cells import SPACES
from ltvlib.ingest.header import unique_names
from ltvlib.ingest.model import Limits, Note, RawColumn, RawTable
from ltvlib.ingest.rawfile import RAW_NAME, Progress, check_invariant, silent

_BATCH = 65_536


def read_parquet(source: Path, out_dir: Path, limits: Limits | None = None, progress: Progress = silent) -> RawTable:
    """Copy a Parquet file into a raw table with safe column names.

    Raises:
        ReadError: the file is damaged or empty.
        LimitError: it is too wide.
    """
    limits = limits or Limits()
    progress("Reading rows", 0.1)
    try:
        return _copy(source, out_dir, limits, progress)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, UnicodeError, OverflowError) as error:
        raise ReadError("The Parquet file is damaged and cannot be read; export it again.") from error


def _copy(source: Path, out_dir: Path, limits: Limits, progress: Progress) -> RawTable:
    with pq.ParquetFile(source, memory_map=False, pre_buffer=False) as file:
        schema = file.schema_arrow
        if len(schema) > limits.columns:
            raise LimitError(
                "The table has {columns} columns, more than the {limit} allowed; export fewer columns.",
                columns=len(schema),
                limit=limits.columns,
            )
        kinds = [_kind(field.type) for field in schema]
        rows = _write(_batches(file), schema, kinds, out_dir / RAW_NAME, max(file.metadata.num_rows, 1), progress)
    if not rows:
        raise ReadError("The file has columns but no rows; export it again with a longer period.")
    names = unique_names(schema.names)
    columns = tuple(
        RawColumn(f"c{place}", name, kind) for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )
    notes = tuple(
        Note("The times in {column} carry a time zone and were read as UTC.", {"column": name})
        for name, field in zip(names, schema, strict=True)
        if pa.types.is_timestamp(field.type) and field.type.tz
    )
    return check_invariant(
        RawTable(str(out_dir / RAW_NAME), "parquet", columns, rows, rows, header_line=0, notes=notes)
    )


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    yield from file.iter_batches(batch_size=_BATCH, use_threads=False)


def _write(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, kinds: list[str], path: Path, total: int, progress: Progress
) -> int:
    fields = [
        pa.field(f"c{place}", _target(field.type, kind))
        for place, (field, kind) in enumerate(zip(schema, kinds, strict=True))
    ]
    target = pa.schema([pa.field("line", pa.int64()), *fields])
    done = 0
    with pq.ParquetWriter(path, target) as writer:
        for batch in batches:
            lines = pa.array(range(done + 1, done + 1 + batch.num_rows), pa.int64())
            arrays = [_cast(column, field.type) for column, field in zip(batch.columns, fields, strict=True)]
            writer.write_batch(pa.record_batch([lines, *arrays], schema=target))
            done += batch.num_rows
            progress("Reading rows", min(0.1 + 0.8 * done / total, 0.9))
    return done


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "bool"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    return "timestamp" if pa.types.is_timestamp(kind) or pa.types.is_date(kind) else "text"


def _target(kind: pa.DataType, shown: str) -> pa.DataType:
    if shown == "timestamp":
        return pa.timestamp("us")
    if shown != "number":
        return pa.bool_() if shown == "bool" else pa.string()
    # Whole numbers stay whole: a long id does not fit a double.
    if pa.types.is_integer(kind):
        return pa.int64() if not pa.types.is_uint64(kind) else pa.decimal128(20, 0)
    return kind if pa.types.is_decimal128(kind) else pa.float64()


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(kind) and pa.types.is_timestamp(column.type) and column.type.tz:
        # Arrow keeps zoned times as UTC inside: dropping the zone leaves UTC.
        column = column.cast(pa.timestamp(column.type.unit, "UTC"))
    if not pa.types.is_string(kind):
        return column.cast(kind, safe=False)
    trimmed = pc.utf8_trim(_text(column), characters=SPACES)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _text(column: pa.Array) -> pa.Array:
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        # Lists and structs have no text form of their own; broken text is shown as far as it can be.
        return pa.array([None if value is None else _plain(value) for value in column.to_pylist()], pa.string())


def _plain(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
