"""Order numbers that repeat or are missing, held against a plain set of the texts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ltvlib.engine import Database
from ltvlib.ingest import unique
from ltvlib.ingest.model import RawTable
from ltvlib.ingest.parquetread import read_parquet
from ltvlib.ingest.styles import RAW, open_raw
from ltvlib.ingest.unique import OrderNumbers, value_of

COUNTERS = [str(1000 + 7 * n % 200) for n in range(200)]
LISTS: dict[str, list[object]] = {
    "counters": [*COUNTERS],
    "a counter twice": [*COUNTERS, "1003"],
    "a counter missing": [*COUNTERS, None],
    "with a head": [f"INV-2024-{n}" for n in COUNTERS],
    "with a head, one twice": [*(f"INV-2024-{n}" for n in COUNTERS), "INV-2024-1003"],
    "one differs by its head": [*COUNTERS, "A1003"],
    "one differs by a zero in front": [*COUNTERS, "01003"],
    "one differs by a sign": [*COUNTERS, "-1003"],
    "one differs by a space inside": [*COUNTERS, "1 003"],
    "one differs by a long way": [*COUNTERS, str(1003 + (1 << 40))],
    "one beyond all whole numbers": [*COUNTERS, "9" * 40],
    "no counters": [f"{n}-x" for n in COUNTERS],
    "no counters, one twice": [*(f"{n}-x" for n in COUNTERS), "1003-x"],
    "far apart": [str(int(n) ** 5) for n in COUNTERS],
    "one text": ["7"],
    "whole numbers": [int(n) for n in COUNTERS],
    "whole numbers, one twice": [*map(int, COUNTERS), 1003],
    "whole numbers, one below nothing": [*map(int, COUNTERS), -1003],
    "parts of numbers": [int(n) / 4 for n in COUNTERS],
    "parts of numbers, one missing": [*(int(n) / 4 for n in COUNTERS), None],
}


def said(raw: RawTable, sample: list[str]) -> bool:
    """What the pass over all rows says, and where it leaves that open, the hashes."""
    with closing(Database()) as database:
        open_raw(raw, database)
        numbers = OrderNumbers(raw.columns[0], raw.rows, sample)
        parts, read = numbers.first_look()
        named = ", ".join(f"{part} as p{place}" for place, part in enumerate(parts))
        table = database.arrow(f"select {named} from {RAW}")
        found = read([value_of(column) for column in table.columns])
        return bool(found["unique"] if "unique" in found else numbers.differ(database))


@pytest.mark.parametrize("most_bits", [unique.MOST_BITS, 0])
@pytest.mark.parametrize("at_once", [unique.HASHES_AT_ONCE, 10])
@pytest.mark.parametrize("name", LISTS)
def test_order_numbers_against_a_set(
    name: str, at_once: int, most_bits: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unique, "MOST_BITS", most_bits)
    monkeypatch.setattr(unique, "HASHES_AT_ONCE", at_once)
    monkeypatch.setattr(unique, "HASHES_A_PART", 70)
    values = LISTS[name]
    path = tmp_path / "numbers.parquet"
    pq.write_table(pa.table({"order_id": values, "n": range(len(values))}), path)
    raw = read_parquet(path, tmp_path, direct=True)
    assert raw.source, "read straight"
    differ = None not in values and len(set(values)) == len(values)
    assert said(raw, [str(value) for value in values[:50]]) is differ
