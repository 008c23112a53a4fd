"""Triggers by hand, control groups and effects by simulation, discounts by arithmetic."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as some

from ltvlib.errors import LtvError
from ltvlib.journal import Journal
from ltvlib.outreach import runs, triggers, webhook
from ltvlib.outreach.contacts import Contacts
from ltvlib.outreach.discount import Returns, largest_discount, returns
from ltvlib.outreach.triggers import Event, Rule
from tests.conftest import open_rows

DAY = dt.date(2025, 7, 1)
TODAY = (DAY - dt.date(1970, 1, 1)).days


def person(number: int, **more: object) -> dict[str, object]:
    row = {
        "customer_id": f"c{number:03d}",
        "name": "Anna Petrova",
        "phone": None,
        "email": None,
        "manager": "Oleg",
        "segment": "A",
        "before_segment": "A",
        "stage": "active",
        "occasions": 5,
        "first_day": TODAY - 300,
        "days_silent": 10.0,
        "rhythm_days": 30.0,
        "last_attempt_day": np.nan,
        "is_opted_out": False,
        "profit_at_risk": 0.0,
        "margin": 100.0,
    }
    row = {**row, **more}
    return {**row, "late_factor": row["days_silent"] / row["rhythm_days"]}


def table(*people: dict[str, object]) -> Contacts:
    return Contacts(DAY, pd.DataFrame(people), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event", "days", "row", "is_matched"),
    [
        (Event.AFTER_FIRST, 3, {"occasions": 1, "first_day": TODAY - 3}, True),
        (Event.AFTER_FIRST, 3, {"occasions": 1, "first_day": TODAY - 9}, True),
        (Event.AFTER_FIRST, 3, {"occasions": 1, "first_day": TODAY - 10}, False),
        (Event.AFTER_FIRST, 3, {"occasions": 2, "first_day": TODAY - 3}, False),
        (Event.BEFORE_DUE, 5, {"days_silent": 25.0}, True),
        (Event.BEFORE_DUE, 5, {"days_silent": 24.0}, False),
        (Event.BEFORE_DUE, 5, {"days_silent": 30.0}, False),
        (Event.LATE, 0, {"days_silent": 45.0}, True),
        (Event.LATE, 0, {"days_silent": 60.0}, False),
        (Event.VERY_LATE, 0, {"days_silent": 60.0}, True),
        (Event.VERY_LATE, 0, {"days_silent": 90.0}, False),
        (Event.FELL, 0, {"segment": "C", "before_segment": "A"}, True),
        (Event.FELL, 0, {"segment": "A", "before_segment": "C"}, False),
        (Event.FELL, 0, {"segment": "X", "before_segment": "A"}, False),
        (Event.ROSE, 0, {"segment": "A", "before_segment": "D"}, True),
        (Event.ROSE, 0, {"segment": "A", "before_segment": "inactive"}, False),
        (Event.ANNIVERSARY, 7, {"first_day": TODAY - 365}, True),
        (Event.ANNIVERSARY, 7, {"first_day": TODAY - 365 + 7}, False),  # not a year yet at 358 days
        (Event.ANNIVERSARY, 7, {"first_day": TODAY - 730 + 6}, True),
        (Event.ANNIVERSARY, 7, {"first_day": TODAY - 730 + 20}, False),
        (Event.LOW_NPS, 0, {"customer_id": "grump"}, True),
        (Event.LOW_NPS, 0, {"customer_id": "other"}, False),
    ],
)
def test_events_by_hand(event, days, row, is_matched):
    found = table(person(1, **row))
    assert triggers.matching(Rule(event, days, "hi"), found, {"grump": TODAY - 5.0}).tolist() == [is_matched]


def test_leap_day_customers_have_an_anniversary_every_year():
    first = (dt.date(2024, 2, 29) - dt.date(1970, 1, 1)).days
    found = Contacts(dt.date(2026, 2, 27), pd.DataFrame([person(1, first_day=first)]), None)  # type: ignore[arg-type]
    assert triggers.matching(Rule(Event.ANNIVERSARY, 3, ""), found).tolist() == [True]


def test_nobody_gets_two_messages_and_wishes_are_kept():
    people = [
        person(1, days_silent=50.0, segment="C"),  # late and fallen: the earlier rule wins
        person(2, days_silent=50.0, last_attempt_day=TODAY - 6.0),  # talked to six days ago
        person(3, days_silent=50.0, is_opted_out=True),
        person(4, days_silent=50.0),  # in a running experiment
        person(5, days_silent=50.0, last_attempt_day=TODAY - 7.0),
    ]
    rules = [Rule(Event.LATE, 0, "a"), Rule(Event.FELL, 0, "b"), Rule(Event.BEFORE_DUE, 5, "c", is_on=False)]
    found = triggers.audience(rules, table(*people), 7, {"c004"})
    assert dict(zip(found["customer_id"], found["event"], strict=True)) == {"c001": "late", "c005": "late"}


def test_messages_are_filled_and_mistakes_are_named():
    people = pd.DataFrame([person(1), person(2, name="Lumen Lighting Ltd", manager=None), person(3, name=None)])
    rule = Rule(Event.LATE, 0, "{name}, {days} days! {offer} {manager}", "A gift.")
    assert triggers.texts(rule, people) == [
        "Anna, 10 days! A gift. Oleg",
        "Lumen Lighting Ltd, 10 days! A gift.",
        ", 10 days! A gift. Oleg",
    ]
    with pytest.raises(LtvError, match="phone"):
        triggers.texts(Rule(Event.LATE, 0, "{phone}"), people)
    with pytest.raises(LtvError, match="brace"):
        triggers.texts(Rule(Event.LATE, 0, "{name"), people)
    with pytest.raises(LtvError):
        triggers.texts(Rule(Event.LATE, 0, "{name.__class__}"), people)


def test_a_rule_survives_the_journal():
    rule = Rule(Event.LATE, 3, "text", "offer", 12.5)
    assert Rule.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule


@settings(max_examples=200, deadline=None)
@given(
    some.lists(some.tuples(some.sampled_from("ABCD"), some.sampled_from(["new", "active"])), max_size=120),
    some.sampled_from([0.05, 0.1, 0.5]),
    some.integers(0, 10**6),
)
def test_control_groups_are_of_the_right_size_and_balanced(people, share, seed):
    frame = pd.DataFrame(people, columns=["segment", "stage"])
    mask = runs.control_group(frame, share, seed)
    assert abs(mask.sum() - share * len(frame)) < 1
    assert (mask == runs.control_group(frame, share, seed)).all()
    sizes = frame.assign(kept=mask).groupby(["segment", "stage"])["kept"].agg(["size", "sum"])
    assert ((sizes["sum"] - share * sizes["size"]).abs() <= 1).all()


def test_everybody_has_the_same_chance_of_being_kept_aside():
    frame = pd.DataFrame({"segment": ["A"] * 7 + ["B"] * 6, "stage": "active"})
    counts = sum(runs.control_group(frame, 0.1, seed).astype(int) for seed in range(3000))
    assert np.abs(counts / 3000 - 0.1).max() < 5 * math.sqrt(0.09 / 3000)


def test_a_run_is_remembered_and_rests_its_people():
    journal = Journal()
    people = pd.DataFrame([person(n) for n in range(40)])
    run = runs.start(journal, Rule(Event.LATE, 0, "Hi {name}", offer_cost=5.0), people, DAY, DAY)
    targets = journal.frame("trigger_targets")
    kept = set(targets.loc[targets["is_control"], "customer_id"])
    sent = set(runs.sheet(journal, run, people)["customer_id"])
    assert len(kept) == 4
    assert len(sent) == 36
    assert not kept & sent
    assert set(journal.frame("touches")["customer_id"]) == sent
    assert runs.busy(journal, DAY) == kept | sent
    assert not runs.busy(journal, DAY + dt.timedelta(days=31))


def world(folder: Path, people: int, base: float, lift: float, seed: int):
    """People half of whom... a run on 1 June; who orders in the 30 days after it is drawn, 100 of margin an order."""
    chance = np.random.default_rng(seed)
    frame = pd.DataFrame([person(n, segment="AB"[n % 2], stage="slipping") for n in range(people)])
    journal, day = Journal(), dt.date(2025, 6, 1)
    with pytest.MonkeyPatch.context() as patch:  # the lot is drawn from the run's id: the same at every run of the test
        ids = map("{:032x}".format, itertools.count(seed << 84, 1 << 80))
        patch.setattr(runs, "new_id", lambda: next(ids))
        runs.start(journal, Rule(Event.LATE, 0, "x", offer_cost=10.0), frame, day, day, 0.5)
    targets = journal.frame("trigger_targets")
    rows = []
    for customer, kept in zip(targets["customer_id"], targets["is_control"], strict=True):
        rows.append({"customer_id": customer, "ordered_at": "2025-04-01", "revenue": 100.0})
        if chance.random() < base + (0 if kept else lift):
            rows.append({"customer_id": customer, "ordered_at": "2025-06-20", "revenue": 100.0})
    return journal, open_rows(folder, rows, dt.date(2025, 7, 5))


def test_an_effect_is_found_and_costs_are_taken_off(tmp_path):
    journal, space = world(tmp_path, 600, 0.2, 0.3, 1)
    (found,) = runs.effects(space, journal)
    assert (found.treated, found.control, found.runs, found.complete) == (300, 300, 1, 1.0)
    # by hand: 30 points more orders; 100 of margin each, less 10 for each of the half who order: 30 - 5 = 25
    assert found.orders_low < 0.3 < found.orders_high
    assert found.profit_low < 25 < found.profit_high
    assert found.verdict is runs.Verdict.WORKED
    assert found.total[0] == pytest.approx(found.profit * 300)


def test_too_early_is_said_before_the_days_are_over(tmp_path):
    journal, space = world(tmp_path, 600, 0.2, 0.3, 1)
    early = open_rows_until(space, tmp_path / "early", dt.date(2025, 6, 10))
    (found,) = runs.effects(early, journal)
    assert found.complete == 0
    assert found.verdict is runs.Verdict.TOO_EARLY


def open_rows_until(space, folder: Path, as_of: dt.date):
    folder.mkdir()
    rows = [
        {"customer_id": c, "ordered_at": "2025-04-01", "revenue": 100.0}
        for (c,) in space.database.rows("select customer_id from customer_ids")
    ]
    return open_rows(folder, rows, as_of)


def test_a_message_that_does_nothing_is_rarely_called_a_success():
    """400 worlds without an effect: the 95 % interval misses zero in about one of twenty; with one it holds it as often."""
    chance = np.random.default_rng(3)
    for truth in (0.0, 0.4):
        missed = 0
        for _ in range(400):
            strata = chance.integers(0, 4, 120)
            kept = np.zeros(120, dtype=bool)
            kept[chance.permutation(120)[:40]] = True
            y = strata * 0.5 + chance.gamma(2, 1, 120) + truth * ~kept
            _, low, high = runs.difference(pd.Series(y), pd.Series(kept), pd.Series(strata))
            missed += not low <= truth <= high
        assert 8 <= missed <= 34  # 20 expected; 99.9 % of a binomial with 400 and .05


def test_how_many_more_are_needed():
    assert runs.more_needed(10, -10, 30, 100) == pytest.approx(100 * (4 - 1))
    assert runs.more_needed(10, 5, 15, 100) == 0
    assert math.isinf(runs.more_needed(0, -1, 1, 100))
    assert math.isnan(runs.more_needed(1, math.nan, math.nan, 100))


def test_the_largest_discount_by_hand():
    """20 % return alone, 10 points more with the message, 40 % margin: 0.1 x 0.4 / 0.3 = 13.3 % at most."""
    found = largest_discount(0.2, 0.1, 0.4)
    assert found == pytest.approx(0.04 / 0.3)
    assert (0.2 + 0.1) * (0.4 - found) == pytest.approx(0.2 * 0.4)  # the last ruble of it neither earns nor costs
    assert largest_discount(0.0, 0.1, 0.4) == pytest.approx(0.4)
    assert largest_discount(0.2, 0.0, 0.4) == 0
    assert math.isnan(largest_discount(0.0, 0.0, 0.4))


def test_returns_by_themselves_by_hand(tmp_path):
    """Both order monthly. On 1 June (30 days before the end) both were 61 days silent; one came back on 10 June."""
    months = ["2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"]
    rows = [{"customer_id": c, "ordered_at": d, "revenue": 10.0} for c in ("x", "y") for d in months]
    rows.append({"customer_id": "x", "ordered_at": "2025-06-10", "revenue": 10.0})
    space = open_rows(tmp_path, rows, DAY)
    found = returns(space, (1.9, 3.0), 30.0)
    assert found == Returns(1, 2, 30)
    assert found.rate == 0.5


ADDRESS = webhook.Address("https://crm.example.com/hook", "secret")


class Receiver:
    """Another system that answers as told and remembers what came."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers, self.came = list(answers), []

    def __call__(self, url: str, **more: object) -> SimpleNamespace:
        self.came.append((url, more))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(status_code=answer)


def test_a_list_is_signed_retried_and_told_apart():
    receiver, pauses = Receiver(requests.ConnectionError(), 503, 200), []
    webhook.send(ADDRESS, "run1", "late", [{"name": "Анна"}], receiver, pauses.append)
    assert pauses == [1.0, 4.0]
    assert len(receiver.came) == 3
    for url, request in receiver.came:
        assert url == ADDRESS.url
        assert request["allow_redirects"] is False
        assert request["headers"]["X-LTV-Delivery"] == "run1"
        assert request["headers"]["X-LTV-Signature"] == webhook.signature(request["data"], "secret")
    assert json.loads(receiver.came[0][1]["data"]) == {"run": "run1", "rule": "late", "messages": [{"name": "Анна"}]}


def test_the_signature_is_the_published_hmac():
    """RFC 4231, test case 2."""
    assert webhook.signature(b"what do ya want for nothing?", "Jefe") == (
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@pytest.mark.parametrize(("answers", "tries"), [([400], 1), ([302], 1), ([500, 500, 500, 500], 4)])
def test_a_list_that_is_not_taken_is_said(answers, tries):
    receiver = Receiver(*answers)
    with pytest.raises(LtvError, match=str(answers[0])):
        webhook.send(ADDRESS, "run1", "late", [], receiver, lambda seconds: None)
    assert len(receiver.came) == tries


def test_the_webhook_is_off_until_it_is_set_up(monkeypatch):
    monkeypatch.delenv("LTV_WEBHOOK_URL", raising=False)
    assert webhook.address() is None
    monkeypatch.setenv("LTV_WEBHOOK_SECRET", "s")
    monkeypatch.setenv("LTV_WEBHOOK_URL", "http://crm.example.com")
    with pytest.raises(LtvError, match="https"):
        webhook.address()
