"""Order-independent parts: the published three-player game, and what must hold for any game."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvlib.shapley import product_shares, shapley

factors = st.lists(st.floats(0.01, 1e4), min_size=1, max_size=5)


def test_the_glove_game():
    """One left glove, two right ones; a pair is worth 1. Shapley values 2/3, 1/6, 1/6 (standard textbook example)."""

    def worth(team: frozenset[int]) -> float:
        return float(0 in team and bool(team & {1, 2}))

    assert shapley(worth, 3).tolist() == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@settings(max_examples=50)
@given(factors, st.randoms(use_true_random=False))
def test_shares_are_the_mean_over_all_orders(before: list[float], random):
    """A second implementation: walk every order and average what each factor adds."""
    after = [value * random.uniform(0.2, 3.0) for value in before]
    gains = np.zeros(len(before))
    orders = list(permutations(range(len(before))))
    for order in orders:
        now = list(before)
        for place in order:
            old = np.prod(now)
            now[place] = after[place]
            gains[place] += np.prod(now) - old
    found = product_shares(before, after)
    scale = max(1.0, abs(np.prod(before)), abs(np.prod(after)))
    np.testing.assert_allclose(found, gains / len(orders), atol=1e-9 * scale)
    assert found.sum() == pytest.approx(np.prod(after) - np.prod(before), abs=1e-9 * scale)


def test_too_many_parts_are_refused():
    with pytest.raises(ValueError, match="12"):
        shapley(lambda made: 0.0, 13)
