"""Whether every record has an order number of its own: the dearest thing that must be known of a long file.

Numbers with a counter in them (``1017``, ``INV-2024-001017``) lie close together: each marks its bit in a row of bits, and
as many bits as records prove that all differ. Others (``7f3c-...``) are told apart by their hashes, sorted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ltvlib.engine import Database, quote
from ltvlib.ingest.model import RawColumn
from ltvlib.ingest.styles import RAW
from ltvlib.ingest.values import cell, compose

HASHES_AT_ONCE = 20_000_000
"""Order numbers whose hashes come with the one pass, 8 bytes each; more are looked at in parts."""
HASHES_A_PART = 35_000_000
MOST_BITS = 1 << 29
"""Longest row of bits, 64 MB for each thread; the database takes up to a thousand million."""
_MIDDLE = 1 << 63
_COUNTER = re.compile(r"[0-9]{1,18}")

Row = Dict[str, Any]
Look = tuple[list[str], Callable[[list[Any]], Row]]


class OrderNumbers:
    """The order numbers of a table; ``sample``: texts of some of them, "" = blank.

    ``first_look`` goes with the pass over all rows; where its result does not hold ``unique``, ``differ`` decides.
    """

    def __init__(self, column: RawColumn, rows: int, sample: Sequence[str]) -> None:
        self.column = column
        self.rows = rows
        self.text = cell(column.key, column.kind)
        present = [value for value in sample if value]
        self.repeats = len(set(present)) < len(present)
        self.bits, self.counter = self._counter(present)

    def _counter(self, present: Sequence[str]) -> tuple[int, str]:
        """Length of the row of bits, and SQL of the place of a number in it; 0 where the numbers hold no counter.

        Equal texts have equal places, so that different places prove different texts, whatever the texts look like.
        """
        prefix = _common_head(min(present, default=""), max(present, default="")) if self.column.kind == "text" else ""
        tails = [value[len(prefix) :] for value in present]
        if not tails or self.column.kind not in ("text", "number") or not all(map(_COUNTER.fullmatch, tails)):
            return 0, ""
        counters = [int(tail) for tail in tails]
        bits = 1 << (2 * max(max(counters) - min(counters), self.rows)).bit_length()
        name = quote(self.column.key)
        tail = f"substr({name}, {len(prefix) + 1})" if prefix else name
        return (bits if bits <= MOST_BITS else 0), f"try_cast({tail} as ubigint) % {bits}"

    def first_look(self) -> Look:
        """Parts of the pass over all rows, and what they tell."""
        if self.repeats:
            return [f"count({self.text})"], lambda row: {"unique": False}
        if self.bits:
            marked = f"bit_count(bitstring_agg({self.counter}, cast(0 as ubigint), cast({self.bits - 1} as ubigint)))"
            return [f"coalesce({marked}, 0)"], lambda row: {"unique": True} if row[0] == self.rows else {}
        if self.rows > HASHES_AT_ONCE:
            return [f"count({self.text})"], lambda row: {} if row[0] == self.rows else {"unique": False}

        def read(row: list[Any]) -> Row:
            return {"unique": bool(row[0] == self.rows and _differ(*row[1:]))}

        return [f"count({self.text})", *_halves(self.text)], read

    def differ(self, database: Database) -> bool:
        """Whether no two are equal and none is missing, by the hashes, in as many parts as there is room for."""
        counted = compose("select count({text}) from {table}", text=self.text, table=RAW)
        if database.rows(counted)[0][0] != self.rows:
            return False
        count = -(-self.rows // HASHES_A_PART)
        sql = "select {halves} from {table} where hash({text}) % {count} = {part}"
        halves = ", ".join(f"{half} as h{place}" for place, half in enumerate(_halves(self.text)))
        known = {"halves": halves, "text": self.text, "table": RAW, "count": count}
        parts = (compose(sql, **known, part=part) for part in range(count))
        return all(_differ(*(value_of(column) for column in database.arrow(part).columns)) for part in parts)


def _common_head(least: str, most: str) -> str:
    """What all texts between two begin with, without the digits at its end."""
    same = next((place for place, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), len(least))
    return re.sub(r"[0-9]+$", "", least[:same])


def value_of(column: Any) -> Any:
    """The one value of an Arrow column; a list of hashes as numpy sees them."""
    return _hashes_of(column.chunk(0).values) if str(column.type).startswith("list") else column[0].as_py()


def _hashes_of(array: Any) -> np.ndarray:
    """Hashes, not copied; Arrow's own way loads pandas first, which takes longer than looking."""
    values = array.buffers()[1]
    return np.frombuffer(values, np.uint64, len(array), 8 * array.offset) if len(array) else np.zeros(0, np.uint64)


def _halves(text: str) -> list[str]:
    """SQL of the hashes below and above the middle, to be sorted at the same time."""
    hashes = f"hash({text})"
    return [
        f"coalesce(list({hashes}) filter ({hashes} {side} {_MIDDLE}), cast([] as ubigint[]))" for side in ("<", ">=")
    ]


def _differ(*parts: np.ndarray) -> bool:
    """Whether no two are equal in any part; different hashes prove different values. Parts are sorted at one time."""
    with ThreadPoolExecutor(2) as pool:
        return all(pool.map(_differ_sorted, parts))


def _differ_sorted(hashes: np.ndarray) -> bool:
    ordered = np.sort(hashes)
    return not bool((ordered[1:] == ordered[:-1]).any())
