"""Whether the months of a year differ by more than chance: a season moves orders to and fro, a forecast without one does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc

LEAST_MONTHS = 24
"""Two of every calendar month: with one, a season and chance look alike."""
UNLIKELY = 0.01
"""A pattern that chance makes once in a hundred histories counts as a season."""
STRONG = 1.25
"""A season matters for planning where the best calendar month brings a quarter more than the weakest."""


@dataclass(frozen=True, eq=False)
class Season:
    """The season of a row of months.

    Attributes:
        strength: share 0..1 of the differences between months, trend aside, that calendar months explain (adjusted for
            what they explain by chance, so 0 for no season). nan with fewer than 24 months.
        chance: how often chance alone makes such a pattern (F test), 0..1.
        factors: January to December, orders against a usual month; their geometric mean is 1.
        months: how many months it rests on.
    """

    strength: float
    chance: float
    factors: np.ndarray
    months: int

    @property
    def swing(self) -> float:
        """Best calendar month / weakest. nan where unknown."""
        return float(self.factors.max() / self.factors.min())

    @property
    def is_strong(self) -> bool:
        """Whether the season is no chance and large enough to mislead a forecast of a part of a year."""
        return bool(self.chance < UNLIKELY and self.swing >= STRONG)

    def ahead(self, next_month: int, months: int) -> float:
        """Mean factor of the ``months`` from calendar month ``next_month`` (0 = January) on: 1.2 = a fifth above usual."""
        return float(self.factors[(next_month + np.arange(months)) % 12].mean())


def season_of(first_month: int, orders: ArrayLike) -> Season:
    """The season in the orders of successive complete months, the first being calendar month ``first_month`` (0 = January).

    Least squares on log(orders + 1/2) with a curved trend and a level of every calendar month, against the trend alone.
    Source: F test of nested linear models.
    """
    counts = np.asarray(orders, dtype=float)
    n = len(counts)
    if n < LEAST_MONTHS or not counts.any():
        return Season(float("nan"), float("nan"), np.full(12, np.nan), n)
    logs, time = np.log(counts + 0.5), np.linspace(-1.0, 1.0, n)
    trend = np.column_stack([np.ones(n), time, time**2])
    month = np.eye(12)[(first_month + np.arange(n)) % 12]
    plain, _ = _rest(trend, logs)
    full, levels = _rest(np.column_stack([month, trend[:, 1:]]), logs)
    free = n - 14
    ratio = (plain - full) / 11 / (full / free) if full > 0 else np.inf
    strength = max(0.0, 1.0 - (full / free) / (plain / (n - 3))) if plain > 0 else 0.0
    return Season(strength, float(fdtrc(11, free, ratio)), np.exp(levels[:12] - levels[:12].mean()), n)


def _rest(columns: np.ndarray, values: np.ndarray) -> tuple[float, np.ndarray]:
    """Sum of squares that the columns leave, and their coefficients."""
    found = np.linalg.lstsq(columns, values, rcond=None)[0]
    return float(((values - columns @ found) ** 2).sum()), found
