"""Rows below the header are data, or set aside with a reason; none is lost and none is counted twice.

The same sorter serves text files, spreadsheets and HTML tables. Rows that may turn out to be the
footer wait until a whole row follows (then they are data) or the file ends (then they are not).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from ltvlib.errors import N_, ReadError
from ltvlib.ingest import cells as look
from ltvlib.ingest.header import Header
from ltvlib.ingest.model import SetAside

TEXT_CAP = 500
MOST_ASIDE = 50_000
_WAITING = 40
_NEAR_HEADER = 4
# First letters of the words for totals (see cells.total_word).
_WORD_STARTS = frozenset("иовпрубtgszeicr")

Ready = tuple[int, Sequence[str]]


class WiderTableError(Exception):
    """A column taken for empty holds a value after all; reading starts again with it."""


class Sorter:
    """Takes records one by one, hands out data rows, keeps the others in ``set_aside``."""

    def __init__(self, header: Header, check_width: bool = True, optional: frozenset[int] | None = None) -> None:
        self.header = header
        self.width = header.width
        self.check_width = check_width
        self.optional = header.optional if optional is None else optional
        self._first_name = look.clean(header.raw[0]).casefold() if header.raw else ""
        self.records = 0
        self.rows = 0
        self.set_aside: list[SetAside] = []
        self.after_total = False
        self.waiting: deque[tuple[int, Sequence[str], str, str]] = deque()

    def take(self, line: int, cells: Sequence[str], text: str, fault: str = "") -> Iterator[Ready]:
        """Judge one record; yields the rows that are now known to be data."""
        count = look.filled(cells)
        if not fault and not count:
            return
        self.records += 1
        if not fault and self.records > _NEAR_HEADER and self._is_plain(cells, count):
            yield from self._release()
            self.after_total = False
            self.rows += 1
            yield line, cells
            return
        if fault:
            yield from self._settle(line, cells, text, fault)
            return
        reason = self._near_header(cells) or self._kind(cells, text)
        if reason:
            yield from self._settle(line, cells, text, reason)
            return
        cells, reason = self._fit(cells)
        if self._may_be_footer(cells):
            self.waiting.append((line, cells, text, reason))
            while len(self.waiting) > _WAITING:
                yield from self._release_one()
            return
        yield from self._release()
        self.after_total = False
        yield from self._one(line, cells, text, reason)

    def finish(self) -> Iterator[Ready]:
        """The end of the file: what still waits is the footer, if it comes after a data row."""
        while self.waiting:
            if self.rows or self.after_total:
                line, _, text, _ = self.waiting.popleft()
                self._aside(line, "footer", text)
            else:
                yield from self._release_one()

    def skip(self, count: int) -> Iterator[Ready]:
        """``count`` records that are known to be plain data rows were handled elsewhere."""
        if count:
            yield from self._release()
            self.after_total = False
            self.records += count
            self.rows += count

    def _settle(self, line: int, cells: Sequence[str], text: str, reason: str) -> Iterator[Ready]:
        yield from self._release()
        self.after_total = reason == "totals"
        self._aside(line, reason, text)

    def _one(self, line: int, cells: Sequence[str], text: str, reason: str) -> Iterator[Ready]:
        if reason:
            self._aside(line, reason, text)
        else:
            self.rows += 1
            yield line, cells

    def _release(self) -> Iterator[Ready]:
        while self.waiting:
            yield from self._release_one()

    def _release_one(self) -> Iterator[Ready]:
        yield from self._one(*self.waiting.popleft())

    def _aside(self, line: int, reason: str, text: str) -> None:
        self.set_aside.append(SetAside(line, reason, text[:TEXT_CAP]))
        if len(self.set_aside) > MOST_ASIDE:
            message = N_(
                "More than {count} rows do not fit the header in line {line}; export the table again, or choose the header line."
            )
            raise ReadError(message, count=MOST_ASIDE, line=self.header.line)

    def _is_plain(self, cells: Sequence[str], count: int) -> bool:
        """The short way for what nearly every row is: well filled, and its first cell is no word of interest."""
        first = cells[0].lstrip()
        if len(cells) != self.width or count <= max(self.width / 2, min(self.width - 1, 2)) or not first:
            return False
        letter = first[0].lower()
        return letter.isalnum() and letter not in _WORD_STARTS and first.casefold() != self._first_name

    # -- what a row is -----------------------------------------------------------------------------

    def _near_header(self, cells: Sequence[str]) -> str:
        if self.records > _NEAR_HEADER or self.header.line == 0:
            return ""
        if look.is_filler_row(cells):
            return "repeated_header"
        if look.is_units_row(cells) and look.filled(cells) < self.width:
            return "units"
        return "units" if look.is_numbering_row(cells) and self._mostly_text() else ""

    def _mostly_text(self) -> bool:
        return sum(look.is_header_word(name) for name in self.header.raw) >= 2

    def _kind(self, cells: Sequence[str], text: str) -> str:
        if text.startswith("#") and len(cells) != self.width and self.check_width:
            return "comment"
        if self.header.line and look.same_as_header(cells, self.header.raw):
            return "repeated_header"
        return "totals" if self._is_total(cells) else ""

    def _is_total(self, cells: Sequence[str]) -> bool:
        first = next((cell for cell in cells if look.clean(cell)), "")
        word = look.total_word(first)
        if not word or self.width < 2:
            return False
        missing = any(place >= len(cells) or not look.clean(cells[place]) for place in self.header.needed)
        return missing or word == "whole" or (word == "phrase" and self.width <= 3)

    def _fit(self, cells: Sequence[str]) -> tuple[Sequence[str], str]:
        """The cells brought to the width of the table, or why that cannot be done."""
        count = len(cells)
        if count > self.width:
            extra = cells[self.width :]
            if look.filled(extra) and count <= self.width + self.header.spare:
                raise WiderTableError
            fits = not look.filled(extra) and (count in self.header.usual or self._in_place(cells))
            return (cells[: self.width], "") if fits else (cells, "too_many_fields")
        if count == self.width:
            return cells, ""
        padded = [*cells, *[""] * (self.width - count)]
        missing = set(range(count, self.width))
        return padded, "too_few_fields" if self.check_width and not missing <= self.optional else ""

    def _in_place(self, cells: Sequence[str]) -> bool:
        """Whether the values stand in their columns: a separator too many pushes them to the right."""
        whole = all(look.clean(cells[place]) for place in self.header.needed)
        return whole and not any(look.clean(cells[place]) for place in self.header.hollow)

    def _may_be_footer(self, cells: Sequence[str]) -> bool:
        if self.width < 3:
            return self.after_total and look.filled(cells) == 1
        count = look.filled(cells)
        if self.after_total and count <= self.width / 2:
            return True
        values = [cell for cell in cells if look.clean(cell)]
        return count <= (1 if self.width < 5 else 2) and look.kind(values[0]) == "text"
