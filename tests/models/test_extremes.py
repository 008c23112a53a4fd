"""Bases at the edge: one customer, nobody came back, one day of history, very many orders, no profit at all."""

from __future__ import annotations

import numpy as np
import pytest

from ltvlib.models import fitting, gamma_gamma
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import ModelName, fit
from ltvlib.models.forecast import expected_orders, probability_alive, total_orders
from ltvlib.models.gamma_gamma import expected_margin, fit_spend
from tests.models.world import pareto_world

EVERY = pytest.mark.parametrize("name", list(ModelName))


def finite_and_possible(name: ModelName, counts: Counts, horizon: float) -> np.ndarray:
    """Expected orders of a fit that must stand, after checking chances and bounds."""
    found = fit(name, counts)
    assert found.is_converged, found.problem
    alive, ahead = probability_alive(found, counts), expected_orders(found, counts, horizon)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert (np.isfinite(ahead) & (ahead >= 0)).all()
    return ahead


@EVERY
def test_one_customer(name):
    """Ten orders in 20 weeks, the last just now: nobody has left, so it goes on at that rate, and the fit says what it lacks."""
    one = Counts([10], [20.0], [20.0], [1])
    assert finite_and_possible(name, one, 20.0)[0] == pytest.approx(10, rel=0.02)
    assert not fit(name, one).is_leaving_identified


@EVERY
def test_one_customer_with_one_order(name):
    one = Counts([0], [0.0], [20.0], [1])
    assert fit(name, one).problem.template == fitting.NOBODY_REPEATS
    assert np.isnan(total_orders(fit(name, one), one, 20.0).value)


@EVERY
def test_everybody_bought_at_the_very_end(name):
    """t_x = T for all: nobody can have left, so half as much time brings half as many orders."""
    counts = Counts.of_customers(np.arange(1, 41), np.full(40, 30.0), np.full(40, 30.0))
    ahead = finite_and_possible(name, counts, 15.0)
    assert ahead.sum() == pytest.approx(np.arange(1, 41).sum() / 2, rel=0.02)


@EVERY
def test_ages_of_one_day(name):
    """A history of one day, in days and in weeks alike: a third came back within it. Only BG/NBD lets some of them leave."""
    days = Counts([0, 1], [0.0, 1.0], [1.0, 1.0], [200, 100], 1.0)
    ahead = finite_and_possible(name, days, 1.0)
    weeks = finite_and_possible(name, days.in_unit(7.0), 1 / 7)
    np.testing.assert_allclose(weeks, ahead, rtol=1e-6)
    assert days.total(ahead) == pytest.approx(100, rel=0.12 if name is ModelName.BG_NBD else 0.01)


@EVERY
def test_customers_won_on_the_last_day(name):
    """Half the base has no time behind it: it counts, and what is expected of it is the base's rate."""
    known = pareto_world(400, 3, 1.0, 6.0, 0.8, 20.0)
    newcomers = Counts([0], [0.0], [0.0], [400])
    columns = (
        np.append(getattr(known, n), getattr(newcomers, n)) for n in ("repeat_orders", "last_order_age", "customer_age")
    )
    both = Counts.of_customers(*columns, np.append(known.weights, newcomers.weights))
    first = finite_and_possible(name, both, 10.0)[0]
    assert both.customer_age[0] == 0
    assert 0 < first < 10.0


@EVERY
def test_a_customer_with_very_many_orders(name):
    """A wholesaler with 20,000 orders in 78 weeks among 300 people: no overflow, and it goes on at its own rate."""
    people = pareto_world(300, 5, 1.0, 6.0, 0.8, 20.0)
    counts = Counts(
        np.append(people.repeat_orders, 20_000.0),
        np.append(people.last_order_age, 78.0),
        np.append(people.customer_age, 78.0),
        np.append(people.weights, 1.0),
    )
    ahead = finite_and_possible(name, counts, 390.0)
    assert ahead[-1] <= 20_001 / 78 * 390 * 1.01
    short = finite_and_possible(name, counts, 0.1)
    assert short[-1] == pytest.approx(20_000 / 78 * 0.1, rel=0.05)


def test_no_profit_at_all():
    """Margins of zero and below: no model of money, everybody goes on at the average of the base, a loss is a loss."""
    orders = np.tile([1.0, 4.0], 50)
    nothing, losses = fit_spend(orders, np.zeros(100)), fit_spend(orders, -2.0 * orders)
    for found in (nothing, losses):
        assert found.problem.template == gamma_gamma.NO_SPEND
        assert found.excluded == 100
    assert expected_margin(nothing, 3.0, 0.0) == 0
    assert expected_margin(losses, 3.0, -6.0) == pytest.approx(-2)


def test_all_margins_alike():
    """Every order brings 7: whatever the parameters, everybody is expected to bring 7."""
    orders = np.tile([1.0, 4.0], 50)
    np.testing.assert_allclose(expected_margin(fit_spend(orders, 7.0 * orders), orders, 7.0 * orders), 7.0, rtol=0.01)


@pytest.mark.parametrize("power", [-9, 9])
def test_tiny_and_huge_money(power):
    """Margins in billions or billionths: the same model, the unit moves on."""
    draw = np.random.default_rng(3)
    orders = 1.0 + draw.poisson(2.0, 300)
    totals = draw.gamma(3.0 * orders) / draw.gamma(3.5, 1 / 40.0, 300)
    usual, other = fit_spend(orders, totals), fit_spend(orders, totals * 10.0**power)
    np.testing.assert_allclose(other.theta, usual.theta * [1, 1, 10.0**power], rtol=1e-6)
    assert other.mean == pytest.approx(usual.mean * 10.0**power)
