"""What a single cell or row looks like: number, date, text; header word, total, unit."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Outer white space that is trimmed from every value, no-break and narrow spaces included.
SPACES = " \t\r\n\x0b\x0c\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NUMBER = re.compile(
    r"^[-+(−–]?\s*(?:[$€£₽¥]|руб\.?|r\$)?\s*[-+−]?\d[\d\s.,'\u00a0\u202f]*(?:e[-+]?\d+)?\s*(?:%|[$€£₽¥]|руб\.?|р\.|[a-z]{3})?\)?-?$",
    re.I,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[\w.]*"
_DATE = re.compile(
    r"^(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?(?:[ t]+\d.*)?"
    rf"|\d{{1,2}}[ .-]+{_MONTH}[ .,-]*\d{{2,4}}.*|{_MONTH} \d{{1,2}},? \d{{2,4}}.*|\d{{1,2}}:\d{{2}}(?::\d{{2}})?)$",
    re.I,
)
_YEAR = re.compile(r"^(?:19|20)\d\d$")

_HEADER_STEMS = _words("""
    номер дата клиент контрагент покупател сумм заказ товар номенклатур кол-во количеств цена стоимост статус
    стади этап менеджер ответственн бюджет телефон e-mail email почт город источник артикул код наименован
    назван выручк прибыл себестоим скидк валют фио контакт компани инн тип вид комментар оплат создан период
    регистратор воронк подраздел склад категор групп единиц примечан сотрудник услуг канал продан доставк
    документ договор date order customer client amount total price qty quantity product sku status name phone
    mail city channel source revenue cost currency created updated number invoice type comment category country
    region manager discount profit margin paid payment shipping item description address time year datum betrag
    kunde auftrag menge preis artikel name nummer status fecha cliente importe montant prix
""")
_HEADER_WORDS = frozenset({"id", "№", "#", "no", "no.", "n", "№ п/п", "п/п", "инн", "sum", "сум", "utm_source"})

_TOTAL = re.compile(
    r"^\W*(?:итого|итоги?|всего|общий итог|общие итоги|общее количество|промежуточный итог|(?:grand |sub|sub-)?totals?"
    r"|(?:gesamt|zwischen|end)?summe|gesamt|insgesamt|total général|totale|suma|celkem|razem|разом|усього|барлығы)\b",
    re.I,
)
_TOTAL_TAIL = re.compile(
    r"^\s*(?:[:.…]|$|(?:по|за|на|к|for|of|für|in|без|с|с учетом|документов|заказов|строк|позиций)\b)", re.I
)
_UNITS = frozenset(
    _words("""
    шт шт. штук ед ед. руб руб. рублей р р. ₽ rub тыс. тыс.руб. тыс. руб. млн руб. usd eur € $ % кг кг. г гр л м
    м2 м3 уп уп. чел чел. дн дн. дней дата мес. ч час pcs pcs. units unit kg l m eur. rur kzt тенге ₸ byn uah
    грн грн. stk stk. stück дд.мм.гггг гггг-мм-дд dd.mm.yyyy yyyy-mm-dd mm/dd/yyyy text string number текст
    число
""")
) | {"тыс. руб.", "тыс. руб", "млн руб.", "руб. с ндс", "руб. без ндс", "руб, с ндс", "(руб.)", "(шт.)"}
_NULLS = frozenset({"", "null", "none", "nan", "n/a", "na", "-", "—", "нет"})


def clean(value: str) -> str:
    """The value without outer white space (no-break spaces included)."""
    return value.strip(SPACES)


def kind(value: str) -> str:
    """``empty``, ``number``, ``year``, ``date`` or ``text``."""
    value = clean(value)
    if not value:
        return "empty"
    if _YEAR.match(value):
        return "year"
    if len(value) > 40:
        return "text"
    if _DATE.match(value):
        return "date"
    return "number" if _NUMBER.match(value) else "text"


def is_header_word(value: str) -> bool:
    """Whether the value is a usual column name of an order export."""
    low = clean(value).casefold()
    return len(low) <= 60 and (
        low in _HEADER_WORDS or any(stem in low for stem in _HEADER_STEMS) or low.endswith("_id")
    )


def filled(cells: Sequence[str]) -> int:
    """How many cells hold a value."""
    return sum(1 for cell in cells if cell and not cell.isspace())


def total_word(value: str) -> str:
    """``whole`` for a cell that says only "Total", ``phrase`` for "Total by manager ...", else empty."""
    value = clean(value)
    match = _TOTAL.match(value)
    if match is None:
        return ""
    rest = value[match.end() :]
    if not clean(rest).strip(":.… "):
        return "whole"
    return "phrase" if _TOTAL_TAIL.match(rest) else "prefix"


def is_units_row(cells: Sequence[str]) -> bool:
    """Whether every filled cell is a unit of measure (``шт.``, ``руб.``)."""
    values = [clean(cell).casefold() for cell in cells]
    values = [value for value in values if value]
    return bool(values) and all(value in _UNITS for value in values) and any(value not in _NULLS for value in values)


def is_numbering_row(cells: Sequence[str]) -> bool:
    """``1;2;3;4;5`` or ``A,B,C,D`` under a header: columns numbered by a form, not data."""
    values = [clean(cell) for cell in cells]
    while values and not values[-1]:
        values.pop()
    if len(values) < 5:
        return False
    numbers = all(value == str(place) for place, value in enumerate(values, 1))
    letters = [value == chr(65 + place) for place, value in enumerate(values[:26])]
    return numbers or (
        sum(letters) >= 4
        and all(
            hit or value.casefold() in _NULLS or set(value.casefold()) <= set("nul-")
            for hit, value in zip(letters, values, strict=False)
        )
    )


def is_filler_row(cells: Sequence[str]) -> bool:
    """The same word in every cell (``column,column,column``)."""
    values = {clean(cell).casefold() for cell in cells}
    values.discard("")
    if filled(cells) < 4 or len(values) != 1:
        return False
    word = values.pop()
    return kind(word) == "text" and len(word) >= 4 and word not in _NULLS and word not in ("true", "false", "-inf")


def same_as_header(cells: Sequence[str], names: Sequence[str]) -> bool:
    """Whether the row repeats the header (a paged report, files glued together)."""
    first = next((place for place, cell in enumerate(cells) if clean(cell)), 0)
    if first >= len(names) or clean(cells[first]).casefold() != clean(names[first]).casefold():
        return False
    pairs = [(clean(cell).casefold(), clean(name).casefold()) for cell, name in zip(cells, names, strict=False)]
    pairs = [(cell, name) for cell, name in pairs if cell or name]
    hits = sum(cell == name for cell, name in pairs if cell)
    values = sum(bool(cell) for cell, _ in pairs)
    return values >= 1 and hits == values and (hits >= 2 or len(names) == 1) and hits >= 0.6 * len(pairs)
