"""Value to come: against a sum by hand, months and discount, losses, intervals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ltvlib.models.clv import HORIZONS, SpendSums, clv, clvs, expected_margins, months_in_units
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import ModelName, fit
from ltvlib.models.forecast import expected_orders
from ltvlib.models.gamma_gamma import SpendFit, fit_spend
from tests.models.world import pareto_world


@pytest.fixture(scope="module")
def base():
    """300 customers drawn one by one, with what they spent; the last 20 brought a loss."""
    cells = pareto_world(300, 12, 1.0, 6.0, 0.8, 12.0)
    rows = np.repeat(np.arange(cells.cells), cells.weights.astype(int))
    counts = cells.pick(rows, np.ones(300))
    draw = np.random.default_rng(12)
    orders = counts.repeat_orders + 1
    totals = draw.gamma(3.0 * orders) / draw.gamma(3.5, 1 / 40.0, 300)
    totals[-20:] *= -0.2
    return counts, orders, totals


def sums_of(orders: np.ndarray, totals: np.ndarray) -> SpendSums:
    return SpendSums(orders, (totals > 0) * 1.0, np.maximum(totals, 0), np.minimum(totals, 0))


@pytest.fixture(scope="module")
def fits(base):
    counts, orders, totals = base
    return fit(ModelName.PARETO_NBD, counts), fit_spend(orders, totals)


def test_months_become_units_in_one_place():
    assert months_in_units(12, 7.0) == pytest.approx(365.25 / 7)
    assert months_in_units(1, 1.0) == pytest.approx(30.4375)
    assert months_in_units(24, 365.25) == pytest.approx(2.0)


def test_customer_by_customer(base, fits):
    """Every customer by hand: expected orders x drawn-in average, own average where it is a loss."""
    counts, orders, totals = base
    found = clv(*fits, counts, sums_of(orders, totals), 12)
    p, q, gamma = fits[1].theta
    ahead = expected_orders(fits[0], counts, 365.25 / 7)
    by_hand = [
        to_come * (p * (gamma + total) / (p * n + q - 1) if total > 0 else total / n)
        for to_come, n, total in zip(ahead, orders, totals, strict=True)
    ]
    np.testing.assert_allclose(found.margin, by_hand, rtol=1e-9)
    assert found.total.value == pytest.approx(sum(by_hand))
    assert found.per_customer == pytest.approx(sum(by_hand) / 300)
    np.testing.assert_allclose(expected_margins(*fits, counts, sums_of(orders, totals), 12), by_hand, rtol=1e-9)
    assert (found.margin[-20:] < 0).all()


def test_cells_are_their_customers(base, fits):
    """Alike customers in one cell, only sums of money kept: the same total."""
    counts, orders, totals = base
    three = np.repeat(np.arange(300), 3)
    spread = totals[three] * np.tile([0.5, 1.0, 1.5], 300)
    single = counts.pick(three, np.ones(900))
    one = clv(*fits, single, sums_of(orders[three], spread), 6)
    cell = Counts(counts.repeat_orders, counts.last_order_age, counts.customer_age, np.full(300, 3.0))
    gained, lost = (side(spread, 0).reshape(300, 3).sum(axis=1) for side in (np.maximum, np.minimum))
    grouped = clv(*fits, cell, SpendSums(orders, (totals > 0) * 3.0, gained, lost), 6)
    assert grouped.total.value == pytest.approx(one.total.value, rel=1e-9)


def test_horizons_grow_and_discount_lowers(base, fits):
    counts, orders, totals = base
    gain = np.maximum(totals, 1.0)
    values = [clv(*fits, counts, sums_of(orders, gain), months).total for months in HORIZONS]
    assert (np.diff([value.value for value in values]) > 0).all()
    assert all(value.low < value.value < value.high for value in values)
    plain, dear = (clv(*fits, counts, sums_of(orders, gain), 12, rate) for rate in (0.0, 0.2))
    month = months_in_units(1, 7.0)
    running = np.array([expected_orders(fits[0], counts, k * month) for k in range(13)])
    factors = 1.2 ** (-np.arange(12) / 12)
    by_hand = ((np.diff(running, axis=0) * factors[:, None]).sum(axis=0) * plain.margin / plain.orders).sum()
    assert dear.total.value == pytest.approx(by_hand, rel=1e-9)
    np.testing.assert_allclose(dear.orders, plain.orders)
    assert dear.total.value < plain.total.value


def test_the_unit_of_time_and_money_change_nothing(base):
    counts, orders, totals = base
    weeks = clv(fit(ModelName.MBG_NBD, counts), fit_spend(orders, totals), counts, sums_of(orders, totals), 12, 0.1)
    days = counts.in_unit(1.0)
    cents = clv(
        fit(ModelName.MBG_NBD, days), fit_spend(orders, totals * 100), days, sums_of(orders, totals * 100), 12, 0.1
    )
    assert cents.total.value == pytest.approx(100 * weeks.total.value, rel=1e-6)
    assert cents.total.high == pytest.approx(100 * weeks.total.high, rel=0.02)


def test_without_a_model_of_money_the_average_stands(base, fits):
    counts, orders, totals = base
    few = fit_spend(np.ones(3), np.array([10.0, 20.0, 30.0]))
    found = clv(fits[0], few, counts, sums_of(orders, totals), 12)
    assert found.total.value == pytest.approx(counts.total(found.orders) * 20.0)
    assert found.total.low < found.total.value < found.total.high


def test_without_a_model_of_orders_there_is_no_number(base):
    counts, orders, totals = base
    silent = Counts.of_customers(np.zeros(300), np.zeros(300), counts.customer_age)
    nothing = clv(
        fit(ModelName.BG_NBD, silent), fit_spend(orders, totals), silent, sums_of(*np.ones((2, silent.cells))), 12
    )
    assert np.isnan([nothing.total.value, nothing.total.low, nothing.per_customer]).all()


def test_repeat_orders_only_values_newcomers_at_the_mean(base, fits):
    """With money of repeat orders only, a customer without one is worth the mean of all an order."""
    counts = base[0].pick(np.flatnonzero(base[0].repeat_orders == 0)[:5])
    zero = np.zeros(5)
    spend = SpendFit({"p": 2.0, "q": 3.0, "gamma": 20.0}, {}, 0.0, np.zeros((3, 3)), 50.0, 0.0, 9.0, True)
    found = clv(fits[0], spend, counts, SpendSums(zero, zero, zero, zero), 12)
    np.testing.assert_allclose(found.margin, found.orders * 20.0)


def test_totals_hold_in_drawn_worlds():
    """What 300 customers of a drawn world brought afterwards lies in the 95 % intervals of both horizons, counted.

    Three or four of 60 outside are chance; 12 would be a wrong width (chance of that with 95 %: 1 in 5,000).
    """
    inside = 0
    for seed in range(30):
        draw = np.random.default_rng(seed)
        ages = draw.uniform(10, 78, 300)
        stay, rate = draw.exponential(size=300) / draw.gamma(0.8, 1 / 20, 300), draw.gamma(0.9, 1 / 6, 300)
        level, ends = draw.gamma(4.0, 1 / 60, 300), np.minimum(stay, ages)
        x = draw.poisson(rate * ends)
        last = np.array([draw.uniform(0, end, k).max() if k else 0.0 for end, k in zip(ends, x, strict=True)])
        counts, totals = Counts(x, last, ages, np.ones(300)), draw.gamma(3.0 * (x + 1)) / level
        found = clvs(
            fit(ModelName.PARETO_NBD, counts), fit_spend(x + 1, totals), counts, sums_of(x + 1.0, totals), (3, 12)
        )
        parts = [np.clip(stay - ages, 0, 0)]
        for months in (3, 12):
            parts.append(np.clip(stay - ages, 0, months_in_units(months, 7.0)))
        bought = np.cumsum([draw.poisson(rate * (b - a)) for a, b in itertools.pairwise(parts)], axis=0)
        for row, months in enumerate((3, 12)):
            happened = draw.gamma(np.maximum(3.0 * bought[row], 1e-12)) / level
            inside += found[months].total.low <= happened.sum() <= found[months].total.high
    assert inside >= 49
