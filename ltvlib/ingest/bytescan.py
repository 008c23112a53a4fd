"""Counting over the bytes of a text file, independent of any reader; the file is never held whole."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

CHUNK = 8 << 20
PIECE = 256 << 10
"""Bytes looked at together; small enough for the cache, many times longer than a line."""


@dataclass(frozen=True)
class ByteFacts:
    """What one pass over a file tells.

    Attributes:
        size: bytes.
        newlines: LF bytes; ``returns`` CR bytes; ``pairs`` CR LF pairs.
        quotes: double quote bytes.
        nuls: zero bytes; ``first_nul`` their first offset (-1 for none).
        first_bad: offset of the first chunk that is not UTF-8, or -1.
        first_high: offset of the first non-ASCII chunk, or -1.
        longest: no line is longer than this, in bytes.
        may_be_blank: some lines may be blank; where false, none is.
        ends_open: the last line has no line end.
    """

    size: int
    newlines: int
    returns: int
    pairs: int
    quotes: int
    nuls: int
    first_nul: int
    first_bad: int
    first_high: int
    longest: int = 0
    may_be_blank: bool = True
    ends_open: bool = False


def chunks(path: Path, offset: int = 0) -> Iterator[bytes]:
    """The bytes of ``path`` from ``offset`` in pieces of a few MB."""
    with path.open("rb") as file:
        file.seek(offset)
        while chunk := file.read(CHUNK):
            yield chunk


def scan(path: Path) -> ByteFacts:
    """Count line ends, quotes and zero bytes, and check that the file is UTF-8."""
    total, lines = np.zeros(4, dtype=np.int64), _Lines()
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    size, first_nul, first_bad, first_high, last = 0, -1, -1, -1, b""
    for chunk in chunks(path):
        total += _count(chunk)
        total[1] += 1 if last == b"\r" and chunk[:1] == b"\n" else 0
        lines.add(chunk)
        if first_nul < 0 and (at := chunk.find(b"\0")) >= 0:
            first_nul = size + at
        plain = chunk.isascii()
        if first_high < 0 and not plain:
            first_high = size
        if first_bad < 0 and not (plain and not decoder.getstate()[0]) and not _decodes(decoder, chunk):
            first_bad = size
        size, last = size + len(chunk), chunk[-1:]
    if first_bad < 0 and not _decodes(decoder, b"", final=True):
        first_bad = max(size - 4, 0)
    returns, pairs, quotes, nuls = (int(value) for value in total)
    found = (lines.ends, returns, pairs, quotes, nuls, first_nul, first_bad, first_high)
    return ByteFacts(size, *found, longest=lines.longest, may_be_blank=lines.may_be_blank, ends_open=last != b"\n")


def _count(chunk: bytes) -> np.ndarray:
    # Looking whether a byte is there at all is many times quicker than counting it.
    counts = [chunk.count(sign) if sign[:1] in chunk else 0 for sign in (b"\r", b"\r\n", b'"', b"\0")]
    return np.array(counts, dtype=np.int64)


class _Lines:
    """Line ends of a file in pieces that fit the processor's cache; what is costly to know is only bounded."""

    def __init__(self) -> None:
        self.ends = 0
        self.longest = 0
        self.may_be_blank = False
        self._open = 0
        self._last = b""

    def add(self, chunk: bytes) -> None:
        """Count one chunk."""
        data = np.frombuffer(chunk, dtype=np.uint8)
        edge = self._last + chunk[:2]
        self.may_be_blank |= b"\n\n" in edge or b"\n\r\n" in edge
        for start in range(0, len(data), PIECE):
            self._piece(data[max(start - 2, 0) : start + PIECE] == 10, 2 if start else 0)
        self._last = (self._last + chunk[-2:])[-2:]

    def _piece(self, ends: np.ndarray, known: int) -> None:
        """``known``: leading bytes that belong to the piece before."""
        count = int(np.count_nonzero(ends[known:]))
        self.ends += count
        self._open = len(ends) + (0 if count else self._open)
        self.longest = max(self.longest, 2 * PIECE if count else self._open + PIECE)
        # Two line ends side by side, or with one sign between them that may be a CR.
        blank = (ends[1:] & ends[:-1]).any() or (ends[2:] & ends[:-2]).any()
        self.may_be_blank = bool(self.may_be_blank or blank)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def outer_spaces(path: Path, spaces: str, delimiter: str) -> str:
    """Those of ``spaces`` that stand at the edge of a field somewhere in the file (so that trimming is needed)."""
    narrow = {ord(char): char for char in spaces if char.isascii() and char not in "\r\n"}
    wide = {char: char.encode() for char in spaces if not char.isascii()}
    edges = [delimiter.encode(), b"\n", b"\r", b'"']
    found: set[str] = set()
    tail = b"\n"
    for chunk in chunks(path):
        block, tail = tail + chunk, chunk[-8:]
        found.update(narrow[code] for code in _narrow_touching(block, list(narrow), edges))
        if not block.isascii():
            found.update(char for char, code in wide.items() if char not in found and _touches(block, code, edges))
    found.update(char for char in spaces if tail.endswith(char.encode()) and char not in "\r\n")
    return "".join(sorted(found))


def _narrow_touching(block: bytes, codes: list[int], edges: list[bytes]) -> set[int]:
    """One-byte spaces beside an edge."""
    present = [code for code in codes if bytes([code]) in block]
    marks = [edge[0] for edge in edges if edge != b"\n" and edge in block]
    data = np.frombuffer(block, dtype=np.uint8)
    found: set[int] = set()
    for start in range(0, len(data) if present else 0, PIECE):
        piece = data[max(start - 1, 0) : start + PIECE]
        at_edge = piece == 10
        for mark in marks:
            at_edge |= piece == mark
        for code in present:
            spaces = piece == code
            if (spaces[1:] & at_edge[:-1]).any() or (spaces[:-1] & at_edge[1:]).any():
                found.add(code)
    return found


def _touches(block: bytes, code: bytes, edges: list[bytes]) -> bool:
    # The lead bytes of these spaces are rare: looking for one byte is far quicker than for three.
    return code[:1] in block and code in block and any(code + edge in block or edge + code in block for edge in edges)


@dataclass(frozen=True)
class RecordCount:
    """Records from an offset on, told by line ends outside quotes.

    Attributes:
        records: records, blank lines not counted.
        quoted_newlines: line ends inside quotes.
        inner_blanks: blank lines with a record after them.
        longest: bytes of the longest physical line.
    """

    records: int
    quoted_newlines: int
    inner_blanks: int
    longest: int


def count_by_facts(path: Path, offset: int, facts: ByteFacts) -> RecordCount | None:
    """The count from the facts alone, where there are neither quotes nor blank lines; else ``None``."""
    if facts.quotes or facts.may_be_blank:
        return None
    with path.open("rb") as file:
        before = file.read(offset).count(b"\n")
    return RecordCount(facts.newlines - before + facts.ends_open, 0, 0, facts.longest)


def count_records(path: Path, offset: int, with_quotes: bool) -> RecordCount:
    """Count records from ``offset`` (a record start) to the end of the file."""
    counter = _Counter()
    for chunk in chunks(path, offset):
        counter.add(np.frombuffer(chunk, dtype=np.uint8), with_quotes)
    return counter.result()


class _Counter:
    """Carries the state of the count over the borders of the chunks."""

    def __init__(self) -> None:
        self.position = 0
        self.line_start = 0
        self.parity = 0
        self.records = 0
        self.quoted = 0
        self.blanks = 0
        self.inner_blanks = 0
        self.longest = 0
        self.last_byte = 10
        self.before_last = 0

    def add(self, block: np.ndarray, with_quotes: bool) -> None:
        """Count one chunk."""
        ends = np.flatnonzero(block == 10)
        if with_quotes:
            ends = self._outside(block, ends)
        starts = np.concatenate(([self.line_start - self.position], ends[:-1] + 1)) if len(ends) else ends
        lengths = ends - starts
        # A line of one byte is blank when that byte is the CR of a CR LF pair.
        blank = (lengths == 0) | ((lengths == 1) & self._is_return(block, ends))
        self._tally(blank)
        if len(ends):
            self.longest = max(self.longest, int(lengths.max()))
            self.line_start = self.position + int(ends[-1]) + 1
        self.position += len(block)
        self.before_last = int(block[-2]) if len(block) > 1 else self.last_byte
        self.last_byte = int(block[-1])

    def _outside(self, block: np.ndarray, ends: np.ndarray) -> np.ndarray:
        quotes = np.flatnonzero(block == 34)
        inside = (np.searchsorted(quotes, ends) + self.parity) & 1
        self.parity = (self.parity + len(quotes)) & 1
        self.quoted += int(inside.sum())
        outside: np.ndarray = ends[inside == 0]
        return outside

    def _is_return(self, block: np.ndarray, ends: np.ndarray) -> np.ndarray:
        before = np.where(ends > 0, block[np.maximum(ends - 1, 0)], self.last_byte)
        return np.asarray(before == 13)

    def _tally(self, blank: np.ndarray) -> None:
        filled = np.flatnonzero(~blank)
        if len(filled):
            self.inner_blanks += self.blanks + int(blank[: filled[-1]].sum())
            self.blanks = int(blank[filled[-1] :].sum())
            self.records += len(filled)
        else:
            self.blanks += len(blank)

    def result(self) -> RecordCount:
        """The totals, an unterminated last line included."""
        rest = self.position - self.line_start
        if rest:
            self.records += 1
            self.inner_blanks += self.blanks
        return RecordCount(self.records, self.quoted, self.inner_blanks, max(self.longest, rest))
