"""Personal data in a file: which columns hold them, and what is shown or kept of them instead.

Phones, e-mails and names become codes (:mod:`ltvlib.codes`) unless the owner wants them readable. Numbers of payment
cards become codes always, before anything else is made of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ltvlib.codes import Codes
from ltvlib.engine import Database, quote
from ltvlib.errors import N_
from ltvlib.ingest.direct import NotPlainError
from ltvlib.ingest.model import Inspection, Mapping, Note, RawColumn, RawTable
from ltvlib.ingest.styles import RAW
from ltvlib.ingest.synonyms import headers_of, normal
from ltvlib.ingest.values import compose

PERSONAL = ("phone", "email", "name")
"""Fields, and looks of columns, that hold personal data."""
KEEP = "keep"
"""What a mapping says of people who shall stay readable."""
HIDDEN = "•••"
_CARD = re.compile(r"[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{3,7}")
_MOST = 0.9


def personal_columns(raw: RawTable, mapping: Mapping) -> list[RawColumn]:
    """Columns that hold phones, e-mails or names of people, by what they are mapped to, are called or look like.

    What is mapped to a manager, a product, a channel or a city is none of a customer.
    """
    mapped = {mapping.fields.get(field) for field in PERSONAL}
    others = {name for field, name in mapping.fields.items() if field not in (*PERSONAL, "customer_id")}
    titles = {title for field in PERSONAL for title in headers_of(field)}
    return [
        column
        for column in raw.columns
        if column.name in mapped
        or (column.name not in others and (column.looks_like in PERSONAL or normal(column.name) in titles))
    ]


def is_personal(values: Sequence[str]) -> bool:
    """Whether codes of customers are in truth e-mails, phones or names of people."""
    shapes = (
        r"[^@\s]+@[^@\s]+\.\w+",
        r"\+\d[\d ()-]{8,17}|[78][ (-]?9\d{2}[\d ()-]{7,12}",
        r"[^\W\d_]{2,}[.'’-]?( [^\W\d_][\w.'’-]*){1,3}",
    )
    found = [value for value in values if value]
    return any(sum(bool(re.fullmatch(shape, v)) for v in found) > len(found) / 2 for shape in shapes)


def covered(value: str) -> str:
    """What a preview shows of a personal value: how it is written, not what it says."""
    shown = value[:1] if value[:1].isalpha() else value[:2]
    return shown + re.sub(r"[^\W_]", "•", value[len(shown) :])[:24]


def covered_inspection(found: Inspection) -> Inspection:
    """The same inspection with examples and preview of personal columns covered."""
    hidden = {column.key for column in personal_columns(found.raw, found.proposal)}
    places = [place for place, column in enumerate(found.raw.columns) if column.key in hidden]
    profiles = tuple(
        replace(p, examples=tuple(map(covered, p.examples))) if p.key in hidden else p for p in found.profiles
    )
    preview = tuple(
        tuple(covered(value) if place in places else value for place, value in enumerate(row)) for row in found.preview
    )
    return replace(found, profiles=profiles, preview=preview)


def card_columns(raw: RawTable, cells: Sequence[Sequence[str]]) -> list[RawColumn]:
    """Columns whose sampled ``cells`` are numbers of payment cards."""
    return [column for column, values in zip(raw.columns, cells, strict=True) if _holds_cards(values)]


def without_cards(database: Database, raw: RawTable, cards: Sequence[RawColumn], codes: Codes) -> RawTable:
    """The table with codes in the place of the numbers in ``cards``; the one with the numbers is removed.

    Raises:
        NotPlainError: the rows are read straight from the file; they have to be copied.
    """
    if raw.source:
        raise NotPlainError
    path = Path(raw.path)
    made = path.with_name("coded.parquet")
    numbers = {column.key: codes.sql(f"cast({quote(column.key)} as varchar)") for column in cards}
    columns = ", ".join(f"{numbers.get(c.key, quote(c.key))} as {quote(c.key)}" for c in raw.columns)
    database.copy_to_parquet(compose("select line, {columns} from {table}", columns=columns, table=RAW), made)
    path.unlink()
    columns_now = tuple(replace(c, kind="text", proven={}) if c in cards else c for c in raw.columns)
    return replace(raw, path=str(made), columns=columns_now, notes=(*raw.notes, *map(_said, cards)))


def _said(column: RawColumn) -> Note:
    text = N_("The column {column} holds numbers of payment cards; they were dropped, codes stand in their place.")
    return Note(text, {"column": column.name}, "warn")


def _holds_cards(values: Sequence[str]) -> bool:
    found = [value for value in values if value]
    return len(found) > 0 and sum(map(_is_card, found)) >= _MOST * len(found)


def _is_card(value: str) -> bool:
    """A number of 15 to 19 digits that begins like a payment card's and fits its check digit (ISO/IEC 7812, Luhn)."""
    return bool(_CARD.fullmatch(value)) and _fits([int(digit) for digit in value if digit.isdigit()])


def _fits(digits: list[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
