"""One pass over all rows for everything that must be known of them: counts, styles, unique order numbers.

A sample tells what to expect (plain numbers, a few date layouts); the pass proves it, or leaves the column
unproven, and then a closer look of its own decides. What is proven goes with the columns to loading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import asdict, replace
from typing import Any

from ltvlib.engine import Database, literal, quote
from ltvlib.ingest.dates import DateStyle, Order, infer_dates
from ltvlib.ingest.direct import NotPlainError, is_trimmed
from ltvlib.ingest.model import RawColumn, RawTable
from ltvlib.ingest.numbers import NumberStyle, number_sql, plain_guess, plain_pattern
from ltvlib.ingest.styles import RAW
from ltvlib.ingest.synonyms import NUMBER_FIELDS
from ltvlib.ingest.unique import OrderNumbers, Row, value_of
from ltvlib.ingest.values import Shape, compose, shape_tests, shapes_of

_DATES = ("ordered_at", "updated_at")
_MOST_SHAPES = 6


class UntrimmedError(Exception):
    """Some text columns have spaces around their values, or blank ones; ``columns`` are their keys."""

    def __init__(self, columns: set[str]) -> None:
        super().__init__()
        self.columns = columns


class _Pass:
    """Collects SQL aggregates and what to make of their results."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.readers: list[tuple[str, Callable[[list[Any]], Row], slice]] = []

    def ask(self, key: str, parts: Sequence[str], reader: Callable[[list[Any]], Row]) -> None:
        self.readers.append((key, reader, slice(len(self.parts), len(self.parts) + len(parts))))
        self.parts += parts

    def run(self, database: Database) -> dict[str, dict[str, Any]]:
        """Column key -> what was proven of it."""
        named = ", ".join(f"{part} as p{place}" for place, part in enumerate(self.parts))
        table = database.arrow(compose("select {named} from {table}", named=named, table=RAW))
        values = [value_of(table.column(place)) for place in range(table.num_columns)]
        proven: dict[str, dict[str, Any]] = {}
        for key, reader, place in self.readers:
            proven.setdefault(key, {}).update(reader(values[place]))
        return proven


def survey(
    database: Database, raw: RawTable, keys: Dict[str, str], cells: Dict[str, Sequence[str]]
) -> tuple[RawColumn, ...]:
    """The columns with what one pass proved; ``keys``: field -> column, ``cells``: sample by column.

    Raises:
        NotPlainError: the file is read straight, but is not as clean as it seemed.
    """
    columns = {column.key: column for column in raw.columns}
    asked = _Pass()
    for column in raw.columns:
        asked.ask(column.key, *_filled(column, raw))
    for field, key in keys.items():
        if columns[key].kind == "text":
            _ask_style(asked, field, key, cells[key])
    unique = keys.get("order_id", "")
    numbers = OrderNumbers(columns[unique], raw.rows, cells[unique]) if unique else None
    if numbers:
        asked.ask(unique, *numbers.first_look())
    if raw.source:
        asked.ask("", _plain_rows(raw), lambda row: {"rows": row[0], "odd": row[1]})
    proven = asked.run(database)
    if raw.source and (proven[""]["rows"] != raw.rows or proven[""]["odd"]):
        raise NotPlainError
    untrimmed = {column.key for column in raw.columns if proven[column.key].get("trimmed") is False}
    if untrimmed:
        raise UntrimmedError(untrimmed)
    if numbers and "unique" not in proven[unique]:
        proven[unique]["unique"] = numbers.differ(database)
    return tuple(replace(column, proven=proven[column.key]) for column in raw.columns)


def _plain_rows(raw: RawTable) -> list[str]:
    """SQL that counts the rows, and those that may be totals, headers or footers in a text file."""
    return ["count(*)", f"count(*) filter ({raw.source['odd']})" if raw.source.get("odd") else "0"]


def _filled(column: RawColumn, raw: RawTable) -> tuple[list[str], Callable[[list[Any]], Row]]:
    name = quote(column.key)
    if raw.source.get("kind") != "parquet":
        return [f"count({name})"], lambda row: {"filled": row[0]}
    if column.kind != "text" or not column.proven.get("trimmed"):
        # The hash makes the engine read the values; a count alone is answered by the footer of the file.
        return [f"count({name})", f"bit_xor(hash({name}))"], lambda row: {"filled": row[0]}
    fine = f"count(*) filter ({is_trimmed(name)})"
    return [f"count({name})", fine], lambda row: {"filled": row[0], "trimmed": row[0] == row[1]}


def _ask_style(asked: _Pass, field: str, key: str, values: Sequence[str]) -> None:
    present = [value for value in values if value]
    if field in NUMBER_FIELDS:
        style = plain_guess(present)
        if style is not None:
            _ask_number(asked, key, style, field == "revenue")
    elif field in _DATES:
        texts = [shape.text for shape in shapes_of((0, value) for value in present)]
        if 0 < len(texts) <= _MOST_SHAPES:
            _ask_dates(asked, key, texts)


def _ask_number(asked: _Pass, key: str, style: NumberStyle, is_summed: bool) -> None:
    name = quote(key)
    parts = [f"count({name})", f"count(*) filter (regexp_full_match({name}, {literal(plain_pattern(style.decimal))}))"]
    if is_summed:
        parts.append(f"coalesce(sum({number_sql(name, style)}), 0)")

    def read(row: list[Any]) -> Row:
        if not row[0] or row[0] != row[1]:
            return {}
        total = {"total": str(row[2])} if is_summed else {}
        return {"number": _json(replace(style, numbers=row[0], filled=row[0])), **total}

    asked.ask(key, parts, read)


def _json(style: NumberStyle | DateStyle) -> Row:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(style).items()}


def _ask_dates(asked: _Pass, key: str, texts: list[str]) -> None:
    name = quote(key)
    counts = [f"count({name})", *(f"count(*) filter ({test})" for test in shape_tests(name, texts))]
    guess = infer_dates([Shape(text, 1, 0, "") for text in texts], True)
    order = Order(guess, name)

    def read(row: list[Any]) -> Row:
        found = [Shape(text, rows, 0, "") for text, rows in zip(texts, row[1:], strict=False) if rows]
        if not row[0] or row[0] != sum(shape.rows for shape in found):
            return {}
        layout = infer_dates(sorted(found, key=lambda shape: -shape.rows), True)
        style = order.settled(layout, row[len(counts) :]) if layout.formats == guess.formats else None
        return {"date": _json(style)} if style else {}

    asked.ask(key, [*counts, *order.tests], read)
