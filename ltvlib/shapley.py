"""Order-independent parts of a change: the Shapley value, exact by enumeration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial

import numpy as np

MAX_PARTS = 12
"""More would need more than 4,096 evaluations."""


def shapley(value: Callable[[frozenset[int]], float], parts: int) -> np.ndarray:
    """How much each of ``parts`` changes adds to ``value(all) - value(none)``, whatever order they are made in.

    ``value`` gets the set of changes that are made (0-based) and returns the outcome. Each part's share is its mean
    gain over all orders. The shares sum to the whole change exactly (up to float rounding); a change that never
    matters gets 0; two that do the same get the same. Source: Shapley (1953), A Value for n-Person Games.

    Raises:
        ValueError: more than ``MAX_PARTS`` parts.
    """
    if parts > MAX_PARTS:
        raise ValueError(f"at most {MAX_PARTS} parts")
    everyone = range(parts)
    outcome = {
        frozenset(chosen): value(frozenset(chosen))
        for size in range(parts + 1)
        for chosen in combinations(everyone, size)
    }
    shares = np.zeros(parts)
    for part in everyone:
        for made, before in outcome.items():
            if part not in made:
                weight = factorial(len(made)) * factorial(parts - len(made) - 1) / factorial(parts)
                shares[part] += weight * (outcome[made | {part}] - before)
    return shares


def product_shares(before: Sequence[float], after: Sequence[float]) -> np.ndarray:
    """Shapley shares of the factors in the change of their product, ``prod(after) - prod(before)``."""

    def outcome(made: frozenset[int]) -> float:
        return float(np.prod([after[k] if k in made else before[k] for k in range(len(before))]))

    return shapley(outcome, len(before))
