"""Customers who pay by the calendar: how many renew, period after period, and how long those of today will stay.

Only for data that look like subscriptions (:func:`paying_period`); elsewhere a silence is no ending and this says nothing.
The model is the shifted beta-geometric (:mod:`ltvlib.models.sbg`), examined like the others: learnt on the first part of
the history, held against the renewals that happened after it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ltvlib import ratios
from ltvlib.forecast_data import holdout_data, model_data
from ltvlib.models.counts import Counts
from ltvlib.models.holdout import TOLERANCE
from ltvlib.models.sbg import SbgFit, fit_sbg
from ltvlib.settings import EPOCH, Filters
from ltvlib.workspace import Workspace

REGULAR = 0.8
"""Share of the gaps between orders that lie within a few days of one calendar period from which customers pay by it."""
LEAST_GAPS = 100
OWN_RHYTHM = 1.5
"""Who needs more than one and a half periods a payment on average pays in a rhythm of the own."""
LEAST_AT_RISK = 20
"""A renewal rate of fewer subscribers is not drawn."""


class Period(StrEnum):
    """How often is paid."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


DAYS = {Period.WEEK: 7.0, Period.MONTH: 365.25 / 12, Period.QUARTER: 365.25 / 4, Period.YEAR: 365.25}
"""Mean length of a period in days."""
BANDS = {Period.WEEK: (6, 8), Period.MONTH: (27, 34), Period.QUARTER: (86, 97), Period.YEAR: (355, 376)}
"""Gaps in days that count as one period: its shortest and longest, and up to three days for weekends and late payments.
Who is silent for longer than the longest has ended."""


@dataclass(frozen=True, eq=False)
class Renewals:
    """Subscribers as seen at one day, in periods since their first payment.

    Attributes:
        ended: subscribers who ended at renewal 1, 2, ...
        still: subscribers still here after 0, 1, 2, ... renewals.
        others: customers who pay in a rhythm of their own, longer than the period; they are left out.
    """

    ended: np.ndarray
    still: np.ndarray
    others: float

    @property
    def survivors(self) -> np.ndarray:
        """The table of :func:`ltvlib.models.sbg.fit_sbg`: those who ended, and those still here, by renewals."""
        width = max(len(self.ended) + 1, len(self.still))
        rows = np.full((len(self.ended) + len(self.still), width), np.nan)
        for place, people in enumerate(self.ended):
            rows[place, : place + 1], rows[place, place + 1] = people, 0.0
        for place, people in enumerate(self.still):
            rows[len(self.ended) + place, : place + 1] = people
        return rows

    @property
    def survival(self) -> np.ndarray:
        """Share 0..1 still here after 0, 1, 2, ... renewals, counted (Kaplan & Meier, 1958), as far as 20 are at risk."""
        width = max(len(self.ended), len(self.still))
        ended, still = (np.pad(v, (0, width - len(v))) for v in (self.ended, self.still))
        gone_later = np.cumsum(ended[::-1])[::-1]
        kept_beyond = np.append(np.cumsum(still[::-1])[::-1], 0.0)[1:]
        at_risk = gone_later + kept_beyond
        rate = 1.0 - ratios.divide(ended, at_risk)
        known = int(np.argmax(np.append(at_risk, 0.0) < LEAST_AT_RISK))
        return np.concatenate([[1.0], np.cumprod(rate[:known])])


@dataclass(frozen=True, eq=False)
class Subscriptions:
    """What the renewals say.

    Attributes:
        period: how often is paid.
        subscribers: paying today.
        happened: share still here after 0, 1, 2, ... periods, counted on all data.
        learnt: the model fitted on what was known at ``split``; ``longest``: renewals anybody could have made by then.
        expected_renewals, happened_renewals: of the subscribers at the split, in the exam after it.
        fit: the model fitted on all data.
        stay: expected paid periods of a subscriber of today within the next year and two years.
    """

    period: Period
    subscribers: float
    happened: np.ndarray
    learnt: SbgFit
    longest: int
    split: dt.date
    expected_renewals: float
    happened_renewals: float
    fit: SbgFit
    stay: tuple[float, float]

    @property
    def miss(self) -> float:
        """Expected / happened - 1 in the exam. Unit: share; nan where nothing happened."""
        return float(ratios.divide(self.expected_renewals, self.happened_renewals)) - 1.0

    @property
    def is_trusted(self) -> bool:
        """Whether the exam came within a quarter, as for the other models."""
        return abs(self.miss) <= TOLERANCE


def paying_period(workspace: Workspace, filters: Filters | None = None) -> Period | None:
    """The calendar period customers pay by; None where they do not: then they buy when they need something.

    They do where at least 80 % of the gaps between two days with an order of one customer (100 gaps or more) lie within
    one of ``BANDS``. A salon has 23 % of its gaps at a month, a subscription nearly all.
    """
    filters = filters or Filters()
    until = (workspace.as_of(filters) - EPOCH).days
    frame = workspace.ask("gaps", {"from_day": 0, "to_day": until}, filters=filters).frame
    gaps, n = (frame[name].to_numpy(dtype=float) for name in ("gap_days", "n"))
    total = n[gaps > 0].sum()
    if total < LEAST_GAPS:
        return None
    shares = {period: n[(gaps >= low) & (gaps <= high)].sum() / total for period, (low, high) in BANDS.items()}
    period = max(shares, key=lambda name: shares[name])
    return period if shares[period] >= REGULAR else None


def renewals(counts: Counts, period: Period) -> Renewals:
    """Who ended and who is still here, from the same counts as the other models see.

    A customer renewed as often as whole periods lie between the first and the last payment, and ended where silent for
    longer than the longest gap of the period. A renewal of the last few days counts only where a missing one would be
    known by now too, else renewals would be seen sooner than endings. Who came back only after longer gaps (mean gap
    above 1.5 periods) is left out.
    """
    made, silent, is_other = _lives(counts, period)
    is_over, days_of_grace = silent > _late(period), _late(period) - 1.0
    made = np.where(silent < days_of_grace, np.maximum(made - 1, 0), made)
    ended, still = (
        np.bincount(made[chosen], counts.weights[chosen]) if chosen.any() else np.zeros(0)
        for chosen in (is_over & ~is_other, ~is_over & ~is_other)
    )
    return Renewals(np.asarray(ended, dtype=float), np.asarray(still, dtype=float), counts.total(is_other * 1.0))


def _late(period: Period) -> float:
    """Periods of silence after which a payment does not come any more."""
    return BANDS[period][1] / DAYS[period]


def _lives(counts: Counts, period: Period) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Renewals made, silence in periods, and who pays in another rhythm; by cell."""
    length = DAYS[period] / counts.unit_days
    made = np.round(counts.last_order_age / length).astype(int)
    silent = (counts.customer_age - counts.last_order_age) / length
    return made, silent, made > OWN_RHYTHM * counts.repeat_orders


def expected_renewals(fit: SbgFit, counts: Counts, period: Period, days: float) -> np.ndarray:
    """Renewals to come within ``days`` of one customer of every cell, by the model; 0 for those who ended or pay otherwise.

    The next is due one period after the last payment: sum over the renewals due of survival(made + k) / survival(made).
    """
    made, silent, is_other = _lives(counts, period)
    due = np.floor(days / DAYS[period] + silent).astype(int)
    last = int((made + due).max(initial=0))
    running = np.concatenate([[0.0], np.cumsum(fit.survival(np.arange(1, last + 1)))])
    ahead = (running[made + due] - running[made]) / fit.survival(made)
    return np.asarray(np.where((silent > _late(period)) | is_other, 0.0, ahead))


def subscriptions(workspace: Workspace, split: dt.date, filters: Filters | None = None) -> Subscriptions | None:
    """The renewals of the data set, examined from ``split`` on; None where customers do not pay by the calendar."""
    filters = filters or Filters()
    period, exam = paying_period(workspace, filters), holdout_data(workspace, split, filters)
    if period is None or exam is None:
        return None
    now = model_data(workspace, filters).counts
    before, today = renewals(exam.counts, period), renewals(now, period)
    learnt, fit = fit_sbg(before.survivors), fit_sbg(today.survivors)
    if not (learnt.is_converged and fit.is_converged):
        return None
    days = exam.horizon * exam.counts.unit_days
    expected = expected_renewals(learnt, exam.counts, period, days)
    is_other = _lives(exam.counts, period)[2]
    longest = round(float((exam.counts.customer_age * exam.counts.unit_days).max()) / DAYS[period])
    here = today.still.sum()
    year, two = (now.total(expected_renewals(fit, now, period, days)) for days in (365.25, 730.5))
    return Subscriptions(
        period,
        float(here),
        today.survival,
        learnt,
        longest,
        split,
        exam.counts.total(expected),
        exam.counts.total(np.where(is_other, 0.0, exam.actual)),
        fit,
        (float(ratios.divide(year, here)), float(ratios.divide(two, here))),
    )
