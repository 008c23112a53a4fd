"""Text files: dialect and header from a sample, then the fast way or the tolerant way.

The fast way lets DuckDB read with everything fixed and is believed only when an independent count of
the bytes agrees. Whatever fails or disagrees there is read again line by line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from ltvlib.errors import N_, LimitError, ReadError
from ltvlib.ingest import csvfast
from ltvlib.ingest.cells import filled
from ltvlib.ingest.dialect import find_dialect
from ltvlib.ingest.header import Header, find_header
from ltvlib.ingest.model import Limits, Note, RawTable, ReadOptions
from ltvlib.ingest.rawfile import RAW_NAME, Progress, RawWriter, check_invariant, columns_of, in_order, silent
from ltvlib.ingest.records import Dialect, Line, Record, physical_lines, records
from ltvlib.ingest.sorter import Sorter, WiderTableError
from ltvlib.ingest.text import Text, settle

SAMPLE_LINES = 1_000
SAMPLE_CHARS = 2_000_000


@dataclass(frozen=True)
class Plan:
    """All that is settled before the file is read in full.

    Attributes:
        text: UTF-8 file.
        dialect: how fields are told apart.
        header: where the table begins and what its columns are called.
        first: first physical line that belongs to the table's body.
        sample: records of the sample, the header's own included.
        preamble: lines above the header.
        notes: decisions so far.
    """

    text: Text
    dialect: Dialect
    header: Header
    first: int
    sample: tuple[Record, ...]
    preamble: tuple[str, ...]
    notes: tuple[Note, ...]


def read_csv(
    source: Path,
    out_dir: Path,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
    direct: bool = False,
) -> RawTable:
    """Read a delimited text file into a raw table; ``direct``: without a copy, where it is large and clean.

    Raises:
        ReadError: no table can be found in the text.
        LimitError: it is too wide.
    """
    options, limits = options or ReadOptions(), limits or Limits()
    progress("Settling the encoding", 0.05)
    text = settle(source, out_dir, options.encoding)
    try:
        progress("Finding the table", 0.15)
        plan = _plan(text, options, limits)
        task = csvfast.FastTask(plan.text, plan.dialect, plan.header, plan.first, plan.sample)
        # Text that had to be transcoded would leave a copy anyway: then the smaller one is kept.
        table = csvfast.read_fast(task, out_dir, limits, progress, direct and text.path == source)
        if table is None:
            table = _read_tolerant(plan, out_dir, limits, progress)
        return _finished(table, plan)
    finally:
        if text.path != source:
            text.path.unlink(missing_ok=True)


def _finished(table: RawTable, plan: Plan) -> RawTable:
    notes = (*plan.notes, *table.notes, *_loss_notes(table))
    done = replace(
        table,
        encoding=plan.text.encoding,
        delimiter=plan.dialect.delimiter,
        header_line=plan.header.line,
        preamble=plan.preamble,
        notes=notes,
    )
    if not done.rows and not done.set_aside:
        raise ReadError("The file has a header but no rows below it; export it again with a longer period.")
    return check_invariant(done)


def _loss_notes(table: RawTable) -> tuple[Note, ...]:
    bad = sum(item.reason.endswith(("fields", "quote", "long")) for item in table.set_aside)
    if table.records > 20 and bad > table.records / 2:
        raise ReadError(
            "{bad} of {records} rows have a different number of fields than the header; export the table again with every value in quotes.",
            bad=bad,
            records=table.records,
        )
    text = N_("{count} broken rows were set aside; see the list of refused rows.")
    return (Note(text, {"count": bad}, "warn"),) if bad else ()


# -- the plan ----------------------------------------------------------------------------------------


def _open(text: Text) -> TextIO:
    return text.path.open(encoding="utf-8", newline="", errors="replace")


def _longest(limits: Limits) -> int:
    return limits.line_mb * 1_000_000


def _plan(text: Text, options: ReadOptions, limits: Limits) -> Plan:
    lines = _sample(text, limits)
    found = find_dialect(lines, options.delimiter)
    rows = _sample_records(lines, found.dialect, found.sep_line, len(lines))
    header = find_header([(row.line, row.fields) for row in rows], options.header_line)
    if header.width > limits.columns:
        raise LimitError(
            "The table has {columns} columns, more than the {limit} allowed; export fewer columns.",
            columns=header.width,
            limit=limits.columns,
        )
    notes = list(text.notes)
    if not found.dialect.delimiter or (found.evenness < 0.6 and header.width > 1):
        notes.append(
            Note("No separator splits all lines evenly; if the columns look wrong, choose the separator.", {}, "warn")
        )
    first = rows[header.index].last_line + 1 if header.index >= 0 else (2 if found.sep_line else 1)
    above = [line for line in lines if line.number < header.line and line.text.strip()]
    preamble = tuple(line.text[:200] for line in above[:40])
    return Plan(text, found.dialect, header, first, tuple(rows), preamble, (*notes, *header.notes))


def _sample(text: Text, limits: Limits) -> list[Line]:
    lines: list[Line] = []
    size = 0
    with _open(text) as file:
        for line in physical_lines(file, _longest(limits)):
            lines.append(line)
            size += len(line.text)
            if len(lines) >= SAMPLE_LINES or size >= SAMPLE_CHARS:
                break
    usable = [line for line in lines if line.text.strip() and not line.too_long]
    if not usable:
        if any(line.too_long for line in lines):
            raise LimitError(
                "The first line is longer than {limit} MB; this is no table, export it again as CSV.",
                limit=limits.line_mb,
            )
        raise ReadError("The file is empty; export it again.")
    return lines


def _sample_records(lines: list[Line], dialect: Dialect, sep_line: bool, count: int) -> list[Record]:
    body = lines[1:] if sep_line else lines
    found = [row for row in records(body, dialect) if not row.fault and filled(row.fields)]
    # A comment or a title above the table has no fields to compare; keep it out of the header's way only if marked.
    found = [row for row in found if not row.text.startswith("#") or len(row.fields) > 1] or found
    return found[:-1] if count >= SAMPLE_LINES and len(found) > 1 else found


# -- the tolerant way --------------------------------------------------------------------------------


def _read_tolerant(plan: Plan, out_dir: Path, limits: Limits, progress: Progress) -> RawTable:
    try:
        return _read_lines(plan, plan.header, out_dir, limits, progress)
    except WiderTableError:
        return _read_lines(plan, plan.header.widened(), out_dir, limits, progress)


def _body(plan: Plan, width: int, limits: Limits) -> Iterator[Record]:
    with _open(plan.text) as file:
        lines = (line for line in physical_lines(file, _longest(limits)) if line.number >= plan.first)
        yield from records(lines, plan.dialect, width, _longest(limits))


def _read_lines(plan: Plan, header: Header, out_dir: Path, limits: Limits, progress: Progress) -> RawTable:
    sorter = Sorter(header)
    size = max(plan.text.facts.size, 1)
    read = 0
    with RawWriter(out_dir / RAW_NAME, ["text"] * header.width) as writer:
        for count, record in enumerate(_body(plan, header.width, limits)):
            for line, cells in sorter.take(record.line, record.fields, record.text, record.fault):
                writer.add(line, cells)
            read += len(record.text)
            if count % 20_000 == 0:
                progress("Reading rows", min(0.2 + 0.7 * read / size, 0.9))
        for line, cells in sorter.finish():
            writer.add(line, cells)
    return RawTable(
        path=str(out_dir / RAW_NAME),
        container="csv",
        columns=columns_of(header),
        rows=writer.rows,
        records=sorter.records,
        set_aside=in_order(sorter.set_aside),
    )
