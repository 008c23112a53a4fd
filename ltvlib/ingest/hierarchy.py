"""Reports that name the customer once above their documents (1C): the name is written down to every document.

Three shapes are known: the name in a column of its own that is empty beside documents; name and document in
one column ("Sale 0001 from 01.02.2025"), told apart by the date inside; and name, document and goods in one
column, told apart by the date and by the goods' sums making up the document's. A report is unfolded only where
the rows prove it: every row without a date is a heading with documents right below it, and where headings
carry sums, these are the sums of what stands below. Anything else is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ltvlib.engine import Database, EngineLimits, quote
from ltvlib.errors import N_
from ltvlib.ingest.model import Note, RawColumn, RawTable, SetAside
from ltvlib.ingest.rawfile import RAW_NAME, RawWriter, check_invariant, in_order
from ltvlib.ingest.records import TEXT_CAP
from ltvlib.ingest.styles import RAW, date_style, number_of, number_style, open_raw
from ltvlib.ingest.values import compose

MAX_ROWS = 200_000
"""A report made for people is not longer; longer tables are exports with a customer in every row."""
_DOCUMENT = re.compile(r"(.*?\S)\s+от\s+(\d{1,2}\.\d{1,2}\.\d{4}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?)(?:\s*г\.?)?\s*", re.S)
NUMBER, DATE, GOODS = "Номер документа", "Дата документа", "Номенклатура"
"""Columns made of a column of documents; the report is Russian wherever they are made."""
_SAME = Decimal("0.05")
"""Sums of a report are rounded."""


@dataclass
class _Sheet:
    """The rows in memory: cells by column name, and numbers by column where it holds any."""

    lines: list[int]
    cells: dict[str, list[Any]]
    numbers: dict[str, list[Decimal | None]]

    @property
    def rows(self) -> range:
        return range(len(self.lines))


def unfold(raw: RawTable, limits: EngineLimits | None = None) -> RawTable:
    """The table with headings written down to the rows below them and set aside as ``group``; else the table itself."""
    if raw.source or not 3 <= raw.rows <= MAX_ROWS or len(raw.columns) < 2:
        return raw
    with closing(Database(limits or EngineLimits())) as database:
        open_raw(raw, database)
        dated = _dated_below(database, raw)
        if dated is None:
            return raw
        sheet = _sheet(database, raw)
    sheet, dates = _documents(sheet, raw, dated)
    for name in dates:
        is_detail = [value is not None for value in sheet.cells[name]]
        groups = _groups(sheet, is_detail, name)
        if groups and _is_proven(sheet, is_detail, groups):
            return _written(raw, sheet, is_detail, groups)
    if len(sheet.cells) == len(raw.columns):
        return raw
    if all(value is not None for value in sheet.cells[DATE]):  # no headings, every row is a document
        return _written(raw, sheet, [True] * len(sheet.lines), [])
    goods = _goods(sheet)
    return (
        raw if goods is None else _written(raw, goods, [v is not None for v in goods.cells[GOODS]], [*goods.cells][:3])
    )


def _dated_below(database: Database, raw: RawTable) -> list[str] | None:
    """Columns of dates that the first row leaves empty: a report begins with a heading.

    Empty where no column holds dates; ``None`` where some do and the first row has them all, as in every usual export,
    whose rows need not be looked at then.
    """
    keys = ", ".join(quote(column.key) for column in raw.columns)
    first = database.rows(compose("select {keys} from {table} order by line limit 1", keys=keys, table=RAW))[0]
    pairs = list(zip(raw.columns, first, strict=True))
    empty = [column.name for column, value in pairs if value is None and _is_dated(database, column)]
    full = sorted(
        (column for column, value in pairs if value is not None), key=lambda column: column.kind != "timestamp"
    )
    return None if not empty and any(_is_dated(database, column) for column in full) else empty


def _is_dated(database: Database, column: RawColumn) -> bool:
    return column.kind == "timestamp" or bool(date_style(database, column, bare=False).dates)


def _sheet(database: Database, raw: RawTable) -> _Sheet:
    numeric = {}
    for column in raw.columns:
        style = number_style(database, column)
        if style.numbers and style.numbers == style.filled and style.decimal != "?":
            numeric[column.name] = f"cast({number_of(column, style)} as decimal(28, 4))"
    keys = ", ".join([f'"{column.key}"' for column in raw.columns] + list(numeric.values()))
    found = database.rows(compose("select line, {keys} from {table} order by line", keys=keys, table=RAW))
    by_column = [list(values) for values in zip(*found, strict=True)]
    names = [column.name for column in raw.columns]
    width = len(names)
    cells = dict(zip(names, by_column[1 : width + 1], strict=True))
    return _Sheet(by_column[0], cells, dict(zip(numeric, by_column[width + 1 :], strict=True)))


def _documents(sheet: _Sheet, raw: RawTable, dated: list[str]) -> tuple[_Sheet, list[str]]:
    """Where no column holds dates, a column of documents that name their date becomes three: heading, number, date."""
    if dated:
        return sheet, dated
    for name, values in sheet.cells.items():
        found = [_DOCUMENT.fullmatch(value) if isinstance(value, str) else None for value in values]
        if sum(match is not None for match in found) * 3 < len(values):
            continue
        cells = {
            name: [value if match is None else None for value, match in zip(values, found, strict=True)],
            NUMBER: [match[1].split()[-1] if match else None for match in found],
            DATE: [match[2] if match else None for match in found],
        }
        if not any(cells[name]):
            del cells[name]
        rest = {other: column for other, column in sheet.cells.items() if other not in (name, *cells)}
        return replace(sheet, cells={**cells, **rest}), [DATE]
    return sheet, []


def _goods(sheet: _Sheet) -> _Sheet | None:
    """The sheet with goods in a column of their own: the rows below a document whose numbers make up its number.

    ``None`` where that does not come out for every document and every heading, by the first column of numbers that
    all rows have.
    """
    name = next(iter(sheet.cells))
    full = [values for values in sheet.numbers.values() if None not in values]
    for values in full:
        numbers = [value or Decimal(0) for value in values]
        kinds = _kinds(numbers, [value is not None for value in sheet.cells[DATE]])
        if kinds is None:
            continue
        texts = sheet.cells[name]
        split = {
            name: [text if kind == "heading" else None for text, kind in zip(texts, kinds, strict=True)],
            NUMBER: sheet.cells[NUMBER],
            DATE: sheet.cells[DATE],
            GOODS: [text if kind == "goods" else None for text, kind in zip(texts, kinds, strict=True)],
        }
        return replace(sheet, cells={**split, **{k: v for k, v in sheet.cells.items() if k not in split}})
    return None


def _kinds(numbers: list[Decimal], is_document: list[bool]) -> list[str] | None:
    """``heading``, ``document`` or ``goods`` for every row; ``None`` where the numbers do not prove it."""
    kinds: list[str] = []
    owed = paid = Decimal(0)  # what the heading and its documents still have to make up
    rows = len(numbers)
    while len(kinds) < rows:
        row = len(kinds)
        if not is_document[row]:
            if abs(owed - paid) > _SAME * max(1, rows) or row + 1 >= rows or not is_document[row + 1]:
                return None
            owed, paid = numbers[row], Decimal(0)
            kinds.append("heading")
            continue
        end, left = row + 1, numbers[row]
        while end < rows and not is_document[end] and abs(left) > _SAME:
            left -= numbers[end]
            end += 1
        if not kinds or abs(left) > _SAME or end == row + 1:
            return None
        paid += numbers[row]
        kinds += ["document"] + ["goods"] * (end - row - 1)
    return kinds if abs(owed - paid) <= _SAME * max(1, rows) else None


def _groups(sheet: _Sheet, is_detail: list[bool], date: str) -> list[str]:
    """Columns that are filled in headings only; empty unless every heading fills one of them."""
    if all(is_detail) or sum(is_detail) < 2:
        return []
    headings = [row for row in sheet.rows if not is_detail[row]]
    found = [
        name
        for name, values in sheet.cells.items()
        if name != date
        and any(values[row] is not None for row in headings)
        and all(values[row] is None for row in sheet.rows if is_detail[row])
    ]
    every = all(any(sheet.cells[name][row] is not None for name in found) for row in headings)
    return found if every and not is_detail[0] else []


def _is_proven(sheet: _Sheet, is_detail: list[bool], groups: list[str]) -> bool:
    """Whether every heading has documents below before another of its own column, and its sums are theirs."""
    for name in groups:
        places = [row for row in sheet.rows if sheet.cells[name][row] is not None]
        others = [other for other in groups if other != name]
        for place, end in zip(places, [*places[1:], len(sheet.lines)], strict=True):
            # a heading of a higher column ends the part as well
            closing = next((r for r in range(place + 1, end) if _is_higher(sheet, r, others, groups, name)), end)
            inside = [row for row in range(place + 1, closing) if is_detail[row]]
            if not inside or not _adds_up(sheet, place, inside):
                return False
    return True


def _is_higher(sheet: _Sheet, row: int, others: list[str], groups: list[str], name: str) -> bool:
    return any(sheet.cells[other][row] is not None for other in others if groups.index(other) < groups.index(name))


def _adds_up(sheet: _Sheet, heading: int, inside: Sequence[int]) -> bool:
    """At least one sum of the heading is that of the rows below it; a heading without numbers has nothing to prove."""
    checks = []
    for values in sheet.numbers.values():
        total = values[heading]
        if total is not None:
            below = sum((values[row] or Decimal(0) for row in inside), Decimal(0))
            checks.append(abs(total - below) <= _SAME * len(inside))
    return any(checks) if checks else True


def _written(raw: RawTable, sheet: _Sheet, is_detail: list[bool], groups: list[str]) -> RawTable:
    """The details with the headings' names, in a new Parquet file that takes the place of the old."""
    kinds = {column.name: column.kind for column in raw.columns}
    names = list(sheet.cells)
    path = Path(raw.path)
    fresh = path.with_name(f"unfolded_{RAW_NAME}")
    current: dict[str, Any] = {}
    aside: list[SetAside] = []
    with RawWriter(fresh, [kinds.get(name, "text") for name in names]) as writer:
        for row in sheet.rows:
            values = {name: sheet.cells[name][row] for name in names}
            if is_detail[row]:
                writer.add(sheet.lines[row], [_plain(current.get(name, value)) for name, value in values.items()])
                continue
            current = _below(current, groups, values)
            text = "; ".join(str(value) for value in values.values() if value is not None)
            aside.append(SetAside(sheet.lines[row], "group", text[:TEXT_CAP]))
    fresh.replace(path)
    columns = tuple(RawColumn(f"c{place}", name, kinds.get(name, "text")) for place, name in enumerate(names))
    text = N_("The report names {columns} once above the documents; it was written down to {rows} rows.")
    note = (Note(text, {"columns": ", ".join(groups), "rows": len(sheet.lines) - len(aside)}),) if groups else ()
    return check_invariant(
        replace(
            raw,
            columns=columns,
            rows=len(sheet.lines) - len(aside),
            set_aside=in_order([*raw.set_aside, *aside]),
            notes=(*raw.notes, *note),
        )
    )


def _below(current: dict[str, Any], groups: list[str], values: dict[str, Any]) -> dict[str, Any]:
    """What holds below a heading: its own names; a heading of a higher column ends the lower ones."""
    place = min(groups.index(name) for name in groups if values[name] is not None)
    kept = {name: value for name, value in current.items() if groups.index(name) < place}
    return kept | {name: values[name] for name in groups if values[name] is not None}


def _plain(value: Any) -> Any:
    return "" if value is None else value
