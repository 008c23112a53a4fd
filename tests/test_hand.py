"""Small tables drawn by hand, so that a person can check every number with a pencil.

Four customers, margin 50 % of revenue, data up to 1 May 2024 (exclusive):

    Ann   15 Jan 100, 10 Feb 50, 20 Apr 30           first month January
    Bob   31 Jan 200, 29 Feb -200 (refund)           first month January
    Cid   01 Feb  80, 28 Feb 40                      first month February
    Dee   30 Apr 500                                 first month April
"""

import datetime as dt

import numpy as np
import pytest

from ltvlib import abcdx, kpis, ratios
from ltvlib.cohorts import Measure, cohort_table, ltv_at
from ltvlib.settings import (
    AbcdxRules,
    AbcdxSegment,
    Basis,
    Grain,
    Window,
    month_start,
    months_before,
    period_number,
    period_start,
)
from tests.conftest import open_rows

NAN = float("nan")
ROWS = [
    {"customer_id": "Ann", "ordered_at": "2024-01-15 10:00", "revenue": 100.0},
    {"customer_id": "Ann", "ordered_at": "2024-02-10 10:00", "revenue": 50.0},
    {"customer_id": "Ann", "ordered_at": "2024-04-20 10:00", "revenue": 30.0},
    {"customer_id": "Bob", "ordered_at": "2024-01-31 23:59", "revenue": 200.0},
    {"customer_id": "Bob", "ordered_at": "2024-02-29 00:00", "revenue": -200.0, "is_refund": True},
    {"customer_id": "Cid", "ordered_at": "2024-02-01 00:00", "revenue": 80.0},
    {"customer_id": "Cid", "ordered_at": "2024-02-28 12:00", "revenue": 40.0},
    {"customer_id": "Dee", "ordered_at": "2024-04-30 23:59", "revenue": 500.0},
    {"customer_id": "Eve", "ordered_at": "2024-03-05 12:00", "revenue": -70.0, "is_refund": True},
    {"customer_id": "Ann", "ordered_at": "2024-05-01 00:00", "revenue": 999.0},
]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return open_rows(tmp_path_factory.mktemp("hand"), ROWS, dt.date(2024, 5, 1), 0.5)


def test_facts(drawn):
    facts = drawn.facts()
    assert (facts.customers, facts.orders, facts.refunds) == (4, 7, 1)
    assert (facts.orphan_refunds, facts.orphan_revenue) == (1, -70.0), "Eve never ordered: her refund is shown apart"
    assert drawn.ltv_revenue() == "800.0000"


def test_monthly_cohorts(drawn):
    active = cohort_table(drawn, Measure.CUSTOMERS)
    assert active.rows == (dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 4, 1))
    np.testing.assert_array_equal(active.sizes, [2, 1, 1])
    np.testing.assert_array_equal(active.values, [[2, 1, 0, 1], [1, 0, 0, NAN], [1, NAN, NAN, NAN]])


def test_cumulative_profit(drawn):
    ltv = cohort_table(drawn, Measure.CUMULATIVE_LTV)
    # January: (100 + 200) / 2 customers * 50 %; then + (50 - 200), + 0, + 30
    np.testing.assert_allclose(ltv.values, [[75, 37.5, 37.5, 45], [60, 60, 60, NAN], [250, NAN, NAN, NAN]])
    # weighted by size over the cohorts that completed the age
    np.testing.assert_allclose(ltv.average, [(150 + 60 + 250) / 4, (75 + 60) / 3, (75 + 60) / 3, 45])
    np.testing.assert_array_equal(ltv.average_n, [4, 3, 3, 2])


def test_revenue_basis_is_twice_the_half_margin(drawn):
    profit, revenue = (
        cohort_table(drawn, Measure.CUMULATIVE_LTV),
        cohort_table(drawn, Measure.CUMULATIVE_LTV, basis=Basis.REVENUE),
    )
    np.testing.assert_allclose(revenue.values, profit.values * 2)


def test_ltv_at_a_horizon(drawn):
    assert ltv_at(drawn, 2) == (pytest.approx((75 + 60) / 3), 3)
    assert ltv_at(drawn, 1) == (pytest.approx(115), 4)
    value, customers = ltv_at(drawn, 12)
    assert np.isnan(value)
    assert customers == 0


def test_an_incomplete_month_is_missing_not_zero(tmp_path):
    space = open_rows(tmp_path, ROWS, dt.date(2024, 4, 30), 0.5)
    active = cohort_table(space, Measure.CUSTOMERS)
    np.testing.assert_array_equal(active.values, [[2, 1, 0], [1, 0, NAN]])


def test_quarters(drawn):
    active = cohort_table(drawn, Measure.CUSTOMERS, grain=Grain.QUARTER)
    np.testing.assert_array_equal(active.sizes, [3, 1])
    np.testing.assert_array_equal(active.values, [[3], [NAN]])


def test_segments_on_the_border(drawn):
    # average order value: Ann 60, Bob 0 (200 - 200), Cid 60, Dee 500; orders 3, 1, 2, 1
    rules = AbcdxRules(60.0, 2, 12)
    table = abcdx.segment_table(drawn, rules)
    assert [table.count(s) for s in AbcdxSegment] == [2, 1, 0, 1, 0, 0]
    higher = abcdx.segment_table(drawn, AbcdxRules(60.01, 3, 12))
    assert [higher.count(s) for s in AbcdxSegment] == [0, 1, 1, 2, 0, 0]


def test_x_wins_over_orders_and_inactive_is_never_dropped(drawn):
    rules = AbcdxRules(60.0, 2, 1, x_customers=("Bob", "nobody"))
    table = abcdx.segment_table(drawn, rules)
    # in April only Ann (30, one order) and Dee (500, one order) bought; Bob is on the register
    assert [table.count(s) for s in AbcdxSegment] == [0, 1, 0, 1, 1, 1]
    assert table.frame["margin_share"].sum() == pytest.approx(1)


def test_windows_cut_at_the_day_of_as_of(tmp_path):
    space = open_rows(tmp_path, ROWS, dt.date(2024, 4, 20), 0.5)
    assert space.window_end(Window(1, 1)) == dt.date(2024, 3, 20)
    one_month = abcdx.segment_table(space, AbcdxRules(1.0, 1, 1))
    assert one_month.count(AbcdxSegment.INACTIVE) == 3, "nobody bought from 20 March to 19 April"
    three = abcdx.segment_table(space, AbcdxRules(1.0, 1, 3))
    # from 20 January: Ann 10 Feb, Bob 31 Jan less the refund = 0 (below the border), Cid twice
    assert [three.count(s) for s in AbcdxSegment] == [2, 0, 1, 0, 0, 0]


def test_moves_between_two_dates(drawn):
    rules = AbcdxRules(60.0, 2, 2)
    frame = abcdx.moves(drawn, rules, 2).frame
    found = {(r.segment_then, r.segment_now): int(r.customers) for r in frame.itertuples()}
    # January-February: Ann 75 x 2 = A, Bob 0 x 1 = D, Cid 60 x 2 = A, Dee not yet; March-April: Ann 30 x 1 = D, Dee B
    assert found == {("A", "D"): 1, ("D", "inactive"): 1, ("A", "inactive"): 1, ("new", "B"): 1}


def test_overview(drawn):
    view = kpis.overview(drawn)
    assert view.period.months == 1, "two months before March and April would begin on 1 January, the file on the 15th"
    assert (view.period.first_day, view.period.end_day) == (dt.date(2024, 4, 1), dt.date(2024, 5, 1))
    values = {slug: (f.value, f.before) for slug, f in view.figures.items()}
    assert view.has_before
    assert values["revenue"][1] == 0, "nobody bought in March; Eve, who never ordered, is not a customer"
    assert values["customers"][0] == 2
    assert values["revenue"][0] == 530
    assert values["margin"][0] == 265
    assert values["average_order_value"][0] == 265
    assert values["median_days_between_orders"][0] == 70
    assert view.months["revenue"].tolist() == [300, -30, 0, 530]
    assert view.months["repeat_revenue"].tolist() == [0, -110, 0, 30]
    assert view.months["new_customers"].tolist() == [2, 1, 0, 1]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-03-31", 1, "2024-03-01"),
        ("2024-03-29", 1, "2024-02-29"),
        ("2023-03-29", 1, "2023-03-01"),
        ("2024-01-01", 12, "2023-01-01"),
        ("2024-12-31", 1, "2024-12-01"),
    ],
)
def test_months_before(day, months, expected):
    assert months_before(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize("grain", list(Grain))
def test_periods_are_numbered_without_gaps(grain):
    for offset in range(0, 900, 7):
        day = dt.date(2023, 1, 1) + dt.timedelta(days=offset)
        number = period_number(day, grain)
        assert period_start(number, grain) <= day < period_start(number + 1, grain)
    assert month_start(2024 * 12 + 11) == dt.date(2024, 12, 1)


def test_undefined_is_nan_never_zero():
    assert np.isnan(ratios.average_order_value(100, 0))
    assert np.isnan(ratios.retention_rate(0, 0))
    assert np.isnan(ratios.weighted_median([], []))
    assert np.isnan(ratios.change(1, 0))


def test_weighted_median():
    assert ratios.weighted_median([1, 2, 3], [1, 1, 1]) == 2
    assert ratios.weighted_median([1, 2], [1, 1]) == 1.5
    assert ratios.weighted_median([1, 9], [3, 1]) == 1


def test_suggestions_on_a_drawn_base(tmp_path):
    rows = [{"customer_id": f"s{n}", "ordered_at": "2024-03-01", "revenue": 10.0} for n in range(6)]
    rows += [{"customer_id": f"b{n}", "ordered_at": "2024-03-01", "revenue": 1000.0} for n in range(2)]
    space = open_rows(tmp_path, rows, dt.date(2024, 4, 1))
    found = abcdx.suggest(space, Window(12))
    assert found.value == {"median": 10.0, "mean": 260.0, "pareto": 1000.0, "natural": 1000.0}
    assert found.often == {"median": 1, "mean": 1, "pareto": 1}


def test_the_largest_rows_keep_their_order_and_the_average_of_all(drawn):
    table = cohort_table(drawn, Measure.CUSTOMERS)
    cut = table.largest(2)
    assert cut.rows == (dt.date(2024, 1, 1), dt.date(2024, 2, 1))
    np.testing.assert_array_equal(cut.values, table.values[:2])
    np.testing.assert_array_equal(cut.average, table.average)
    assert table.largest(3) is table
