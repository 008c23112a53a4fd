"""Comparing those something happened to with like others: exact strata, the effect on those it happened to, honest intervals.

Nobody drew lots, so what is compared is made alike first: everybody is put into a stratum (channel, first product, season,
history ...), and those it happened to are held against the others of their own stratum only. What the strata do not know
(a customer who complains about everything) stays in the difference; the pages say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

LEAST = 20
"""People a side below which no interval is told."""
LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """Mean of those it happened to less that of like others.

    Attributes:
        exposed, others: the two means among matched people; ``others`` is weighted to the strata of the exposed.
        value, low, high: the difference with its 95 % interval; the interval is nan below twenty a side.
        p_value: chance of a difference at least this large where there is none; nan like the interval.
        n_exposed, n_others: people compared.
        unmatched: exposed people without a like other; they are left out.
    """

    exposed: float
    others: float
    value: float
    low: float
    high: float
    p_value: float
    n_exposed: int
    n_others: int
    unmatched: int


MATCHED = 0.85
"""Share of the exposed that must find like others before strata are fine enough to keep."""


def alike(keys: Sequence[ArrayLike], is_exposed: ArrayLike, always: Sequence[ArrayLike] = ()) -> tuple[np.ndarray, int]:
    """Strata from as many of ``keys`` as the people are enough for, and how many keys were used.

    Enough: at least 85 % of the exposed find a like other, and the others, weighted to the exposed, are worth as many
    people as the exposed (Kish's effective number, 1 / sum of squared weights): else a handful of others would speak for
    all. Keys come the most important first; the last is given up first. What came of anybody is not looked at, so the
    choice cannot favour an answer. Keys in ``always`` are never given up. With no key at all everybody is alike. Source: Kish (1965), Survey Sampling, ch. 11.
    """
    texts, first = [_codes(key) for key in keys], [_codes(key) for key in always]
    hit = np.nan_to_num(np.asarray(is_exposed, dtype=float)) > 0
    for used in range(len(texts), 0, -1):
        strata = _joined([*first, *texts[:used]])
        if not hit.any() or _are_enough(np.bincount(strata, hit), np.bincount(strata, ~hit)):
            return strata, used
    return _joined(first) if first else np.zeros(len(hit), dtype=int), 0


def _are_enough(n_hit: np.ndarray, n_free: np.ndarray) -> bool:
    """Whether strata with so many exposed and others leave enough to compare."""
    both = (n_hit > 0) & (n_free > 0)
    matched = n_hit[both].sum()
    if matched < MATCHED * n_hit.sum():
        return False
    return bool(1 / ((n_hit[both] / matched) ** 2 / n_free[both]).sum() >= matched)


def _codes(key: ArrayLike) -> np.ndarray:
    """Whole numbers from 0 for the values of a key; missing values are a value of their own."""
    values = np.asarray(key)
    if values.dtype.kind in "OUf":
        values = np.asarray(values, dtype=str)
    return np.asarray(np.unique(values, return_inverse=True)[1])


def _joined(codes: Sequence[np.ndarray]) -> np.ndarray:
    """One key of several, as whole numbers from 0 without gaps."""
    found = codes[0]
    for code in codes[1:]:
        found = np.unique(found.astype(np.int64) * (int(code.max(initial=0)) + 1) + code, return_inverse=True)[1]
    return np.asarray(found)


def shown(p_values: Sequence[float], level: float = LEVEL) -> list[bool]:
    """Which of several differences are more than chance, with at most ``level`` risk of a single false alarm among them.

    The smallest p-value must stay below level / n, the next below level / (n - 1), and so on to the first that does not.
    Unknown ones count for nothing and are never shown. Source: Holm (1979), A simple sequentially rejective procedure.
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if np.isfinite(p))
    found = [False] * len(p_values)
    for step, (p, place) in enumerate(known):
        if p > level / (len(known) - step):
            break
        found[place] = True
    return found


def compare(values: ArrayLike, is_exposed: ArrayLike, strata: ArrayLike, people: ArrayLike | None = None) -> Difference:
    """The effect on the exposed within ``strata``, with an interval that knows that several rows may be one person.

    The mean of the others is weighted by how the exposed spread over the strata. The variance adds up, person by person,
    the weighted distances from the mean of the own side and stratum (cluster-robust, with the factor n / (n - 1) of each
    side's people). Values may be money, shares (0/1) or counts; missing values are left out.
    Sources: Imbens & Rubin (2015), Causal Inference, ch. 17 (subclassification); Cameron & Miller (2015) for the clusters.
    """
    y, seen = np.asarray(values, dtype=float), np.asarray(is_exposed, dtype=float)
    stratum = _codes(strata)
    who = np.arange(len(y)) if people is None else np.unique(np.asarray(people), return_inverse=True)[1]
    known = np.isfinite(y) & np.isfinite(seen)
    y, hit, stratum, who = y[known], seen[known] > 0, stratum[known], who[known]
    size = int(stratum.max()) + 1 if len(stratum) else 0
    n_hit, n_free = np.bincount(stratum[hit], minlength=size), np.bincount(stratum[~hit], minlength=size)
    both = (n_hit > 0) & (n_free > 0)
    unmatched = int(n_hit[~both].sum())
    use = both[stratum]
    if not use.any():
        nan = float("nan")
        return Difference(nan, nan, nan, nan, nan, nan, 0, 0, unmatched)
    y, hit, stratum, who = y[use], hit[use], stratum[use], who[use]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(both, n_hit, 0) / n_hit[both].sum()
        weight = np.where(hit, 1 / hit.sum(), -share[stratum] / n_free[stratum])
    exposed, others = float((weight * y)[hit].sum()), float(-(weight * y)[~hit].sum())
    error, freedom = _standard_error(y, hit, stratum, who, weight, size)
    value, half = exposed - others, error * float(stats.t.isf(LEVEL / 2, freedom))
    p_value = float(2 * stats.t.sf(abs(value) / error, freedom)) if error > 0 else float("nan")
    sides = int(hit.sum()), int((~hit).sum())
    return Difference(exposed, others, value, value - half, value + half, p_value, *sides, unmatched)


def _standard_error(
    y: np.ndarray, hit: np.ndarray, stratum: np.ndarray, who: np.ndarray, weight: np.ndarray, size: int
) -> tuple[float, int]:
    """Standard error of the difference and the degrees of freedom; nan with fewer than twenty people on a side."""
    sides = (len(np.unique(who[hit])), len(np.unique(who[~hit])))
    if min(sides) < LEAST:
        return float("nan"), 1
    cell = stratum * 2 + hit
    rows = np.bincount(cell, minlength=2 * size)
    means = np.bincount(cell, y, minlength=2 * size) / np.maximum(rows, 1)
    # a row alone in its cell has no distance from its mean: the others of the side lend it theirs
    scale = np.sqrt(rows[cell] / np.maximum(rows[cell] - 1, 1))
    rest = weight * (y - means[cell]) * scale
    alone = (weight**2)[rows[cell] == 1].sum() * _spread(y, means, cell, rows)
    by_person = np.bincount(who, rest, minlength=int(who.max()) + 1)
    return float(np.sqrt((by_person**2).sum() * min(sides) / (min(sides) - 1) + alone)), min(sides) - 1


def _spread(y: np.ndarray, means: np.ndarray, cell: np.ndarray, rows: np.ndarray) -> float:
    """Variance within cells over all rows that are not alone in theirs; 0 where all are."""
    shared = rows[cell] > 1
    freedom = int(shared.sum()) - int((rows > 1).sum())
    return float(((y - means[cell])[shared] ** 2).sum() / freedom) if freedom > 0 else 0.0
