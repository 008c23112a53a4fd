"""Acquisition economics on a table drawn by hand, on the published Afisha numbers and on the planted truths.

Margin 50 % of revenue, data up to 1 May 2024 (exclusive):

    Ann  Ads      10 Jan 100, 10 Feb 60, 5 Mar 40      Bob  Ads      20 Jan 40
    Cid  Friends  25 Jan  80                            Dee  Ads       3 Feb 60, 15 Mar 120
    Eve  (none)    9 Feb  20                            Flo  Ads       8 Apr 90

    spend: Jan Ads 70 · Feb Ads 30 (written "ads "), Radio 25 · Apr Ads 55
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ltvlib import acquisition_facts, economics, samples
from ltvlib import spend as spend_of
from ltvlib.costs import CostKind, CostLine, VariableCosts
from ltvlib.payback import Verdict
from ltvlib.settings import AbcdxRules, AbcdxSegment, Attribute, Filters, month_number
from ltvlib.spend import Spend
from ltvlib.workspace import Workspace
from tests.conftest import ROOT, golden, open_rows, order_frame, shared
from tests.test_golden import canonical

NAN = float("nan")
DAYS = {
    "Ann": [("2024-01-10", 100), ("2024-02-10", 60), ("2024-03-05", 40)],
    "Bob": [("2024-01-20", 40)],
    "Cid": [("2024-01-25", 80)],
    "Dee": [("2024-02-03", 60), ("2024-03-15", 120)],
    "Eve": [("2024-02-09", 20)],
    "Flo": [("2024-04-08", 90)],
}
CHANNELS = {"Ann": "Ads", "Bob": "Ads", "Cid": "Friends", "Dee": "Ads", "Eve": None, "Flo": "Ads"}
JAN, FEB, MAR, APR = (24_288 + n for n in range(4))
SPEND = Spend.of([(JAN, "Ads", 70), (FEB, "ads ", 30), (FEB, "Radio", 25), (APR, "Ads", 55)])


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Workspace:
    rows = [
        {"customer_id": name, "ordered_at": day, "revenue": float(money), "channel": CHANNELS[name]}
        for name, orders in DAYS.items()
        for day, money in orders
    ]
    return open_rows(tmp_path_factory.mktemp("economics"), rows, dt.date(2024, 5, 1), 0.5)


def test_months_are_counted_as_everywhere():
    assert month_number(dt.date(2024, 1, 1)) == JAN


def test_the_company_by_hand(drawn):
    company = economics.acquisition(drawn, SPEND, horizon=2).company
    assert (company.customers, company.spend, company.cac) == (5, 125.0, 25.0)
    assert company.curve.tolist() == [30.0, 48.0, 52.0]
    assert company.first_order_margin == 30.0
    assert company.first_order_romi == pytest.approx(0.2)
    assert company.romi == pytest.approx(260 / 125 - 1)
    assert company.ltv_cac_ratio == pytest.approx(2.08)
    assert (company.payback_month, company.verdict) == (0.0, Verdict.FIRST_SALE)
    assert company.recent_cac == pytest.approx(110 / 3)


def test_channels_by_hand(drawn):
    found = economics.acquisition(drawn, SPEND, horizon=2)
    assert [row.name for row in found.channels] == ["Ads", "", "Friends", "Radio"]
    ads = found.channel("Ads")
    assert (ads.customers, ads.spend) == (3, 100.0)
    assert ads.curve.tolist() == pytest.approx([100 / 3, 190 / 3, 70.0])
    assert ads.verdict is Verdict.FIRST_SALE, "the first order pays exactly what was spent: the border counts as paid"
    assert ads.affordable_cac(1) == pytest.approx(190 / 3)
    assert np.isnan(ads.affordable_cac(3)), "nobody has completed month 3"
    for name in ("Friends", ""):
        assert np.isnan(found.channel(name).cac), "no spend on record is not a free customer"
        assert found.channel(name).verdict is Verdict.NO_SPEND
    assert (found.channel("Radio").spend, found.channel("Radio").verdict) == (25.0, Verdict.NO_CUSTOMERS)
    assert np.isnan(found.channel("Radio").cac)


def test_months_by_hand(drawn):
    frame = economics.acquisition(drawn, SPEND, horizon=2).months
    assert frame["spend"].tolist() == [70.0, 55.0, 0.0, 55.0]
    assert frame["new_customers"].tolist() == [3, 2, 0, 1]
    np.testing.assert_allclose(frame["cac"], [70 / 3, 27.5, NAN, 55.0])
    np.testing.assert_allclose(frame["first_order_margin"], [110 / 3, 20.0, NAN, 45.0])
    np.testing.assert_array_equal(frame["payback_month"], [0.0, 1.0, NAN, NAN])


def test_what_is_not_judged_is_said(drawn):
    found = economics.acquisition(drawn, SPEND, horizon=2)
    assert (found.first, found.end, found.spend_outside, found.customers_before) == (JAN, MAR, 55.0, 0)
    late = economics.acquisition(drawn, Spend.of([(FEB, "Ads", 30)]), horizon=1)
    assert (late.first, late.end, late.customers_before, late.company.customers) == (FEB, MAR, 3, 2)


def test_variable_costs_come_off_every_figure(drawn):
    """First orders: revenue 300, 5 orders, 5 active months: 150 - 50 - 30 - 25 = 45, 9 a customer."""
    lines = (("fulfilment", CostKind.PER_ORDER, 10.0), ("fees", CostKind.OF_REVENUE, 0.1))
    costs = VariableCosts((*(CostLine(*line) for line in lines), CostLine("care", CostKind.PER_ACTIVE_MONTH, 5.0)))
    company = economics.acquisition(drawn, SPEND, costs, horizon=2).company
    assert company.first_order_margin == pytest.approx(9.0)
    assert company.curve.tolist() == pytest.approx([9.0, 9 + (90 - 20 - 18 - 10) / 5, 9 + (110 - 30 - 22 - 15) / 5])
    assert company.verdict is Verdict.NOT_YET


def test_without_spend_the_curve_is_still_there(drawn):
    found = economics.acquisition(drawn, Spend(), horizon=2)
    assert found.company.verdict is Verdict.NO_SPEND
    assert found.company.curve.tolist() == [30.0, 48.0, 52.0]
    assert np.isnan(found.months["cac"]).all()


def test_horizons_are_those_somebody_completed(drawn):
    assert economics.known_horizons(economics.facts_of(drawn, SPEND)) == {0: 4, 3: 1}
    assert economics.usual_horizon({0: 30, 3: 27, 6: 24, 12: 18, 24: 6}) == 12
    assert economics.usual_horizon({0: 8, 3: 5}) == 0
    assert economics.usual_horizon({}) == 0


def test_filters_spend_does_not_know_are_left_aside_and_said(drawn):
    segment = Filters(segments=(AbcdxSegment.A,), rules=AbcdxRules(10.0, 1))
    assert economics.acquisition(drawn, SPEND, horizon=2, filters=segment).ignored
    ads = Filters(((Attribute.CHANNEL, ("Ads",)),))
    found = economics.acquisition(drawn, SPEND, horizon=2, filters=ads)
    assert not found.ignored
    assert [row.name for row in found.channels] == ["Ads"]
    assert (found.company.customers, found.company.spend) == (3, 100.0)
    only_february = economics.acquisition(drawn, SPEND, horizon=1, filters=replace(ads, attributes=(), since=FEB))
    assert (only_february.company.customers, only_february.company.spend) == (2, 55.0)
    assert economics.cac_of_months(drawn, SPEND, JAN, MAR) == 25.0
    assert np.isnan(economics.cac_of_months(drawn, SPEND, JAN - 1, MAR)), "a month without record"


def test_the_parts_sum_to_the_company(drawn):
    found = economics.acquisition(drawn, SPEND, horizon=2)
    assert sum(row.customers for row in found.channels) == found.company.customers
    assert sum(row.spend for row in found.channels if row.spend > 0) == found.company.spend
    curves = sum(row.curve * row.customers for row in found.channels if row.customers)
    np.testing.assert_allclose(curves, found.company.curve * found.company.customers)


def monthly(folder, channels: dict[str, range], until: dt.date = dt.date(2025, 1, 1)) -> Workspace:
    """Ten new customers of a channel in each of its months of 2024, 10 of revenue each, margin 50 %."""
    rows = [
        {"customer_id": f"{name}{month}-{n}", "ordered_at": f"2024-{month:02}-10", "revenue": 10.0, "channel": name}
        for name, months in channels.items()
        for month in months
        for n in range(10)
    ]
    return open_rows(folder, rows, until, 0.5)


def test_money_spent_after_the_last_newcomer_counts(tmp_path):
    """500 a month all year, newcomers only in the first half: 6,000 / 60 = 100 a customer, not 50."""
    workspace = monthly(tmp_path, {"Ads": range(1, 7)})
    found = economics.acquisition(workspace, Spend.of((JAN + n, "Ads", 500) for n in range(12)), horizon=0)
    assert (found.company.customers, found.company.cac, found.spend_outside) == (60, 100.0, 0.0)
    assert found.months["is_complete"].all()
    assert economics.planned_customers(found) == 5
    assert np.isnan(found.company.recent_cac), "nobody came in the last three months"


def test_cac_now_needs_three_months_of_record(tmp_path):
    workspace = monthly(tmp_path, {"Ads": range(1, 13)})
    only_december = economics.acquisition(workspace, Spend.of([(JAN + 11, "Ads", 300)]), horizon=0)
    assert np.isnan(only_december.company.recent_cac)
    ended = economics.acquisition(workspace, Spend.of((JAN + n, "Ads", 300) for n in range(6)), horizon=0)
    assert np.isnan(ended.company.recent_cac), "the record ends in June: nothing is known of now"
    lately = economics.acquisition(workspace, Spend.of((JAN + n, "Ads", 300) for n in (0, 9, 10, 11)), horizon=0)
    assert lately.company.recent_cac == 30.0


def test_a_channel_has_one_cac_by_row_and_by_filter(tmp_path):
    """B advertised once, in June; A in every month: the year is on record for both."""
    workspace = monthly(tmp_path, {"A": range(1, 13), "B": range(1, 13)})
    spend = Spend.of([*((JAN + n, "A", 100) for n in range(12)), (JAN + 5, "B", 1200)])
    row = economics.acquisition(workspace, spend, horizon=0).channel("B")
    only = Filters(((Attribute.CHANNEL, ("B",)),))
    alone = economics.acquisition(workspace, spend, horizon=0, filters=only)
    assert row.cac == alone.company.cac == alone.channel("B").cac == 10.0
    assert economics.cac_of_months(workspace, spend, JAN, JAN + 12, only) == 10.0
    assert np.isnan(
        economics.cac_of_months(workspace, Spend.of([(JAN, "A", 1), (JAN + 11, "A", 1)]), JAN, JAN + 12, only)
    )


def test_two_spellings_in_the_orders_are_one_channel(tmp_path):
    workspace = monthly(tmp_path, {"Google": range(1, 13), "google ": range(1, 2)})
    found = economics.acquisition(workspace, Spend.of([(JAN, "GOOGLE", 520), (JAN + 11, "google", 780)]), horizon=0)
    assert [(row.name, row.customers, row.cac) for row in found.channels] == [("Google", 130, 10.0)]


def test_thousands_of_channels_do_not_take_the_memory(tmp_path):
    """A campaign an order: the largest channels stand alone, the rest is one row and nobody is lost."""
    rows = [
        {"customer_id": f"c{n}", "ordered_at": f"2024-{1 + n % 12:02}-05", "revenue": 10.0, "channel": f"utm{n}"}
        for n in range(2_000)
    ] + [{"customer_id": f"b{n}", "ordered_at": "2024-03-05", "revenue": 10.0, "channel": "Big"} for n in range(50)]
    workspace = open_rows(tmp_path, rows, dt.date(2025, 1, 1), 0.5)
    spend = Spend.of((JAN + n % 12, f"utm{n}", 1.0) for n in range(3_000))
    found = economics.acquisition(workspace, spend, horizon=0)
    assert len(found.channels) <= 2 * acquisition_facts.MAX_CHANNELS + 1
    assert sum(row.customers for row in found.channels) == found.company.customers == 2_050
    assert found.spend_total == 3_000.0
    assert found.channel("Big").customers == 50


def test_spend_of_nothing_is_not_unknown_spend(drawn):
    free = economics.acquisition(drawn, Spend.of([(JAN, "Friends", 0), (APR, "Ads", 5)]), horizon=2)
    assert free.channel("Friends").verdict is Verdict.FREE
    assert free.channel("").verdict is Verdict.NO_SPEND


def test_no_orders_at_all(tmp_path):
    empty = open_rows(tmp_path, order_frame([]), dt.date(2024, 5, 1), 0.5)
    assert economics.known_horizons(economics.facts_of(empty, Spend())) == {}
    found = economics.acquisition(empty, SPEND, horizon=0)
    assert found.company.verdict in (Verdict.NO_CUSTOMERS, Verdict.TOO_YOUNG)
    assert np.isnan(found.company.cac)


@pytest.mark.parametrize("name", list(samples.samples()))
def test_the_planted_truths_are_found(name: str):
    """CAC, first-sale ROMI, curve and payback month of every sample, as counted from the files by another program."""
    workspace = samples.open_sample(name)
    truth = json.loads((ROOT / "sample_data" / name / "truth.json").read_text(encoding="utf-8"))
    spend, payback = spend_of.of_workspace(workspace), truth["payback"]["measured"]
    company = economics.acquisition(workspace, spend, horizon=12).company
    assert company.customers == payback["cohort_customers"]
    assert company.cac == pytest.approx(payback["cac"], abs=0.006)
    assert company.curve.tolist() == pytest.approx(payback["cumulative_margin_per_customer"], abs=0.006)
    assert company.payback_month == payback["payback_month_index"]
    first = truth["first_sale_and_channels"]["measured"]
    young = economics.acquisition(workspace, spend, horizon=0)
    for row in [young.company, *young.channels]:
        expected = first["all" if row.name is None else row.name]
        assert row.customers == expected["customers"]
        assert row.cac == pytest.approx(expected["cac"], abs=0.006)
        assert row.first_order_romi == pytest.approx(expected["first_order_romi"], abs=6e-5)
    workspace.close()


def test_the_childrens_centre_and_the_electronics_shop_get_opposite_verdicts():
    for name, verdict in (("kids", Verdict.REPEATS), ("electronics", Verdict.FIRST_SALE)):
        workspace = samples.open_sample(name)
        found = economics.acquisition(workspace, spend_of.of_workspace(workspace), horizon=12)
        assert {found.company.verdict, *(row.verdict for row in found.channels)} == {verdict}
        workspace.close()


def test_afisha_cac_and_payback(tmp_path):
    """Published advertising costs and tickets: CAC and payback month of every monthly cohort."""
    cases = golden("afisha_ltv_cac")
    orders = pd.read_csv(shared("afisha", "orders_log_us_orig.csv"), dtype={"Uid": str})
    orders.columns = ["ordered_at", "revenue", "customer_id"]
    orders["ordered_at"] = pd.to_datetime(orders["ordered_at"])
    costs = pd.read_csv(shared("afisha", "costs_us_orig.csv"), parse_dates=["dt"], dtype={"source_id": str})
    spend = Spend.of(zip(map(month_number, costs["dt"]), costs["source_id"], costs["costs"], strict=True))
    assert spend.total == pytest.approx(cases["totals"]["expected"]["costs"], abs=0.01)
    assert spend.by_channel() == pytest.approx(cases["costs_by_source"]["expected"], abs=0.01)
    workspace = open_rows(tmp_path, canonical(orders), dt.date(2018, 6, 1))
    months = economics.acquisition(workspace, spend, horizon=0).months
    cac = {f"{row.month:%Y-%m}": row.cac for row in months.itertuples()}
    assert cac == pytest.approx(cases["cac_by_first_order_month"]["expected"], abs=2e-6)
    paid = {f"{row.month:%Y-%m}": row.payback_month for row in months.itertuples()}
    expected = cases["payback_month_index"]["expected"]
    assert paid == {month: pytest.approx(NAN if n is None else n, nan_ok=True) for month, n in expected.items()}
