"""Which delimiter, quote and escape a text file uses: told from a sample, by how even the rows become."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from ltvlib.ingest.records import Dialect, Line, Record, records, split

# In the order of preference between equals: a comma is also a decimal sign, so it comes last.
DELIMITERS = (";", "\t", "|", ",")
_SEP_LINE = re.compile(r"sep=(.)\s*$", re.I)
_DECIMAL = re.compile(r"""^["'\s]*[-+(−]?[\d\s.\u00a0\u202f]*\d,\d{1,3}\)?-?["'\s]*$""")


@dataclass(frozen=True)
class Found:
    """A dialect and how sure it is; ``sep_line`` when line 1 only names the delimiter."""

    dialect: Dialect
    evenness: float = 1.0
    sep_line: bool = False


def find_dialect(lines: list[Line], delimiter: str | None = None) -> Found:
    """The dialect of the sample ``lines``; ``delimiter`` overrules the search."""
    if lines and (match := _SEP_LINE.match(lines[0].text)) and delimiter is None:
        return Found(_refine(lines[1:], Dialect(match.group(1))), sep_line=True)
    if delimiter is not None:
        return Found(_refine(lines, Dialect(delimiter)))
    scored = [_scored(lines, mark) for mark in DELIMITERS]
    best = max(scored, key=lambda found: found.evenness)
    if best.evenness >= 0.35:
        return best
    spaces = _scored(lines, " ")
    return spaces if spaces.evenness >= 0.97 and _width(lines, spaces.dialect) >= 3 else Found(Dialect(""), 0.0)


def _scored(lines: list[Line], mark: str) -> Found:
    dialect = _refine(lines, Dialect(mark))
    return Found(dialect, _evenness(lines, dialect))


def _refine(lines: list[Line], dialect: Dialect) -> Dialect:
    """Quote, escape and padding, each changed only where the sample leaves no doubt."""
    mark = re.escape(dialect.delimiter)
    text = "\n".join(line.text for line in lines)
    if dialect.delimiter:
        dialect = replace(dialect, padded=bool(re.search(rf'{mark} +"', text)))
        dialect = replace(dialect, quote=_quote(text, mark, len(lines)))
    if "\\" + dialect.quote in text:
        other = replace(dialect, backslash=True)
        if _faults(lines, other) < _faults(lines, dialect):
            return other
    return dialect


def _quote(text: str, mark: str, count: int) -> str:
    """An apostrophe quotes only where many fields both begin and end with one and no field with ``"``."""
    if re.search(rf'(?:^|{mark}) *"', text, re.M):
        return '"'
    single = len(re.findall(rf"(?:^|{mark}) *'[^'\n]*'(?= *(?:{mark}|$))", text, re.M))
    return "'" if single >= 2 and single >= count / 2 else '"'


def _faults(lines: list[Line], dialect: Dialect) -> int:
    width = _width(lines, dialect)
    return sum(bool(record.fault) or len(record.fields) != width for record in records(lines, dialect))


def _width(lines: list[Line], dialect: Dialect) -> int:
    counts = Counter(len(record.fields) for record in records(lines, dialect) if not record.fault)
    return counts.most_common(1)[0][0] if counts else 0


def _evenness(lines: list[Line], dialect: Dialect) -> float:
    """0 = this is no delimiter, 1 = every row has the same number of fields (and at least two)."""
    rows = [record for record in records(lines, dialect) if not record.text.startswith("#")]
    if not rows:
        return 0.0
    counts = Counter(len(row.fields) for row in rows)
    several = sum(number for width, number in counts.items() if width > 1)
    width, number = max(((w, n) for w, n in counts.items() if w > 1), key=lambda pair: pair[1], default=(0, 0))
    if not width or _only_decimals(dialect, [row.text for row in rows if len(row.fields) > 1]):
        return 0.0
    if dialect.delimiter == "," and _better_mark(rows, width):
        return 0.1
    return 0.7 * number / len(rows) + 0.28 * several / len(rows) + 0.02 * (1 - 1 / width)


def _only_decimals(dialect: Dialect, texts: list[str]) -> bool:
    """The "delimiter" is the decimal comma of a file of one column."""
    return dialect.delimiter == "," and sum(bool(_DECIMAL.match(text)) for text in texts) >= 0.8 * len(texts)


def _better_mark(rows: list[Record], width: int) -> bool:
    """Whether the comma stands inside the fields of a delimiter that is in nearly every row."""
    for mark in (";", "\t", "|"):
        found = Counter(_count(row.text, mark) for row in rows)
        common, number = found.most_common(1)[0]
        if common > 1 and number >= 0.7 * len(rows) and common >= width:
            return True
    return False


def _count(text: str, mark: str) -> int:
    return len(split(text, Dialect(mark), lenient=True)[0])
