"""Offers as people write them: numbers, yes or no, free; which direction is better, and what a criterion is about."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009\u2007'"), None)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_PARTED = re.compile(r"(?<=\d)[ \u00a0\u202f\u2009\u2007'](?=\d{3}(?!\d))")
YES = {"yes", "y", "есть", "да", "имеется", "true", "+", "✓"}
NO = {"no", "n", "none", "not", "без", "нет", "отсутствует", "false", "-", "–", "—"}
FREE = {"free", "gratis", "бесплатно", "бесплатная", "бесплатный", "включено", "included"}


class Better(StrEnum):
    """Which value of a criterion is better for a customer."""

    LESS = "less"
    MORE = "more"
    UNKNOWN = "unknown"


class Side(StrEnum):
    """Whose offer is better."""

    THEIRS = "theirs"
    OURS = "ours"
    EQUAL = "equal"
    UNKNOWN = "unknown"


class Theme(StrEnum):
    """What a criterion or a reason to leave is about."""

    PRICE = "price"
    DELIVERY = "delivery"
    SERVICE = "service"
    REVIEWS = "reviews"
    RANGE = "range"
    TERMS = "terms"


THEMES: dict[Theme, tuple[str, ...]] = {
    Theme.DELIVERY: ("deliver", "shipping", "courier", "late", "доставк", "достави", "курьер", "опозд", "просроч"),
    Theme.REVIEWS: ("rating", "review", "stars", "рейтинг", "отзыв", "оценк", "репутац"),
    Theme.SERVICE: (
        "support", "service", "refund", "return", "staff", "booking", "answer", "warrant", "guarantee", "поддержк",
        "сервис", "обслуж", "возврат", "запис", "персонал", "гаранти", "ответ",
    ),
    Theme.TERMS: ("minimum", "contract", "prepay", "credit", "deferr", "payment", "минимальн", "отсрочк", "предоплат", "рассрочк", "договор", "оплат"),
    Theme.RANGE: ("feature", "product", "range", "stock", "assortment", "ассортимент", "товар", "наличи", "функци", "выбор"),
    Theme.PRICE: (
        "price", "cost", "fee", "expensive", "cheap", "discount", "tariff", "eur", "usd", "gbp", "rub", "цен", "стоимост", "дорог",
        "дешев", "дешёв", "скидк", "тариф", "руб",
    ),
}  # fmt: skip
"""Beginnings of words by theme, the first theme that fits counts; a sign of a currency alone is about the price."""
SIGNS = "₽$€£₸₴"
MORE = (
    "rating", "review", "stars", "score", "warrant", "guarantee", "discount", "cashback", "bonus", "range", "stock",
    "deferr", "credit", "hours open", "рейтинг", "отзыв", "оценк", "гаранти", "скидк", "кешбэк", "кэшбэк", "бонус", "ассортимент",
    "наличи", "выбор", "отсрочк", "рассрочк",
)  # fmt: skip
LESS = (
    "price", "cost", "fee", "deliver", "shipping", "days", "hours", "minutes", "minimum", "wait", "answer", "tariff", "prepay",
    "eur", "usd", "gbp", "rub", "цен", "стоимост", "доставк", "срок", "дней", "дни", "час", "минут", "минимальн", "ожидан", "ответ",
    "тариф", "предоплат", "руб",
)  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """One value as read: ``number`` (nan where it is none) and ``has`` (``None`` where it is neither yes nor no)."""

    number: float
    has: bool | None


def read(text: object) -> Offer:
    """A value as written. ``31 990 ₽`` and ``3,5`` are numbers, ``есть`` and ``no`` are yes and no, ``free`` is 0 and yes.

    A range (``3-5``) or two numbers are no number. A comma or point before exactly three digits parts thousands.
    """
    if not isinstance(text, str) or not text.strip():
        return Offer(math.nan, None)
    plain = text.strip().casefold()
    words = set(re.findall(r"[^\W\d_]+", plain)) or {plain}
    if words & FREE:
        return Offer(0.0, True)
    found = _NUMBER.findall(_PARTED.sub("", plain))
    if len(found) == 1:
        return Offer(_number(found[0]), None)
    if plain in YES or (words & YES and not words & NO):
        return Offer(math.nan, True)
    return Offer(math.nan, False if plain in NO or words & NO else None)


def _number(digits: str) -> float:
    """A run of digits as a number; with several signs the last one is the decimal sign."""
    if _GROUPED.fullmatch(digits) and len(set(re.findall(r"[.,]", digits))) == 1:
        return float(re.sub(r"[.,]", "", digits))
    whole, _, part = digits.replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}.{part}") if whole else float(part)


def guess_better(criterion: str) -> Better:
    """Which direction is better by the words of the criterion; more for ratings, less for prices and days."""
    words = _words(criterion)
    if _begins(words, MORE) or "hours open" in criterion.casefold():
        return Better.MORE
    if _begins(words, LESS) or any(sign in criterion for sign in SIGNS):
        return Better.LESS
    return Better.UNKNOWN


def theme(text: str) -> Theme | None:
    """What a criterion or reason is about; ``None`` where no word tells."""
    words = _words(text)
    found = next((one for one, beginnings in THEMES.items() if _begins(words, beginnings)), None)
    return Theme.PRICE if found is None and any(sign in text for sign in SIGNS) else found


def is_about(reason: str, criterion: str) -> bool:
    """Whether a reason to leave speaks of the criterion: the same theme, or a word of five letters in common."""
    about = theme(criterion)
    if about is not None and theme(reason) is about:
        return True
    stems = {word[:5] for word in _words(criterion) if len(word) >= 5}
    return any(word[:5] in stems for word in _words(reason) if len(word) >= 5)


def judge(theirs: Offer, ours: Offer, better: Better) -> Side:
    """Whose offer is better for a customer; unknown where the two cannot be compared or the direction is not known.

    Yes is better than no unless ``better`` is less; two numbers need a direction.
    """
    if math.isfinite(theirs.number) and math.isfinite(ours.number):
        left, right = theirs.number, ours.number
    elif theirs.has is not None and ours.has is not None:
        left, right = float(theirs.has), float(ours.has)
        better = Better.MORE if better is Better.UNKNOWN else better
    else:
        return Side.UNKNOWN
    if left == right:
        return Side.EQUAL
    if better is Better.UNKNOWN:
        return Side.UNKNOWN
    return Side.THEIRS if (left < right) == (better is Better.LESS) else Side.OURS


def relative_gap(theirs: Offer, ours: Offer) -> float:
    """|theirs - ours| / |ours|; nan where either is no number or ours is 0."""
    if not (math.isfinite(theirs.number) and math.isfinite(ours.number)) or ours.number == 0:
        return math.nan
    return abs(theirs.number - ours.number) / abs(ours.number)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())


def _begins(words: list[str], beginnings: tuple[str, ...]) -> bool:
    return any(word.startswith(beginnings) for word in words)
