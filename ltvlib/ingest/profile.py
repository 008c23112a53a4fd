"""What the columns of a raw table look like, and the mapping to propose.

Every column is looked at in a sample; the columns that are mapped to numbers or dates are then read in
full, because one value far down the file may prove the decimal comma or the order of day and month.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

from ltvlib.codes import Codes
from ltvlib.engine import Database, EngineLimits, quote
from ltvlib.ingest.dates import NUMERIC, DateStyle, infer_dates, number_format, order_of
from ltvlib.ingest.direct import trusting
from ltvlib.ingest.hiding import card_columns, without_cards
from ltvlib.ingest.mapping import columns_by_field, is_date_header, propose
from ltvlib.ingest.model import ColumnProfile, Inspection, Mapping, RawColumn, RawTable
from ltvlib.ingest.numbers import NumberStyle, infer_numbers
from ltvlib.ingest.questions import ask
from ltvlib.ingest.sampling import sample
from ltvlib.ingest.styles import RAW, date_style, number_style, open_raw
from ltvlib.ingest.survey import UntrimmedError, survey
from ltvlib.ingest.synonyms import NUMBER_FIELDS, headers_of, normal
from ltvlib.ingest.values import compose, shapes_of

PREVIEW_ROWS = 20
Sampled = tuple[list[int], list[list[str]]]
_DATES = ("ordered_at", "updated_at", "cancelled_at")
_PHONE = re.compile(r"['’]?\+?\d[\d ()\u00a0-]{8,18}")
_NAME = re.compile(r"[^\W\d_]{2,}[.'’-]?(?:\s+[^\W\d_][\w.'’-]*){1,4}")


def inspect_raw(
    raw: RawTable, mapping: Mapping | None = None, limits: EngineLimits | None = None, codes: Codes | None = None
) -> Inspection:
    """Profile the columns, propose a mapping (or take ``mapping``) and list what must be asked.

    Numbers of payment cards become ``codes`` first (of a key that nobody has where none are given).

    Raises:
        NotPlainError: the rows are read straight from a file that is not as clean as it seemed.
    """
    with closing(Database(limits)) as database, trusting(raw):
        found = _sampled(database, raw)
        cards = card_columns(raw, found[1])
        if cards:
            raw = without_cards(database, raw, cards, codes or Codes(os.urandom(32)))
            found = _sampled(database, raw)
        try:
            return _inspect(database, raw, mapping, found)
        except UntrimmedError as untrimmed:
            columns = (replace(c, proven={} if c.key in untrimmed.columns else c.proven) for c in raw.columns)
            raw = replace(raw, columns=tuple(columns))
            return _inspect(database, raw, mapping, _sampled(database, raw))


def _sampled(database: Database, raw: RawTable) -> Sampled:
    """Open the table; lines and cells (by column) of some of its rows."""
    open_raw(raw, database)
    return sample(database, raw)


def _inspect(database: Database, raw: RawTable, mapping: Mapping | None, sampled: Sampled) -> Inspection:
    lines, cells = sampled
    profiles = _profiles(database, raw, lines, cells)
    chosen = mapping or propose(raw, profiles)
    by_key = dict(zip((column.key for column in raw.columns), cells, strict=True))
    raw = replace(raw, columns=survey(database, raw, columns_by_field(raw, chosen.fields), by_key))
    open_raw(raw, database)
    profiles = _in_full(database, raw, profiles, chosen)
    looks = zip(raw.columns, profiles, strict=True)
    raw = replace(raw, columns=tuple(replace(column, looks_like=found.looks_like) for column, found in looks))
    questions, chosen, notes, every = ask(database, raw, profiles, chosen)
    preview = tuple(tuple(row) for row in zip(*(column[:PREVIEW_ROWS] for column in cells), strict=True))
    return Inspection(raw, profiles, chosen, questions, preview, notes, every)


def _profiles(
    database: Database, raw: RawTable, lines: Sequence[int], cells: Sequence[list[str]]
) -> tuple[ColumnProfile, ...]:
    """Profiles by the sample; only a column that is empty there is looked at in full at once."""
    filled = [sum(map(bool, values)) for values in cells]
    empty = [column.key for column, count in zip(raw.columns, filled, strict=True) if not count]
    if empty:
        counts = ", ".join(f"count({quote(key)})" for key in empty)
        found = database.rows(compose("select {counts} from {table}", counts=counts, table=RAW))[0]
        known = dict(zip(empty, found, strict=True))
        filled = [known.get(column.key, count) for column, count in zip(raw.columns, filled, strict=True)]
    return tuple(
        _profile(column, int(count), lines, values)
        for column, count, values in zip(raw.columns, filled, cells, strict=True)
    )


def profiles_of(columns: Sequence[RawColumn], cells: Sequence[list[str]]) -> tuple[ColumnProfile, ...]:
    """Profiles of columns by a sample of their values alone (``cells`` by column, "" = blank)."""
    lines = range(1, 1 + max(map(len, cells), default=0))
    pairs = zip(columns, cells, strict=True)
    return tuple(_profile(column, sum(map(bool, values)), lines, values) for column, values in pairs)


def _profile(column: RawColumn, filled: int, lines: Sequence[int], values: Sequence[str]) -> ColumnProfile:
    """The profile of one column as far as the sample tells."""
    present = [(line, value) for line, value in zip(lines, values, strict=True) if value]
    distinct = list(dict.fromkeys(value for _, value in present))
    numbers, dates = _styles(column, present)
    profile = ColumnProfile(
        column.key,
        filled,
        len(distinct),
        numbers.share,
        numbers.decimal,
        numbers.thousands,
        dates.formats if dates.share >= 0.5 else (),
        dates.conflict if all(dates.conflict) else (),
        destroyed_ids=numbers.destroyed,
        examples=tuple(value[:80] for value in distinct[:5]),
    )
    return replace(profile, looks_like=_looks(column, profile, [value for _, value in present]))


def _styles(column: RawColumn, present: Sequence[tuple[int, str]]) -> tuple[NumberStyle, DateStyle]:
    dated = is_date_header(column.name)
    if column.kind == "number":
        values = [float(value) for _, value in present] or [0.0]
        found = number_format(min(values), max(values)) if dated else ""
        dates = DateStyle((found,), ("",), len(values), len(values)) if found else DateStyle()
        return NumberStyle(decimal=".", numbers=len(present), filled=len(present)), dates
    if column.kind != "text":
        return NumberStyle(filled=len(present)), DateStyle()
    shapes = shapes_of(present)
    style = infer_dates(shapes, bare=dated)
    return infer_numbers(shapes), _sample_order(style, present)


def _sample_order(style: DateStyle, present: Sequence[tuple[int, str]]) -> DateStyle:
    if not style.formats or not re.match(r"%d[-./]%m", style.formats[0]):
        return style
    parts = [(line, [int(part) for part in re.findall(r"\d+", value)[:2]]) for line, value in present]
    parts = [(line, pair) for line, pair in parts if len(pair) == 2 and pair[0] < 100 and pair[1] < 100]
    first = (
        next((line for line, pair in parts if pair[0] > 12), None),
        next((line for line, pair in parts if pair[1] > 12), None),
        next((line for line, pair in parts if pair[0] > 31), None),
    )
    return order_of(style, *first)


def _looks(column: RawColumn, profile: ColumnProfile, values: Sequence[str]) -> str:
    """Best guess of what the values are."""
    if not profile.filled:
        return "empty"
    if column.kind == "timestamp" or (profile.date_formats and not set(profile.date_formats) & set(NUMERIC)):
        return "date"
    if profile.date_formats:
        return "date"
    if _share(values, lambda value: "@" in value[1:]) >= 0.8:
        return "email"
    if column.kind == "text" and _is_phone(column, values):
        return "phone"
    if profile.numbers >= 0.8:
        return _number_looks(column, profile, values)
    return _text_looks(column, profile, values)


def _is_phone(column: RawColumn, values: Sequence[str]) -> bool:
    share = _share(values, lambda v: bool(_PHONE.match(v)) and 10 <= sum(map(str.isdigit, v.split(",")[0])) <= 15)
    named = normal(column.name) in headers_of("phone")
    return share >= (0.5 if named else 0.8) and (named or _share(values, lambda v: v[0] in "+78(") >= 0.9)


def _number_looks(column: RawColumn, profile: ColumnProfile, values: Sequence[str]) -> str:
    header = normal(column.name)
    for field, looks in (("quantity", "quantity"), ("customer_id", "id"), ("order_id", "id"), ("product_id", "id")):
        if header in headers_of(field):
            return looks
    if any(header in headers_of(field) for field in NUMBER_FIELDS):
        return "money"
    if any(len(value) > 1 and value[0] == "0" and value.isdigit() for value in values) or profile.destroyed_ids:
        return "id"
    if profile.decimal or profile.thousands:
        return "money"
    return "quantity" if _share(values, lambda value: len(value) <= 3) >= 0.9 else "id"


def _text_looks(column: RawColumn, profile: ColumnProfile, values: Sequence[str]) -> str:
    header = normal(column.name)
    if header in headers_of("currency") or _share(values, lambda v: len(v) == 3 and v.isalpha() and v.isupper()) == 1:
        return "currency"
    if header in headers_of("name") and _share(values, lambda v: not any(map(str.isdigit, v))) >= 0.5:
        return "name"
    named = any(header in headers_of(field) for field in ("order_id", "customer_id", "product_id"))
    if _share(values, lambda v: " " not in v and (named or any(map(str.isdigit, v)))) >= 0.9:
        return "id"
    if profile.distinct <= max(12, len(values) // 20):
        return "category"
    return "name" if _share(values, lambda v: bool(_NAME.fullmatch(v))) >= 0.8 else "text"


def _share(values: Sequence[str], test: Callable[[str], object]) -> float:
    return sum(1 for value in values if test(value)) / len(values) if values else 0.0


def _in_full(
    database: Database, raw: RawTable, profiles: tuple[ColumnProfile, ...], mapping: Mapping
) -> tuple[ColumnProfile, ...]:
    """Profiles with exact counts, and with the mapped number and date columns read in full."""
    keys = columns_by_field(raw, mapping.fields)
    columns = {column.key: column for column in raw.columns}
    found = {p.key: replace(p, filled=columns[p.key].proven["filled"]) for p in profiles}
    for field, key in keys.items():
        if field in NUMBER_FIELDS:
            style = number_style(database, columns[key], mapping.decimal)
            found[key] = replace(
                found[key],
                numbers=style.share,
                decimal=style.decimal,
                thousands=style.thousands,
                destroyed_ids=style.destroyed,
            )
        elif field in _DATES and columns[key].kind != "timestamp":
            dates = date_style(database, columns[key])
            found[key] = replace(found[key], date_formats=dates.formats, date_conflict=dates.conflict)
    return tuple(found[profile.key] for profile in profiles)
