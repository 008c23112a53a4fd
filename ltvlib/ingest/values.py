"""Shapes of the values of a column: what numbers and dates are decided from.

A *shape* is a value with every digit written as 9 (``1 234,50`` -> ``9 999,99``). Even ten million
numbers or dates have a few dozen shapes, so the whole column takes part in a decision while Python
looks at a handful of strings. Text columns have too many shapes to be numbers or dates; the count is
capped and such columns are given up early.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ltvlib.engine import Database, quote

MAX_SHAPES = 4_000
"""A column with more shapes is neither numbers nor dates."""

_DIGITS = str.maketrans("012345678", "999999999")


@dataclass(frozen=True)
class Shape:
    """One shape of a column.

    Attributes:
        text: the shape.
        rows: filled rows that have it.
        line: first line of the file where it stands.
        least: smallest value of the shape as text; tells whether a number starts with 0.
    """

    text: str
    rows: int
    line: int
    least: str


def compose(template: str, **parts: object) -> str:
    """An SQL text from a constant template and parts made by this package, never from values of a file."""
    return template.format(**parts)


def shape_of(value: str) -> str:
    """The shape of one value: ``12.50 kg`` -> ``99.99 kg``."""
    return value.translate(_DIGITS)


def cell(key: str, kind: str = "text") -> str:
    """SQL for the text of a raw cell (text is trimmed and NULL when blank already); whole numbers without ``.0``."""
    name = quote(key)
    if kind == "text":
        return name
    if kind == "number":
        whole = f"case when {name} = round({name}) then cast(try_cast({name} as hugeint) as varchar) end"
        return f"nullif(coalesce({whole}, cast({name} as varchar)), 'nan')"
    return f"cast({name} as varchar)"


def column_shapes(database: Database, table: str, key: str) -> tuple[Shape, ...] | None:
    """All shapes of a text column, the most frequent first; ``None`` when there are too many."""
    sql = (
        "select translate(v, '012345678', '999999999') as s, count(*), min(line), min(v) "
        "from (select line, {cell} as v from {table}) where v is not null "
        "group by s order by 2 desc, 1 limit {limit}"
    )
    rows = database.rows(sql.format(cell=cell(key), table=table, limit=MAX_SHAPES + 1))
    return None if len(rows) > MAX_SHAPES else tuple(Shape(*row) for row in rows)


def shape_tests(name: str, texts: Iterable[str]) -> list[str]:
    """SQL tests whether a column has one of some shapes, one test a shape."""
    patterns = (re.escape(text).replace("9", "[0-9]").replace("'", "''") for text in texts)
    return [f"regexp_full_match({name}, '{pattern}')" for pattern in patterns]


def quick_shapes(
    database: Database, table: str, key: str, guess: Iterable[str], pattern: Callable[[str], str] = re.escape
) -> tuple[Shape, ...] | None:
    """Shapes of a column when they all are among ``guess`` (taken from a sample), else ``None``.

    Counting a few fixed patterns is several times cheaper than computing the shape of every value.
    """
    texts = list(guess)
    tests = [f"regexp_full_match(v, $p{number})" for number in range(len(texts))]
    parts = ["count(v)"] + [
        f"count(*) filter ({test}), min(line) filter ({test}), min(v) filter ({test})" for test in tests
    ]
    sql = "select {parts} from (select line, {cell} as v from {table})"
    params = {f"p{number}": pattern(text).replace("9", "[0-9]") for number, text in enumerate(texts)}
    row = database.rows(sql.format(parts=", ".join(parts), cell=cell(key), table=table), params)[0]
    found = [Shape(text, *row[1 + 3 * at : 4 + 3 * at]) for at, text in enumerate(texts)]
    if row[0] != sum(shape.rows for shape in found):
        return None
    return tuple(sorted((shape for shape in found if shape.rows), key=lambda shape: -shape.rows))


def shapes_of(values: Iterable[tuple[int, str]]) -> tuple[Shape, ...]:
    """The same from Python values (line, text): used for samples and tests."""
    found: dict[str, Shape] = {}
    for line, raw in values:
        value = raw.strip()
        if not value:
            continue
        text = shape_of(value)
        old = found.get(text, Shape(text, 0, line, value))
        found[text] = Shape(text, old.rows + 1, min(old.line, line), min(old.least, value))
    return tuple(sorted(found.values(), key=lambda shape: (-shape.rows, shape.text)))
