"""A table of marketing spend from any file: which columns are month, channel and amount, and their values."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from babel.dates import get_month_names

from ltvlib.engine import EngineLimits
from ltvlib.errors import N_, MappingError
from ltvlib.ingest.model import RawColumn, RawTable, SetAside
from ltvlib.ingest.numbers import NumberStyle
from ltvlib.ingest.report import SpendRead
from ltvlib.ingest.short_table import ShortTable, Words, short_table, text_of
from ltvlib.ingest.styles import RAW, date_of, number_of, number_style
from ltvlib.ingest.synonyms import normal
from ltvlib.ingest.values import compose
from ltvlib.settings import month_number
from ltvlib.spend import is_month

_FIELDS = {
    "month": ("month", "месяц", "period", "период", "date", "дата", "day", "день", "dt"),
    "channel": (
        "channel", "канал", "source", "источник", "source id", "utm source", "campaign", "кампания", "рекламная кампания",
        "media", "площадка", "статья", "статья расходов", "costs type",
    ),
    "amount": (
        "amount", "сумма", "spend", "cost", "costs", "расход", "расходы", "затраты", "бюджет", "budget", "стоимость",
        "потрачено", "money", "итого", "общий расход", "общая сумма",
    ),
}  # fmt: skip
_UNITS = frozenset(
    (
        "руб",
        "р",
        "рублей",
        "rub",
        "rur",
        "eur",
        "euro",
        "usd",
        "тыс",
        "k",
        "с",
        "без",
        "в",
        "ндс",
        "vat",
        "incl",
        "excl",
        "net",
        "gross",
    )
)
"""Words beside a header's own that say the unit or the tax."""


def read_spend(raw: RawTable, limits: EngineLimits | None = None) -> SpendRead:
    """Month, channel and amount of every record of a raw table.

    A column is found by its header, else by its values: the first with dates or months, the last with numbers, the
    first other one for the channel. Amounts may be exact to four places; a negative amount is money back.

    Raises:
        MappingError: there is no column of months or of amounts, the order of day and month is open, or the table is
            too long.
    """
    with short_table(raw, WORDS, limits) as table:
        database = table.database
        month, dates = table.dated("month", lambda column: table.mostly(column, _is_month_text, 500))
        amount, numbers = _amount_column(table, month)
        channel = table.named("channel", {month.key, amount.key}) or _first_text(table, {month.key, amount.key})
        sql = "select line, {day}, {text}, {money}, {paid}, {channel} from {table} order by line"
        values = compose(
            sql,
            day=f"cast({date_of(month, dates)} as date)" if dates else "cast(null as date)",
            text=text_of(month),
            money=f"cast({number_of(amount, numbers)} as decimal(18, 4))",
            paid=text_of(amount),
            channel=text_of(channel) if channel else "''",
            table=RAW,
        )
        found = [_judged(*row) for row in database.rows(values)]
    rows = tuple(row for row in found if isinstance(row, tuple))
    refused = tuple(row for row in found if isinstance(row, SetAside))
    names = (month.name, channel.name if channel else "", amount.name)
    return SpendRead(rows, (*raw.set_aside, *refused), raw.records, names)


def _judged(
    line: int, day: dt.date | None, text: str | None, money: object, paid: str | None, channel: str | None
) -> tuple[int, str, str, int] | SetAside:
    month = _sensible(month_number(day)) if day else month_of(text or "")
    if month is None:
        return SetAside(line, "bad_date" if text else "no_date", "; ".join(x or "" for x in (text, channel, paid)))
    if money is None:
        return SetAside(line, "bad_number" if paid else "no_amount", "; ".join(x or "" for x in (text, channel, paid)))
    return month, channel or "", str(money), line


def month_of(text: str) -> int | None:
    """Month number of ``2025-03``, ``03.2025``, ``March 2025``, ``март 2025``, ``мар.25``; ``None`` for anything else."""
    found = re.fullmatch(r"(\d{4})[-./ ](\d{1,2})|(\d{1,2})[-./ ](\d{4})", text.strip())
    if found:
        year, month = (found[1], found[2]) if found[1] else (found[4], found[3])
        return _sensible(int(year) * 12 + int(month) - 1) if 1 <= int(month) <= 12 else None
    words = re.fullmatch(r"([^\W\d]+)\.?[\s.'’-]*(\d{4}|\d{2})(?:\s*г\.?)?", text.strip().casefold())
    numbers = {number for name, number in _month_words().items() if words and name.startswith(words[1])}
    if words is None or len(words[1]) < 3 or len(numbers) != 1:
        return None
    year = int(words[2]) + (2000 if len(words[2]) == 2 else 0)
    return _sensible(year * 12 + numbers.pop() - 1)


def _sensible(month: int) -> int | None:
    return month if is_month(month) else None


@cache
def _month_words() -> dict[str, int]:
    """Month names in English and Russian, nominative, genitive and short -> 1..12; a beginning is enough."""
    found: dict[str, int] = {}
    for locale in ("en", "ru"):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names = get_month_names(width, context, locale)
                found |= {name.casefold().rstrip("."): number for number, name in names.items()}
    return found


def _bare(header: str) -> str:
    """``Расход (руб.) с НДС`` -> ``расход``; a header of such words only stays as it is."""
    words = normal(header).split()
    kept = [word for word in words if word not in _UNITS]
    return " ".join(kept or words)


WORDS = Words(
    _FIELDS,
    N_("A table of spend has at most {limit} rows; this one is longer."),
    N_("The dates of the column {column} can be read with the day or the month first; write the months as 2025-03."),
    N_("The file has no column of months: one like 2025-03, 03.2025, 01.03.2025 or March 2025 is needed."),
    _bare,
)
"""What the columns are called; units and tax beside a word do not matter."""


def _first_text(table: ShortTable, taken: set[str]) -> RawColumn | None:
    """The first column that does not hold numbers."""
    free = (column for column in table.raw.columns if column.key not in taken and column.kind == "text")
    return next((column for column in free if not _is_number(number_style(table.database, column))), None)


def _is_number(style: NumberStyle) -> bool:
    return style.numbers * 2 > max(1, style.filled)


def _is_month_text(text: str) -> bool:
    return month_of(text) is not None


def _amount_column(table: ShortTable, month: RawColumn) -> tuple[RawColumn, NumberStyle]:
    """The column named like money, else the only one with numbers."""
    raw, database = table.raw, table.database
    styles = {column.key: number_style(database, column) for column in raw.columns if column.key != month.key}
    numeric = [
        c for c in raw.columns if c.key in styles and (_is_number(styles[c.key]) or styles[c.key].decimal == "?")
    ]
    named = table.named("amount", {month.key})
    if named is not None and named in numeric:
        numeric = [named]
    if not numeric:
        raise MappingError("The file has no column of amounts.")
    if len(numeric) > 1:
        names = ", ".join(column.name for column in numeric)
        raise MappingError(
            "Several columns hold numbers ({columns}); call the one with the money Amount.", columns=names
        )
    if styles[numeric[0].key].decimal == "?":
        text = N_("The amounts of the column {column} fit both a decimal comma and a point.")
        raise MappingError(text, column=numeric[0].name)
    return numeric[0], styles[numeric[0].key]
