"""Answers to the two questions from any file: which columns are score, date, customer and text, and their values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ltvlib.engine import EngineLimits
from ltvlib.errors import N_, MappingError
from ltvlib.ingest.dates import DateStyle
from ltvlib.ingest.model import RawColumn, RawTable, SetAside
from ltvlib.ingest.report import NpsRead
from ltvlib.ingest.short_table import ShortTable, Words, short_table, text_of
from ltvlib.ingest.styles import RAW, date_of, number_of, number_style
from ltvlib.ingest.values import compose

TOP = 10
_FIELDS = {
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
WORDS = Words(
    _FIELDS,
    N_("A table of answers has at most {limit} rows; this one is longer."),
    N_("The dates of the column {column} can be read with the day or the month first; write them as 2025-03-31."),
    N_("The file has no column with the date of the answer."),
    begins=True,
)
"""What the columns are called; a longer header that begins with one of the words counts too."""


def read_nps(raw: RawTable, lowest: int = 0, limits: EngineLimits | None = None) -> NpsRead:
    """Score, day, customer and text of every record of a raw table; scores outside ``lowest``..10 are refused.

    A column is found by its header only, the score also by being the one column of whole numbers up to 10. Nothing but
    score and date must be there.

    Raises:
        MappingError: there is no column of scores or of dates, the order of day and month is open, or the table is too
            long.
    """
    with short_table(raw, WORDS, limits) as table:
        date, dates = table.dated("date")
        score = _score(table, date)
        taken = {date.key, score.key}
        others: list[RawColumn | None] = []
        for field in ("customer", "text", "via"):
            column = table.named(field, taken)
            taken |= {column.key} if column else set()
            others.append(column)
        numbers = number_style(table.database, score)
        sql = "select line, {day}, {day_text}, {score}, {score_text}, {customer}, {text}, {via} from {table} order by line"
        values = compose(
            sql,
            day=f"cast({date_of(date, dates or DateStyle())} as timestamp)",
            day_text=text_of(date),
            score=f"cast({number_of(score, numbers)} as decimal(18, 4))",
            score_text=text_of(score),
            customer=text_of(others[0]),
            text=text_of(others[1]),
            via=text_of(others[2]),
            table=RAW,
        )
        found = [_judged(lowest, *row) for row in table.database.rows(values)]
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


def _score(table: ShortTable, date: RawColumn) -> RawColumn:
    """The column named like a score, else the only one whose values are whole numbers up to 10."""
    named = table.named("score", {date.key})
    if named is not None:
        return named
    free = [column for column in table.raw.columns if column.key != date.key]
    fitting = [column for column in free if table.mostly(column, _is_score, 30)]
    if len(fitting) != 1:
        raise MappingError("The file has no column called Score or Оценка with the answers from 0 to 10.")
    return fitting[0]


def _is_score(text: str) -> bool:
    return len(text) <= 2 and text.isascii() and text.isdigit() and int(text) <= TOP
