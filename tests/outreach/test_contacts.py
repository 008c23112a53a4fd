"""Due, overdue, hand-over and the morning list on a table drawn by hand, and what must always hold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ltvlib import losses
from ltvlib.journal import Journal
from ltvlib.outreach import roles, worklist
from ltvlib.outreach.contacts import Contacts, State, contacts, coverage, list_day, profit_at_risk, with_forecast
from ltvlib.outreach.regulation import Regulation, Role, Stage, TouchRule
from ltvlib.outreach.words import Kind, Outcome
from ltvlib.samples import open_sample
from ltvlib.settings import AbcdxRules, AbcdxSegment
from ltvlib.workspace import Workspace
from tests.conftest import open_rows

DAY = dt.date(2025, 7, 1)
RULES = AbcdxRules(100, 2)
EVERYBODY = Regulation(
    tuple(TouchRule(segment, stage, 20, 40, Kind.CALL, Role.FARMER) for segment in AbcdxSegment for stage in Stage),
    handover_order=2,
    handover_days=10,
)


def orders(customer: str, *days: str, revenue: float = 100, manager: str = "Ann") -> list[dict[str, object]]:
    return [{"customer_id": customer, "ordered_at": day, "revenue": revenue, "manager": manager} for day in days]


TOUCHES = pd.DataFrame(
    [
        ("late", "2025-06-25 10:00", "call", "Ann", "no answer"),  # reached nobody: no contact, but an attempt
        ("met", "2025-06-20 10:00", "visit", "Bob", "talked"),
        ("mailed", "2025-06-01 10:00", "письмо", None, None),
    ],
    columns=["customer_id", "touched_at", "kind", "manager", "outcome"],
).assign(touched_at=lambda frame: pd.to_datetime(frame["touched_at"]))


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """Rhythm of everybody: about 30 days. Contact days by hand:

    fresh   last order 20 June                      11 days ago   fine
    met     last order 1 May, visit 20 June         11 days ago   fine
    mailed  last order 1 May, mail 1 June           30 days ago   due
    late    last order 1 May, call in vain 25 June  61 days ago   overdue by 21
    """
    rows = [
        *orders("fresh", "2025-05-20", "2025-06-20"),
        *orders("met", "2025-04-01", "2025-05-01", revenue=300),
        *orders("mailed", "2025-04-01", "2025-05-01", manager="Bob"),
        *orders("late", "2025-03-02", "2025-04-01", "2025-05-01", revenue=200),
    ]
    return open_rows(tmp_path, rows, DAY, touches=TOUCHES)


def state_of(found: Contacts) -> dict[str, str]:
    return dict(zip(found.frame["customer_id"], found.frame["state"], strict=True))


def test_due_and_overdue_by_hand(space):
    found = contacts(space, Journal(), EVERYBODY, RULES, DAY)
    assert state_of(found) == {"fresh": "fine", "met": "fine", "mailed": "due", "late": "overdue"}
    late = found.frame.set_index("customer_id").loc["late"]
    assert (late["days_silent"], late["days_overdue"]) == (61, 21)
    assert coverage(found.frame) == 3 / 4


def test_without_orders_as_contacts_the_first_order_starts_the_clock(space):
    strict = Regulation(EVERYBODY.rules, orders_count=False)
    found = contacts(space, Journal(), strict, RULES, DAY)
    assert state_of(found)["fresh"] == State.OVERDUE  # never contacted since 20 May
    assert state_of(found)["met"] == State.FINE


def test_a_logged_call_takes_the_customer_off_the_list_and_undo_brings_it_back(space):
    journal = Journal()
    found = contacts(space, journal, EVERYBODY, RULES, DAY)
    assert list(worklist.candidates(found, 3)["customer_id"]) == ["late", "mailed"]
    touch = worklist.log_touch(journal, "late", DAY, Kind.CALL, Outcome.TALKED, "Ann")
    after = contacts(space, journal, EVERYBODY, RULES, DAY)
    assert state_of(after)["late"] == State.FINE
    assert coverage(after.frame) == 1.0
    worklist.take_back(journal, touch)
    assert state_of(contacts(space, journal, EVERYBODY, RULES, DAY))["late"] == State.OVERDUE


def test_an_answer_in_vain_is_no_contact_but_rests_for_the_retry_days(space):
    journal = Journal()
    worklist.log_touch(journal, "mailed", DAY, Kind.CALL, Outcome.NO_ANSWER)
    found = contacts(space, journal, EVERYBODY, RULES, DAY)
    assert state_of(found)["mailed"] == State.DUE
    assert "mailed" not in set(worklist.candidates(found, 0)["customer_id"])
    tomorrow = contacts(space, journal, EVERYBODY, RULES, DAY + dt.timedelta(days=2))
    assert "mailed" not in set(worklist.candidates(tomorrow, 3)["customer_id"])
    later = contacts(space, journal, EVERYBODY, RULES, DAY + dt.timedelta(days=3))
    assert "mailed" in set(worklist.candidates(later, 3)["customer_id"])


def test_nobody_who_asked_for_it_is_ever_listed_again(space):
    journal = Journal()
    touch = worklist.log_touch(journal, "late", DAY, Kind.CALL, Outcome.OPT_OUT)
    months_later = DAY + dt.timedelta(days=400)
    assert "late" not in set(
        worklist.candidates(contacts(space, journal, EVERYBODY, RULES, months_later), 3)["customer_id"]
    )
    worklist.take_back(journal, touch)
    assert "late" in set(
        worklist.candidates(contacts(space, journal, EVERYBODY, RULES, months_later), 3)["customer_id"]
    )


def test_who_said_why_they_left_is_not_called_to_be_asked(space):
    journal = Journal()
    losses.write(journal, "late", DAY, "moved away")
    found = contacts(space, journal, EVERYBODY, RULES, DAY)
    assert list(worklist.candidates(found, 3)["customer_id"]) == ["mailed"]


def test_capacity_is_for_each_manager_and_less_what_was_done(space):
    journal = Journal()
    later = DAY + dt.timedelta(days=40)  # everybody is due
    found = contacts(space, journal, EVERYBODY, RULES, later)
    none = worklist.logged(journal, later)
    listed = worklist.morning_list(found, 3, 1, none)
    assert sorted(listed["manager"]) == ["Ann", "Bob"]
    first = str(listed.loc[listed["manager"] == "Ann", "customer_id"].iloc[0])
    worklist.log_touch(journal, first, later, Kind.CALL, Outcome.TALKED, "Ann")
    done = worklist.logged(journal, later)
    again = contacts(space, journal, EVERYBODY, RULES, later)
    assert list(worklist.morning_list(again, 3, 1, done)["manager"]) == ["Bob"]
    assert list(worklist.morning_list(again, 3, 2, done, "Ann")["manager"]) == ["Ann"]


def test_hand_overs_by_hand(space):
    found = contacts(space, Journal(), EVERYBODY, RULES, DAY)
    waiting = roles.hand_overs(found.frame, {"Ann": "hunter", "Bob": "farmer"}, EVERYBODY, DAY)
    # second orders: late on 1 April, met on 1 May, fresh on 20 June; ten days are allowed
    assert list(zip(waiting["customer_id"], waiting["days_waiting"], strict=True)) == [
        ("late", 91),
        ("met", 61),
        ("fresh", 11),
    ]
    assert list(waiting["is_overdue"]) == [True, True, True]
    journal = Journal()
    roles.assign(journal, {"late": "Bob"}, "handover", DAY)
    moved = contacts(space, journal, EVERYBODY, RULES, DAY)
    assert list(roles.hand_overs(moved.frame, {"Ann": "hunter", "Bob": "farmer"}, EVERYBODY, DAY)["customer_id"]) == [
        "met",
        "fresh",
    ]


def test_a_hand_over_moves_the_customers_but_not_the_past_and_can_be_taken_back(space):
    journal = Journal()
    before = roles.results(contacts(space, journal, EVERYBODY, RULES, DAY).frame, {}).set_index("manager")
    roles.assign(journal, {"late": "Bob", "met": "Bob"}, "handover", DAY)
    after = roles.results(contacts(space, journal, EVERYBODY, RULES, DAY).frame, {}).set_index("manager")
    assert after["window_margin"].to_dict() == before["window_margin"].to_dict()
    assert (before["customers"].to_dict(), after["customers"].to_dict()) == ({"Ann": 3, "Bob": 1}, {"Ann": 1, "Bob": 3})
    assert roles.take_back(journal) == 2
    undone = contacts(space, journal, EVERYBODY, RULES, DAY).frame.set_index("customer_id")["manager"]
    assert undone["late"] == "Ann"
    assert roles.take_back(journal) == 0


def test_orphans_are_those_of_nobody_and_of_managers_who_left(space):
    found = contacts(space, Journal(), EVERYBODY, RULES, DAY)
    assert set(roles.orphans(found.frame, {"Ann": "left", "Bob": "farmer"})["customer_id"]) == {"fresh", "met", "late"}


def test_customers_are_shared_out_evenly():
    taken = roles.shared_out(["best", "good", "fair", "last"], {"Cy": 10, "Dee": 11, "Eve": 30})
    assert taken == {"best": "Cy", "good": "Cy", "fair": "Dee", "last": "Cy"}
    assert roles.shared_out(["a"], {}) == {}


def test_profit_at_risk_by_hand():
    found = profit_at_risk(pd.Series([300.0, 300, 300, -50, 300]), pd.Series([1.0, 2.0, 5.0, 9.0, np.nan]))
    assert list(found) == [0.0, 150.0, 300.0, 0.0, 0.0]


def test_a_forecast_takes_the_place_of_the_rule_of_thumb_where_it_knows_the_customer():
    frame = pd.DataFrame({"profit_at_risk": [10.0, 20.0, 30.0, 1.0], "window_margin": [90.0, 90.0, 90.0, 40.0]})
    found = with_forecast(frame, pd.Series([50.0, np.nan, -5.0, 50.0]), pd.Series([0.5, np.nan, 0.5, 0.5]))
    # 50 x .5 / .5; unknown; never below nothing; never more than the last window brought
    assert found["profit_at_risk"].tolist() == [50.0, 20.0, 0.0, 40.0]


def test_results_are_fair_to_the_mix_of_segments():
    """Ann has only A customers (all keep half), Bob only D (all keep a tenth): both are exactly as good as their mix."""
    rows = [("Ann", "A", 100, 50)] * 3 + [("Bob", "D", 10, 1)] * 5 + [("Ann", "D", 0, 7)]
    frame = pd.DataFrame(rows, columns=["manager", "before_segment", "before_margin", "window_margin"]).astype(
        {"before_margin": float, "window_margin": float}
    )
    frame = frame.assign(customer_id=[f"c{place}" for place in range(len(frame))], state="fine")
    frame["past_manager"] = frame["manager"]
    found = roles.results(frame, {"Ann": "farmer"}).set_index("manager")
    assert found["kept_share"].to_dict() == pytest.approx({"Ann": 0.5, "Bob": 0.1})
    assert found["kept_index"].to_dict() == pytest.approx({"Ann": 1.0, "Bob": 1.0})
    assert found.loc["Ann", "role"] == "farmer"


def test_the_list_is_for_today_only_with_fresh_data():
    as_of = dt.date(2025, 7, 1)
    assert list_day(as_of, dt.date(2025, 7, 20)) == dt.date(2025, 7, 20)
    assert list_day(as_of, dt.date(2025, 12, 1)) == as_of
    assert list_day(as_of, dt.date(2025, 6, 1)) == as_of


def test_planted_hunters_farmers_and_leavers_are_seen_in_the_sales():
    space = open_sample("b2b")
    found = roles.managers(space, space.info.as_of).set_index("manager")["role"]
    assert {name for name, role in found.items() if role == "farmer"} == {
        "Grace Holt",
        "Henry Brandt",
        "Maya Lindqvist",
    }
    assert found["Peter Novak"] == "left"
    salon = open_sample("salon")
    assert set(roles.managers(salon, salon.info.as_of)["role"]) == {"both", "left"}


PEOPLE = some.lists(
    some.tuples(
        some.sampled_from(["Ann", "Bob", None]),
        some.sampled_from([state.value for state in State]),
        some.one_of(some.just(np.nan), some.integers(20000, 20300).map(float)),
        some.floats(0, 1e6),
        some.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PEOPLE, some.integers(0, 6), some.integers(0, 5))
def test_a_list_never_exceeds_capacity_and_names_nobody_twice(people, capacity, retry):
    names = ["manager", "state", "last_attempt_day", "profit_at_risk", "is_opted_out"]
    frame = pd.DataFrame(people, columns=names).astype(
        {"manager": object, "is_opted_out": bool, "last_attempt_day": float}
    )
    frame = frame.assign(
        customer_id=[f"c{place:03d}" for place in range(len(frame))], days_overdue=5.0, maximum_days=10.0
    )
    found = Contacts(
        dt.date(1970, 1, 1) + dt.timedelta(days=20200), frame.assign(window_margin=1.0, is_known_lost=False), None
    )  # type: ignore[arg-type]
    none = pd.DataFrame({"manager": pd.Series(dtype=object)})
    listed = worklist.morning_list(found, retry, capacity, none)
    assert listed["customer_id"].is_unique
    assert (listed["manager"].fillna("").value_counts() <= capacity).all()
    assert set(listed["state"]) <= {"due", "overdue"}
    assert not listed["is_opted_out"].any()
    assert not ((listed["last_attempt_day"] > 20200 - retry) | (listed["last_attempt_day"] >= 20200)).any()
    assert list(listed["priority"]) == sorted(listed["priority"], reverse=True)
