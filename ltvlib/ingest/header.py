"""Where the table begins: titles above it, the header, one or two lines of it, or none at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from ltvlib.errors import N_
from ltvlib.ingest.cells import (
    clean,
    filled,
    is_filler_row,
    is_header_word,
    is_numbering_row,
    is_units_row,
    kind,
    total_word,
)
from ltvlib.ingest.model import Note

DEPTH, TITLE_LINES = 80, 12
_SPACE = re.compile(r"\s+")

Row = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class Header:
    """The header found in a sample of rows.

    Attributes:
        index: place of the header in the sample; -1 where there is none.
        line: its 1-based line in the file; 0 where there is none.
        names: display names, unique, one per column.
        unnamed: columns whose name was made up because the header cell is empty.
        optional: columns that may be missing at the end of a row, because they are mostly empty.
        needed: columns that hold a value in nearly every row; ``hollow`` those that (nearly) never do.
        usual: numbers of cells that are common among the rows.
        notes: what was decided.
        raw: header cells as written, one per column.
        spare: cells of the header line beyond the last column; empty, as far as the sample shows.
    """

    index: int
    line: int
    names: tuple[str, ...]
    unnamed: frozenset[int] = frozenset()
    optional: frozenset[int] = frozenset()
    needed: frozenset[int] = frozenset()
    hollow: frozenset[int] = frozenset()
    usual: frozenset[int] = frozenset()
    notes: tuple[Note, ...] = ()
    raw: tuple[str, ...] = ()
    spare: int = 0

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.names)

    def widened(self) -> Header:
        """The same header with its empty last cells as columns."""
        raw = (*self.raw, *[""] * self.spare)
        extra = frozenset(range(self.width, len(raw)))
        return replace(
            self,
            names=unique_names(raw),
            raw=raw,
            spare=0,
            unnamed=self.unnamed | extra,
            optional=self.optional | extra,
        )


def find_header(rows: Sequence[Row], wanted: int | None = None, reach: int = 0) -> Header:
    """The header of the sample ``rows`` (line, cells).

    ``wanted`` is the line the user chose, 0 for none; ``reach`` the least number of columns, where known.
    """
    index = _wanted_index(rows, wanted) if wanted is not None else _best(rows)
    body = [cells for _, cells in rows[index + 1 :]]
    cells, notes = _cells(rows, index)
    width = max(_width(cells, body), reach)
    named = [cells[place] if place < len(cells) else "" for place in range(width)]
    unnamed = frozenset(place for place, name in enumerate(named) if not tidy(name))
    if index < 0:
        notes.append(
            Note("The file has no header line; the columns are called Column 1, Column 2 and so on.", {}, "warn")
        )
    return Header(
        index,
        rows[index][0] if index >= 0 else 0,
        unique_names(named),
        unnamed,
        _optional(body, width),
        _needed(body, width),
        frozenset(place for place, share in enumerate(_shares(body, width)) if len(body) >= 5 and share <= 0.02),
        frozenset(size for size, count in Counter(map(len, body)).items() if count >= 0.1 * len(body) and count > 1),
        tuple(notes),
        tuple(named),
        max(len(cells) - width, 0),
    )


def tidy(name: str) -> str:
    """A header cell for display: trimmed, line breaks as spaces."""
    return clean(_SPACE.sub(" ", name))[:200]


def unique_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Display names: empty ones become "Column 3", repeated ones "Amount (2)"."""
    bare = [tidy(cell) for cell in cells]
    taken, names = set(bare), []
    seen: set[str] = set()
    for place, name in enumerate(bare, 1):
        wanted = name or f"Column {place}"
        count, candidate = 1, wanted
        while candidate in seen or (candidate != name and candidate in taken):
            count += 1
            candidate = f"{wanted} ({count})"
        seen.add(candidate)
        names.append(candidate)
    return tuple(names)


def _wanted_index(rows: Sequence[Row], wanted: int) -> int:
    if wanted == 0:
        return -1
    return next((index for index, (line, _) in enumerate(rows) if line >= wanted), -1)


def _best(rows: Sequence[Row]) -> int:
    """Index of the likeliest header row, -1 for none."""
    typical = median([filled(cells) for _, cells in rows[len(rows) // 3 :]] or [0])
    least = max(1.0 if typical < 2 else 2.0, 0.5 * typical)
    best, best_score, above, titles = -1, 0.0, 0, _title_lines(rows, typical)
    # A list of one column has no titles that could be told from its values.
    for index, (_, cells) in enumerate(rows[: DEPTH if typical >= 2 else 1]):
        if filled(cells) < least:
            continue
        score = _score(cells, [below for _, below in rows[index + 1 : index + 31]]) - 0.4 * above
        labels = sum(clean(cell).endswith(":") for cell in cells)
        score -= 1.0 * (index < titles) + 1.0 * (0 < labels < filled(cells))  # ``Report: | Sales``
        if score > best_score:
            best, best_score = index, score
        above += 1
        if above > 12:
            break
    return best


def _title_lines(rows: Sequence[Row], typical: float) -> int:
    """How many lines at the top are a title by their shape: one or two cells each above a gap, and a wider table below."""
    for index, (line, cells) in enumerate(rows[:TITLE_LINES]):
        if filled(cells) > 2 or typical <= 2:
            return 0
        if index + 1 < len(rows) and (rows[index + 1][0] - line > 1 or not filled(rows[index + 1][1])):
            return index + 1
    return 0


def _score(cells: Sequence[str], below: Sequence[Sequence[str]]) -> float:
    """Above 0 when the row may be a header, the more the likelier."""
    kinds = [kind(cell) for cell in cells]
    count = filled(cells)
    texts = kinds.count("text") + (kinds.count("year") if _years_rise(cells) else 0)
    values = [clean(cell) for cell in cells if clean(cell)]
    if texts < 0.6 * count or sum(map(len, values)) > 100 * count or is_filler_row(cells) or is_numbering_row(cells):
        return -1.0
    score = 1.0 + texts / count + len({value.casefold() for value in values}) / count
    score += 3.0 * sum(map(is_header_word, values)) / count + 0.5 * count / len(cells)
    score -= 1.0 if sum(map(len, values)) > 45 * count else 0.0
    return score + _contrast(kinds, cells, below)


def _contrast(kinds: Sequence[str], cells: Sequence[str], below: Sequence[Sequence[str]]) -> float:
    """Names above numbers and dates speak for a header; a value that comes again below, or a date, against."""
    points, count, alike = 0.0, 0, False
    for place, own in enumerate(kinds):
        column = [row[place] for row in below if place < len(row) and clean(row[place])]
        if own == "empty" or not column:
            continue
        count += 1
        common = Counter(map(kind, column)).most_common(1)[0][0]
        points += 1.5 if own == "text" and common in ("number", "date", "year") else 0.0
        alike = alike or (own in ("number", "date") and common == own)
        # Compared with the rows further down: the very next one may be the header once more.
        points -= 1.5 if own == "text" and clean(cells[place]) in map(clean, column[3:]) else 0.0
    return (points / count if count else 0.0) - (3.0 if alike else 0.0)


def _years_rise(cells: Sequence[str]) -> bool:
    years = [int(clean(cell)) for cell in cells if kind(cell) == "year"]
    return len(years) >= 2 and years == sorted(set(years)) and years[-1] - years[0] < 2 * len(years) + 20


def _cells(rows: Sequence[Row], index: int) -> tuple[list[str], list[Note]]:
    """The header cells, joined with the line above where that one holds the groups of a two-line header."""
    if index < 0:
        return [], []
    line, cells = rows[index]
    above = rows[index - 1] if index and rows[index - 1][0] == line - 1 else None
    if above and (joined := _join(above[1], cells)) is not None:
        text = N_("The column names were put together from lines {first} and {second}.")
        return joined, [Note(text, {"first": above[0], "second": line})]
    return list(cells), []


def _join(upper: Sequence[str], lower: Sequence[str]) -> list[str] | None:
    """``Client | January | <empty>`` above ``<empty> | Qty | Sum``: the holes of one are filled by the other."""
    names = [clean(cell) for cell in upper]
    gaps = [place for place, cell in enumerate(lower) if not clean(cell)]
    fill = [place for place in gaps if place < len(names) and names[place]]
    others = sum(bool(name) for place, name in enumerate(names) if place not in fill)
    if not fill or not others or any(kind(name) not in ("text", "empty", "year") for name in names):
        return None
    joined, group = [], ""
    for place, cell in enumerate(lower):
        own = names[place] if place < len(names) else ""
        group = (own or group) if clean(cell) else ""
        joined.append(f"{group} {clean(cell)}".strip() if clean(cell) else own)
    return joined


def _width(cells: Sequence[str], body: Sequence[Sequence[str]]) -> int:
    """Columns of the table: those of the header, more where most rows really hold more values."""
    reach = Counter(_reach(row) for row in body)
    named = _reach(cells)
    beyond = sum(count for width, count in reach.items() if width > named)
    # Without a header every common width counts; with one, most rows must go beyond it.
    common = [width for width, count in reach.items() if width and count >= 0.1 * len(body)]
    longest = max(common, default=0) if not named or 2 * beyond > len(body) else 0
    usual = max((len(row) for row in body), default=named) if not cells else named
    return max(named, longest, usual if named == 0 else 0, 1)


def _reach(cells: Sequence[str]) -> int:
    """Number of cells up to the last filled one."""
    return next((place + 1 for place in range(len(cells) - 1, -1, -1) if clean(cells[place])), 0)


def _shares(rows: Sequence[Sequence[str]], width: int) -> list[float]:
    if not rows:
        return [0.0] * width
    return [sum(bool(place < len(row) and clean(row[place])) for row in rows) / len(rows) for place in range(width)]


def _optional(body: Sequence[Sequence[str]], width: int) -> frozenset[int]:
    """Columns at the end that a writer leaves out where they are empty, instead of writing them empty."""
    whole = [row for row in body if len(row) >= width]
    if any(not clean(row[width - 1]) for row in whole):
        return frozenset()
    return frozenset(place for place, share in enumerate(_shares(body, width)) if share <= 0.5)


def _is_extra(row: Sequence[str]) -> bool:
    """A total or a row of units, which has holes that data rows do not have."""
    first = next((cell for cell in row if clean(cell)), "")
    return bool(total_word(first)) or is_units_row(row)


def _needed(body: Sequence[Sequence[str]], width: int) -> frozenset[int]:
    wide = [row for row in body if filled(row) >= width / 2 and not _is_extra(row)] or list(body)
    return frozenset(place for place, share in enumerate(_shares(wide, width)) if share >= 0.9)
