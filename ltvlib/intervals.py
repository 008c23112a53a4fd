"""How sure a mean over customers is: bootstrap for few, the normal limit for many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RESAMPLES = 1_000
SEED = 20_260_101
LEVEL = 0.95
_Z = 1.959963984540054
_CHUNK = 2_000_000
ENOUGH = 10
"""Customers below which an interval would promise more than it can hold; it is ``nan`` then."""


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval and the number of customers behind it.

    All ``nan`` for n = 0; the interval is ``nan`` below ``ENOUGH`` customers.
    """

    value: float
    low: float
    high: float
    n: int

    def shifted(self, by: float) -> Estimate:
        """The same less certain value with a known amount added."""
        return Estimate(self.value + by, self.low + by, self.high + by, self.n)


NOTHING = Estimate(float("nan"), float("nan"), float("nan"), 0)


def bootstrap_means(values: np.ndarray, resamples: int = RESAMPLES, seed: int = SEED) -> list[Estimate]:
    """Mean of every column with a percentile bootstrap interval; customers (rows) are drawn with replacement.

    The same customers are drawn for all columns, and the same seed gives the same interval. Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.
    """
    n = len(values)
    if n == 0:
        return [NOTHING] * values.shape[1]
    if n < ENOUGH:
        return [Estimate(float(mean), float("nan"), float("nan"), n) for mean in values.mean(axis=0)]
    generator, step = np.random.default_rng(seed), max(1, _CHUNK // n)
    means = [
        values[generator.integers(0, n, (min(step, resamples - start), n))].mean(axis=1)
        for start in range(0, resamples, step)
    ]
    low, high = np.quantile(np.concatenate(means), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    middle = values.mean(axis=0)
    return [Estimate(float(m), float(a), float(b), n) for m, a, b in zip(middle, low, high, strict=True)]


def normal_mean(total: float, squares: float, n: int) -> Estimate:
    """Mean and interval from a sum and a sum of squares: what the bootstrap tends to for many customers."""
    if n == 0:
        return NOTHING
    mean = total / n
    if n < ENOUGH:
        return Estimate(mean, float("nan"), float("nan"), n)
    spread = max(0.0, squares / n - mean * mean) * n / max(1, n - 1)
    half = _Z * float(np.sqrt(spread / n))
    return Estimate(mean, mean - half, mean + half, n)
