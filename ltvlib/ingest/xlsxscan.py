"""A look at a workbook's XML before the real reader touches it.

The reader allocates the whole rectangle of a sheet and a copy of every shared string it meets; a few
KB can make it abort. Here the parts are only streamed and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zipfile import ZipInfo

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest.model import Limits
from ltvlib.ingest.zips import Archive

_OVERLAP = 4096
_STRING_CAP = 200_000
_LONG_STRING = 4_096
_EXCEL_ROWS = 1_048_576
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,9})(\d+)["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]{0,300}?\br\s*=\s*["'](\d+)["']""")
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)
_STRING_END = re.compile(rb"</(?:\w+:)?si>")
_STRING_REF = re.compile(rb"""\bt\s*=\s*["']s["'][^>]{0,200}>\s*<(?:\w+:)?v>(\d+)<""")
_BARE_FORMULA = re.compile(
    rb"<(?:\w+:)?f\b[^>]{0,300}?(?:/>|>[^<]{0,2000}</(?:\w+:)?f>)\s*(?:<v\s*/>|<v></v>)?\s*</(?:\w+:)?c>"
)
_REPEAT = re.compile(rb"""number-(rows|columns)-repeated\s*=\s*["'](\d+)["']([^>]{0,400}>)\s*(<[^>]{0,40})""")


@dataclass
class Scan:
    """What the look found.

    Attributes:
        formulas: formula cells without a stored result (in blocks, so nearly exact).
    """

    formulas: int = 0
    rows: int = 0
    columns: int = 0


def scan_workbook(path: Path, limits: Limits) -> Scan:
    """Check a workbook (XLSX or ODS) against the limits.

    Raises:
        LimitError: it is larger than allowed, unpacked.
        ReadError: it is damaged, or holds what no spreadsheet program writes.
    """
    archive = Archive(path, limits)
    scan = Scan()
    long_strings: dict[int, int] = {}
    sheets = []
    for info in archive.members:
        name = info.filename.lower().replace("\\", "/")
        if name.endswith("sharedstrings.xml"):
            long_strings.update(_shared(archive, info))
        elif name.endswith((".xml", ".rels")):
            _part(archive, info, scan, limits)
            sheets += [info] if "worksheets/" in name else []
        else:
            for _ in archive.pieces(info):
                pass
    if long_strings:
        _references(Archive(path, limits), sheets, long_strings, limits)
    return scan


def _blocks(archive: Archive, info: ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Pieces of a part with the end of the one before in front; the number says how much is repeated."""
    tail = b""
    for piece in archive.pieces(info):
        yield tail + piece, len(tail)
        tail = (tail + piece)[-_OVERLAP:]


def _part(archive: Archive, info: ZipInfo, scan: Scan, limits: Limits) -> None:
    for block, old in _blocks(archive, info):
        if _ENTITY.search(block):
            raise ReadError("The workbook holds a document type, which no spreadsheet writes; save it again as XLSX.")
        if b"-repeated" in block:
            _check_repeats(block, limits)
        _check_box(block, scan, limits)
        if b"<f" in block or b":f" in block:
            scan.formulas += sum(match.end() > old for match in _BARE_FORMULA.finditer(block))


def _check_box(block: bytes, scan: Scan, limits: Limits) -> None:
    """The rectangle of cells seen so far must fit; a few far cells make a huge one."""
    for match in _far_cells(limits).finditer(block):
        column, row = _column(match.group(1)), int(match.group(2))
        if row > limits.sheet_rows:
            raise _too_many_rows(limits)
        if column > limits.columns:
            raise LimitError(
                "The sheet has more than {limit} columns; delete the empty ones or export fewer.", limit=limits.columns
            )
    scan.rows = max([scan.rows, *map(int, _ROW.findall(block))])
    if scan.rows > _EXCEL_ROWS:
        raise _too_many_rows(limits)
    # Columns are looked at in the first cells of a block only; the reader's memory limit stands behind.
    cells = [_column(match.group(1)) for _, match in zip(range(1_000), _CELL.finditer(block), strict=False)]
    scan.columns = max([scan.columns, *cells])
    if scan.rows * scan.columns > limits.sheet_cells:
        raise _too_many_cells(limits)


def _too_many_rows(limits: Limits) -> LimitError:
    return LimitError(
        "The sheet has more than {limit} rows; save it as CSV, which may be far longer.", limit=limits.sheet_rows
    )


def _too_many_cells(limits: Limits) -> LimitError:
    return LimitError("The sheet has more than {limit} cells; save it as CSV.", limit=limits.sheet_cells)


@cache
def _far_cells(limits: Limits) -> re.Pattern[bytes]:
    """Cell references that may lie outside the limits: found without looking at each cell in Python."""
    digits = len(str(limits.sheet_rows))
    far_row = rb"[A-Za-z]{1,9}\d{%d,}" % digits
    far_column = rb"(?:[%s-Z][A-Z]|[A-Za-z]{3,9})\d+" % _first_letter(limits.columns)
    # A formatted cell without content (<c r="A1048576" s="1"/>) takes no room.
    return re.compile(
        rb"""\br\s*=\s*["'](?=(?:%s|%s)["'][^>]{0,200}(?<!/)>)([A-Za-z]+)(\d+)["']""" % (far_row, far_column)
    )


def _first_letter(columns: int) -> bytes:
    """First letter of a two-letter column name that may lie beyond ``columns``."""
    return bytes([min(65 + max(columns - 27, 0) // 26, 90)])


def _column(letters: bytes) -> int:
    number = 0
    for code in letters.upper():
        number = number * 26 + code - 64
    return number


def _check_repeats(block: bytes, limits: Limits) -> None:
    """ODS writes equal cells once with a count; only empty ones may be repeated without end."""
    for kind, count, attributes, inside in _REPEAT.findall(block):
        limit = limits.sheet_rows if kind == b"rows" else limits.columns
        filled = b"value" in attributes or (not attributes.endswith(b"/>") and b"text:p" in inside)
        if int(count) > limit and filled:
            raise _too_many_cells(limits)


# -- shared strings --------------------------------------------------------------------------------


def _shared(archive: Archive, info: ZipInfo) -> dict[int, int]:
    """Lengths of the long shared strings by their number."""
    found: dict[int, int] = {}
    index, size = 0, 0
    for piece in archive.pieces(info):
        if _ENTITY.search(piece):
            raise ReadError("The workbook holds a document type, which no spreadsheet writes; save it again as XLSX.")
        start = 0
        for match in _STRING_END.finditer(piece):
            size += match.start() - start
            if size > _LONG_STRING:
                found[index] = size
            index, size, start = index + 1, 0, match.end()
        size += len(piece) - start
        if size > _STRING_CAP * 6:
            raise LimitError("A cell holds more than {limit} characters; shorten it.", limit=_STRING_CAP)
    return found


def _references(archive: Archive, sheets: list[ZipInfo], long_strings: dict[int, int], limits: Limits) -> None:
    """Total text if every cell gets a copy of its string."""
    total = 0
    for info in sheets:
        for block, old in _blocks(archive, info):
            for match in _STRING_REF.finditer(block):
                if match.end() > old:
                    total += long_strings.get(int(match.group(1)), 0)
            if total > limits.memory_mb * 1_000_000 / 4:
                raise LimitError(
                    "The long texts of the sheet fill more than {limit} MB; save it as CSV.",
                    limit=limits.memory_mb // 4,
                )
