"""Rules, stages and words: tables drawn by hand."""

from __future__ import annotations

import math

import pytest

from ltvlib.outreach.regulation import (
    Line,
    Regulation,
    Role,
    Stage,
    TouchRule,
    default_regulation,
    line_of,
    nice_days,
    stages,
)
from ltvlib.outreach.words import Kind, is_reached, kind_of
from ltvlib.settings import AbcdxSegment


@pytest.mark.parametrize(
    ("orders", "late", "stage"),
    [
        (1, 0.2, "new"),
        (1, 1.5, "slipping"),
        (2, 1.49, "active"),
        (9, 2.99, "slipping"),
        (9, 3.0, "lost"),
        (1, 7.0, "lost"),
        (4, math.nan, "active"),
    ],
)
def test_stages_by_hand(orders, late, stage):
    assert stages([orders], [late])[0] == stage


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("звонок", Kind.CALL),
        ("Video meeting", Kind.VISIT),
        ("встреча", Kind.VISIT),
        ("SMS", Kind.MESSAGE),
        ("сообщение", Kind.MESSAGE),
        ("WhatsApp", Kind.MESSAGE),
        ("E-mail", Kind.EMAIL),
        ("письмо", Kind.EMAIL),
        ("phone call", Kind.CALL),
        ("голубь", Kind.OTHER),
        (None, Kind.OTHER),
    ],
)
def test_kinds_of_contact(word, kind):
    assert kind_of(word) is kind


@pytest.mark.parametrize(
    "word", ["нет ответа", "не дозвонились", "No answer", "voicemail", "Сбросил", "не взял трубку"]
)
def test_outcomes_that_reached_nobody(word):
    assert not is_reached(word)


@pytest.mark.parametrize("word", ["записался", "отказ", "talked", "quote sent", "", None])
def test_outcomes_that_reached_somebody(word):
    assert is_reached(word)


def test_defaults_follow_the_rhythm_and_hold_for_every_segment_and_stage():
    slow, quick = default_regulation(Line.SALON, 60), default_regulation(Line.SALON, 15)
    assert len(slow.rules) == len(AbcdxSegment) * len(Stage)
    # by hand: an active A is due after .75 x 60 = 45 days, at the latest after 75; at 15 days 11.25 -> 10 and 18.75 -> 21
    assert (slow.rule("A", "active").ideal_days, slow.rule("A", "active").maximum_days) == (45, 75)
    assert (quick.rule("A", "active").ideal_days, quick.rule("A", "active").maximum_days) == (10, 21)
    assert slow.rule("D", "lost").ideal_days is None
    for rule in slow.rules:
        assert rule.ideal_days is None or rule.ideal_days <= rule.maximum_days
    assert default_regulation(Line.B2B, math.nan).rule("A", "active").ideal_days == 21


def test_key_customers_are_contacted_at_least_as_often():
    found = default_regulation(Line.RETAIL, 40)
    for stage in Stage:
        key, rest = found.rule("A", stage).ideal_days, found.rule("D", stage).ideal_days
        assert rest is None or key <= rest


def test_rounding_to_days_people_remember():
    assert [nice_days(1, days) for days in (1, 8, 13, 33, 50, 1000)] == [3, 7, 14, 30, 45, 365]
    assert nice_days(None, 10) is None


def test_a_regulation_survives_the_journal_and_nonsense_does_not():
    found = default_regulation(Line.B2B, 20)
    assert Regulation.from_dict(found.to_dict()) == found
    row = {"segment": "A", "stage": "new", "ideal_days": 10, "maximum_days": 4, "kind": "call", "role": "farmer"}
    rules = [row, {**row, "segment": "Z"}, {**row, "stage": "lost", "ideal_days": None}, {"segment": "A"}]
    read = Regulation.from_dict({"rules": rules, "capacity": -3, "retry_days": 2})
    assert read.rules == (
        TouchRule(AbcdxSegment.A, Stage.NEW, 10, 10, Kind.CALL, Role.FARMER),
        TouchRule(AbcdxSegment.A, Stage.LOST, None, None, Kind.CALL, Role.FARMER),
    )
    assert (read.capacity, read.retry_days) == (0, 2)


def test_line_of_business():
    assert line_of("beauty salon", 90, 5000) is Line.SALON
    assert line_of("electronic components supply", 10, 5000) is Line.B2B
    assert line_of(None, 20, 100) is Line.B2B
    assert line_of("", 20, 5000) is Line.SALON
    assert line_of("", 200, 5000) is Line.RETAIL
