"""The models of buying against their definition on a small table, published values, finite differences, and limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ltvlib.models.counts import Counts
from ltvlib.models.fitting import MODELS, ModelName
from tests.conftest import golden, shared
from tests.models import definition

SECOND = {
    ModelName.PARETO_NBD: definition.pareto_nbd,
    ModelName.BG_NBD: definition.bg_nbd,
    ModelName.MBG_NBD: lambda *args: definition.bg_nbd(*args, leaves_at_once=True),
}
TABLE = np.array(
    [  # repeat orders, last order age, customer age
        (0, 0.0, 0.0),
        (0, 0.0, 38.86),
        (1, 1.71, 38.86),
        (2, 30.43, 38.86),
        (7, 29.43, 38.86),
        (25, 27.29, 36.86),
        (60, 3.0, 30.0),
        (3, 12.0, 12.0),
    ]
)
PARAMETERS = {
    ModelName.PARETO_NBD: [(0.553, 10.578, 0.606, 11.669), (2.0, 1.5, 0.2, 30.0), (0.8, 40.0, 6.0, 2.0)],
    ModelName.BG_NBD: [(0.243, 4.414, 0.793, 2.426), (2.0, 1.5, 3.0, 1.0), (0.8, 40.0, 1.0, 8.0)],
    ModelName.MBG_NBD: [(0.525, 6.183, 0.891, 1.614), (2.0, 1.5, 3.0, 1.0), (0.8, 40.0, 1.0, 8.0)],
}
EVERY = [(name, np.array(theta)) for name, sets in PARAMETERS.items() for theta in sets]


def counts_of(rows: np.ndarray) -> Counts:
    return Counts(*np.atleast_2d(rows).T, np.ones(len(np.atleast_2d(rows))))


@pytest.mark.parametrize(("name", "theta"), EVERY)
def test_against_the_definition(name, theta):
    counts, model = counts_of(TABLE), MODELS[name]
    values, alive = model.likelihood(theta, counts).by_cell(counts)[0], model.probability_alive(theta, counts)
    to_come = alive * model.orders_if_alive(theta, counts, 20.0)
    for cell, (x, last, age) in enumerate(TABLE):
        wanted = SECOND[name](theta, x, last, age, 20.0)
        assert values[cell] == pytest.approx(wanted[0], abs=2e-7), (x, last, age)
        assert alive[cell] == pytest.approx(wanted[1], rel=2e-7, abs=1e-12), (x, last, age)
        assert to_come[cell] == pytest.approx(wanted[2], rel=2e-7, abs=1e-12), (x, last, age)


R_BTYD = [("pnbd_cdnow", ModelName.PARETO_NBD, (6, 7)), ("bgnbd_cdnow", ModelName.BG_NBD, (8, 9))]


@pytest.mark.parametrize(("topic", "name", "columns"), R_BTYD)
def test_every_cdnow_customer(topic, name, columns):
    """2,357 customers against R BTYD: chance to be alive, and orders in 39 weeks."""
    rows = np.genfromtxt(shared("golden", "cdnow_2357_r_btyd_per_customer.csv"), delimiter=",", skip_header=1)
    theta, counts, model = np.array(golden(topic)["holdout"]["inputs"]["params"]), counts_of(rows[:, 1:4]), MODELS[name]
    alive = model.probability_alive(theta, counts)
    np.testing.assert_allclose(alive, rows[:, columns[0]], rtol=1e-9)
    np.testing.assert_allclose(alive * model.orders_if_alive(theta, counts, 39.0), rows[:, columns[1]], rtol=1e-9)


FREQUENT = [
    ("pnbd_cdnow", ModelName.PARETO_NBD, "cet_vec"),
    ("bgnbd_cdnow", ModelName.BG_NBD, "conditional_expected_vec"),
]
NEWCOMERS = [
    ("pnbd_cdnow", ModelName.PARETO_NBD, "expected_purchases_new_customer"),
    ("bgnbd_cdnow", ModelName.BG_NBD, "expected_purchases_new_customer_tight"),
]


@pytest.mark.parametrize(("topic", "name", "case"), FREQUENT)
def test_published_forecasts_of_frequent_buyers(topic, name, case):
    found, model = golden(topic)[case], MODELS[name]
    inputs = found["inputs"]
    counts = counts_of(
        np.array([[x, inputs["t.x"], inputs["T" if "T" in inputs else "T.cal"]] for x in inputs["x"]], dtype=float)
    )
    theta = np.array(inputs["params"])
    to_come = model.probability_alive(theta, counts) * model.orders_if_alive(theta, counts, inputs["T.star"])
    np.testing.assert_allclose(to_come, found["expected"], rtol=1e-8)


@pytest.mark.parametrize(("topic", "name", "case"), NEWCOMERS)
def test_published_forecasts_of_newcomers(topic, name, case):
    found, model, newcomer = golden(topic)[case], MODELS[name], counts_of(np.zeros(3))
    theta = np.array(found["inputs"]["params"])
    alive = model.probability_alive(theta, newcomer)
    to_come = [(alive * model.orders_if_alive(theta, newcomer, t))[0] for t in found["inputs"]["t"]]
    np.testing.assert_allclose(to_come, found["expected"], rtol=1e-8)


def test_cases_that_broke_others():
    cases, model = golden("pnbd_cdnow"), MODELS[ModelName.PARETO_NBD]
    case = cases["numeric_stability_cet"]
    theta = np.array(list(case["inputs"]["params"].values()))
    counts = counts_of(np.array([[x, 200.0, 200.0] for x in case["inputs"]["x"]]))
    found = model.probability_alive(theta, counts) * model.orders_if_alive(theta, counts, case["inputs"]["t"])
    np.testing.assert_allclose(found, case["expected"], atol=1e-6)
    case = cases["numeric_stability_LL"]["inputs"]
    counts = counts_of(np.column_stack([case["x"], case["t_x"], case["T"]]))
    assert np.isfinite(model.likelihood(np.array(case["params"]), counts).by_cell(counts)[0]).all()


logs = some.tuples(*(some.floats(-3, 3),) * 4)
customers = some.tuples(some.integers(0, 400), some.floats(0.01, 1), some.floats(0.1, 200)).map(
    lambda c: (c[0], c[1] * c[2] if c[0] else 0.0, c[2])
)


@settings(deadline=None, max_examples=60)
@given(some.sampled_from(list(ModelName)), logs, some.lists(customers, min_size=1, max_size=5))
def test_slopes_against_differences(name, point, rows):
    model, counts, point = MODELS[name], counts_of(np.array(rows)), np.array(point)
    slopes = model.likelihood(np.exp(point), counts).by_cell(counts)[1] * np.exp(point)[:, None]
    for place in range(4):
        step = np.eye(4)[place] * 1e-4
        up, down = (model.likelihood(np.exp(point + side * step), counts).by_cell(counts)[0] for side in (1, -1))
        np.testing.assert_allclose(slopes[place], (up - down) / 2e-4, rtol=1e-4, atol=1e-4)


@settings(deadline=None, max_examples=40)
@given(some.sampled_from(list(ModelName)), logs, some.lists(customers, min_size=1, max_size=8))
def test_the_total_is_the_sum_of_the_cells(name, point, rows):
    counts = counts_of(np.array(rows * 2))  # equal customers share their unique values
    weights = np.arange(1.0, counts.cells + 1)
    parts = MODELS[name].likelihood(np.exp(np.array(point)), counts)
    (values, slopes), (value, slope) = parts.by_cell(counts), parts.total(counts, weights)
    assert value == pytest.approx((values * weights).sum(), rel=1e-12)
    np.testing.assert_allclose(slope, (slopes * weights).sum(axis=1), rtol=1e-9, atol=1e-9 * np.abs(slopes).max())


@settings(deadline=None, max_examples=60)
@given(some.sampled_from(list(ModelName)), logs, some.lists(customers, min_size=1, max_size=5))
def test_laws_of_forecasts(name, point, rows):
    model, counts, theta = MODELS[name], counts_of(np.array(rows)), np.exp(np.array(point))
    alive = model.probability_alive(theta, counts)
    assert ((alive >= 0) & (alive <= 1)).all()
    to_come = np.array([model.orders_if_alive(theta, counts, horizon) for horizon in (0.0, 0.5, 3.0, 50.0, 5218.0)])
    assert np.isfinite(to_come).all()
    assert (to_come[0] == 0).all()
    assert (to_come[1] > 0).all()
    assert (np.diff(to_come, axis=0) >= -1e-10 * to_come[1:]).all(), "a longer horizon never brings fewer orders"
    rate = (theta[0] + counts.repeat_orders) / (theta[1] + counts.customer_age)
    assert (to_come[3] <= rate * 50.0 * (1 + 1e-9)).all(), "never more than of those who never leave"


@pytest.mark.parametrize("name", list(ModelName))
def test_the_heaviest_buyer_and_a_hundred_years(name):
    """5,000 orders in a year, 100 years ahead: finite, and for a short horizon the own rate."""
    theta, model = np.array(PARAMETERS[name][0]), MODELS[name]
    heavy = counts_of(np.array([5000, 52.0, 52.1]))
    value, slopes = model.likelihood(theta, heavy).by_cell(heavy)
    assert np.isfinite(value).all()
    assert np.isfinite(slopes).all()
    assert np.isfinite(model.orders_if_alive(theta, heavy, 5218.0)).all()
    short = model.orders_if_alive(theta, heavy, 0.001)[0]
    assert short == pytest.approx((theta[0] + 5000) / (theta[1] + 52.1) * 0.001, rel=1e-3)


def test_one_order_and_leaving():
    """BG/NBD lets nobody leave after one order, MBG/NBD and Pareto/NBD do, the more the longer the silence."""
    silent = counts_of(np.array([[0, 0.0, 1.0], [0, 0.0, 30.0], [0, 0.0, 300.0]]))
    alive = {n: MODELS[n].probability_alive(np.array(PARAMETERS[n][0]), silent) for n in ModelName}
    assert (alive[ModelName.BG_NBD] == 1).all()
    for name in (ModelName.MBG_NBD, ModelName.PARETO_NBD):
        assert (np.diff(alive[name]) < 0).all()
        assert alive[name][-1] < 0.25


@pytest.mark.parametrize("name", list(ModelName))
def test_drawn_orders_have_the_expected_mean(name):
    theta, model, generator = np.array(PARAMETERS[name][0]), MODELS[name], np.random.default_rng(5)
    counts = counts_of(np.repeat([[7.0, 29.43, 38.86]], 40_000, axis=0))
    drawn = model.simulate(theta, counts, 39.0, generator)
    wanted = (model.probability_alive(theta, counts) * model.orders_if_alive(theta, counts, 39.0))[0]
    assert abs(drawn.mean() - wanted) < 4 * drawn.std() / np.sqrt(len(drawn))
