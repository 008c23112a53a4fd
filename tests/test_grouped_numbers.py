"""Numbers are written by a short way of our own, because charts label hundreds of points; Babel is the judge."""

from __future__ import annotations

import math
import random

import pytest
from babel import numbers

from pages.ui import words

GAPS = {"en": "", "ru": "\u00a0"}


def values() -> list[float]:
    """Halves, tiny and huge, negative, and what division leaves."""
    dice = random.Random(4)
    shares = [n / 1000 for n in range(-1005, 1006, 5)] + [0.285, 0.575, 1.005, -0.0004, 0.0, 1 / 3, 2 / 3]
    wide = [dice.uniform(-1, 1) * 10 ** dice.randint(-6, 12) for _ in range(2000)]
    return shares + wide + [float(n) + 0.5 for n in range(-20, 20)] + [999.5, 999_999.5, 1e15, -1234567.891]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_numbers_are_written_as_babel_writes_them(language: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(words, "language", lambda: language)
    for value in values():
        assert words.count(value) == numbers.format_decimal(round(value), format="#,##0", locale=language)
        for digits in (0, 1, 2):
            pattern = "#,##0" + ("." + "0" * digits if digits else "") + GAPS[language] + "%"
            assert words.percent(value, digits) == numbers.format_percent(value, format=pattern, locale=language)
        places = 2 if 0 < abs(value) < 100 else 0
        pattern = "#,##0" + ("." + "0" * places if places else "")
        assert words.money(value, "") == numbers.format_decimal(round(value, places), format=pattern, locale=language)


def test_what_is_missing_stays_a_dash():
    assert words.count(math.nan) == words.percent(math.nan) == words.money(math.nan, "EUR") == words.DASH
