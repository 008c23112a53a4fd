"""The own rhythm of a customer: how long between two orders, when the next is due, and how late it is.

No model of chance: a median and a ratio that can be checked with a pencil. Assumptions: the customer goes on as before,
the next gap is like the usual one, no season. Several orders of one day are one (gaps are above 0 days).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

BASE_GAPS = 2.0
"""The base's rhythm counts like so many gaps of the customer's own: one own gap may be chance, six speak for themselves."""
LATE = 1.5
"""A silence of one and a half rhythms is late; up to there it is the ordinary scatter of gaps."""
LOST = 3.0
"""A silence of three rhythms: most who stay silent that long do not come back by themselves."""


def own_rhythm(own_median: ArrayLike, gaps: ArrayLike, base_median: ArrayLike) -> np.ndarray:
    """Usual days between two orders of a customer: own median gap, drawn towards the base's where gaps are few.

    exp((gaps x log own + 2 x log base) / (gaps + 2)): a geometric mean, so twice as long and half as long weigh alike.
    Without a gap of the own it is the base's. Unit: days; undefined (nan) without a base.
    """
    own, n, base = (np.asarray(v, dtype=float) for v in (own_median, gaps, base_median))
    with np.errstate(divide="ignore", invalid="ignore"):
        known = np.where(n > 0, n * np.log(np.where(n > 0, own, 1.0)), 0.0)
        return np.exp((known + BASE_GAPS * np.log(base)) / (n + BASE_GAPS))


def late_factor(days_silent: ArrayLike, rhythm: ArrayLike) -> np.ndarray:
    """Days since the last order / own rhythm: 1 = due today, 2 = twice the usual silence. nan without a rhythm."""
    silent, usual = np.asarray(days_silent, dtype=float), np.asarray(rhythm, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(usual > 0, silent / usual, np.nan)


def next_order_in(days_silent: ArrayLike, rhythm: ArrayLike) -> np.ndarray:
    """Days from the end of the data to the expected next order: rhythm - days silent; negative = overdue by so many."""
    return np.asarray(np.asarray(rhythm, dtype=float) - np.asarray(days_silent, dtype=float))
