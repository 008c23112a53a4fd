"""The integrals behind the models, against adaptive quadrature with 20 digits, and their slopes against differences."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ltvlib.models.beta_mean import beta_nodes, orders_before_leaving
from ltvlib.models.tail_curve import tail_curve
from ltvlib.models.tail_integral import tail_integral
from tests.conftest import ROOT

REFERENCE = json.loads((ROOT / "tests" / "data" / "model_integrals.json").read_text(encoding="utf-8"))


def one_tail(alpha: float, beta: float, m: float, n: float, t: float):
    return tail_integral(alpha, beta, np.array([m]), n, np.array([float(t)]))


@pytest.mark.parametrize("case", REFERENCE["tails"], ids=str)
def test_tail_against_quadrature(case):
    found = one_tail(*(case[name] for name in ("alpha", "beta", "m", "n", "t")))
    assert found.log[0] == pytest.approx(case["log"], abs=1e-9)


def test_a_tail_drawn_by_hand():
    """alpha = beta: the integrand is one power, (1 + tau)^-3 from 1 on is 1 / 8."""
    found = one_tail(1.0, 1.0, 1.0, 2.0, 1.0)
    assert np.exp(found.log[0]) == pytest.approx(1 / 8, rel=1e-10)
    # the mean of 1 / (1 + tau) under it: (integral of (1 + tau)^-4) / (1 / 8) = (1 / 24) * 8
    assert found.mean_inverse_alpha[0] == pytest.approx(1 / 3, rel=1e-10)
    # the mean of log(1 + tau): log 2 + 1 / 2
    assert found.mean_log_beta[0] == pytest.approx(np.log(2) + 0.5, rel=1e-10)


positive = some.floats(-4, 5).map(np.exp)


@settings(deadline=None, max_examples=60)
@given(positive, positive, some.integers(0, 200), positive, some.floats(0, 100))
def test_slopes_of_a_tail(alpha, beta, x, s, t):
    m, n, step = 0.3 + x, s + 1.0, 1e-5
    tail = one_tail(alpha, beta, m, n, t)

    def slope(alpha_up=0.0, beta_up=0.0, m_up=0.0, n_up=0.0):
        up = one_tail(alpha + alpha_up, beta + beta_up, m + m_up, n + n_up, t).log[0]
        down = one_tail(alpha - alpha_up, beta - beta_up, m - m_up, n - n_up, t).log[0]
        return (up - down) / (2 * (alpha_up + beta_up + m_up + n_up))

    assert -tail.mean_log_alpha[0] == pytest.approx(slope(m_up=step), rel=1e-4, abs=1e-4)
    assert -tail.mean_log_beta[0] == pytest.approx(slope(n_up=step), rel=1e-4, abs=1e-4)
    assert -m * tail.mean_inverse_alpha[0] == pytest.approx(slope(alpha_up=alpha * step), rel=1e-4, abs=1e-4 / alpha)
    assert -n * tail.mean_inverse_beta[0] == pytest.approx(slope(beta_up=beta * step), rel=1e-4, abs=1e-4 / beta)


@pytest.mark.parametrize("case", REFERENCE["betas"], ids=str)
def test_beta_mean_against_quadrature(case):
    found = orders_before_leaving(
        case["a"], np.array([case["b"]]), np.array([0]), np.array([case["m"]]), np.array([case["ratio"]])
    )
    assert found[0] == pytest.approx(case["orders"], rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(some.floats(-6, 8).map(np.exp), some.floats(-6, 8).map(np.exp))
def test_nodes_know_the_mean_of_a_beta(a, b):
    p, weight = beta_nodes(a, np.array([b, b + 1.0]), 1.0)
    np.testing.assert_allclose((weight * p).sum(axis=1), [a / (a + b), a / (a + b + 1.0)], rtol=1e-8)


@pytest.mark.parametrize("ratio", [0.01, 1.0, 100.0])
def test_where_all_leave_with_nearly_one_chance(ratio):
    """a = b = e^8: p is .5 up to .0065. By Taylor: f(.5) + f'' / 2 x variance, with the variance 1 / (4 (a + b + 1))."""
    a, m, h = np.exp(8.0), 7.0, 1e-3

    def bought(p: float) -> float:
        return (1 - (1 + p * ratio) ** -m) / p

    bend = (bought(0.5 + h) - 2 * bought(0.5) + bought(0.5 - h)) / h**2
    wanted = bought(0.5) + bend / (8 * (2 * a + 1))
    found = orders_before_leaving(a, np.array([a]), np.array([0]), np.array([m]), np.array([ratio]))
    assert found[0] == pytest.approx(wanted, rel=1e-6)


@settings(deadline=None, max_examples=25)
@given(*(some.floats(-7, 8).map(np.exp),) * 3, some.floats(-4, 3).map(np.exp))
def test_the_curve_is_the_integral(alpha, beta, s, r):
    """50 moments for every number of orders: as good as one integral each, within the borders of a fit and beyond."""
    m = np.repeat(r + np.array([1.0, 2, 6, 61, 1501]), 50)
    t = np.tile(np.linspace(0, 3, 50) ** 2, 5)
    curve, integral = tail_curve(alpha, beta, m, s, t), tail_integral(alpha, beta, m, s, t)
    np.testing.assert_allclose(curve.log, integral.log, rtol=1e-13, atol=1e-9)
    for found, wanted in zip(curve.rows[1:3], integral.rows[1:3], strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-8)
    for found, wanted in zip(curve.rows[3:], integral.rows[3:], strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-7, atol=1e-9 * wanted.max())
