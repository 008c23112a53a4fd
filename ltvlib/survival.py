"""How long customers stay, with those who are still here counted as still here (Kaplan-Meier)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from ltvlib import ratios
from ltvlib.engine import Answer
from ltvlib.settings import EPOCH, Filters, months_before
from ltvlib.workspace import Workspace

LEAST_LAPSE = 30
"""Shortest silence in days that may count as gone."""
AFTER = 182
"""Days after which newcomers of different years are compared: half a year."""
USUAL_GAPS = 0.9
"""A customer counts as gone after a silence longer than this part of all gaps between orders."""


class Clock(StrEnum):
    """Where the lifetime begins; who has not reached that order is not counted, so nobody is given years for free."""

    FIRST_ORDER = "first_order"
    SECOND_ORDER = "second_order"


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: the share of customers still here after ``days``, a step at each of them.

    Attributes:
        days: days since the clock began, ascending, the first is 0.
        survival, lower, upper: share 0..1 from that day on, with its pointwise 95 % interval.
        at_risk: customers observed up to that day.
        customers, ended: how many there are, and how many of them have gone.
    """

    days: np.ndarray
    survival: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    at_risk: np.ndarray
    customers: int
    ended: int

    @property
    def median(self) -> float:
        """Days after which half have gone: the first with at most half still here; nan while there are more."""
        return _reached(self.days, self.survival)

    @property
    def median_interval(self) -> tuple[float, float]:
        """95 % interval of the median in days: where the limits of the curve reach one half; nan = not reached."""
        return _reached(self.days, self.lower), _reached(self.days, self.upper)

    def still_here(self, days: float) -> tuple[float, float, float]:
        """Share of customers still here after ``days`` and its 95 % interval; nan beyond the longest seen and without any."""
        if not len(self.days) or not 0 <= days <= self.days[-1]:
            return float("nan"), float("nan"), float("nan")
        place = np.searchsorted(self.days, days, side="right") - 1
        return float(self.survival[place]), float(self.lower[place]), float(self.upper[place])


def _reached(days: np.ndarray, share: np.ndarray) -> float:
    below = np.flatnonzero(share <= 0.5 + 1e-12)
    return float(days[below[0]]) if len(below) else float("nan")


def kaplan_meier(days: ArrayLike, is_ended: ArrayLike, counts: ArrayLike, confidence: float = 0.95) -> Curve:
    """The share still here by days, from counts of customers by (days observed, ended or still here).

    S(t) = product over days up to t of 1 - ended / at risk. The interval is Greenwood's on the log(-log) scale, so it
    stays within 0..1; it is the curve itself where nobody or everybody has gone. A customer still here on a day is at
    risk on it. Empty arrays without customers.
    Source: Kaplan and Meier (1958); Kalbfleisch and Prentice (1980) for the interval.
    """
    span, gone, n = (np.asarray(x).astype(np.int64) for x in (days, is_ended, counts))
    total = int(n.sum())
    if not total:
        empty = np.zeros(0)
        return Curve(empty, empty, empty, empty, empty, 0, 0)
    times = np.unique(np.concatenate([[0], span]))
    place = np.searchsorted(times, span)
    ended = np.bincount(place, weights=n * gone, minlength=len(times))
    leaving = np.bincount(place, weights=n, minlength=len(times))
    at_risk = total - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    survival = np.cumprod(1 - ended / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(ended / (at_risk * (at_risk - ended)))
    lower, upper = _interval(survival, variance, confidence)
    return Curve(times.astype(float), survival, lower, upper, at_risk, total, int(ended.sum()))


def _interval(survival: np.ndarray, variance: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """exp(-exp(log(-log S) -+ z sqrt(variance) / log S)); S itself where that is undefined (S = 1 or 0)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    inside = (survival > 0) & (survival < 1)
    log_s = np.log(np.where(inside, survival, 0.5))
    reach = z * np.sqrt(np.where(inside, variance, 0.0)) / log_s  # log S is negative
    lower = np.exp(-np.exp(np.log(-log_s) - reach))
    upper = np.exp(-np.exp(np.log(-log_s) + reach))
    return np.where(inside, lower, survival), np.where(inside, upper, survival)


def default_lapse(workspace: Workspace, filters: Filters | None = None) -> int:
    """Silence in days after which a customer counts as gone: longer than 90 % of all gaps between orders, at least 30.

    Gaps that are still open are not seen, so the rule leans to the short side; without any gap it is 30.
    """
    span = {"from_day": 0, "to_day": (workspace.as_of(filters) - EPOCH).days}
    gaps = workspace.ask("gaps", span, filters=filters).frame
    usual = ratios.weighted_quantile(gaps["gap_days"], gaps["n"], USUAL_GAPS)
    return LEAST_LAPSE if np.isnan(usual) else max(LEAST_LAPSE, int(usual))


@dataclass(frozen=True)
class Lifetime:
    """How long customers stay by one clock, and the query behind it."""

    clock: Clock
    lapse_days: int
    as_of: dt.date
    curve: Curve
    answer: Answer

    @property
    def cut(self) -> dt.date:
        """The day the customers are seen up to (exclusive): ``lapse_days`` before ``as_of``."""
        return self.as_of - dt.timedelta(days=self.lapse_days)


def lifetime(
    workspace: Workspace,
    clock: Clock,
    lapse_days: int,
    filters: Filters | None = None,
    as_of: dt.date | None = None,
    months: int | None = None,
) -> Lifetime:
    """Time from the clock's order to the last one, for customers won in the filter's months.

    Everything is read on the day ``lapse_days`` before ``as_of`` (default: the end of the data), because who leaves later
    cannot be told from who is only silent; clocks that began on it or later are left out. A customer without an order
    since then is silent for more than ``lapse_days`` and ended at the last order; everybody else is still here on that
    day and says only "at least so long" (censored). With ``months`` only clocks that began in so many months before it.
    """
    filters = filters or Filters()
    until = min(as_of, workspace.as_of(filters)) if as_of else workspace.as_of(filters)
    cut = until - dt.timedelta(days=lapse_days)
    params = {
        "start_order": 1 if clock is Clock.FIRST_ORDER else 2,
        "to_day": (until - EPOCH).days,
        "cut_day": (cut - EPOCH).days,
        "since_month": filters.since or 0,
        "from_day": (months_before(cut, months) - EPOCH).days if months else 0,
    }
    answer = workspace.ask("survival", params, filters=filters)
    frame = answer.frame
    return Lifetime(clock, lapse_days, until, kaplan_meier(frame["days"], frame["is_ended"], frame["n"]), answer)


def over_time(
    workspace: Workspace, clock: Clock, lapse_days: int, filters: Filters | None = None, steps: int = 8
) -> tuple[Lifetime, ...]:
    """The newcomers of 12 months as they stood at the end of them, for the last ``steps`` quarters, oldest first.

    The 12 months end ``lapse_days`` before the quarter does, so that who had gone by then is known. Every point has
    newcomers of its own year only: what changes in how long people stay is seen in it, while a lifetime read from
    the whole history would move by a fraction of it. Points without 12 months of data before them are left out.
    """
    filters = filters or Filters()
    first = workspace.facts().first_day
    ends = [months_before(workspace.as_of(filters), 3 * back) for back in reversed(range(steps))]
    lapse = dt.timedelta(days=lapse_days)
    known = [e for e in ends if first is not None and first <= months_before(e - lapse, 12) + dt.timedelta(days=12)]
    return tuple(lifetime(workspace, clock, lapse_days, filters, end, 12) for end in known)


def has_moved(now: Curve, before: Curve) -> bool:
    """Whether the 95 % intervals of the shares still here after half a year lie apart: news, otherwise a wobble."""
    (_share, low, high), (_before, low_before, high_before) = now.still_here(AFTER), before.still_here(AFTER)
    return bool(low > high_before or high < low_before)
