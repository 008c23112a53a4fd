"""Answers to the two questions from any file: which columns are score, date, customer and text, and their values."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from decimal import Decimal

from ltvlib.engine import Database, EngineLimits
from ltvlib.errors import MappingError
from ltvlib.ingest.dates import DateStyle
from ltvlib.ingest.model import RawColumn, RawTable, SetAside
from ltvlib.ingest.report import NpsRead
from ltvlib.ingest.styles import RAW, date_of, date_style, number_of, number_style, open_raw
from ltvlib.ingest.synonyms import normal
from ltvlib.ingest.values import cell, compose

MAX_ROWS = 200_000
TOP = 10
WORDS = {
    "score": (
        "score", "nps", "nps score", "оценка", "балл", "баллы", "rating", "рейтинг", "likelihood", "recommend", "answer",
        "ответ", "готовность рекомендовать", "вероятность рекомендации", "оценка nps",
    ),
    "date": (
        "answered at", "date", "дата", "дата ответа", "submitted at", "created at", "timestamp", "time", "когда",
        "отметка времени", "дата и время", "дата опроса", "day", "день",
    ),
    "customer": (
        "customer id", "customer", "client id", "client", "клиент", "код клиента", "id клиента", "контрагент", "покупатель",
        "customer code", "user id", "contact id", "телефон", "phone",
    ),
    "text": (
        "improvement", "what should we improve", "что улучшить", "что нам улучшить", "comment", "comments", "комментарий",
        "feedback", "отзыв", "пожелание", "пожелания", "текст", "text", "reason", "причина", "замечание",
    ),
    "via": ("asked via", "source", "источник", "канал опроса", "channel", "канал", "способ"),
}  # fmt: skip
"""Normal headers of each column, the best first; a longer header that begins with one of them counts too."""


def read_nps(raw: RawTable, lowest: int = 0, limits: EngineLimits | None = None) -> NpsRead:
    """Score, day, customer and text of every record of a raw table; scores outside ``lowest``..10 are refused.

    A column is found by its header only, the score also by being the one column of whole numbers up to 10. Nothing but
    score and date must be there.

    Raises:
        MappingError: there is no column of scores or of dates, the order of day and month is open, or the table is too
            long.
    """
    if raw.rows > MAX_ROWS:
        raise MappingError("A table of answers has at most {limit} rows; this one is longer.", limit=MAX_ROWS)
    with closing(Database(limits or EngineLimits())) as database:
        open_raw(raw, database)
        date, dates = _dates(database, raw)
        score = _score(database, raw, date)
        taken = {date.key, score.key}
        others: list[RawColumn | None] = []
        for field in ("customer", "text", "via"):
            column = _named(raw, field, taken)
            taken |= {column.key} if column else set()
            others.append(column)
        numbers = number_style(database, score)
        sql = "select line, {day}, {day_text}, {score}, {score_text}, {customer}, {text}, {via} from {table} order by line"
        values = compose(
            sql,
            day=f"cast({date_of(date, dates)} as timestamp)",
            day_text=cell(date.key, date.kind),
            score=f"cast({number_of(score, numbers)} as decimal(18, 4))",
            score_text=cell(score.key, score.kind),
            customer=_text(others[0]),
            text=_text(others[1]),
            via=_text(others[2]),
            table=RAW,
        )
        found = [_judged(lowest, *row) for row in database.rows(values)]
    rows = tuple(row for row in found if isinstance(row, tuple))
    refused = tuple(row for row in found if isinstance(row, SetAside))
    names = (score.name, date.name, *(column.name if column else "" for column in others))
    return NpsRead(rows, (*raw.set_aside, *refused), raw.records, names)


def _judged(
    lowest: int,
    line: int,
    at: dt.datetime | None,
    day: str | None,
    score: Decimal | None,
    written: str | None,
    customer: str | None,
    text: str | None,
    via: str | None,
) -> tuple[int, str, int, str, str, str] | SetAside:
    shown = "; ".join(part or "" for part in (written, day, customer))
    if score is None:
        return SetAside(line, "bad_number" if written else "no_score", shown)
    if score != int(score) or not lowest <= score <= TOP:
        return SetAside(line, "off_scale", shown)
    if at is None:
        return SetAside(line, "bad_date" if day else "no_date", shown)
    return line, at.isoformat(), int(score), customer or "", text or "", via or ""


def _text(column: RawColumn | None) -> str:
    return cell(column.key, column.kind) if column else "cast(null as varchar)"


def _named(raw: RawTable, field: str, taken: set[str]) -> RawColumn | None:
    """The column whose header is the best word for a field, else one that begins with such a word."""
    free = {normal(column.name): column for column in reversed(raw.columns) if column.key not in taken}
    exact = next((free[word] for word in WORDS[field] if word in free), None)
    if exact is not None:
        return exact
    longer = (column for word in WORDS[field] for name, column in free.items() if name.startswith(word + " "))
    return next(longer, None)


def _dates(database: Database, raw: RawTable) -> tuple[RawColumn, DateStyle]:
    named = _named(raw, "date", set())
    for column in ([named] if named else []) + [column for column in raw.columns if column is not named]:
        if column.kind == "timestamp":
            return column, DateStyle()
        style = date_style(database, column, bare=column is named)
        if len(style.formats) > 1:
            raise MappingError(
                "The dates of the column {column} can be read with the day or the month first; write them as 2025-03-31.",
                column=column.name,
            )
        if style.formats:
            return column, style
    raise MappingError("The file has no column with the date of the answer.")


def _score(database: Database, raw: RawTable, date: RawColumn) -> RawColumn:
    """The column named like a score, else the only one whose values are whole numbers up to 10."""
    named = _named(raw, "score", {date.key})
    if named is not None:
        return named
    fitting = [column for column in raw.columns if column.key != date.key and _is_score(database, column)]
    if len(fitting) != 1:
        raise MappingError("The file has no column called Score or Оценка with the answers from 0 to 10.")
    return fitting[0]


def _is_score(database: Database, column: RawColumn) -> bool:
    sql = "select distinct {cell} from {table} where {cell} is not null limit 30"
    texts = [row[0] for row in database.rows(compose(sql, cell=cell(column.key, column.kind), table=RAW))]
    known = sum(text.isascii() and text.isdigit() and int(text) <= TOP for text in texts if len(text) <= 2)
    return bool(texts) and known * 2 > len(texts)
