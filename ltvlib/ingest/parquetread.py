"""Parquet: typed columns are kept typed; read only in the limited child, damaged files do happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest.cells import SPACES
from ltvlib.ingest.direct import is_literal, stamps
from ltvlib.ingest.header import unique_names
from ltvlib.ingest.model import Limits, Note, RawColumn, RawTable
from ltvlib.ingest.rawfile import RAW_NAME, Progress, check_invariant, silent

_BATCH = 65_536
_VIRTUAL = {"filename", "file_row_number", "file_index"}
"""Columns that the database adds to a Parquet file; a file that has them itself is copied."""


def read_parquet(
    source: Path, out_dir: Path, limits: Limits | None = None, progress: Progress = silent, direct: bool = False
) -> RawTable:
    """Read a Parquet file, or a folder of them, into a raw table with safe column names.

    ``direct``: without a copy, where all columns are of kinds that the database reads as they are.

    Raises:
        ReadError: a file is damaged or empty, or the files of a folder differ in their columns.
        LimitError: the table is too wide.
    """
    limits = limits or Limits()
    progress("Reading rows", 0.1)
    files = parquet_files(source) if source.is_dir() else [source]
    try:
        return _read(files, out_dir, limits, progress, direct)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, UnicodeError, OverflowError) as error:
        raise ReadError("The Parquet file is damaged and cannot be read; export it again.") from error


def parquet_files(folder: Path) -> list[Path]:
    """The Parquet files of a folder by name; hidden files (unfinished writes) are left out."""
    found = sorted(path for path in folder.iterdir() if path.suffix == ".parquet" and path.name[0] not in "._")
    if not found:
        raise ReadError("The folder holds no Parquet files; open one table file instead.")
    return found


def _read(files: list[Path], out_dir: Path, limits: Limits, progress: Progress, direct: bool) -> RawTable:
    schema, counts = _heads(files)
    if len(schema) > limits.columns:
        raise LimitError(
            "The table has {columns} columns, more than the {limit} allowed; export fewer columns.",
            columns=len(schema),
            limit=limits.columns,
        )
    if not sum(counts):
        raise ReadError("The file has columns but no rows; export it again with a longer period.")
    kinds = [_kind(field.type) for field in schema]
    source = _direct_source(files, schema, counts) if direct and all(map(is_literal, files)) else {}
    path = Path(files[0]) if source else out_dir / RAW_NAME
    rows = sum(counts) if source else _write(files, schema, kinds, path, max(sum(counts), 1), progress)
    table = RawTable(str(path), "parquet", _columns(schema, kinds, bool(source)), rows, rows, header_line=0)
    return check_invariant(replace(table, notes=_zone_notes(schema, table), source=source))


def _heads(files: list[Path]) -> tuple[pa.Schema, list[int]]:
    """The schema that all files share, and their rows."""
    schemas, counts = [], []
    for path in files:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            schemas.append(file.schema_arrow)
            counts.append(file.metadata.num_rows)
    for path, schema in zip(files, schemas, strict=True):
        if not schema.equals(schemas[0]):
            raise ReadError(
                "The files {first} and {second} have different columns; put only files of one table into the folder.",
                first=files[0].name,
                second=path.name,
            )
    return schemas[0], counts


def _columns(schema: pa.Schema, kinds: list[str], is_direct: bool) -> tuple[RawColumn, ...]:
    """Text read straight is taken for trimmed until inspection finds otherwise."""
    proven = [{"trimmed": True} if is_direct and kind == "text" else {} for kind in kinds]
    names = zip(unique_names(schema.names), kinds, proven, strict=True)
    return tuple(RawColumn(f"c{place}", name, kind, known) for place, (name, kind, known) in enumerate(names))


def _zone_notes(schema: pa.Schema, table: RawTable) -> tuple[Note, ...]:
    return tuple(
        Note("The times in {column} carry a time zone and were read as UTC.", {"column": column.name})
        for column, field in zip(table.columns, schema, strict=True)
        if pa.types.is_timestamp(field.type) and field.type.tz
    )


def _direct_source(files: list[Path], schema: pa.Schema, counts: list[int]) -> dict[str, Any]:
    """``RawTable.source``, or empty where a column needs a conversion that the database does otherwise."""
    casts = [_direct_cast(field.type) for field in schema]
    lowered = {name.casefold() for name in schema.names}
    if None in casts or len(lowered) < len(schema) or lowered & _VIRTUAL or not all(schema.names):
        return {}
    return {
        "kind": "parquet",
        "files": stamps(files),
        "before": [sum(counts[:place]) for place in range(len(counts))],
        "names": schema.names,
        "casts": casts,
    }


def _direct_cast(kind: pa.DataType) -> str | None:
    """SQL, with ``{}`` for the column, that gives what ``_cast`` gives; ``None`` where there is none."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        return "{}" if pa.types.is_string(kind) or pa.types.is_large_string(kind) else None
    if pa.types.is_timestamp(kind):
        nanos = kind.unit == "ns"
        return "make_timestamp(epoch_ns({}) // 1000)" if nanos else "make_timestamp(epoch_us({}))"
    simple = (
        (pa.types.is_uint64, "cast({} as decimal(20,0))"),
        (pa.types.is_integer, "cast({} as bigint)"),
        (lambda found: pa.types.is_float32(found) or pa.types.is_float64(found), "cast({} as double)"),
        (pa.types.is_date32, "cast({} as timestamp)"),
        (lambda found: pa.types.is_decimal128(found) or pa.types.is_boolean(found), "{}"),
        (lambda found: pa.types.is_string(found) or pa.types.is_large_string(found), "{}"),
    )
    return next((sql for test, sql in simple if test(kind)), None)


def _batches(files: list[Path]) -> Iterator[pa.RecordBatch]:
    for path in files:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            yield from file.iter_batches(batch_size=_BATCH, use_threads=False)


def _write(files: list[Path], schema: pa.Schema, kinds: list[str], path: Path, total: int, progress: Progress) -> int:
    fields = [
        pa.field(f"c{place}", _target(field.type, kind))
        for place, (field, kind) in enumerate(zip(schema, kinds, strict=True))
    ]
    target = pa.schema([pa.field("line", pa.int64()), *fields])
    done = 0
    with pq.ParquetWriter(path, target) as writer:
        for batch in _batches(files):
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
