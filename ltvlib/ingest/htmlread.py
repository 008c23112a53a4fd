"""HTML tables (many exports named .xls are nothing else): parsed as a stream, the largest table is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest.bytescan import scan
from ltvlib.ingest.grid import Grid, read_grid
from ltvlib.ingest.model import Limits, RawTable, ReadOptions
from ltvlib.ingest.rawfile import Progress, silent
from ltvlib.ingest.text import settle

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]{2,30})""", re.I)
_SPACE = re.compile(r"[ \t\r\n]+")
_MOST_ROWS_SPANNED = 2_000

Cells = list[str]


def read_html(
    source: Path,
    out_dir: Path,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> RawTable:
    """Read the largest table of an HTML file into a raw table.

    Raises:
        ReadError: there is no table in it.
        LimitError: the table is too large.
    """
    options, limits = options or ReadOptions(), limits or Limits()
    progress("Settling the encoding", 0.05)
    text = settle(source, out_dir, options.encoding or _declared(source))
    try:
        progress("Reading rows", 0.2)
        tables = _tables(text.path, limits)
    finally:
        if text.path != source:
            text.path.unlink(missing_ok=True)
    rows = max(tables.values(), key=lambda found: sum(map(len, found)), default=[])
    if not rows:
        raise ReadError("The page holds no table; export the table as CSV or XLSX.")
    width = max(map(len, rows))
    padded = [[*cells, *[""] * (width - len(cells))] for cells in rows]
    table = read_grid(Grid(lambda: iter(enumerate(padded, 1)), width, "html"), out_dir, options, limits, progress)
    return replace(table, encoding=text.encoding, notes=(*text.notes, *table.notes))


def _declared(source: Path) -> str | None:
    """The declared charset, unless the bytes say otherwise (a BOM, or valid UTF-8 with real UTF-8 letters)."""
    with source.open("rb") as file:
        head = file.read(4096)
    facts = scan(source)
    match = _CHARSET.search(head)
    if match is None or head.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return None
    name = match.group(1).decode("ascii").lower()
    if facts.first_bad < 0:
        return None
    if name.startswith("utf"):
        return None
    try:
        b"".decode(name)
    except LookupError:
        return None
    return {"windows-1251": "cp1251", "windows-1252": "cp1252", "windows-1250": "cp1250"}.get(name, name)


def _tables(path: Path, limits: Limits) -> dict[int, list[Cells]]:
    """Rows by table, in the order of the file."""
    from lxml import etree

    tables: dict[int, list[Cells]] = {}
    spans: dict[int, dict[int, tuple[int, str]]] = {}
    numbers: dict[Any, int] = {}
    count = 0
    try:
        events = etree.iterparse(
            str(path), events=("start", "end"), tag=("table", "tr"), html=True, encoding="utf-8", no_network=True
        )
        for event, element in events:
            if element.tag == "table" and event == "start":
                numbers[element] = len(numbers)
            elif element.tag == "tr" and event == "end":
                number = _owner(element, numbers)
                tables.setdefault(number, []).append(_cells(element, spans.setdefault(number, {}), limits))
                element.clear()
                count += 1
                if count > limits.sheet_rows:
                    raise LimitError(
                        "The table has more than {limit} rows; save it as CSV, which may be far longer.",
                        limit=limits.sheet_rows,
                    )
    except etree.LxmlError as error:
        raise ReadError("The page is damaged and cannot be read; export the table as CSV or XLSX.") from error
    return tables


def _owner(element: Any, numbers: dict[Any, int]) -> int:
    return next((numbers[above] for above in element.iterancestors("table") if above in numbers), -1)


def _cells(row: Any, spans: dict[int, tuple[int, str]], limits: Limits) -> Cells:
    """Texts of a row; a spanning cell fills the first of its columns and, downwards, every row it covers."""
    cells: Cells = []
    for cell in row.iterchildren("td", "th"):
        _fill_spans(cells, spans)
        value = _text(cell)
        below = _span(cell.get("rowspan"), _MOST_ROWS_SPANNED)
        across = _span(cell.get("colspan"), limits.columns)
        for step in range(across):
            if below > 1:
                spans[len(cells)] = (below - 1, value if step == 0 else "")
            cells.append(value if step == 0 else "")
        if len(cells) > limits.columns * 2:
            raise LimitError("The table has more than {limit} columns; export fewer columns.", limit=limits.columns)
    _fill_spans(cells, spans)
    return cells


def _fill_spans(cells: Cells, spans: dict[int, tuple[int, str]]) -> None:
    while (left := spans.get(len(cells))) is not None:
        count, value = left
        if count > 1:
            spans[len(cells)] = (count - 1, value)
        else:
            del spans[len(cells)]
        cells.append(value)


def _span(value: str | None, most: int) -> int:
    return min(max(int(value), 1), most) if value and value.strip().isdigit() and len(value) < 10 else 1


def _text(cell: Any) -> str:
    lines = (_SPACE.sub(" ", line).strip(" ") for line in "".join(_walk(cell)).split("\0"))
    return "\n".join(line for line in lines if line)


def _walk(cell: Any) -> Iterator[str]:
    """Texts inside the cell; a line break element becomes a zero byte. Scripts and styles are no text."""
    yield cell.text or ""
    for child in cell.iterdescendants():
        if child.tag == "br":
            yield "\0"
        elif isinstance(child.tag, str) and child.tag not in ("script", "style", "table"):
            yield child.text or ""
        yield child.tail or ""
