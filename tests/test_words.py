"""Numbers, money, dates and plurals in both languages."""

import datetime as dt

import pytest
import streamlit as st

from ltvlib.errors import ReadError
from ltvlib.settings import Grain
from pages.ui import plots, words


@pytest.fixture
def speak(monkeypatch):
    def choose(language: str) -> None:
        monkeypatch.setattr(words, "language", lambda: language)

    return choose


@pytest.mark.parametrize(
    ("language", "value", "currency", "shown"),
    [
        ("en", 1234.5, "USD", "$1,234"),
        ("en", 12.5, "USD", "$12.50"),
        ("en", -1500, "EUR", "-€1,500"),
        ("en", 7_600_000, "RUB", "₽7.6M"),
        ("ru", 7_600_000, "RUB", "7,6\u00a0млн\u00a0₽"),
        ("ru", 1234.5, "RUB", "1\u00a0234\u00a0₽"),
        ("en", float("nan"), "USD", "–"),
        ("en", 250_000, "", "250K"),
    ],
)
def test_money(speak, language, value, currency, shown):
    speak(language)
    assert words.short_money(value, currency) == shown


@pytest.mark.parametrize(
    ("n", "shown"),
    [(1, "1 месяц"), (2, "2 месяца"), (5, "5 месяцев"), (11, "11 месяцев"), (21, "21 месяц"), (112, "112 месяцев")],
)
def test_russian_plurals(speak, n, shown):
    speak("ru")
    assert words.plural("{n} month", "{n} months", n).replace("\u00a0", " ") == shown


def test_percent_and_points(speak):
    speak("en")
    assert words.percent(0.1234, 1) == "12.3%"
    speak("ru")
    assert words.percent(0.1234, 1) == "12,3\u00a0%"


def test_periods(speak):
    speak("en")
    assert words.period(dt.date(2025, 4, 1), Grain.QUARTER) == "Q2 2025"
    assert words.period(dt.date(2025, 4, 1), Grain.MONTH) == "Apr 2025"
    assert words.period(dt.date(2025, 1, 1), Grain.YEAR) == "2025"


def test_date_formats_are_said_in_letters_people_know(speak):
    speak("en")
    assert words.date_format("%d.%m.%Y %H:%M") == "DD.MM.YYYY hh:mm"
    speak("ru")
    assert words.date_format("%d.%m.%Y") == "ДД.ММ.ГГГГ"


def test_the_browser_chooses_the_language_at_first(monkeypatch):
    class Context:
        locale = "ru-RU"

    monkeypatch.setattr(st, "context", Context())
    assert words.browser_language() == "ru"
    Context.locale = "de-DE"
    assert words.browser_language() == "en"


def test_what_a_file_is_instead_of_a_table_is_said_in_the_readers_language(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(words, "_", lambda text: {"picture": "Bild"}.get(text, text))
    assert words.say(ReadError("This is a {kind}, not a table.", kind="picture")) == "This is a Bild, not a table."


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("months", [1, 8, 9, 34, 120])
def test_labels_under_bars_fit_on_a_phone(speak, language: str, months: int):
    """Eight labels of at most six letters: 8 x 6 x 6 pixels are less than the 320 that a phone leaves."""
    speak(language)
    axis = plots.month_axis(dt.date(2023 + n // 12, n % 12 + 1, 1) for n in range(months))
    assert len(axis["ticktext"]) == len(axis["tickvals"]) <= 8
    assert axis["tickvals"][-1] < months
    assert max(len(line) for label in axis["ticktext"] for line in label.split("<br>")) <= 6
