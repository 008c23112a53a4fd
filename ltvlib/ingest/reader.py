"""Any file to a raw table; the one entry point of the reading half of the import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest.containers import sniff
from ltvlib.ingest.model import Limits, RawTable, ReadOptions
from ltvlib.ingest.rawfile import RAW_NAME, Progress, silent
from ltvlib.ingest.zips import unpack_table


def read_raw(
    source: Path,
    out_dir: Path,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
    direct: bool = False,
) -> RawTable:
    """Find the table in ``source`` (a file, or a folder of Parquet files) and write it to Parquet in ``out_dir``.

    The kind of file is told by its content. Nothing is interpreted yet: values of text files stay text.
    Every record below the header is either a row or set aside with a reason. With ``direct``, a large clean
    file is not copied: the table then reads ``source`` itself, and inspection has to confirm that it may.

    Raises:
        ReadError: the file is no table, or cannot be read as one.
        LimitError: it is larger than allowed.
    """
    options, limits = options or ReadOptions(), limits or Limits()
    out_dir.mkdir(parents=True, exist_ok=True)
    size = _size(source)
    if not size:
        raise ReadError("The file is empty; export it again.")
    if size > limits.file_mb * 1_000_000:
        raise LimitError(
            "The file has {size} MB, more than the {limit} MB allowed; export a shorter period.",
            size=-(-size // 1_000_000),
            limit=limits.file_mb,
        )
    try:
        return _read(source, out_dir, options, limits, progress, direct)
    except BaseException:
        (out_dir / RAW_NAME).unlink(missing_ok=True)
        raise


def _size(source: Path) -> int:
    if not source.is_dir():
        return source.stat().st_size
    from ltvlib.ingest.parquetread import parquet_files

    return sum(path.stat().st_size for path in parquet_files(source))


def _read(
    source: Path, out_dir: Path, options: ReadOptions, limits: Limits, progress: Progress, direct: bool
) -> RawTable:
    progress("Looking at the file", 0.01)
    container = "parquet" if source.is_dir() else sniff(source, limits)
    if container != "zip":
        return _by_kind(container, source, out_dir, options, limits, progress, direct)
    member, name = unpack_table(source, out_dir, limits)
    try:
        inner = sniff(member, limits)
        if inner == "zip":
            raise ReadError("The archive holds another archive; unpack it and upload the table inside.")
        return replace(_by_kind(inner, member, out_dir, options, limits, progress), member=name)
    finally:
        member.unlink(missing_ok=True)


def _by_kind(
    container: str,
    source: Path,
    out_dir: Path,
    options: ReadOptions,
    limits: Limits,
    progress: Progress,
    direct: bool = False,
) -> RawTable:
    """The reader for the kind of file; imported only when needed, the child has to start quickly."""
    if container == "csv":
        from ltvlib.ingest.csvread import read_csv

        return read_csv(source, out_dir, options, limits, progress, direct)
    if container == "parquet":
        from ltvlib.ingest.parquetread import read_parquet

        return read_parquet(source, out_dir, limits, progress, direct)
    if container == "html":
        from ltvlib.ingest.htmlread import read_html

        return read_html(source, out_dir, options, limits, progress)
    from ltvlib.ingest.sheets import read_sheet

    return read_sheet(source, container, out_dir, options, limits, progress)
