"""The honest exam: learn from the first part of the history, forecast the rest, and hold it against what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ltvlib.models import heuristics
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import Fit, ModelName, fit
from ltvlib.models.forecast import expected_orders_at

TOLERANCE = 0.25
"""A method whose total is off by more than a quarter cannot win: nobody plans stock or cash on it."""
GROUPS = 10


class Method(StrEnum):
    """The models and the rules of thumb they compete with."""

    PARETO_NBD = "pareto_nbd"
    BG_NBD = "bg_nbd"
    MBG_NBD = "mbg_nbd"
    LAST_PERIOD = "last_period"
    OWN_RATE = "own_rate"
    AVERAGE_RATE = "average_rate"


@dataclass(frozen=True, eq=False)
class HoldoutData:
    """Customers won before the split, and what they did after it.

    Attributes:
        counts: as of the split; cells may repeat where customers did differently afterwards.
        actual: purchase occasions of one customer of every cell after the split.
        recent_orders: occasions (first ones included) in the ``recent_span`` before the split, by cell.
        recent_span: how far back "recent" reaches, in units of the counts.
        horizon: from the split to the end of the data, in units of the counts.
        by_period: occasions of all customers in every period of length ``period`` after the split; sums to the total.
        period: length of one of these periods in units; the last may be cut short by the horizon.
    """

    counts: Counts
    actual: np.ndarray
    recent_orders: np.ndarray
    recent_span: float
    horizon: float
    by_period: np.ndarray
    period: float = 1.0

    def __post_init__(self) -> None:
        shape = self.counts.weights.shape
        if not (self.horizon > 0 and self.period > 0):
            raise ValueError("the time after the split must be above 0")
        if self.actual.shape != shape or self.recent_orders.shape != shape:
            raise ValueError("columns must be as long as the counts")
        if abs(self.by_period.sum() - self.happened) > 0.5:
            raise ValueError("the orders by period must sum to those by customer")

    @property
    def happened(self) -> float:
        """Purchase occasions of all customers after the split."""
        return self.counts.total(self.actual)

    @property
    def ends(self) -> np.ndarray:
        """Ends of the periods after the split, in units."""
        return np.minimum(np.arange(1, len(self.by_period) + 1) * self.period, self.horizon)


@dataclass(frozen=True, eq=False)
class Score:
    """How one method did.

    Attributes:
        method: which.
        expected: purchase occasions it expected of all customers after the split.
        happened: how many there were.
        mae, rmse: mean absolute and root mean squared error of one customer, in occasions.
        tracking: expected occasions of all customers up to the end of every period.
        decile_customers, decile_expected, decile_happened: customers ordered by what was expected of them in ten equal
            groups, least first; customers, and mean occasions of one.
        fit: the fitted model, None for a rule of thumb.
    """

    method: Method
    expected: float
    happened: float
    mae: float
    rmse: float
    tracking: np.ndarray
    decile_customers: np.ndarray
    decile_expected: np.ndarray
    decile_happened: np.ndarray
    fit: Fit | None = None

    @property
    def miss(self) -> float:
        """Expected / happened - 1: how far the total was off. Unit: share; nan if nothing happened."""
        return self.expected / self.happened - 1.0 if self.happened else float("nan")


@dataclass(frozen=True, eq=False)
class Holdout:
    """All methods on one exam, in the order of :class:`Method`.

    Attributes:
        scores: methods that gave a forecast.
        failed: models that gave none, with their reason in the fit.
        winner: the method to use; None where nothing gave a forecast or nothing happened.
        is_close: whether the winner's total is within the tolerance; if not, no method was, and the closest won.
        happened: occasions of all customers up to the end of every period.
        ends: ends of the periods after the split, in units.
    """

    scores: tuple[Score, ...]
    failed: tuple[Fit, ...]
    winner: Method | None
    is_close: bool
    happened: np.ndarray
    ends: np.ndarray


def holdout(data: HoldoutData, models: Sequence[ModelName] = tuple(ModelName), tolerance: float = TOLERANCE) -> Holdout:
    """Every model fitted on the counts as of the split and every rule of thumb, held against the rest.

    The winner: of the methods whose total is within ``tolerance`` of what happened the one with the smallest mean absolute
    error of a customer; where none is, the one whose total is closest. At equal error the earlier in the list.
    """
    known = Counts.of_customers(
        data.counts.repeat_orders,
        data.counts.last_order_age,
        data.counts.customer_age,
        data.counts.weights,
        data.counts.unit_days,
    )
    fits = [fit(name, known) for name in models]
    scores = [_model_score(found, data) for found in fits if found.is_converged] + _thumb_scores(data)
    usable = tuple(score for score in scores if np.isfinite(score.mae))
    winner, is_close = chosen(usable, tolerance)
    failed = tuple(found for found in fits if not found.is_converged)
    return Holdout(usable, failed, winner, is_close, np.cumsum(data.by_period), data.ends)


def chosen(scores: Sequence[Score], tolerance: float = TOLERANCE) -> tuple[Method | None, bool]:
    """The winner by the rule of :func:`holdout`, and whether its total is within the tolerance."""
    rated = [score for score in scores if np.isfinite(score.miss)]
    close = [score for score in rated if abs(score.miss) <= tolerance]
    if close:
        return min(close, key=lambda score: score.mae).method, True
    return (min(rated, key=lambda score: abs(score.miss)).method if rated else None), False


def _model_score(found: Fit, data: HoldoutData) -> Score:
    running = expected_orders_at(found, data.counts, [*data.ends.tolist(), data.horizon])
    tracking = (running[:-1] * data.counts.weights).sum(axis=1)
    return score_of(Method(found.model.value), running[-1], tracking, data, found)


def _thumb_scores(data: HoldoutData) -> list[Score]:
    """Rules of thumb grow in a straight line."""
    forecasts = {
        Method.LAST_PERIOD: heuristics.last_period(data.recent_orders, data.recent_span, data.horizon),
        Method.OWN_RATE: heuristics.own_rate(data.counts, data.horizon),
        Method.AVERAGE_RATE: heuristics.average_rate(data.counts, data.horizon),
    }
    return [
        score_of(method, expected, data.counts.total(expected) * data.ends / data.horizon, data)
        for method, expected in forecasts.items()
    ]


def score_of(
    method: Method, expected: np.ndarray, tracking: np.ndarray, data: HoldoutData, found: Fit | None = None
) -> Score:
    """A score from what was expected of one customer of every cell."""
    errors = expected - data.actual
    mae, rmse = data.counts.mean(np.abs(errors)), float(np.sqrt(data.counts.mean(errors**2)))
    groups = deciles(expected, data.actual, data.counts.weights)
    return Score(method, data.counts.total(expected), data.happened, mae, rmse, tracking, *groups, found)


def deciles(
    expected: np.ndarray, actual: np.ndarray, weights: np.ndarray, groups: int = GROUPS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers in equal groups by what was expected, least first: customers, mean expected, mean actual of each.

    Customers with equal expectations are alike to the method: a cell on the border is divided in proportion, and cells
    with one expectation are divided together, so the groups do not depend on the order of the rows.
    """
    levels, place = np.unique(expected, return_inverse=True)
    people = np.bincount(place, weights=weights)
    means = np.bincount(place, weights=weights * actual) / people
    borders = np.linspace(0.0, people.sum(), groups + 1)
    running = np.concatenate([[0.0], np.cumsum(people)])
    inside = np.minimum(running[1:], borders[1:, None]) - np.maximum(running[:-1], borders[:-1, None])
    inside = np.maximum(inside, 0.0)
    size = inside.sum(axis=1)
    return size, (inside * levels).sum(axis=1) / size, (inside * means).sum(axis=1) / size
