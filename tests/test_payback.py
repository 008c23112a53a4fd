"""Payback, cash and money values: pencil tables, borders, and what must hold for any numbers."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltvlib.costs import CostKind, CostLine, VariableCosts, discount_factors
from ltvlib.payback import CashGap, Payback, Verdict, cash_gap, cash_path, payback_month
from ltvlib.spend import Spend, of_frame

NAN = float("nan")
money = st.floats(-1e6, 1e6, allow_nan=False)


@pytest.mark.parametrize(
    ("curve", "cac", "month"),
    [
        ([10, 20, 30], 10, 0),
        ([10, 20, 30], 10.01, 1),
        ([10, 20, 30], 30, 2),
        ([10, 20, 30], 30.01, NAN),
        ([10, 20, NAN], 25, NAN),
        ([-5, 0, 5], 0, 1),
        ([], 5, NAN),
        ([10, 20], NAN, NAN),
    ],
)
def test_payback_month_at_its_borders(curve: list[float], cac: float, month: float):
    assert payback_month(curve, cac) == pytest.approx(month, nan_ok=True)


@given(st.lists(money, min_size=1, max_size=24), money)
def test_the_payback_month_is_where_the_curve_first_reaches_the_cac(curve: list[float], cac: float):
    month = payback_month(curve, cac)
    if np.isnan(month):
        assert max(curve) < cac
    else:
        assert curve[int(month)] >= cac
        assert all(point < cac for point in curve[: int(month)])


def test_cash_by_hand():
    """10 customers a month cost 50 each and bring 20, 40, 70 by month 0, 1, 2.

    Month 0: -500 + 200 = -300. Month 1: another -500 + 200, and 200 from the first: -400. Month 2: -300 + 200 + 300 = -200.
    """
    path = cash_path([20, 40, 70], 50, 10)
    assert path.tolist() == [-300, -400, -200]
    assert cash_gap(path) == CashGap(400.0, 1.0, True)
    assert cash_gap(path[:2]) == CashGap(400.0, 1.0, False), "the path has not turned up again yet"
    assert cash_gap(cash_path([60, 70], 50, 3)) == CashGap(0.0, pytest.approx(NAN, nan_ok=True), True)
    assert np.isnan(cash_gap(cash_path([60, 70], NAN, 3)).money)
    assert np.isnan(cash_gap([]).money)


@given(st.lists(money, min_size=1, max_size=24), st.floats(0, 1e6), st.integers(1, 1000))
def test_cash_is_the_sum_of_what_every_cohort_left(curve: list[float], cac: float, customers: int):
    """The same money counted cohort by cohort: each month starts one, and every cohort is at its own age."""
    path = cash_path(curve, cac, customers)
    for month in range(len(curve)):
        by_cohort = sum(customers * (curve[month - start] - cac) for start in range(month + 1))
        assert path[month] == pytest.approx(by_cohort, rel=1e-9, abs=1e-3)


def row(curve: list[float], spend: float, customers: int = 10, first: float = 4.0) -> Payback:
    return Payback("x", customers, spend, np.array(curve), first)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (row([5, 6], 40.0), Verdict.FIRST_SALE),
        (row([5, 6], 50.0), Verdict.REPEATS),
        (row([5, 6], 60.0), Verdict.REPEATS),
        (row([5, 6], 61.0), Verdict.NOT_YET),
        (row([5, 6], NAN), Verdict.NO_SPEND),
        (row([5, 6], 0.0), Verdict.FREE),
        (row([], 5.0, 0, NAN), Verdict.NO_CUSTOMERS),
        (row([], NAN, 0, NAN), Verdict.TOO_YOUNG),
    ],
)
def test_verdicts(found: Payback, verdict: Verdict):
    assert found.verdict is verdict


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=12), st.floats(0.01, 1e6), st.integers(1, 10_000))
def test_ratios_agree_with_each_other(curve: list[float], spend: float, customers: int):
    found = row(curve, spend, customers, curve[0])
    assert found.romi == pytest.approx(found.ltv_cac_ratio - 1, rel=1e-6, abs=1e-6)
    assert (found.verdict is Verdict.FIRST_SALE) == (found.first_order_margin >= found.cac)
    if found.verdict is Verdict.FIRST_SALE:
        assert found.first_order_romi >= -1e-9


def test_discounting_compounds_a_year_into_months():
    factors = discount_factors(0.21, 25)
    assert factors[[0, 12, 24]].tolist() == pytest.approx([1.0, 1 / 1.21, 1 / 1.4641])
    assert discount_factors(0.0, 5).tolist() == [1.0] * 5
    with pytest.raises(ValueError, match="-1"):
        discount_factors(-1.0, 3)


def test_contribution_takes_each_cost_off_what_it_grows_with():
    costs = VariableCosts(
        (
            CostLine("courier", CostKind.PER_ORDER, 2.0),
            CostLine("bank", CostKind.OF_REVENUE, 0.02),
            CostLine("platform", CostKind.OF_REVENUE, 0.03),
            CostLine("support", CostKind.PER_ACTIVE_MONTH, 1.0),
        )
    )
    assert costs.contribution(100.0, 200.0, 7, 5) == pytest.approx(100 - 14 - 10 - 5)
    assert VariableCosts().is_empty
    with pytest.raises(ValueError, match="finite"):
        CostLine("odd", CostKind.PER_ORDER, -1.0)


def test_spend_adds_up_and_matches_spelling():
    spend = Spend.of([(1, " Ads", 2), (1, "Ads ", 3), (2, "ads", 4), (2, "", 1)])
    assert spend.by_channel() == {"Ads": 5.0, "": 1.0, "ads": 4.0}
    assert spend.matched(["ADS", "Mail"]).by_channel() == {"ADS": 9.0, "": 1.0}
    assert (spend.total, spend.by_month(), spend.between(2, 3).total) == (10.0, {1: 5.0, 2: 5.0}, 5.0)


def test_typed_spend_leaves_out_unfinished_lines():
    frame = pd.DataFrame(
        {
            "month": [dt.date(2024, 1, 1), None, dt.date(2024, 2, 15)],
            "channel": ["Ads", "Ads", None],
            "amount": [10.0, 5.0, 7.0],
        }
    )
    assert of_frame(frame).by_month() == {24_288: 10.0, 24_289: 7.0}
    assert of_frame(of_frame(frame).frame()) == of_frame(frame)
