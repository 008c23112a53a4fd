"""The score itself: promoters less detractors, with an interval that knows that one customer may answer several times."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from ltvlib.like_with_like import shown

LEAST = 10
"""Answers below which no interval is told."""
Z = NormalDist().inv_cdf(0.975)


class Scale(StrEnum):
    """The two scales people are asked on; answers on one are never counted together with those on the other."""

    ZERO_TEN = "0-10"
    ONE_TEN = "1-10"

    @property
    def low(self) -> int:
        """The lowest score."""
        return 0 if self is Scale.ZERO_TEN else 1

    @property
    def scores(self) -> range:
        """All scores of the scale."""
        return range(self.low, TOP + 1)


TOP = 10
PROMOTER, PASSIVE = 9, 7
"""The lowest score of a promoter and of a passive on both scales."""


class Group(StrEnum):
    """What a score makes of a customer."""

    DETRACTOR = "detractor"
    PASSIVE = "passive"
    PROMOTER = "promoter"


@dataclass(frozen=True)
class Nps:
    """A score in points, -100..100.

    Attributes:
        value: 100 x (promoters - detractors) / n; nan without an answer.
        low, high: 95 % interval; nan below ten answers.
        n, promoters, passives, detractors: answers.
        error: standard error of ``value`` in points; nan below ten answers.
    """

    value: float
    low: float
    high: float
    n: int
    promoters: int
    passives: int
    detractors: int
    error: float = float("nan")


def is_valid(scores: ArrayLike, scale: Scale) -> np.ndarray:
    """Whether a score is a whole number of the scale."""
    values = np.asarray(scores, dtype=float)
    return np.asarray((values >= scale.low) & (values <= TOP) & (values == np.floor(values)))


def groups(scores: ArrayLike) -> np.ndarray:
    """Group of every score: 9-10 promoter, 7-8 passive, 6 and less detractor. Source: Reichheld (2003)."""
    values = np.asarray(scores, dtype=float)
    names = [Group.PROMOTER.value, Group.PASSIVE.value]
    return np.select([values >= PROMOTER, values >= PASSIVE], names, Group.DETRACTOR.value)


def nps(scores: ArrayLike, people: ArrayLike | None = None) -> Nps:
    """Promoters less detractors in points, with an adjusted Wald interval.

    One answer is added to each of the two outer groups before the variance of a difference of two multinomial shares is
    taken; where ``people`` answered more than once, it is widened by the ratio of the cluster-robust to the simple
    variance (never below 1). The interval lies within -100..100.
    Sources: Bonett & Price (2012), J. Educ. Behav. Stat. 37, 479; Rocks (2016), The American Statistician 70, 365,
    who finds adjusted Wald intervals best for this score.
    """
    values = np.asarray(scores, dtype=float)
    n = len(values)
    sign = (values >= PROMOTER).astype(float) - (values < PASSIVE)
    up, down = int((sign > 0).sum()), int((sign < 0).sum())
    nan = float("nan")
    if n == 0:
        return Nps(nan, nan, nan, 0, 0, 0, 0)
    value = 100 * (up - down) / n
    if n < LEAST:
        return Nps(value, nan, nan, n, up, n - up - down, down)
    p, q = (up + 1) / (n + 2), (down + 1) / (n + 2)
    error = 100 * float(np.sqrt((p + q - (p - q) ** 2) / (n + 2) * _spread(sign, people)))
    middle = 100 * (p - q)
    low, high = max(-100.0, middle - Z * error), min(100.0, middle + Z * error)
    return Nps(value, low, high, n, up, n - up - down, down, error)


def _spread(sign: np.ndarray, people: ArrayLike | None) -> float:
    """How much wider the variance is because people repeat themselves: cluster-robust / simple, at least 1."""
    if people is None:
        return 1.0
    rest = sign - sign.mean()
    simple = float((rest**2).sum())
    _, who = np.unique(np.asarray(people, dtype=str), return_inverse=True)
    robust = float((np.bincount(who, rest) ** 2).sum())
    return max(1.0, robust / simple) if simple > 0 else 1.0


def difference(one: Nps, other: Nps) -> tuple[float, float, float, float]:
    """One score less another of other people, in points: value, low, high, p-value; nan where either has no interval."""
    value, error = one.value - other.value, float(np.hypot(one.error, other.error))
    if not np.isfinite(error):
        return value, float("nan"), float("nan"), float("nan")
    p_value = float(2 * (1 - NormalDist().cdf(abs(value) / error)))
    return value, value - Z * error, value + Z * error, p_value


def standing_out(parts: list[tuple[Nps, Nps]]) -> list[bool]:
    """Which groups differ from the rest by more than chance, all looked at together (Holm)."""
    return shown([difference(part, rest)[3] for part, rest in parts])
