"""What contacts did: what was planted in the samples is found with intervals that hold the truth, the rest is not shown."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from ltvlib.journal import Journal
from ltvlib.outreach import roles
from ltvlib.outreach.contact_effect import HAND_OVER, ContactEffect, contact_effects
from ltvlib.outreach.words import Kind
from ltvlib.programmes.effect import Doubt
from ltvlib.samples import SAMPLE_DIR, open_sample
from ltvlib.settings import EPOCH
from tests.conftest import open_rows


def truth(name: str, slug: str) -> dict:
    found = json.loads((SAMPLE_DIR / name / "truth.json").read_text(encoding="utf-8"))[slug]["measured"]
    return found.get("groups", found)


def effects(name: str, days: int) -> dict[str, ContactEffect]:
    space = open_sample(name)
    by_manager = roles.roles_of(Journal(), roles.managers(space, space.info.as_of))
    return {one.what: one for one in contact_effects(space, Journal(), by_manager, days)}


def test_the_birthday_call_is_found():
    """Planted: the call adds 18 points; in the sample 69 % of those called book again and 44 % of the others."""
    groups = truth("kids", "birthday_call")
    real = groups["called"]["return_rate"] - groups["not_called"]["return_rate"]
    for days in (90, 180):
        one = effects("kids", days)[Kind.CALL]
        assert one.is_shown, days
        assert one.effect.returned.low < real < one.effect.returned.high
        assert one.effect.profit.low > 0


def test_the_hand_over_of_a_departed_masters_clients_is_found():
    """Planted: half of those nobody called stay away; 91 % of those called came back within 120 days, 46 % of the others."""
    groups = truth("salon", "departed_master")
    real = groups["handed_over"]["return_rate"] - groups["orphan"]["return_rate"]
    one = effects("salon", 120)[Kind.CALL]
    assert one.is_shown
    assert one.effect.returned.low < real < one.effect.returned.high
    assert one.effect.orders.low > 0


def test_the_hand_over_to_farmers_is_found():
    """Planted: a hunter's customers wait 1.9 times as long; 9.3 orders in 180 days against 5.4."""
    groups = truth("b2b", "hand_over_to_farmers")
    real = groups["farmer"]["orders"] - groups["hunter"]["orders"]
    one = effects("b2b", 180)[HAND_OVER]
    assert one.is_shown
    assert one.effect.orders.low < real < one.effect.orders.high


def test_the_win_back_message_cannot_be_told_by_comparing_and_this_is_said():
    """Planted: 22 % of those who had left come back for it, 5 % otherwise. Only the sample's maker knows who had left: of the
    clients silent for as long, many were only slow, so the message looks harmful. It must be doubted, not believed."""
    for days in (30, 60, 90, 180):
        one = effects("salon", days)[Kind.MESSAGE]
        assert one.effect.returned.value < 0
        assert one.effect.doubt in (Doubt.SILENT, Doubt.NO_HISTORY)
        assert not one.is_shown


def test_calls_that_ask_why_somebody_left_are_not_judged():
    one = effects("electronics", 90)[Kind.CALL]
    assert (one.contacted, one.farewells, one.effect, one.is_shown) == (440, 440, None, False)


@pytest.mark.parametrize("name", ["b2b", "crm"])
@pytest.mark.parametrize("days", [60, 90, 180])
def test_contacts_that_do_nothing_are_not_praised(name, days):
    """Calls, visits, messages and letters there change nothing. Everybody in the CRM is handed over: nobody is like them."""
    found = effects(name, days)
    shown = {what for what, one in found.items() if one.is_shown}
    assert shown == ({HAND_OVER} if name == "b2b" else set())
    if name == "crm":
        assert found[HAND_OVER].effect.doubt is Doubt.UNLIKE


def test_false_alarms_are_rare():
    """Forty times calls dealt to companies by chance: what is shown as an effect stays below one in ten."""
    space = open_sample("b2b")
    people = space.database.rows("select customer_id, first_day from mart_customer order by customer_id")
    end = (space.info.as_of - EPOCH).days
    alarms = 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        chosen = chance.choice(len(people), 90, replace=False)
        days = [int(chance.integers(people[place][1], end)) for place in chosen]
        touches = pd.DataFrame(
            {
                "customer_id": [people[place][0] for place in chosen],
                "touched_at": [pd.Timestamp(EPOCH) + pd.Timedelta(days=day) for day in days],
                "kind": "call",
            }
        )
        journal = Journal()
        rows = touches.assign(touch_id=[f"t{n}" for n in range(90)], origin="file", kind="other").to_dict("records")
        journal.append("touches", rows)
        alarms += next(one for one in contact_effects(space, journal, {}, 90) if one.what == "other").is_shown
        journal.close()
    assert alarms <= 4  # at most 2 expected: 95 % of a binomial with 40 and .05


def test_a_contact_by_hand(tmp_path):
    """Sixty customers order on the first of every month; forty of them are called in June, and thirty of the forty order in
    July as well as the twenty others: 75 % against 100 %."""
    rows = [
        {"customer_id": f"c{n:02d}", "ordered_at": dt.date(2024, month, 1), "revenue": 100.0}
        for n in range(60)
        for month in range(1, 8)
        if month < 7 or n >= 40 or n < 30
    ]
    touches = pd.DataFrame(
        {"customer_id": [f"c{n:02d}" for n in range(40)], "kind": "звонок", "manager": None, "outcome": None}
    )
    touches["touched_at"] = pd.Timestamp("2024-06-10")
    space = open_rows(tmp_path, rows, dt.date(2024, 9, 1), touches=touches)
    (one,) = contact_effects(space, Journal(), {}, 60)
    assert (one.what, one.contacted, one.farewells) == ("call", 40, 0)
    assert (one.effect.returned.exposed, one.effect.returned.others) == pytest.approx((0.75, 1.0))
    assert one.effect.returned.value == pytest.approx(-0.25)
    assert one.effect.profit.value == pytest.approx(-25.0)


def test_with_few_contacts_nothing_is_said(tmp_path):
    rows = [{"customer_id": "a", "ordered_at": dt.date(2024, 1, 1), "revenue": 1.0}]
    touches = pd.DataFrame({"customer_id": ["a"], "touched_at": [pd.Timestamp("2024-01-02")], "kind": ["call"]})
    space = open_rows(tmp_path, rows, dt.date(2024, 9, 1), touches=touches)
    assert contact_effects(space, Journal(), {}, 90) == ()
