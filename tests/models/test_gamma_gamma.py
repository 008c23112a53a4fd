"""Gamma-Gamma: published numbers on CDNOW, a second density, money in cents, losses, and whether frequency and money go together."""

from __future__ import annotations

from math import exp, lgamma, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.integrate import quad

from ltvlib.models import gamma_gamma, independence
from ltvlib.models.gamma_gamma import SpendFit, expected_margin, fit_spend, log_likelihood
from tests.conftest import golden, shared


def cdnow() -> tuple[np.ndarray, np.ndarray]:
    """Repeat orders and their money together, for the customers with any."""
    rows = np.genfromtxt(shared("golden", "cdnow_2357_r_btyd_per_customer.csv"), delimiter=",", skip_header=1)
    rows = rows[rows[:, 1] > 0]
    return rows[:, 1], rows[:, 1] * rows[:, 5]


def world(n: int, seed: int, p: float, q: float, gamma: float) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    orders = 1 + draw.poisson(2.0, n)
    return orders.astype(float), draw.gamma(p * orders) / draw.gamma(q, 1 / gamma, n)


def known(p: float, q: float, gamma: float) -> SpendFit:
    """A fit with chosen parameters."""
    return SpendFit({"p": p, "q": q, "gamma": gamma}, {}, 0.0, np.zeros((3, 3)), 100.0, 0.0, 30.0, True)


def test_the_published_fit_of_cdnow():
    found = fit_spend(*cdnow())
    case = golden("gamma_gamma_cdnow")["mle_tight"]["expected"]
    assert found.customers == 946
    assert [found.parameters[k] for k in ("p", "q", "gamma")] == pytest.approx(
        [case[k] for k in ("p", "q", "gamma")], rel=1e-4
    )
    assert found.log_likelihood == pytest.approx(case["LL"], abs=1e-3)
    assert found.problem is None


def test_published_expectations():
    cases = golden("gamma_gamma_cdnow")
    case = cases["cond_expected_customers"]
    x, mean = np.array(case["inputs"]["x"]), np.array(case["inputs"]["m_x"])
    np.testing.assert_allclose(
        expected_margin(known(*case["inputs"]["params"]), x, x * mean), case["expected"], rtol=1e-8
    )
    case = cases["cond_expected_man"]
    x, mean = np.array(case["inputs"]["x"]), np.array(case["inputs"]["m_x"])
    np.testing.assert_allclose(
        expected_margin(known(*case["inputs"]["params"]), x, x * mean), case["expected"], rtol=1e-8
    )


@pytest.mark.parametrize(("orders", "total"), [(1.0, 20.0), (4.0, 130.0), (9.0, 30.0)])
def test_density_against_its_definition(orders, total):
    """The average of n orders ~ gamma(p n, nu n), nu ~ gamma(q, gamma), integrated over nu by quadrature."""
    p, q, gamma, mean = 2.5, 3.0, 18.0, total / orders

    def integrand(nu: float) -> float:
        shape, rate = p * orders, nu * orders
        density = shape * log(rate) + (shape - 1) * log(mean) - rate * mean - lgamma(shape)
        return exp(density + q * log(gamma) + (q - 1) * log(nu) - gamma * nu - lgamma(q))

    wanted = quad(integrand, 0, 5, epsabs=0, epsrel=1e-11, limit=400, points=[0.05, 0.3])[0]
    found = log_likelihood(np.array([p, q, gamma]), np.array([orders]), np.array([total]))[0][0]
    assert found == pytest.approx(log(wanted), abs=1e-8)


@settings(deadline=None, max_examples=50)
@given(some.tuples(*(some.floats(-2, 4),) * 3), some.integers(1, 500), some.floats(-3, 8).map(exp))
def test_slopes_against_differences(point, orders, total):
    point = np.array(point)
    n, money = np.array([float(orders)]), np.array([total])
    slopes = log_likelihood(np.exp(point), n, money)[1][:, 0] * np.exp(point)
    for place in range(3):
        step = np.eye(3)[place] * 1e-4
        up, down = (log_likelihood(np.exp(point + side * step), n, money)[0][0] for side in (1, -1))
        assert slopes[place] == pytest.approx((up - down) / 2e-4, rel=1e-4, abs=1e-4)


def test_money_in_cents_changes_nothing():
    orders, totals = world(500, 1, 3.0, 2.5, 40.0)
    dollars, cents = fit_spend(orders, totals), fit_spend(orders, totals * 100)
    np.testing.assert_allclose(cents.theta, dollars.theta * [1, 1, 100], rtol=1e-6)
    assert cents.mean == pytest.approx(100 * dollars.mean, rel=1e-6)
    ours, theirs = expected_margin(dollars, orders, totals), expected_margin(cents, orders, totals * 100)
    np.testing.assert_allclose(theirs, 100 * ours, rtol=1e-6)


def test_known_parameters_come_back():
    truth = (3.0, 3.5, 40.0)
    found = fit_spend(*world(8000, 5, *truth))
    errors = np.array(list(found.standard_errors.values()))
    assert (np.abs(found.theta - truth) < 3.5 * errors).all()
    assert (errors < 0.2 * np.array(truth)).all()
    assert found.mean == pytest.approx(3.0 * 40.0 / 2.5, rel=0.03)


def test_many_orders_keep_the_own_average_and_few_are_drawn_to_the_mean():
    """p 2, q 3, gamma 20: mean 20. One order of 50: 2 (20 + 50) / (2 + 3 - 1) = 35; 200 orders of 50: nearly 50."""
    fit = known(2.0, 3.0, 20.0)
    assert fit.mean == 20.0
    assert expected_margin(fit, 1, 50.0) == pytest.approx(35.0)
    assert expected_margin(fit, 200, 10_000.0) == pytest.approx(2 * 10_020 / 402)
    assert expected_margin(fit, 0, 0.0) == pytest.approx(20.0)


def test_a_cell_needs_only_its_sum():
    fit, totals = known(2.0, 3.0, 20.0), np.array([10.0, 35.0, 90.0])
    one_by_one = expected_margin(fit, np.full(3, 4.0), totals).sum()
    assert expected_margin(fit, 4.0, totals.sum(), 3.0) == pytest.approx(one_by_one)


def test_losses_are_counted_apart():
    orders, totals = world(300, 2, 3.0, 2.5, 40.0)
    without = fit_spend(orders, totals)
    found = fit_spend(np.append(orders, [1.0, 3.0]), np.append(totals, [0.0, -60.0]))
    np.testing.assert_allclose(found.theta, without.theta, rtol=1e-9)
    assert (found.customers, found.excluded, without.excluded) == (300, 2, 0)
    assert without.note is None
    assert str(found.note).startswith("2 customers")
    assert expected_margin(found, 3.0, -60.0) == -20.0, "a loss goes on"
    assert found.base_average == pytest.approx((totals.sum() - 60) / (orders.sum() + 4))


def test_too_few_and_too_wild():
    few = fit_spend(np.ones(5), np.array([1.0, 2, 3, 4, -1]))
    assert few.problem.template == gamma_gamma.NO_SPEND
    assert expected_margin(few, 2.0, 8.0) == pytest.approx(9 / 5), "everybody has the average of the base"
    draw = np.random.default_rng(1)
    wild = fit_spend(np.ones(400), 1 / draw.gamma(0.5, 1.0, 400))  # a mean that does not exist
    assert wild.problem.template == gamma_gamma.HEAVY
    assert not wild.is_converged
    assert np.isfinite(wild.mean)


def test_weights_are_repeated_rows():
    orders, totals = world(200, 3, 3.0, 2.5, 40.0)
    weights = np.random.default_rng(0).integers(1, 4, 200)
    rows = np.repeat(np.arange(200), weights)
    np.testing.assert_allclose(
        fit_spend(orders, totals, weights).theta, fit_spend(orders[rows], totals[rows]).theta, rtol=1e-7
    )


def test_the_check_of_independence_on_cdnow():
    orders, totals = cdnow()
    found = independence.independence(orders, totals / orders)
    assert found.correlation == pytest.approx(
        golden("gamma_gamma_cdnow")["monetary_describe"]["exact"]["corr_frequency_monetary"], abs=1e-4
    )
    assert found.customers == 946
    assert found.low < found.correlation < found.high
    assert found.message.template == independence.UNRELATED


def test_what_a_correlation_means():
    x = np.arange(1.0, 21.0)
    more = independence.independence(x, x + 10 * np.sin(x))
    assert more.correlation == pytest.approx(np.corrcoef(x, x + 10 * np.sin(x))[0, 1])
    assert more.message.template == independence.OFTEN_SPEND_MORE
    assert independence.independence(x, -x).message.template == independence.OFTEN_SPEND_LESS
    for alike in (independence.independence(x[:3], x[:3]), independence.independence(x, np.ones(20))):
        assert np.isnan(alike.correlation)
        assert alike.message.template == independence.UNKNOWN
    # Fisher: atanh(.5) +- 1.96 / sqrt(100 - 3)
    y = 0.5 * x + np.sqrt(0.75) * x.std() / np.std(np.cos(x)) * np.cos(x)
    r = independence.independence(x, y, np.full(20, 5.0))
    assert (r.low, r.high) == pytest.approx(
        tuple(np.tanh(np.arctanh(r.correlation) + np.array([-1, 1]) * 1.959964 / 97**0.5))
    )
