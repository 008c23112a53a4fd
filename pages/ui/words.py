"""Words, numbers and dates in the reader's language.

English texts are the keys; the catalogues in ``locales/`` translate them. Numbers, dates, plurals and
money follow Babel's data for the locale. The language comes from the switch in the sidebar, at first from
the browser.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
import math
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import streamlit as st
from babel import dates, numbers
from babel.messages import mofile, pofile
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ltvlib.errors import LtvError
from ltvlib.ingest.model import Note, Question
from ltvlib.settings import Grain

LOCALES = Path(__file__).parents[2] / "locales"
LANGUAGES = {"en": "English", "ru": "Русский"}
DASH = "–"
_KNOWN = "_ltv_language"
"""Where a run keeps the reader's language: every word asks for it."""


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = LOCALES / language / "LC_MESSAGES" / "ltv.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = pofile.read_po(file, locale=language)
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalogue)
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


def language() -> str:
    """Language of this session: the switch, else the browser's, else English; looked up once a run."""
    context = get_script_run_ctx(suppress_warning=True)
    known: str = getattr(context, _KNOWN, "")
    if known:
        return known
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    found = chosen if chosen in LANGUAGES else browser_language()
    if context is not None:
        setattr(context, _KNOWN, found)
    return found


def listen() -> None:
    """Call once at the start of a full run: the switch may have been moved since the run before."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        setattr(context, _KNOWN, "")


def browser_language() -> str:
    """Language the browser asks for, English where we have no words for it."""
    wanted = (st.context.locale or "en")[:2].lower()
    return wanted if wanted in LANGUAGES else "en"


def _(text: str, **params: object) -> str:
    """The text in the reader's language, with ``{name}`` filled in."""
    words = _catalogue(language()).gettext(text) if text else ""
    return words.format(**params) if params else words


def plural(one: str, many: str, n: int, **params: object) -> str:
    """The right plural form; ``{n}`` is the count with grouping."""
    return _catalogue(language()).ngettext(one, many, n).format(n=count(n), **params)


def say(message: LtvError | Note | Question) -> str:
    """An error, note or question of the library in the reader's language."""
    params = dict(message.params)
    if "format" in params:
        params["format"] = date_format(str(params["format"]))
    if isinstance(params.get("kind"), str):  # what a file is instead of a table
        params["kind"] = _(str(params["kind"]))
    return _(message.template).format(**params)


def date_format(pattern: str) -> str:
    """A strptime pattern as people write it: DD.MM.YYYY HH:MM."""
    letters = {
        "%d": _("DD"),
        "%m": _("MM"),
        "%Y": _("YYYY"),
        "%y": _("YY"),
        "%H": _("hh"),
        "%I": _("hh"),
        "%M": _("mm"),
        "%S": _("ss"),
        "%b": _("Jan"),
        "%B": _("January"),
        "%p": "AM",
        "%z": "+00:00",
        "%f": "000000",
    }
    return re.sub(r"%-?[a-zA-Z]", lambda found: letters.get(found.group().replace("-", ""), found.group()), pattern)


def separators() -> str:
    """Decimal sign and grouping of the language, as Plotly wants them."""
    return "".join(_separators(language()))


@cache
def _separators(language: str) -> tuple[str, str]:
    return numbers.get_decimal_symbol(language), numbers.get_group_symbol(language)


def _grouped(value: Decimal | int, digits: int) -> str:
    """``#,##0.0`` with exactly ``digits`` decimals, halves to even, as Babel writes it; charts label hundreds of points."""
    point, comma = _separators(language())
    return f"{value:,.{digits}f}".replace(",", "\0").replace(".", point).replace("\0", comma)


def count(value: float) -> str:
    """A whole number with grouping; a dash where undefined."""
    return DASH if _missing(value) else _grouped(round(value), 0)


def number(value: float, digits: int = 1) -> str:
    """A number with at most ``digits`` decimals."""
    return DASH if _missing(value) else numbers.format_decimal(round(value, digits), locale=language())


def percent(value: float, digits: int = 0) -> str:
    """A share 0..1 as percent."""
    if _missing(value):
        return DASH
    gap = "\u00a0" if language() == "ru" else ""
    return f"{_grouped(Decimal(repr(float(value))) * 100, digits)}{gap}%"


def money(value: float, currency: str) -> str:
    """Money as people say it: cents below 100, none above."""
    if _missing(value):
        return DASH
    digits = 2 if 0 < abs(value) < 100 else 0
    return _with_symbol(_grouped(Decimal(repr(round(float(value), digits))), digits), currency)


def short_money(value: float, currency: str) -> str:
    """Money for tiles and axes: 1.2M, 340K in the reader's language."""
    if _missing(value) or abs(value) < 100_000:
        return money(value, currency)
    digits = 1 if abs(value) >= 1_000_000 else 0
    return _with_symbol(numbers.format_compact_decimal(value, locale=language(), fraction_digits=digits), currency)


def symbol(currency: str) -> str:
    """Sign of a currency: ₽, $, €, or its code; words where the file does not name one, so that no title ends in a comma."""
    if not currency:
        return _("currency of the file")
    return {"RUB": "₽", "RUR": "₽"}.get(currency) or numbers.get_currency_symbol(currency, locale=language())


def _with_symbol(text: str, currency: str) -> str:
    """The sign where the language puts it: before the number in English, after it in Russian."""
    if not currency:
        return text
    if language() == "ru":
        return f"{text}\u00a0{symbol(currency)}"
    minus, rest = ("-", text[1:]) if text.startswith("-") else ("", text)
    gap = "\u00a0" if len(symbol(currency)) > 2 else ""
    return f"{minus}{symbol(currency)}{gap}{rest}"


def day(value: dt.date | None) -> str:
    """A date, medium length."""
    return DASH if value is None else dates.format_date(value, format="medium", locale=language())


def month(value: dt.date) -> str:
    """A month with its year: Jan 2025."""
    return dates.format_skeleton("yMMM", value, locale=language())


def narrow_month(value: dt.date) -> str:
    """A month above its year, as narrow as labels under bars must be on a phone."""
    return f"{dates.format_date(value, 'LLL', locale=language())}<br>{value.year}"


def period(value: dt.date, grain: Grain) -> str:
    """Name of a cohort period by its first day."""
    if grain is Grain.YEAR:
        return str(value.year)
    if grain is Grain.QUARTER:
        return dates.format_skeleton("yQQQ", value, locale=language())
    if grain is Grain.WEEK:
        return dates.format_date(value, format="short", locale=language())
    return month(value)


def by_unit(value: float, unit: str, currency: str) -> str:
    """A metric's value in its unit."""
    if unit == "money":
        return short_money(value, currency)
    if unit == "share":
        return percent(value, 1 if not _missing(value) and abs(value) < 0.1 else 0)
    if unit == "days":
        return DASH if _missing(value) else plural("{n} day", "{n} days", round(value))
    return number(value, 2) if unit == "number" else count(value)


def _missing(value: float) -> bool:
    return value is None or math.isnan(value)
