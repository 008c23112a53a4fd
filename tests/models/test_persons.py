"""Intervals of one customer: against the exact distribution by quadrature, and counted in drawn worlds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betainc, betaln
from scipy.stats import nbinom

from ltvlib.models.clv import SpendSums, months_in_units
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import MODELS, Fit, ModelName, fit
from ltvlib.models.forecast import even_parameters
from ltvlib.models.futures import drawn_orders
from ltvlib.models.gamma_gamma import SpendFit
from ltvlib.models.persons import person_intervals

MOST = 400
CELLS = Counts([0, 2, 7, 25, 3], [0.0, 20.0, 60.0, 75.0, 10.0], [30.0, 26.0, 70.0, 77.0, 78.0], np.ones(5))
THETAS = {
    ModelName.PARETO_NBD: (0.8, 7.0, 0.6, 12.0),
    ModelName.BG_NBD: (0.8, 7.0, 0.8, 2.5),
    ModelName.MBG_NBD: (0.8, 7.0, 0.8, 2.5),
}
SPEND = SpendFit({"p": 3.0, "q": 4.0, "gamma": 50.0}, {}, 0.0, np.zeros((3, 3)), 500.0, 0.0, 40.0, True)


def sure(name: ModelName) -> Fit:
    """A fit that leaves no doubt about its parameters."""
    named = dict(zip(MODELS[name].parameters, THETAS[name], strict=True))
    return Fit(name, named, {}, 0.0, np.zeros((4, 4)), 500.0, 7.0, True, True)


def exact(name: ModelName, cell: int, horizon: float) -> np.ndarray:
    """Chances of 0, 1, 2 ... orders within the horizon, by another way: mixtures of negative binomials.

    Pareto/NBD: given a stay of t the orders are negative binomial; t by quadrature in its own quantiles. BG/NBD: the
    smaller of a negative binomial and the number of the order after which the customer leaves.
    """
    r, alpha, c, d = THETAS[name]
    x, age = CELLS.repeat_orders[cell], CELLS.customer_age[cell]
    alive = MODELS[name].probability_alive(np.array(THETAS[name]), CELLS)[cell]
    n = np.arange(MOST)
    if name is ModelName.PARETO_NBD:
        gone = 1 - ((d + age) / (d + age + horizon)) ** c
        nodes, weights = np.polynomial.legendre.leggauss(200)
        quantile = (nodes + 1) / 2 * gone
        stay = (d + age) * ((1 - quantile) ** (-1 / c) - 1)
        chances = nbinom.pmf(n[:, None], r + x, (alpha + age) / (alpha + age + stay))
        pmf = (chances * weights / 2 * gone).sum(axis=1)
        pmf += (1 - gone) * nbinom.pmf(n, r + x, (alpha + age) / (alpha + age + horizon))
    else:
        b = d + x + (name is ModelName.MBG_NBD)
        more = nbinom.sf(n, r + x, (alpha + age) / (alpha + age + horizon))  # more than n orders without leaving
        stays = np.exp(betaln(c, b + n) - betaln(c, b))  # still here after n orders
        above = more * stays
        pmf = -np.diff(above, prepend=1.0)
    pmf *= alive
    pmf[0] += 1 - alive
    return pmf


def money(cell: int, total: float, pmf: np.ndarray, at: float) -> float:
    """Chance of no more than ``at``: given n orders the sum is (gamma + total) x beta-prime(p n, p orders + q)."""
    p, q, gamma = SPEND.theta
    n, orders = np.arange(1, MOST), CELLS.repeat_orders[cell] + 1
    share = at / (at + gamma + total)
    return float(pmf[0] + (pmf[1:] * betainc(p * n, p * orders + q, share)).sum())


@pytest.mark.parametrize("months", [3, 12])
@pytest.mark.parametrize("name", list(ModelName))
def test_against_the_exact_distribution(name: ModelName, months: int):
    """Below the lower and above the upper bound lie 2.5 % each, as far as 2,000 draws and whole numbers can tell."""
    totals = np.array([30.0, 100.0, 500.0, 900.0, 200.0])
    sums = SpendSums(CELLS.repeat_orders + 1, np.ones(5), totals, np.zeros(5))
    found = person_intervals(sure(name), SPEND, CELLS, sums, [months])
    for cell in range(5):
        pmf = exact(name, cell, months_in_units(months, 7.0))
        assert pmf.sum() == pytest.approx(1.0, abs=1e-6)
        cdf = np.cumsum(pmf)
        low, high = int(found.orders_low[0, cell]), int(found.orders_high[0, cell])
        assert cdf[high] >= 0.975 - 0.012
        assert high == 0 or cdf[high - 1] <= 0.975 + 0.012
        assert low == 0 or cdf[low - 1] <= 0.025 + 0.012
        assert cdf[low] >= 0.025 - 0.012
        assert (
            money(cell, totals[cell], pmf, found.margin_high[0, cell]) == pytest.approx(0.975, abs=0.012) or high == 0
        )
        if found.margin_low[0, cell] > 0:
            assert money(cell, totals[cell], pmf, found.margin_low[0, cell]) == pytest.approx(0.025, abs=0.012)


@pytest.mark.parametrize("name", list(ModelName))
def test_one_path_serves_all_horizons(name: ModelName):
    """Drawn orders up to several horizons: never fewer at a longer one, each distributed as the model's own draws."""
    many = CELLS.pick(np.repeat(np.arange(5), 4000))
    theta, model = np.array(THETAS[name]), MODELS[name]
    alive = model.probability_alive(theta, many)
    drawn = drawn_orders(model, theta, many, alive, np.array([13.0, 52.0]), np.random.default_rng(3))
    assert (drawn[1] >= drawn[0]).all()
    for row, horizon in enumerate((13.0, 52.0)):
        once = model.simulate(theta, many, horizon, np.random.default_rng(4))
        for cell in range(5):
            a, b = (values.reshape(5, -1)[cell] for values in (drawn[row], once))
            assert a.mean() == pytest.approx(b.mean(), abs=5 * b.std() / np.sqrt(2000) + 1e-9)
            assert (a == 0).mean() == pytest.approx((b == 0).mean(), abs=0.04)


def test_even_draws_have_the_moments_of_plain_ones():
    """Logarithms of the parameters: mean 0 and the covariance given, closer than as many plain draws would come."""
    covariance = np.array([[0.04, 0.01], [0.01, 0.09]])
    drawn = np.log(even_parameters(np.array([2.0, 5.0]), covariance, 200, 1) / [2.0, 5.0])
    np.testing.assert_allclose(drawn.mean(axis=0), 0.0, atol=0.004)
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.01)


def test_coverage_in_drawn_worlds():
    """Customers of a Pareto/NBD world after a fit on what was seen: 95 % intervals hold for 95 % or a little more.

    Whole numbers make them hold more often, parameters from 400 customers less; counted over six worlds.
    """
    inside = people = above = 0
    for seed in range(6):
        draw = np.random.default_rng(seed)
        ages = draw.uniform(20, 78, 400)
        stay, rate = draw.exponential(size=400) / draw.gamma(0.7, 1 / 15, 400), draw.gamma(0.9, 1 / 6, 400)
        level = draw.gamma(4.0, 1 / 60, 400)
        seen, then = _path(draw, rate, stay, ages), None
        x = np.array([len(times) for times in seen])
        last = np.array([times[-1] if len(times) else 0.0 for times in seen])
        counts = Counts(x, last, ages, np.ones(400))
        spent = draw.gamma(3.0 * (x + 1)) / level
        left = np.clip(stay - ages, 0, 26.089)
        then = draw.poisson(rate * left)
        earned = np.where(then > 0, draw.gamma(np.maximum(3.0 * then, 1e-9)) / level, 0.0)
        spend = SpendFit({"p": 3.0, "q": 4.0, "gamma": 60.0}, {}, 0.0, np.zeros((3, 3)), 400.0, 0.0, 60.0, True)
        found = person_intervals(
            fit(ModelName.PARETO_NBD, counts),
            spend,
            counts,
            SpendSums(x + 1.0, np.ones(400), spent, np.zeros(400)),
            [6],
        )
        inside += ((then >= found.orders_low[0]) & (then <= found.orders_high[0])).sum()
        above += ((earned >= found.margin_low[0]) & (earned <= found.margin_high[0])).sum()
        people += 400
    assert 0.945 <= inside / people <= 0.985
    assert 0.935 <= above / people <= 0.985


def _path(draw: np.random.Generator, rate: np.ndarray, stay: np.ndarray, ages: np.ndarray) -> list[np.ndarray]:
    ends = np.minimum(stay, ages)
    return [np.sort(draw.uniform(0, end, k)) for end, k in zip(ends, draw.poisson(rate * ends), strict=True)]


def test_a_loss_goes_on_and_a_failed_fit_says_nothing():
    one = CELLS.pick(np.array([3]))
    loss = SpendSums(one.repeat_orders + 1, np.zeros(1), np.zeros(1), np.array([-260.0]))
    found = person_intervals(sure(ModelName.MBG_NBD), SPEND, one, loss, [6, 12])
    assert (found.margin_low <= found.margin_high).all()
    assert found.margin_low[1, 0] == pytest.approx(-10.0 * found.orders_high[1, 0], abs=10.0)
    silent = fit(ModelName.BG_NBD, Counts([0.0], [0.0], [5.0], [4.0]))
    assert np.isnan(person_intervals(silent, SPEND, one, loss, [6]).orders_high).all()
