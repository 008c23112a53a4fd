"""Fits: the published estimates on CDNOW, units, recovery of known parameters, and honest words where data say little."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from ltvlib.models import fitting
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import MODELS, ModelName, fit
from ltvlib.models.forecast import (
    expected_orders,
    expected_since_first,
    orders_interval,
    probability_alive,
    total_orders,
)
from ltvlib.models.likelihood import descended
from tests.conftest import golden, shared
from tests.models.world import bg_world, pareto_world

NAN = float("nan")


def cdnow() -> tuple[Counts, np.ndarray]:
    """CDNOW as of 30 September 1997 in weeks, and what every customer bought in the next 39."""
    rows = np.genfromtxt(shared("golden", "cdnow_2357_r_btyd_per_customer.csv"), delimiter=",", skip_header=1)
    return Counts(*rows[:, 1:4].T, np.ones(len(rows))), rows[:, 4]


def compressed(counts: Counts) -> Counts:
    return Counts.of_customers(counts.repeat_orders, counts.last_order_age, counts.customer_age, counts.weights)


PUBLISHED = {  # estimates, standard errors, log-likelihood: CLVTools and R BTYD; MBG/NBD: BTYDplus and lifetimes
    ModelName.PARETO_NBD: ((0.55327, 10.5778, 0.60602, 11.6639), (0.0476, 0.8427, 0.1873, 6.2105), -9594.976),
    ModelName.BG_NBD: ((0.2425945, 4.4136019, 0.7929199, 2.4258881), (0.01256, 0.37822, 0.18573, 0.70541), -9582.429),
    ModelName.MBG_NBD: ((0.524838, 6.182992, 0.891356, 1.613999), (0.083264, 0.695598, 0.154785, 0.537472), -9582.136),
}


@pytest.mark.parametrize("name", list(ModelName))
def test_the_published_fit_of_cdnow(name):
    estimates, errors, log_likelihood = PUBLISHED[name]
    found = fit(name, compressed(cdnow()[0]))
    assert found.is_converged
    assert found.problem is None
    assert found.customers == 2357
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=0.002)
    assert list(found.parameters.values()) == pytest.approx(estimates, rel=1e-3)
    assert list(found.standard_errors.values()) == pytest.approx(errors, rel=2e-3)


def test_the_holdout_of_cdnow():
    counts, actual = cdnow()
    assert actual.sum() == 1882
    for name, wanted, mae in ((ModelName.PARETO_NBD, 1665.4, 0.7545), (ModelName.BG_NBD, 1653.4, 0.7856)):
        expected = expected_orders(fit(name, counts), counts, 39.0)
        assert expected.sum() == pytest.approx(wanted, abs=0.3)
        assert np.abs(expected - actual).mean() == pytest.approx(mae, abs=2e-4)


def test_the_tracking_curve_of_cdnow():
    """Expected repeat orders of the whole base by week, 1 to 78, against R BTYD."""
    counts, _ = cdnow()
    case = golden("pnbd_cdnow")["cumulative_tracking_78_weeks"]
    found = fit(ModelName.PARETO_NBD, counts)
    ages = np.arange(1, 79)[:, None] - (counts.customer_age.max() - counts.customer_age)[None, :]
    curve = expected_since_first(found, ages.ravel()).reshape(ages.shape).sum(axis=1)
    np.testing.assert_allclose(curve[9:], case["expected"][9:], rtol=0.012)  # the reference counts whole weeks
    assert curve[77] / case["actual"][77] == pytest.approx(0.985, abs=0.006)


@pytest.mark.parametrize("name", list(ModelName))
@pytest.mark.parametrize("days", [1.0, 1 / 24, 365.25])
def test_the_unit_of_time_changes_nothing(name, days):
    weeks = pareto_world(800, 3, 0.8, 8.0, 0.7, 12.0)
    other, first = fit(name, weeks.in_unit(days)), fit(name, weeks)
    factor, is_time = 7.0 / days, MODELS[name].is_time
    np.testing.assert_allclose(other.theta, first.theta * np.where(is_time, factor, 1.0), rtol=1e-6)
    np.testing.assert_allclose(probability_alive(other, weeks), probability_alive(first, weeks), rtol=1e-6)
    ahead = expected_orders(other, weeks, 26.0 * factor)
    np.testing.assert_allclose(ahead, expected_orders(first, weeks, 26.0), rtol=1e-6)
    shift = weeks.total_repeat_orders * np.log(factor)
    assert other.log_likelihood + shift == pytest.approx(first.log_likelihood, rel=1e-9)


@pytest.mark.parametrize("name", list(ModelName))
def test_a_cell_is_its_customers(name):
    """Weights are the same as repeated rows."""
    cells = pareto_world(150, 8, 1.0, 5.0, 0.8, 9.0)
    thrice = Counts(cells.repeat_orders, cells.last_order_age, cells.customer_age, cells.weights * 3)
    rows = Counts(
        *(np.tile(v, 3) for v in (cells.repeat_orders, cells.last_order_age, cells.customer_age, cells.weights))
    )
    weighted, repeated = fit(name, thrice), fit(name, rows)
    np.testing.assert_allclose(weighted.theta, repeated.theta, rtol=1e-6)
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, rel=1e-10)
    assert weighted.customers == repeated.customers == 450


TRUTHS = [
    (ModelName.PARETO_NBD, (0.8, 6.0, 0.7, 8.0)),
    (ModelName.PARETO_NBD, (2.5, 10.0, 1.5, 30.0)),
    (ModelName.BG_NBD, (0.8, 6.0, 0.9, 2.5)),
    (ModelName.MBG_NBD, (0.9, 4.0, 0.8, 3.0)),
]


@pytest.mark.parametrize(("name", "truth"), TRUTHS)
def test_known_parameters_come_back(name, truth):
    """6,000 drawn customers: every parameter within 3.5 standard errors, which are not idle (below half the parameter)."""
    if name is ModelName.PARETO_NBD:
        counts = pareto_world(6000, 41, *truth)
    else:
        counts = bg_world(6000, 41, truth, name is ModelName.MBG_NBD)
    found = fit(name, counts)
    errors = np.array(list(found.standard_errors.values()))
    assert (errors < 0.5 * np.array(truth)).all()
    assert (np.abs(found.theta - truth) < 3.5 * errors).all()


def test_where_nobody_leaves():
    """Everybody bought in the last week of a year: the model says that nobody is seen to leave, and forecasts the rate."""
    draw = np.random.default_rng(2)
    orders = 1 + draw.poisson(draw.gamma(3.0, 4.0, 400))
    counts = Counts.of_customers(orders, np.full(400, 51.9), np.full(400, 52.0))
    found = fit(ModelName.PARETO_NBD, counts)
    assert found.is_converged
    assert not found.is_leaving_identified
    assert found.problem.template == fitting.NOBODY_LEAVES
    assert counts.total(expected_orders(found, counts, 52.0)) == pytest.approx(orders.sum(), rel=0.01)


def test_where_all_leave_alike():
    """A chance to leave that is the same for all: a and b run off together, and their ratio is still right."""
    found = fit(ModelName.BG_NBD, bg_world(3000, 9, (3.0, 4.0, 4e5, 12e5)))
    assert found.is_converged
    assert not found.is_leaving_identified
    assert found.problem.template == fitting.ALIKE
    a, b = found.parameters["a"], found.parameters["b"]
    assert a / (a + b) == pytest.approx(0.25, abs=0.02)


def test_where_there_is_nothing_to_learn():
    one_time = Counts.of_customers([0, 0], [0, 0], [3, 9])
    found = fit(ModelName.PARETO_NBD, one_time)
    assert not found.is_converged
    assert found.problem.template == fitting.NOBODY_REPEATS
    assert np.isnan(found.theta).all()
    assert np.isnan(expected_orders(found, one_time, 10.0)).all()
    assert np.isnan(probability_alive(found, one_time)).all()
    assert np.isnan(total_orders(found, one_time, 10.0).value)
    empty = Counts(*(np.zeros(0),) * 4)
    assert fit(ModelName.BG_NBD, empty).problem.template == fitting.NOBODY_REPEATS


@pytest.mark.parametrize("seed", range(12))
def test_small_samples_are_as_good_as_any_start(seed):
    """60 customers: no errors, and no start finds a likelihood more than .01 higher."""
    counts = pareto_world(60, 100 + seed, 0.6, 8.0, 0.6, 10.0)
    for name in ModelName:
        found = fit(name, counts)
        assert found.is_converged
        assert found.problem is None or str(found.problem)
        scale = counts.mean(counts.customer_age)
        objective = fitting._objective(MODELS[name], counts.stretched(1 / scale))
        starts = np.random.default_rng(seed).normal(0, 1.5, (6, 4))
        best = min(descended(objective, start)[1] for start in starts)
        value = objective(np.log(found.theta / np.where(MODELS[name].is_time, scale, 1.0)))[0]
        assert (value - best) * 60 < 0.01, name


def test_intervals_hold_what_happens():
    """95 % intervals of a base's total, 20 drawn worlds: about 19 should hold the orders that come."""
    held = []
    for seed in range(20):
        first, after = split_world(400, seed)
        found = fit(ModelName.PARETO_NBD, first)
        interval = total_orders(found, first, 26.0, draws=100)
        assert interval.low < interval.value < interval.high
        held.append(interval.low <= after <= interval.high)
    assert sum(held) >= 16


def split_world(n: int, seed: int) -> tuple[Counts, float]:
    """A Pareto/NBD world as known at week 52, and its orders in weeks 52 to 78."""
    draw = np.random.default_rng(1000 + seed)
    start = draw.uniform(0, 40, n)
    life = draw.exponential(size=n) / draw.gamma(1.0, 1 / 20.0, n)
    rate = draw.gamma(1.0, 1 / 6.0, n)
    until = np.minimum(start + life, 78.0)
    times = [np.sort(draw.uniform(a, b, draw.poisson(k * (b - a)))) for a, b, k in zip(start, until, rate, strict=True)]
    known = [t[t < 52.0] for t in times]
    last = [t[-1] - a if len(t) else 0.0 for t, a in zip(known, start, strict=True)]
    return Counts.of_customers([len(t) for t in known], last, 52.0 - start), float(
        sum((t >= 52.0).sum() for t in times)
    )


def test_intervals_by_cell_are_around_the_estimate():
    counts = pareto_world(500, 4, 1.0, 6.0, 0.8, 12.0)
    found = fit(ModelName.BG_NBD, counts)
    few = counts.pick(np.arange(20))
    low, high = orders_interval(found, few, 26.0, draws=100)
    middle = expected_orders(found, few, 26.0)
    assert (low < middle).all()
    assert (middle < high).all()
    four = Counts(counts.repeat_orders, counts.last_order_age, counts.customer_age, counts.weights * 16)
    low16, high16 = orders_interval(fit(ModelName.BG_NBD, four), few, 26.0, draws=100)
    np.testing.assert_allclose((high16 - low16) / (high - low), 0.25, atol=0.12)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (([1], [1.0, 2.0], [3.0], [1]), "equally long"),
        (([1.5], [1.0], [3.0], [1]), "whole"),
        (([1], [4.0], [3.0], [1]), "exceed"),
        (([1], [0.0], [3.0], [1]), "one order only"),
        (([0], [1.0], [3.0], [1]), "one order only"),
        (([1], [1.0], [NAN], [1]), "finite"),
        (([1], [1.0], [3.0], [0]), "weights"),
    ],
)
def test_wrong_counts_are_refused(rows, words):
    with pytest.raises(ValueError, match=words):
        Counts(*map(np.array, rows))


def test_a_negative_horizon_is_refused():
    counts = pareto_world(100, 1, 1.0, 6.0, 0.8, 12.0)
    with pytest.raises(ValueError, match="horizon"):
        expected_orders(fit(ModelName.BG_NBD, counts), counts, -1.0)


def test_a_flat_curved_ridge_is_walked_to_its_end():
    """50 customers whose data hardly tell leaving from staying: the fit ends at the border, steady, and says so."""
    counts = pareto_world(50, 32, 0.55, 10.6, 0.6, 11.7, 52.0)
    found = fit(ModelName.MBG_NBD, counts)
    assert found.is_converged
    assert not found.is_leaving_identified
    assert found.problem.template in {fitting.NOBODY_LEAVES, fitting.ALIKE, fitting.UNSURE}
    assert np.isfinite(expected_orders(found, counts, 52.0)).all()


def test_few_customers_leave_the_speed_of_leaving_open():
    """A tenth of the customers of CDNOW's world: inside the borders, but s known to a factor of 7 at best, and said so."""
    unsure = [fit(ModelName.PARETO_NBD, pareto_world(100, seed, 0.55, 10.6, 0.6, 11.7, 52.0)) for seed in range(8)]
    said = [found.problem.template for found in unsure if found.problem]
    assert fitting.UNSURE in said
    sure = fit(ModelName.PARETO_NBD, pareto_world(3000, 1, 0.55, 10.6, 0.6, 11.7, 78.0))
    assert sure.problem is None
    assert sure.is_leaving_identified


def test_coarse_cells_are_the_same_customers():
    """Fewer cells, nobody lost, times nearly as before, and the laws of counts hold (Counts checks them)."""
    counts = pareto_world(4000, 6, 1.0, 6.0, 0.8, 12.0)
    coarse = counts.coarse(16)
    assert coarse.cells < counts.cells / 3
    assert coarse.customers == counts.customers
    assert coarse.total_repeat_orders == counts.total_repeat_orders
    assert coarse.mean(coarse.customer_age) == pytest.approx(counts.mean(counts.customer_age), rel=0.01)
    assert coarse.mean(coarse.last_order_age) == pytest.approx(counts.mean(counts.last_order_age), rel=0.02)


@pytest.mark.parametrize("name", list(ModelName))
def test_many_cells_have_the_peak_of_all_cells(name):
    """A fit that came over coarse levels ends where one on all cells from the truth ends."""
    counts = pareto_world(6000, 6, 1.0, 6.0, 0.8, 12.0)
    assert counts.cells > fitting._FEW_CELLS
    scale = counts.mean(counts.customer_age)
    objective, found = fitting._objective(MODELS[name], counts.stretched(1 / scale)), fit(name, counts)
    direct = minimize(objective, np.zeros(4), jac=True, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9})
    value = objective(np.log(found.theta / np.where(MODELS[name].is_time, scale, 1.0)))[0]
    assert value == pytest.approx(direct.fun, abs=1e-10)
