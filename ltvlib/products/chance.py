"""The hypergeometric tail for many pairs at once: scipy's own goes pair by pair in Python, minutes for a large shop."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

SMALL = 1e-17
"""A term so small against the sum so far changes nothing."""


def upper_tail(k: ArrayLike, n: int, a: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Chance of ``k`` or more orders with both items where ``a`` and ``b`` of ``n`` orders hold each: Fisher's one-sided test.

    From ``k`` on, each term is the one before x (a - x)(b - x) / ((x + 1)(n - a - b + x + 1)); summed away from the mean,
    where terms only fall. Below the mean it is one less the other tail.
    """
    hits, first, second = (np.asarray(x, dtype=float) for x in (k, a, b))
    is_up = hits > first * second / max(1, n)
    found = np.empty(len(hits))
    for side in (True, False):
        chosen = is_up == side
        start = hits[chosen] if side else hits[chosen] - 1
        tail = _summed(start, float(n), first[chosen], second[chosen], side)
        found[chosen] = tail if side else 1 - tail
    return np.clip(found, 0.0, 1.0)


def _summed(x: np.ndarray, n: float, a: np.ndarray, b: np.ndarray, up: bool) -> np.ndarray:
    """The terms from ``x`` on, upwards or downwards, until they vanish."""
    is_possible = (x >= np.maximum(0, a + b - n)) & (x <= np.minimum(a, b))
    total = np.zeros(len(x))
    active = np.flatnonzero(is_possible)
    at, one, two = x[active], a[active], b[active]
    term = np.exp(_log_term(at, n, one, two))
    total[active] = term
    while len(active):
        ratio = (
            (one - at) * (two - at) / ((at + 1) * (n - one - two + at + 1))
            if up
            else at * (n - one - two + at) / ((one - at + 1) * (two - at + 1))
        )
        term, at = term * ratio, at + (1 if up else -1)
        total[active] += term
        more = term > SMALL * total[active]
        active, at, one, two, term = active[more], at[more], one[more], two[more], term[more]
    return total


def _log_term(x: np.ndarray, n: float, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(_log_choose(a, x) + _log_choose(n - a, b - x) - _log_choose(np.full(len(x), n), b))


def _log_choose(n: np.ndarray, k: np.ndarray) -> np.ndarray:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
