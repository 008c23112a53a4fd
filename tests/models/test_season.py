"""The season: against least squares and the F test by hand, against statsmodels-free sums, and counted under chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import f as f_distribution

from ltvlib.models.season import season_of

SHAPE = np.array([1.3, 1.1, 1.0, 0.9, 0.8, 0.7, 0.6, 0.8, 1.0, 1.2, 1.4, 1.5])


def test_a_clean_season_is_found_as_drawn():
    """Orders that are a shape times a growth: the factors are the shape over its geometric mean, from any month on."""
    months = (np.arange(36) + 4) % 12
    orders = 1e6 * SHAPE[months] * np.exp(0.02 * np.arange(36))
    found = season_of(4, orders)
    np.testing.assert_allclose(found.factors, SHAPE / np.exp(np.log(SHAPE).mean()), rtol=1e-4)
    assert found.swing == pytest.approx(1.5 / 0.6, rel=1e-4)
    assert found.strength > 0.999
    assert found.is_strong
    assert found.ahead(10, 3) == pytest.approx(found.factors[[10, 11, 0]].mean())


def test_the_f_test_by_a_second_way():
    """Residuals by projection matrices and scipy's F distribution instead of least squares and its tail function."""
    draw = np.random.default_rng(2)
    orders = draw.poisson(200 * SHAPE[np.arange(30) % 12] ** 0.15)
    time = np.arange(30.0)
    trend = np.vander(time, 3)
    month = np.eye(12)[np.arange(30) % 12]

    def rest(columns: np.ndarray) -> float:
        values = np.log(orders + 0.5)
        return float(values @ (np.eye(30) - columns @ np.linalg.pinv(columns)) @ values)

    plain, full = rest(trend), rest(np.hstack([trend, month]))
    expected = f_distribution.sf((plain - full) / 11 / (full / 16), 11, 16)
    found = season_of(0, orders)
    assert found.chance == pytest.approx(expected, rel=1e-6)
    assert found.strength == pytest.approx(max(0.0, 1 - (full / 16) / (plain / 27)), rel=1e-6)


def test_chance_is_called_a_season_as_rarely_as_said():
    """Months without a season, Poisson around a trend: p < .01 in about 1 of 100 histories; at most 12 of 400."""
    draw = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        hits += season_of(3, draw.poisson(300 * np.exp(0.01 * np.arange(34)))).chance < 0.01
    assert hits <= 12


def test_a_moderate_season_is_seen_in_most_histories():
    draw = np.random.default_rng(8)
    shape = SHAPE**0.5
    seen = sum(season_of(0, draw.poisson(150 * shape[np.arange(30) % 12])).is_strong for _ in range(100))
    assert seen >= 95


def test_a_short_or_empty_history_says_nothing():
    assert np.isnan(season_of(0, np.ones(23)).strength)
    assert not season_of(0, np.ones(23)).is_strong
    assert np.isnan(season_of(0, np.zeros(30)).chance)
