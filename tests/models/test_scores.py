"""Ranks and errors against numbers by hand and the plain definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.stats import spearmanr

from ltvlib.models import scores


def test_a_gini_by_hand():
    """Three customers bring 0, 1, 3. Best order: 0, 0, .25, 1 of the total at 0, 1/3, 2/3, 1 of the customers.

    Area below it (0 + .125 + .625) / 3 = .25, so the Gini is 1 - 2 x .25 = .5; in the opposite order it is -.5.
    """
    actual = [3.0, 0.0, 1.0]
    assert scores.gini(actual, actual) == pytest.approx(0.5)
    assert scores.normalised_gini(actual, [30, 1, 2]) == pytest.approx(1)
    assert scores.normalised_gini(actual, [1, 3, 2]) == pytest.approx(-1)
    # equal ones share: the lower two bring 3 of 4, half of it each, so the shares are 0, .375, .75, 1 and the area
    # (.1875 + .5625 + .875) / 3
    assert scores.gini(actual, [1, 1, 2]) == pytest.approx(1 - 2 * (0.1875 + 0.5625 + 0.875) / 3)


def test_undefined_scores():
    for actual in ([], [0.0, 0.0], [-1.0, 0.5]):
        assert np.isnan(scores.normalised_gini(actual, actual))
        assert np.isnan(scores.total_ratio(actual, actual))
    assert np.isnan(scores.normalised_gini([2.0, 2.0], [1.0, 2.0]))
    assert scores.normalised_gini([1.0, 2.0, 5.0], [7.0, 7.0, 7.0]) == pytest.approx(0)
    assert np.isnan(scores.spearman([1.0, 2.0], [3.0, 3.0]))
    assert np.isnan(scores.spearman([], []))
    assert np.isnan(scores.mae([], []))
    assert np.isnan(scores.rmse([], []))


def test_errors_by_hand():
    assert scores.mae([0, 4, 2], [1, 1, 2]) == pytest.approx(4 / 3)
    assert scores.rmse([0, 4, 2], [1, 1, 2]) == pytest.approx((10 / 3) ** 0.5)
    assert scores.total_ratio([0, 4, 2], [1, 1, 1]) == pytest.approx(0.5)


pairs = some.lists(some.tuples(some.integers(0, 6), some.integers(0, 4)), min_size=3, max_size=30)


@given(pairs)
def test_against_the_plain_definitions(rows):
    """The Gini as the mean over all pairs of who stands where: sum of actual x (below - above) / (n total)."""
    actual, predicted = np.array(rows, dtype=float).T
    if actual.sum() > 0:
        place = [(p > predicted).sum() - (p < predicted).sum() for p in predicted]
        assert scores.gini(actual, predicted) == pytest.approx((actual * place).sum() / len(actual) / actual.sum())
    if len(set(actual)) > 1 and len(set(predicted)) > 1:
        assert scores.spearman(actual, predicted) == pytest.approx(spearmanr(actual, predicted).statistic)
