"""Discounts by hand and against the status that the electronics shop writes beside them."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from ltvlib.products import discounts
from ltvlib.samples import SAMPLE_DIR, open_sample
from tests.products.shop import from_lines


def by_hand(folder):
    """A cup at 10 to thirty customers in January; d pays 8 twice; e pays 10, 10, 8 and comes again; f paid 9.8: rounding."""
    rows = [(f"o{n}", f"c{n}", "2024-01-10", 10.0) for n in range(30)]
    rows += [("d1", "d", "2024-01-11", 8.0), ("d2", "d", "2024-02-20", 8.0), ("f1", "f", "2024-01-12", 9.8)]
    rows += [("e1", "e", "2024-01-05", 10.0), ("e2", "e", "2024-01-15", 10.0), ("e3", "e", "2024-01-25", 8.0)]
    rows += [("e4", "e", "2024-02-25", 10.0)]
    lines = pd.DataFrame(rows, columns=["order_id", "customer_id", "at", "revenue"])
    lines = lines.assign(
        at=pd.to_datetime(lines["at"]), product_id="cup", product_name="cup", category="x", quantity=2.0
    )
    return from_lines(folder, lines.assign(margin=lines["revenue"] - 6), dt.date(2024, 12, 1))


def test_discounts_by_hand(tmp_path):
    space = by_hand(tmp_path)
    found = discounts.discounts(space, 90)
    assert found.nth == 1
    assert found.given == pytest.approx(6.0), "three orders at 8 instead of 10; 9.8 is rounding"
    assert found.orders["is_discounted"].sum() == 3
    assert found.regular_given == pytest.approx(2.0), "only e had paid the full price twice before"
    only = discounts.only_buyers(found)
    assert (only.repeat_customers, only.only) == (2, 1)
    assert (only.margin, only.margin_others) == (2.0, pytest.approx(3.5))
    assert discounts.only_people(space, found)["customer_id"].tolist() == ["d"]
    depth = discounts.by_depth(found)
    assert depth[["customers", "returned"]].to_numpy().tolist() == [[32, 1], [1, 1]]
    assert depth["low_depth"].tolist() == [0.0, 0.15]
    # e's fourth order is at full price with two before it and nothing after it
    assert found.anyway[0] == 0.0


def test_prices_that_rise_are_no_discount(tmp_path):
    """10 in one quarter, 12 in the next: nobody got a discount."""
    rows = [(f"a{n}", f"c{n}", "2024-01-10", 10.0) for n in range(10)] + [
        (f"b{n}", f"c{n}", "2024-05-10", 12.0) for n in range(10)
    ]
    lines = pd.DataFrame(rows, columns=["order_id", "customer_id", "at", "revenue"])
    lines = lines.assign(
        at=pd.to_datetime(lines["at"]), product_id="p", product_name="p", category="x", quantity=1.0, margin=1.0
    )
    found = discounts.discounts(from_lines(tmp_path, lines, dt.date(2024, 12, 1)), 90)
    assert found.given == 0
    assert discounts.only_buyers(found).only == 0


def test_discount_only_buyers_of_the_shop_are_those_of_its_status():
    measured = json.loads((SAMPLE_DIR / "electronics" / "truth.json").read_text(encoding="utf-8"))[
        "discount_only_buyers"
    ]["measured"]
    space = open_sample("electronics")
    found = discounts.discounts(space)
    only = discounts.only_buyers(found)
    assert (only.repeat_customers, only.only) == (measured["repeat_buyers"], measured["discount_only"])
    assert only.low < measured["discount_only"] / measured["repeat_buyers"] < only.high
    assert only.margin == pytest.approx(measured["margin_per_order_discount_only"], abs=0.01)
    assert only.margin_others == pytest.approx(measured["margin_per_order_other"], abs=0.01)
    orders = pd.read_csv(SAMPLE_DIR / "electronics" / "orders.csv", dtype=str)
    sold = orders[orders["is_refund"] == "false"]
    by_status = sold.assign(is_on=sold["status"] == "Акция").groupby("customer_id")["is_on"].agg(["all", "size"])
    expected = set(by_status[by_status["all"] & (by_status["size"] >= 2)].index)
    assert set(discounts.only_people(space, found)["customer_id"]) == expected


def test_given_away_is_what_regulars_got_times_what_they_do_anyway():
    found = discounts.discounts(open_sample("salon"))
    value, low, high = found.given_away
    assert value == pytest.approx(found.regular_given * found.anyway[0])
    assert 0 < low < value < high < found.regular_given <= found.given_a_year <= found.given


def test_coupons_of_the_salon_bring_fewer_back_than_like_first_visits():
    """Planted: clients from the coupon site (half the price) stay less; they are told from the five percent of the card."""
    found = discounts.discounts(open_sample("salon"), 120)
    came, profit, is_shown = discounts.after_discount(found)
    assert is_shown
    assert came.high < 0
    assert profit.high < 0
    depth = discounts.by_depth(found).set_index("low_depth")
    assert depth.loc[0.3, "customers"] > 100
    assert depth.loc[0.3, "high"] < depth.loc[0.0, "low"]


def test_no_discount_no_money():
    """The CRM sells at list prices."""
    found = discounts.discounts(open_sample("crm"))
    assert (found.given, found.regular_given) == (0.0, 0.0)
