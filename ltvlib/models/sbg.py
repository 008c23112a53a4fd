"""Shifted beta-geometric: how many subscribers renew, period after period, and how many will.

Every subscriber ends each period with a chance of the own, which differs between them like beta(alpha, beta): those
who end easily end early, so the renewal rate of a cohort rises. Source: Fader and Hardie (2007), How to project customer
retention, Journal of Interactive Marketing 21(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma

from ltvlib.errors import N_
from ltvlib.models.likelihood import Objective, best_start, climbed, covariance_of
from ltvlib.models.messages import Message

NAMES = ("alpha", "beta")
_STARTS = ((1.0, 1.0), (1.0, 5.0), (0.2, 0.5))
NOTHING_ENDED = N_("Nobody has ended a subscription yet, so there is nothing to learn about endings from.")
ENDING_ALIKE = N_(
    "These cohorts do not tell how subscribers differ: all of them seem to end with the same chance in every period."
)
NOT_STEADY = N_("The model of renewals found no stable answer for these cohorts, so it gives no forecast.")


@dataclass(frozen=True, eq=False)
class SbgFit:
    """A fitted model of renewals.

    Attributes:
        parameters, standard_errors: alpha and beta; nan where the fit failed.
        log_likelihood: over all subscribers.
        covariance: of the logarithms of the parameters.
        subscribers: how many it rests on.
        is_converged: whether the estimates may be used.
        problem: what to tell people, if anything.
    """

    parameters: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    covariance: np.ndarray
    subscribers: float
    is_converged: bool
    problem: Message | None = None

    def retention(self, periods: ArrayLike) -> np.ndarray:
        """Share 0..1 of those still here after period t - 1 who renew at t = 1, 2, ...: (beta + t - 1) / (alpha + beta + t - 1)."""
        alpha, beta = self.parameters.values()
        t = np.asarray(periods, dtype=float)
        return np.asarray((beta + t - 1.0) / (alpha + beta + t - 1.0))

    def survival(self, periods: ArrayLike) -> np.ndarray:
        """Share 0..1 of a cohort still here after t = 0, 1, 2, ... renewals: B(alpha, beta + t) / B(alpha, beta)."""
        alpha, beta = self.parameters.values()
        t = np.asarray(periods, dtype=float)
        return np.exp(betaln(alpha, beta + t) - betaln(alpha, beta))


def ended_and_still_here(survivors: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Subscribers who ended at t = 1, 2, ... and those still here after t = 0, 1, 2, ... when last seen.

    ``survivors``: cohorts x (subscribers after 0, 1, 2, ... renewals), nan where a cohort has not come so far; one cohort
    may be a plain row. A row may not rise, and nothing may follow a nan.
    """
    table = np.atleast_2d(np.asarray(survivors, dtype=float))
    seen = np.isfinite(table)
    if not seen[:, 0].all() or (seen[:, 1:] & ~seen[:, :-1]).any():
        raise ValueError("a cohort is seen from its beginning without a hole")
    steps = -np.diff(table, axis=1)
    if (steps[np.isfinite(steps)] < 0).any() or (table[seen] < 0).any():
        raise ValueError("survivors may not rise and not be negative")
    still = np.zeros(table.shape[1])
    last = seen.sum(axis=1) - 1
    np.add.at(still, last, table[np.arange(len(table)), last])
    return np.nansum(steps, axis=0), still


def fit_sbg(survivors: ArrayLike) -> SbgFit:
    """The parameters under which the endings of the cohorts are most likely; see :func:`ended_and_still_here`."""
    ended, still = ended_and_still_here(survivors)
    people = float(ended.sum() + still.sum())
    if not ended.sum():
        return _failed(people, Message(NOTHING_ENDED))
    objective = _objective(ended, still)
    peak = climbed(objective, best_start(objective, [np.log(start) for start in _STARTS]))
    if not peak.is_steady:
        return _failed(people, Message(NOT_STEADY))
    theta, covariance = np.exp(peak.point), covariance_of(peak, people)
    errors = np.where(peak.free, theta * np.sqrt(np.diag(covariance)), np.nan)
    named, unsure = (dict(zip(NAMES, map(float, v), strict=True)) for v in (theta, errors))
    is_alike = not peak.free.all() or covariance.diagonal().max() > 4.0
    problem = Message(ENDING_ALIKE) if is_alike else None
    return SbgFit(named, unsure, -objective(peak.point)[0] * people, covariance, people, True, problem)


def _objective(ended: np.ndarray, still: np.ndarray) -> Objective:
    """Minus the mean log-likelihood of a subscriber by log alpha and log beta."""
    t, kept, people = np.arange(1, len(ended) + 1), np.arange(len(still)), ended.sum() + still.sum()

    def negative(point: np.ndarray) -> tuple[float, np.ndarray]:
        alpha, beta = np.exp(point)
        value = (ended * betaln(alpha + 1.0, beta + t - 1.0)).sum() + (still * betaln(alpha, beta + kept)).sum()
        value -= people * betaln(alpha, beta)
        both = (ended * digamma(alpha + beta + t)).sum() + (still * digamma(alpha + beta + kept)).sum()
        common = people * digamma(alpha + beta) - both
        by_alpha = ended.sum() * digamma(alpha + 1.0) + (still.sum() - people) * digamma(alpha) + common
        by_beta = (ended * digamma(beta + t - 1.0)).sum() + (still * digamma(beta + kept)).sum()
        by_beta += common - people * digamma(beta)
        return -float(value) / people, -np.array([by_alpha * alpha, by_beta * beta]) / people

    return negative


def _failed(people: float, problem: Message) -> SbgFit:
    nothing = dict.fromkeys(NAMES, float("nan"))
    return SbgFit(nothing, dict(nothing), float("nan"), np.full((2, 2), np.nan), people, False, problem)
