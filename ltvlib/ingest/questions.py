"""What must be asked before a file is converted, and what is only told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ltvlib.engine import Database
from ltvlib.errors import N_
from ltvlib.ingest.choices import Statuses, statuses, values_of
from ltvlib.ingest.mapping import columns_by_field, twins
from ltvlib.ingest.model import ColumnProfile, Mapping, Note, Question, RawTable
from ltvlib.ingest.structure import amount_guess
from ltvlib.ingest.synonyms import CUSTOMER_KEYS, NUMBER_FIELDS

_Profiles = dict[str, ColumnProfile]


def ask(
    database: Database, raw: RawTable, profiles: tuple[ColumnProfile, ...], mapping: Mapping
) -> tuple[tuple[Question, ...], Mapping, tuple[Note, ...], tuple[str, ...]]:
    """Questions, the mapping with its defaults written out, notes, and every status of the file."""
    keys = columns_by_field(raw, mapping.fields)
    by_key = {profile.key: profile for profile in profiles}
    found = statuses(database, raw, mapping)
    questions = [
        *column_questions(raw, keys, by_key, mapping),
        *_formats(raw, keys, by_key, mapping),
        *_money(database, raw, keys, mapping),
        *_statuses(found, mapping),
        *_amounts(database, raw, keys, mapping),
    ]
    every = found.every if found.usable else ()
    return tuple(questions), _written_out(mapping, found), tuple(_notes(raw, keys, by_key)) + mapping.notes, every


def _written_out(mapping: Mapping, found: Statuses) -> Mapping:
    if not found.usable and not found.refund_types:
        return mapping
    backs = tuple(dict.fromkeys(found.refund + found.refund_types))
    return replace(
        mapping,
        sale_statuses=found.sale if found.usable and mapping.sale_statuses is None else mapping.sale_statuses,
        refund_statuses=backs if mapping.refund_statuses is None and backs else mapping.refund_statuses,
    )


def _name(raw: RawTable, key: str) -> str:
    return next(column.name for column in raw.columns if column.key == key)


def column_questions(raw: RawTable, keys: dict[str, str], profiles: _Profiles, mapping: Mapping) -> Iterator[Question]:
    """Columns without which nothing can be done, and two columns that could both be the amount."""
    names = tuple(column.name for column in raw.columns if profiles[column.key].filled)
    if "ordered_at" not in keys:
        yield Question("ordered_at", "Which column holds the date of the order?", names)
    if "revenue" not in keys and not {"unit_price", "quantity"} <= keys.keys():
        yield Question("revenue", "Which column holds the amount the customer paid?", names)
    if not any(field in keys for field in CUSTOMER_KEYS):
        yield Question(
            "customer_id", "Which column tells who bought: the customer's number, phone, e-mail or name?", names
        )
    same = twins(raw, mapping)
    if same:
        yield Question("revenue", "Several columns have the same header. Which one is what the customer paid?", same)


def _formats(raw: RawTable, keys: dict[str, str], profiles: _Profiles, mapping: Mapping) -> Iterator[Question]:
    """Day and month, decimal comma or point."""
    key = keys.get("ordered_at", "")
    if key:
        profile = profiles[key]
        if len(profile.date_formats) > 1 and mapping.date_format not in profile.date_formats:
            yield _date_question(raw, key, profile)
    for field in NUMBER_FIELDS:
        if field in keys and profiles[keys[field]].decimal == "?":
            params = {"column": _name(raw, keys[field])}
            yield Question(
                "decimal", "Is the decimal sign of the column {column} a comma or a point?", (",", "."), params
            )


def _date_question(raw: RawTable, key: str, profile: ColumnProfile) -> Question:
    params: dict[str, object] = {"column": _name(raw, key)}
    if not profile.date_conflict:
        text = N_(
            "Every date of the column {column} can be read with the day or with the month first. Which one is it?"
        )
        return Question("date_format", text, profile.date_formats, params)
    params |= {"first": profile.date_conflict[0], "second": profile.date_conflict[1]}
    text = N_(
        "The column {column} contradicts itself: lines {first} and {second} prove different orders of day and month. "
        "Which one is right? Rows that do not fit it are refused."
    )
    return Question("date_format", text, profile.date_formats, params)


def _money(database: Database, raw: RawTable, keys: dict[str, str], mapping: Mapping) -> Iterator[Question]:
    """Several currencies; amounts in cents."""
    if "currency" in keys and not mapping.currency:
        codes = tuple(dict.fromkeys(code.upper() for code in values_of(database, raw, keys["currency"])))
        if len(codes) > 1:
            yield Question(
                "currency", "The file has {count} currencies. Which one do you count in?", codes, {"count": len(codes)}
            )
    if mapping.minor_units and mapping.preset == "stripe_api":
        yield Question("minor_units", "Are the amounts in cents (the smallest unit of the currency)?", ("yes", "no"))


def _statuses(found: Statuses, mapping: Mapping) -> Iterator[Question]:
    if found.usable and found.unknown and mapping.sale_statuses is None:
        text = N_("Some statuses are not known ({count}). Which statuses count as sales?")
        yield Question("sale_statuses", text, found.every, {"count": len(found.unknown)})


def _amounts(database: Database, raw: RawTable, keys: dict[str, str], mapping: Mapping) -> Iterator[Question]:
    """Thin evidence whether the amount is of the line or of the whole order."""
    if mapping.amount_is or not {"order_id", "revenue"} <= keys.keys():
        return
    if amount_guess(database, raw, mapping, keys) == "?":
        text = N_("Orders have several rows with equal amounts. Is the amount of the whole order or of each line?")
        yield Question("amount_is", text, ("order", "line"))


def _notes(raw: RawTable, keys: dict[str, str], profiles: _Profiles) -> Iterator[Note]:
    for column in raw.columns:
        count = profiles[column.key].destroyed_ids
        if count:
            text = N_(
                "Column {column}: {count} values were turned into scientific notation (7,91E+10) by a spreadsheet; "
                "their last digits are lost. Export the file again with this column as text."
            )
            yield Note(text, {"column": column.name, "count": count}, "warn")
    key = keys.get("ordered_at", "")
    formats = profiles[key].date_formats if key else ()
    if len(formats) == 1:
        yield Note(
            "Dates of the column {column} are read as {format}.", {"column": _name(raw, key), "format": formats[0]}
        )
