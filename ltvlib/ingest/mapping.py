"""Which column is which: the proposal from headers and values, and presets saved by a person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import replace

from ltvlib.ingest.model import ColumnProfile, Mapping, Note, RawTable
from ltvlib.ingest.synonyms import FIELDS, NUMBER_FIELDS, Preset, headers_of, normal, preset_for

_WHO = {"customer", "client", "клиент", "покупатель", "контрагент", "buyer", "заказчик"}
_NOT_REVENUE = re.compile(
    r"ндс|vat|tax|налог|скидк|discount|доставк|shipping|возврат|refund|комисси|fee|процент|percent"
    r"|\bnum(ber)?\b|\bcount\b|\bqty\b|quantity|количеств|\bкол во\b|\bчисло\b|\bшт\b"
)
_LOOSE = {
    "revenue": re.compile(r"сумм|выручк|оплат|amount|revenue|total|\bsales\b|стоимост"),
    "ordered_at": re.compile(r"дата|date|время|\btime\b"),
    "order_id": re.compile(r"номер.*(заказ|сделк|документ|чек)|(order|invoice|deal).*(id|number|no)\b"),
    "phone": re.compile(r"телефон|phone"),
    "email": re.compile(r"e ?mail|почт"),
    "name": re.compile(r"\bфио\b|клиент|покупател|контрагент|customer name"),
    "customer_id": re.compile(r"(customer|client|user).*id\b|код.*клиент|id.*клиент"),
}
_RATES = re.compile(r"%|процент|percent|rate|рентабельн")


def is_date_header(header: str) -> bool:
    """Whether a header speaks of a date, so that serials and Unix times may be believed."""
    text = normal(header)
    return (
        text in headers_of("ordered_at") or text in headers_of("updated_at") or bool(_LOOSE["ordered_at"].search(text))
    )


class _Columns:
    """Headers still free to be mapped, by normal name; twins such as ``Сумма (2)`` share a name."""

    def __init__(self, raw: RawTable, profiles: Iterable[ColumnProfile]) -> None:
        self.profiles = {profile.key: profile for profile in profiles}
        self.keys = {column.name: column.key for column in raw.columns}
        names = [(column.name, normal(column.name)) for column in raw.columns]
        known = {text for _, text in names}
        self.texts = {name: _base(text, known) for name, text in names}
        self.used: set[str] = set()

    def profile(self, name: str) -> ColumnProfile:
        return self.profiles.get(self.keys[name], ColumnProfile(self.keys[name], 0, 0))

    def named(self, text: str) -> list[str]:
        """Free columns with this normal header, in file order."""
        return [name for name, found in self.texts.items() if found == text and name not in self.used]

    def like(self, pattern: re.Pattern[str]) -> list[str]:
        return [name for name, found in self.texts.items() if pattern.search(found) and name not in self.used]


def _base(text: str, known: set[str]) -> str:
    short = re.sub(r" \d+$", "", text)
    return short if short in known else text


def _fits(field: str, name: str, columns: _Columns) -> bool:
    """Whether the values can be the field at all; an empty column is never proposed."""
    profile = columns.profile(name)
    if profile.filled == 0:
        return False
    if field in ("ordered_at", "updated_at", "cancelled_at"):
        return bool(profile.date_formats) or profile.looks_like == "date"
    if field in NUMBER_FIELDS:
        return profile.numbers >= 0.5 and not _RATES.search(name.casefold())
    if field == "email":
        return profile.looks_like == "email"
    if field == "phone":
        return profile.looks_like not in ("email", "date", "name")
    if field == "currency":
        return profile.distinct <= 50
    return profile.looks_like != "date" or field == "order_id"


def _looks_like_codes(profile: ColumnProfile) -> bool:
    return bool(profile.examples) and all(
        " " not in value and any(char.isdigit() for char in value) for value in profile.examples
    )


def _pick(field: str, columns: _Columns) -> str:
    """The best free column for a field by its exact header, then by a looser one; empty if none."""
    for text in headers_of(field):
        for name in columns.named(text):
            if _fits(field, name, columns):
                return name
    pattern = _LOOSE.get(field)
    if pattern is None:
        return ""
    loose = [name for name in columns.like(pattern) if _fits(field, name, columns)]
    if field == "revenue":
        loose = [name for name in loose if not _NOT_REVENUE.search(columns.texts[name])]
    return loose[0] if loose else ""


def _from_preset(preset: Preset | None, columns: _Columns) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, text in (preset.fields if preset else {}).items():
        names = columns.named(text)
        if names and _fits(field, names[0], columns):
            found[field] = names[0]
            columns.used.add(names[0])
    return found


def propose(raw: RawTable, profiles: Iterable[ColumnProfile]) -> Mapping:
    """The mapping that the headers and values suggest; what is missing or unclear is asked elsewhere."""
    columns = _Columns(raw, profiles)
    preset = preset_for(column.name for column in raw.columns)
    fields = _from_preset(preset, columns)
    skipped = {field for field, text in (preset.fields if preset else {}).items() if not text}
    for field in FIELDS:
        if field in fields or field in skipped:
            continue
        name = _who_as_code(columns) if field == "customer_id" else ""
        name = name or _pick(field, columns)
        if name:
            fields[field] = name
            columns.used.add(name)
    _last_resort(fields, columns)
    minor = bool(preset and preset.minor_units)
    return Mapping(fields, minor_units=minor, preset=preset.name if preset else "")


def _who_as_code(columns: _Columns) -> str:
    """A column called just "customer" is an id where its values are codes and no better id exists."""
    if any(columns.named(text) for text in headers_of("customer_id")):
        return ""
    names = [name for text in _WHO for name in columns.named(text)]
    return next((name for name in names if _looks_like_codes(columns.profile(name))), "")


def _last_resort(fields: dict[str, str], columns: _Columns) -> None:
    """Fill what is missing from the looks of the values, where only one column can be meant."""
    for field, looks in (("ordered_at", "date"), ("email", "email"), ("revenue", "money")):
        if field in fields or (field == "revenue" and "quantity" in fields and "unit_price" in fields):
            continue
        free = [name for name in columns.keys if name not in columns.used]
        fitting = [name for name in free if columns.profile(name).looks_like == looks]
        if len(fitting) == 1:
            fields[field] = fitting[0]
            columns.used.add(fitting[0])
    if "revenue" not in fields and "unit_price" in fields and "quantity" not in fields:
        fields["revenue"] = fields.pop("unit_price")


def twins(raw: RawTable, mapping: Mapping) -> tuple[str, ...]:
    """Columns that share the header of the mapped amount (two columns called ``Сумма``), else empty."""
    name = mapping.fields.get("revenue", "")
    known = {normal(column.name) for column in raw.columns}
    same = [
        column.name
        for column in raw.columns
        if name and _base(normal(column.name), known) == _base(normal(name), known)
    ]
    return tuple(same) if len(same) > 1 else ()


def apply_preset(mapping: Mapping, raw: RawTable) -> Mapping:
    """A saved mapping fitted to another file: fields whose column is missing are dropped, and noted.

    Columns are found by name, or by the same name in other case and spacing.
    """
    exact = {column.name for column in raw.columns}
    loose = {normal(column.name): column.name for column in reversed(raw.columns)}
    fields: dict[str, str] = {}
    notes: list[Note] = []
    for field, name in mapping.fields.items():
        found = name if name in exact else loose.get(normal(name), "")
        if found:
            fields[field] = found
        else:
            notes.append(_missing(field, name))
    return replace(mapping, fields=fields, notes=tuple(notes))


def _missing(field: str, name: str) -> Note:
    return Note(
        "The file has no column {column}; the field {field} is empty.", {"column": name, "field": field}, "warn"
    )


def columns_by_field(raw: RawTable, fields: Dict[str, str]) -> dict[str, str]:
    """Field -> raw column key, for the fields whose column exists."""
    keys = {column.name: column.key for column in raw.columns}
    return {field: keys[name] for field, name in fields.items() if name in keys}
