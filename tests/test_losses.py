"""The register of losses by hand, and what was planted in the samples."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from ltvlib import losses
from ltvlib.journal import Journal
from ltvlib.outreach.contacts import contacts
from ltvlib.outreach.regulation import Line, default_regulation
from ltvlib.samples import SAMPLE_DIR, open_sample
from ltvlib.settings import AbcdxRules
from tests.conftest import open_rows

RULES = AbcdxRules(50, 2)
DAY = dt.date(2025, 7, 1)


@pytest.fixture
def space(tmp_path):
    """x: 30 + 40 in the year before the loss on 1 May, 500 two years before it, back with 70. y: gone for 10. z: silent, no word."""
    rows = [
        {"customer_id": "x", "ordered_at": "2023-02-01", "revenue": 500.0},
        {"customer_id": "x", "ordered_at": "2024-12-01", "revenue": 60.0},
        {"customer_id": "x", "ordered_at": "2025-02-01", "revenue": 80.0},
        {"customer_id": "x", "ordered_at": "2025-06-20", "revenue": 140.0},
        {"customer_id": "y", "ordered_at": "2025-01-10", "revenue": 20.0},
        {"customer_id": "z", "ordered_at": "2024-01-10", "revenue": 20.0},
        {"customer_id": "z", "ordered_at": "2024-02-10", "revenue": 20.0},
    ]
    lost = pd.DataFrame(
        [
            ("x", "2025-05-01", "Price", "Rival"),
            ("y", "2025-04-01", "Moved", None),
            ("ghost", "2025-04-01", "Price", None),
        ],
        columns=["customer_id", "lost_at", "reason", "competitor"],
    ).assign(lost_at=lambda frame: pd.to_datetime(frame["lost_at"]))
    return open_rows(tmp_path, rows, DAY, 0.5, losses=lost)


def test_the_register_by_hand(space):
    found = losses.register(space, Journal(), RULES)
    rows = found.frame.set_index("customer_id")
    assert list(rows.index) == ["x", "y"]  # the latest first; who never bought is no customer
    assert rows["margin_before"].to_dict() == {"x": 70.0, "y": 10.0}
    assert rows["orders_after"].to_dict() == {"x": 1, "y": 0}
    assert rows.loc["x", "margin_after"] == 70.0
    assert rows["segment"].to_dict() == {"x": "A", "y": "D"}
    assert found.won_back_share == 0.5
    by = losses.by(found.frame, "competitor")
    assert list(by["competitor"]) == ["Rival", ""]
    assert by["losses"].sum() == 2
    assert by["won_back"].sum() == 1


def test_a_reason_written_in_the_app_counts_at_once_and_takes_the_customer_off_the_list(space):
    journal = Journal()

    def silent() -> set[str]:
        table = contacts(space, journal, default_regulation(Line.RETAIL, 30), RULES, DAY)
        return set(losses.unasked(table.frame)["customer_id"])

    assert silent() == {"z"}  # y said why, x came back
    losses.write(journal, "z", DAY, " Too far ", "Rival")
    found = losses.register(space, journal, RULES).frame.set_index("customer_id")
    assert (found.loc["z", "reason"], found.loc["z", "competitor"]) == ("Too far", "Rival")
    assert silent() == set()


def test_a_correction_of_the_same_day_replaces_the_first_word(space):
    journal = Journal()
    losses.write(journal, "z", DAY, "Price")
    losses.write(journal, "z", DAY, "Moved")
    found = losses.register(space, journal, RULES).frame
    assert list(found.loc[found["customer_id"] == "z", "reason"]) == ["Moved"]


def test_reasons_of_the_subscription_are_those_that_were_planted():
    truth = json.loads((SAMPLE_DIR / "crm" / "truth.json").read_text(encoding="utf-8"))["reasons_to_leave"]
    found = losses.register(open_sample("crm"), Journal(), RULES).frame
    assert len(found) == 237
    assert "237" in truth["sentence"]
    assert found["reason"].value_counts().index[0] == "Never got started"
    assert found["reason"].value_counts().iloc[0] == 66


def test_the_price_war_is_seen_by_quarter():
    """Planted in B2B: Kestrel Parts took 2 customers on price in 26 months and 8 in the 8 months since March 2025."""
    found = losses.register(open_sample("b2b"), Journal(), RULES).frame
    price = found[(found["reason"] == "Price") & (found["competitor"] == "Kestrel Parts")]
    quarters = losses.by_quarter(price, "competitor")
    since = quarters[quarters["quarter"] >= "2025-01-01"]["losses"].sum()
    assert (since, quarters["losses"].sum() - since) == (8, 2)


def test_a_late_first_delivery_shortens_the_life_of_a_customer():
    found = losses.fates(open_sample("electronics"))
    late, good = found.troubled.still_here(182), found.untroubled.still_here(182)
    assert late[2] < good[1], "the intervals lie apart"
    assert losses.fates(open_sample("salon")) is None
    with pytest.raises(ValueError, match="trouble"):
        losses.fates(open_sample("electronics"), "drop table")
