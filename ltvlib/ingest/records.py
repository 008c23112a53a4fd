"""Physical lines to records: a tolerant splitter that says what is wrong with which line.

A quote that never closes must not swallow the rest of the file: such a line is handed out alone with
the fault ``open_quote`` and reading goes on at the next physical line.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TextIO

LOOKAHEAD = 200
PATIENCE = 20
TEXT_CAP = 500
_LAST = 1 << 20


@dataclass(frozen=True)
class Dialect:
    """How fields are told apart.

    Attributes:
        delimiter: one character; empty for a file of one column.
        quote: quote character.
        backslash: a quote inside quotes is written ``\\"`` instead of doubled.
        padded: spaces may stand between delimiter and quote (``a, "b"``).
    """

    delimiter: str = ","
    quote: str = '"'
    backslash: bool = False
    padded: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line without its end; ``too_long`` when only its first characters were kept."""

    number: int
    text: str
    end: str = "\n"
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its first line, the last line it covers, its fields, and what is wrong with it."""

    line: int
    last_line: int
    fields: list[str]
    text: str
    fault: str = ""


def physical_lines(file: TextIO, longest: int) -> Iterator[Line]:
    """Lines of ``file`` (opened with ``newline=''``), none held in memory beyond ``longest`` characters."""
    number = 0
    while text := file.readline(longest + 2):
        number += 1
        body = text.rstrip("\r\n")
        if len(text) >= longest + 2 and body == text:
            _skip_line(file, longest)
            yield Line(number, body[:TEXT_CAP], "\n", True)
        else:
            yield Line(number, body, text[len(body) :])


def _skip_line(file: TextIO, longest: int) -> None:
    while (rest := file.readline(longest)) and not rest.endswith(("\n", "\r")):
        pass


def records(
    lines: Iterable[Line], dialect: Dialect, width: int | None = None, longest: int = 1 << 20
) -> Iterator[Record]:
    """Records of ``lines``; blank lines are skipped. ``width`` (when known) settles doubtful quotes."""
    return _Splitter(lines, dialect, width, longest).run()


def last_records(path: Path, dialect: Dialect, count: int) -> list[Record]:
    """The last records of a file whose values hold no line ends; fewer where its last MB holds fewer."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _LAST, 0))
        texts = file.read().decode("utf-8", "replace").split("\n")[1:]
    lines = (Line(number, text.rstrip("\r")) for number, text in enumerate(texts, 1) if text.strip())
    return list(records(deque(lines, maxlen=count), dialect))


class _Splitter:
    def __init__(self, lines: Iterable[Line], dialect: Dialect, width: int | None, longest: int) -> None:
        self.source = iter(lines)
        self.waiting: deque[Line] = deque()
        self.dialect = dialect
        self.width = width
        self.longest = longest
        self.failures = 0

    def next_line(self) -> Line | None:
        return self.waiting.popleft() if self.waiting else next(self.source, None)

    def run(self) -> Iterator[Record]:
        while (line := self.next_line()) is not None:
            if line.too_long:
                yield Record(line.number, line.number, [], line.text, "line_too_long")
            elif line.text.strip():
                yield self.record(line)

    def record(self, line: Line) -> Record:
        fields, state = split(line.text, self.dialect)
        if state == "open":
            joined = self.join(line)
            if joined is not None:
                return joined
        if state == "ok":
            return Record(line.number, line.number, fields, line.text)
        literal = self.literal(line.text)
        if literal is not None:
            return Record(line.number, line.number, literal, line.text)
        return Record(line.number, line.number, [], line.text[:TEXT_CAP], "open_quote")

    def join(self, first: Line) -> Record | None:
        """The record that ``first`` opens, over as many lines as it takes; ``None`` where it never closes well."""
        taken: list[Line] = []
        text, end = first.text, first.end
        limit = LOOKAHEAD if self.failures < PATIENCE else PATIENCE
        while len(taken) < limit and len(text) <= self.longest:
            line = self.next_line()
            if line is None:
                break
            taken.append(line)
            text, end = text + (end if end != "\r\n" else "\n") + line.text, line.end
            if self.dialect.quote not in line.text:
                continue
            fields, state = split(text, self.dialect)
            if state == "ok" and not self.swallowed(taken):
                return Record(first.number, line.number, fields, text)
            if state != "open":
                break
        self.failures += 1
        self.waiting.extendleft(reversed(taken))
        return None

    def swallowed(self, taken: list[Line]) -> bool:
        """Whether whole rows lie inside the quotes: then the quote was a stray one."""
        width = self.width or 0
        if width < 3:
            return False
        inner = (split(line.text, self.dialect) for line in taken[:-1])
        return any(state == "ok" and len(fields) == width for fields, state in inner)

    def literal(self, text: str) -> list[str] | None:
        """Fields with the quotes read as plain signs (``"Daisy" Ltd``), where that gives a whole row."""
        if text.count(self.dialect.quote) % 2:
            return None
        fields, state = split(text, self.dialect, lenient=True)
        return fields if state == "ok" and (self.width is None or len(fields) == self.width) else None


def split(text: str, dialect: Dialect, lenient: bool = False) -> tuple[list[str], str]:
    """Fields of ``text`` and ``ok``, ``open`` (a quote is not closed) or ``bad`` (text after a closing quote)."""
    if dialect.quote not in text:
        return (text.split(dialect.delimiter) if dialect.delimiter else [text]), "ok"
    fields: list[str] = []
    position = 0
    while True:
        value, position, state = _field(text, position, dialect, lenient)
        if state != "ok":
            return fields, state
        fields.append(value)
        if position > len(text):
            return fields, "ok"


def _field(text: str, position: int, dialect: Dialect, lenient: bool) -> tuple[str, int, str]:
    start = _skip_spaces(text, position) if dialect.padded else position
    if not text.startswith(dialect.quote, start):
        value, after = _plain(text, position, dialect)
        return value, after, "ok"
    match = _quoted(dialect.quote, dialect.backslash, dialect.delimiter).match(text, start)
    if match is None:
        return "", position, "open"
    end = match.end() if dialect.delimiter == " " else _skip_spaces(text, match.end())
    if end == len(text) or (dialect.delimiter and text.startswith(dialect.delimiter, end)):
        return _unescape(match.group(1), dialect), end + 1, "ok"
    # "Daisy" Ltd: the quotes belong to the value.
    value, after = _plain(text, position, dialect)
    return value, after, "ok" if lenient else "bad"


def _plain(text: str, position: int, dialect: Dialect) -> tuple[str, int]:
    end = text.find(dialect.delimiter, position) if dialect.delimiter else -1
    end = len(text) if end < 0 else end
    return text[position:end], end + 1


def _skip_spaces(text: str, position: int) -> int:
    while position < len(text) and text[position] == " ":
        position += 1
    return position


def _unescape(value: str, dialect: Dialect) -> str:
    quote = dialect.quote
    if dialect.backslash:
        return value.replace("\\" + quote, quote)
    return value.replace(quote + quote, quote)


@cache
def _quoted(quote: str, backslash: bool, delimiter: str) -> re.Pattern[str]:
    """A quoted field; possessive, so that hostile input costs one pass."""
    q = re.escape(quote)
    if backslash:
        return re.compile(rf"{q}((?:[^{q}\\]++|\\.)*+){q}", re.S)
    if quote == "'":
        # Apostrophes inside the text are rarely doubled: the one before a delimiter closes.
        return re.compile(rf"'([^']*+(?:'(?! *(?:{re.escape(delimiter)}|$))[^']*+)*+)'")
    return re.compile(rf"{q}([^{q}]*+(?:{q}{q}[^{q}]*+)*+){q}")
