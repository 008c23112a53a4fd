"""Rows of cells (a sheet, an HTML table) to a raw table: the same header and sorter as for text files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest.cells import filled
from ltvlib.ingest.header import Header, find_header
from ltvlib.ingest.model import Limits, RawTable, ReadOptions
from ltvlib.ingest.rawfile import RAW_NAME, Progress, RawWriter, check_invariant, columns_of, in_order
from ltvlib.ingest.sorter import Sorter

SAMPLE_ROWS = 400

Rows = Callable[[], Iterator[tuple[int, Sequence[Any]]]]


@dataclass(frozen=True)
class Grid:
    """A rectangle of typed cells that can be walked through several times.

    Attributes:
        rows: gives (1-based row number, cells) anew at each call.
        width: cells per row.
        container: ``xlsx``, ``xls``, ``ods`` or ``html``.
    """

    rows: Rows
    width: int
    container: str


def show(value: Any) -> str:
    """A cell as text: whole numbers without ``.0`` or exponent, dates in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return _number(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.isoformat(" ") if value.time() != dt.time() else value.date().isoformat()
    return str(value)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e22:
        return str(int(value))
    return format(Decimal(repr(value)), "f") if value == value and abs(value) < 1e30 else str(value)


def read_grid(grid: Grid, out_dir: Path, options: ReadOptions, limits: Limits, progress: Progress) -> RawTable:
    """Find the table in the grid and write it.

    Raises:
        ReadError: nothing in it looks like a table.
        LimitError: it is too wide.
    """
    progress("Finding the table", 0.4)
    header = _header(grid, options, limits)
    sorter = Sorter(header, check_width=False)
    progress("Reading rows", 0.5)
    kinds, kept = _judge(grid, header, sorter)
    if not sorter.records:
        raise ReadError("The table has a header but no rows below it; export it again with a longer period.")
    width = _filled_width(header, kinds)
    header = replace(header, names=header.names[:width], raw=header.raw[:width])
    final = [kind or "text" for kind in kinds[:width]]
    progress("Writing rows", 0.8)
    with RawWriter(out_dir / RAW_NAME, final) as writer:
        for line, cells in _chosen(grid, kept):
            writer.add(line, [_fitted(value, kind) for value, kind in zip(cells[:width], final, strict=True)])
    return check_invariant(
        RawTable(
            path=str(out_dir / RAW_NAME),
            container=grid.container,
            columns=columns_of(header, final),
            rows=writer.rows,
            records=sorter.records,
            header_line=header.line,
            preamble=_preamble(grid, header),
            set_aside=in_order(sorter.set_aside),
            notes=header.notes,
        )
    )


def _texts(cells: Sequence[Any]) -> list[str]:
    return [show(value) for value in cells]


def _header(grid: Grid, options: ReadOptions, limits: Limits) -> Header:
    sample: list[tuple[int, list[str]]] = []
    for line, cells in grid.rows():
        texts = _texts(cells)
        if filled(texts):
            sample.append((line, texts))
        if len(sample) >= SAMPLE_ROWS:
            break
    if not sample:
        raise ReadError("The sheet is empty; choose another sheet or export the table again.")
    if grid.width > limits.columns:
        raise LimitError(
            "The table has {columns} columns, more than the {limit} allowed; export fewer columns.",
            columns=grid.width,
            limit=limits.columns,
        )
    return find_header(sample, options.header_line, grid.width)


def _judge(grid: Grid, header: Header, sorter: Sorter) -> tuple[list[str], set[int]]:
    """First walk: which rows are data, and of which kind each column is."""
    kinds = [""] * header.width
    kept: set[int] = set()
    waiting: dict[int, Sequence[Any]] = {}

    def keep(ready: Iterator[tuple[int, Sequence[str]]]) -> None:
        for line, _ in ready:
            kept.add(line)
            _widen(kinds, waiting.pop(line))

    for line, cells in grid.rows():
        if line <= header.line:
            continue
        texts = _texts(cells)
        waiting[line] = cells
        keep(sorter.take(line, texts, "; ".join(texts).rstrip("; ")))
        if len(waiting) > 1_000:
            waiting = dict(list(waiting.items())[-100:])
    keep(sorter.finish())
    return kinds, kept


def _widen(kinds: list[str], cells: Sequence[Any]) -> None:
    for place, value in enumerate(cells[: len(kinds)]):
        if value == "" or value is None or kinds[place] == "text":
            continue
        kind = _kind(value)
        if kind and kinds[place] != kind:
            kinds[place] = kind if not kinds[place] else "text"


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "text" if value.strip() else ""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return "timestamp" if isinstance(value, dt.date) else "text"


def _filled_width(header: Header, kinds: Sequence[str]) -> int:
    """Columns without the last ones that have neither a name nor a value."""
    width = header.width
    while width > 1 and not kinds[width - 1] and width - 1 in header.unnamed:
        width -= 1
    return width


def _chosen(grid: Grid, kept: set[int]) -> Iterator[tuple[int, Sequence[Any]]]:
    return ((line, cells) for line, cells in grid.rows() if line in kept)


def _fitted(value: Any, kind: str) -> Any:
    if kind == "text":
        return show(value)
    if isinstance(value, str):
        return None
    if kind == "timestamp" and not isinstance(value, dt.datetime):
        return None if value is None else dt.datetime.combine(value, dt.time())
    return value


def _preamble(grid: Grid, header: Header) -> tuple[str, ...]:
    found: list[str] = []
    for line, cells in grid.rows():
        if line >= header.line or len(found) >= 40:
            break
        texts = [text for text in _texts(cells) if text.strip()]
        if texts:
            found.append("; ".join(texts)[:200])
    return tuple(found)
