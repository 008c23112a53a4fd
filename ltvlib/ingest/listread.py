"""A list beside the orders from any file: which column is which, and the values of every row, or why it was refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from ltvlib.engine import EngineLimits
from ltvlib.ingest.dates import DateStyle
from ltvlib.ingest.identity import key_sql
from ltvlib.ingest.list_kinds import Form, ListKind
from ltvlib.ingest.model import RawColumn, RawTable, SetAside
from ltvlib.ingest.report import ListRead
from ltvlib.ingest.short_table import ShortTable, short_table, text_of
from ltvlib.ingest.styles import RAW, date_of, date_style
from ltvlib.ingest.values import compose

Columns = dict[str, RawColumn]
_NOTHING = re.compile(
    r"(?i)[-—–.?]*|n/?a|none|null|no|0|false|нет( данных)?|без (претензий|замечаний|жалоб)|no complaints?"
)
"""Words for nothing, where a remark is expected."""
_NOT_YET = re.compile(r"(?i)не \S.*|not \S.*|в пути.*|ожида\S*.*|in transit.*|pending.*|awaiting.*")
"""What stands instead of a date that is still to come."""
_YES = frozenset(
    ("да", "yes", "y", "true", "1", "ok", "ок", "+", "верно", "в порядке", "истина", "д", "correct", "right")
)
_NO = frozenset(
    ("нет", "no", "n", "false", "0", "-", "неверно", "ложь", "н", "wrong", "ошибка", "с ошибкой", "incorrect")
)
LONGEST = 500
"""Letters of a text that are kept."""


def read_list(
    raw: RawTable,
    kind: ListKind,
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    limits: EngineLimits | None = None,
) -> ListRead:
    """The rows of a raw table as a list of ``kind``.

    ``columns`` says which header each field has ("" = none) instead of what the words propose; ``day_first`` settles dates
    whose order the values leave open. What is missing or open is told in the result, so that a person can correct it.

    Raises:
        MappingError: the table is too long.
    """
    with short_table(raw, kind.words, limits) as table:
        found = _proposed(table, kind) if columns is None else _given(raw, kind, columns)
        styles, doubtful = _styles(table, kind, found, day_first)
        missing = tuple(group[0] for group in kind.needed if not any(field in found for field in group))
        names = {field: found[field].name if field in found else "" for field in kind.forms}
        headers = tuple(column.name for column in raw.columns)
        if missing or doubtful:
            return ListRead((), raw.set_aside, raw.records, names, headers, missing, doubtful)
        judged = [_judged(kind, found, row) for row in table.database.rows(_sql(kind, found, styles))]
    rows = tuple(row for row in judged if isinstance(row, tuple))
    refused = tuple(row for row in judged if isinstance(row, SetAside))
    return ListRead(rows, (*raw.set_aside, *refused), raw.records, names, headers)


def _proposed(table: ShortTable, kind: ListKind) -> Columns:
    found: Columns = {}
    for field in kind.forms:
        column = table.named(field, {column.key for column in found.values()})
        if column is not None:
            found[field] = column
    if kind.by_values and kind.by_values not in found:
        taken = {column.key for column in found.values()}
        free = (column for column in table.raw.columns if column.key not in taken)
        first = next(
            (c for c in free if c.kind == "timestamp" or date_style(table.database, c, bare=False).formats), None
        )
        if first is not None:
            found[kind.by_values] = first
    return found


def _given(raw: RawTable, kind: ListKind, columns: Mapping[str, str]) -> Columns:
    by_name = {column.name: column for column in raw.columns}
    return {field: by_name[columns[field]] for field in kind.forms if columns.get(field) in by_name}


def _styles(
    table: ShortTable, kind: ListKind, found: Columns, day_first: bool | None
) -> tuple[dict[str, DateStyle], tuple[str, ...]]:
    """How each column of dates is written, and the names of those where day and month cannot be told apart."""
    styles, doubtful = {}, []
    for field, column in found.items():
        if kind.forms[field] is not Form.DATE:
            continue
        style = DateStyle() if column.kind == "timestamp" else date_style(table.database, column)
        if len(style.formats) > 1 and day_first is not None:
            wanted = [text for text in style.formats if text.startswith("%d") == day_first]
            style = style.chosen(wanted[0]) if wanted else style
        if len(style.formats) > 1:
            doubtful.append(column.name)
        styles[field] = style
    return styles, tuple(doubtful)


def _sql(kind: ListKind, found: Columns, styles: Mapping[str, DateStyle]) -> str:
    """The line, the text of every field, then the value of every field."""
    texts = [text_of(found.get(field)) for field in kind.forms]
    values = [
        _value(field, form, found[field], styles.get(field)) if field in found else "null"
        for field, form in kind.forms.items()
    ]
    parts = ", ".join(f"{part} as p{place}" for place, part in enumerate([*texts, *values]))
    return compose("select line, {parts} from {table} order by line", parts=parts, table=RAW)


def _value(field: str, form: Form, column: RawColumn, style: DateStyle | None) -> str:
    if form is Form.DATE:
        return f"cast({date_of(column, style or DateStyle())} as timestamp)"
    return key_sql(field, text_of(column)) if form is Form.KEY else text_of(column)


def _judged(kind: ListKind, found: Columns, row: tuple[object, ...]) -> tuple[int, dict[str, str]] | SetAside:
    """The values of a row by field, or why it cannot be used."""
    size = len(kind.forms)
    line, texts, values = int(str(row[0])), row[1 : 1 + size], row[1 + size :]
    told: dict[str, str] = {}
    problem = ""
    for (field, form), text, value in zip(kind.forms.items(), texts, values, strict=True):
        read = _read(form, str(text or ""), value) if field in found else ""
        problem = problem or ("" if read is not None else "bad_date" if form is Form.DATE else "bad_flag")
        if read:
            told[field] = read
    if not problem:
        lacking = (
            reason for group, reason in zip(kind.needed, kind.reasons, strict=True) if not told.keys() & set(group)
        )
        problem = next(lacking, "")
    if problem:
        shown = "; ".join(str(text) for field, text in zip(kind.forms, texts, strict=True) if text and field in found)
        return SetAside(line, problem, shown[:LONGEST])
    return line, told


def _read(form: Form, text: str, value: object) -> str | None:
    """The value as text; empty where the cell says nothing, ``None`` where it cannot be read."""
    if form is Form.DATE:
        if isinstance(value, dt.datetime):
            return value.isoformat()
        return "" if _NOTHING.fullmatch(text.strip()) or _NOT_YET.fullmatch(text.strip()) else None
    if form in (Form.YES_NO, Form.NO_YES):
        return _flag(text.strip().casefold().rstrip("."), form)
    found = " ".join(str(value or "").split())[:LONGEST]
    return "" if form is Form.REMARK and _NOTHING.fullmatch(found) else found


def _flag(text: str, form: Form) -> str | None:
    """Whether the documents were right: ``true``, ``false``, empty where nothing is said; a remark counts as wrong."""
    if form is Form.NO_YES:
        return "" if not text else "true" if text in _NO or _NOTHING.fullmatch(text) else "false"
    if not text:
        return ""
    return "true" if text in _YES else "false" if text in _NO else None
