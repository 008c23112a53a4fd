"""A newcomer's worth: the published closed forms, sums by hand, and intervals counted in drawn worlds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import hyp2f1

from ltvlib.models.fitting import MODELS, Fit, ModelName, fit
from ltvlib.models.newcomer import margin_of_order, newcomer_margin, newcomer_orders
from tests.models.world import pareto_world

YEAR = 365.25 / 7


def of(name: ModelName, *theta: float) -> Fit:
    named = dict(zip(MODELS[name].parameters, theta, strict=True))
    return Fit(name, named, {}, 0.0, np.zeros((4, 4)), 500.0, 7.0, True, True)


def test_pareto_nbd_closed_form():
    """r beta / (alpha (s - 1)) x (1 - (beta / (beta + t))^(s - 1)), Schmittlein et al. (1987), and the first order."""
    r, alpha, s, beta = 0.55, 10.6, 0.61, 11.7
    repeat = r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + YEAR)) ** (s - 1))
    assert newcomer_orders(of(ModelName.PARETO_NBD, r, alpha, s, beta), 12) == pytest.approx(1 + repeat, rel=1e-9)


def test_bg_nbd_closed_form():
    """(a + b - 1) / (a - 1) x (1 - (alpha / (alpha + t))^r 2F1(r, b; a + b - 1; t / (alpha + t))), Fader et al. (2005)."""
    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    inner = (alpha / (alpha + YEAR)) ** r * hyp2f1(r, b, a + b - 1, YEAR / (alpha + YEAR))
    repeat = (a + b - 1) / (a - 1) * (1 - inner)
    assert newcomer_orders(of(ModelName.BG_NBD, r, alpha, a, b), 12) == pytest.approx(1 + repeat, rel=1e-8)


def test_margin_of_an_order_by_hand():
    """Three customers: 1 order of 10, 2 orders of 30 together, 3 orders of 20 together: 60 / 6 = 10 an order.

    Rests 0, 10, -10: sqrt(200 x 3 / 2) / 6.
    """
    ratio, error = margin_of_order(3, 6, 60, 1 + 4 + 9, 100 + 900 + 400, 10 + 60 + 60)
    assert ratio == 10
    assert error == pytest.approx(np.sqrt(300) / 6)
    assert np.isnan(margin_of_order(1, 1, 5, 1, 25, 5)[1])
    assert np.isnan(margin_of_order(0, 0, 0, 0, 0, 0)[0])


def test_a_failed_fit_values_nobody():
    silent = Fit(
        ModelName.BG_NBD, dict.fromkeys("rabc", float("nan")), {}, 0.0, np.zeros((4, 4)), 5.0, 7.0, False, False
    )
    assert np.isnan(newcomer_orders(silent, 12))
    assert np.isnan(newcomer_margin(silent, 10.0, 1.0, 12).low)


def test_without_doubt_the_interval_is_that_of_the_margin():
    found = newcomer_margin(of(ModelName.PARETO_NBD, 0.55, 10.6, 0.61, 11.7), 20.0, 2.0, 12)
    orders = newcomer_orders(of(ModelName.PARETO_NBD, 0.55, 10.6, 0.61, 11.7), 12)
    assert found.value == pytest.approx(20 * orders)
    assert found.high - found.value == pytest.approx(1.96 * 2 * orders, rel=0.05)


def test_coverage_in_drawn_worlds():
    """The true mean of a newcomer lies in the 95 % interval in at least 36 of 40 worlds of 400 customers."""
    theta, error = (0.9, 7.0, 0.8, 16.0), 0.8
    truth = 25.0 * newcomer_orders(of(ModelName.PARETO_NBD, *theta), 12)
    inside = 0
    for seed in range(40):
        counts = pareto_world(400, seed, *theta, weeks=104.0)
        margin = 25.0 + error * np.random.default_rng(seed).standard_normal()
        found = newcomer_margin(fit(ModelName.PARETO_NBD, counts), margin, error, 12)
        inside += found.low <= truth <= found.high
    assert inside >= 36
