"""Customer lifetime value to come: expected orders x expected margin an order, month by month, over a stated horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ltvlib.costs import discount_factors
from ltvlib.errors import N_
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import MODELS, Fit
from ltvlib.models.forecast import (
    SEED,
    Interval,
    even_parameters,
    expected_orders_at,
    interval_of,
    sampled,
)
from ltvlib.models.futures import drawn_orders
from ltvlib.models.gamma_gamma import SpendFit, expected_margin
from ltvlib.models.watch import beat, tell

DRAWING = N_("Drawing what may happen, to tell how sure the totals are")
HORIZONS = (3, 6, 12, 24)
"""Horizons offered, in months."""
_THETAS, _FUTURES = 64, 12
"""Evenly drawn sets of parameters behind the interval of a total, and futures drawn under each."""
MONTH_DAYS = 365.25 / 12
"""Mean length of a month in days."""


def months_in_units(months: float, unit_days: float) -> float:
    """A horizon in months as a number of units of time: the only place where months meet the unit of a model."""
    return months * MONTH_DAYS / unit_days


@dataclass(frozen=True, eq=False)
class SpendSums:
    """What the orders of every cell brought, aligned with its :class:`~ltvlib.models.counts.Counts`.

    Attributes:
        orders: orders of one customer of the cell behind the sums (repeat orders + 1, or repeat orders).
        gainers: customers with a margin above 0; their margin together is ``gained``.
        gained, lost: margin of those above 0, and of the others (0 or negative). Unit: currency.
    """

    orders: np.ndarray
    gainers: np.ndarray
    gained: np.ndarray
    lost: np.ndarray


@dataclass(frozen=True, eq=False)
class Clv:
    """Margin to come within ``months``.

    Attributes:
        months, annual_rate: the horizon, and the discount a year (0 = none).
        orders: expected purchase occasions of one customer, by cell.
        margin: expected margin of all customers of a cell together, by cell, discounted. Unit: currency.
        total: expected margin of the base with its 95 % interval. Unit: currency.
        per_customer: total / customers; nan without customers.
    """

    months: int
    annual_rate: float
    orders: np.ndarray
    margin: np.ndarray
    total: Interval
    per_customer: float


def clv(fit: Fit, spend_fit: SpendFit, counts: Counts, sums: SpendSums, months: int, annual_rate: float = 0.0) -> Clv:
    """:func:`clvs` for one horizon."""
    return clvs(fit, spend_fit, counts, sums, (months,), annual_rate)[months]


def clvs(
    fit: Fit,
    spend_fit: SpendFit,
    counts: Counts,
    sums: SpendSums,
    horizons: Sequence[int] = HORIZONS,
    annual_rate: float = 0.0,
) -> dict[int, Clv]:
    """Expected margin of the customers known today within each of ``horizons`` (months) from the end of the data.

    Orders of month k are worth (1 + annual_rate)^(-k / 12) of today's money, k = 0 for the first month to come, like
    :func:`ltvlib.costs.discount_factors`. Newcomers won later are not in it. nan where a fit failed.
    """
    tell(DRAWING)
    horizons = sorted(horizons)
    orders, worth = orders_and_worth(fit, counts, horizons, annual_rate)
    gained, lost = _margins(spend_fit, counts, sums)
    margins = worth * (gained + lost)
    totals = _totals(fit, spend_fit, counts, sums, horizons, worth, margins.sum(axis=1))
    people = counts.customers or float("nan")
    return {
        months: Clv(months, annual_rate, orders[row], margins[row], totals[row], totals[row].value / people)
        for row, months in enumerate(horizons)
    }


def expected_margins(
    fit: Fit, spend_fit: SpendFit, counts: Counts, sums: SpendSums, months: int, annual_rate: float = 0.0
) -> np.ndarray:
    """Expected margin of all customers of every cell together within ``months``, without an interval; see :func:`clvs`."""
    _, worth = orders_and_worth(fit, counts, [months], annual_rate)
    gained, lost = _margins(spend_fit, counts, sums)
    return np.asarray(worth[0] * (gained + lost))


def expected_of(
    fit: Fit,
    spend_fit: SpendFit,
    counts: Counts,
    sums: SpendSums,
    horizons: Sequence[int],
    annual_rate: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Expected orders of one customer, and expected margin of all customers, of every cell within each horizon (months).

    Both horizons x cells, without intervals; see :func:`clvs`.
    """
    orders, worth = orders_and_worth(fit, counts, horizons, annual_rate)
    gained, lost = _margins(spend_fit, counts, sums)
    return orders, np.asarray(worth * (gained + lost))


def orders_and_worth(
    fit: Fit, counts: Counts, horizons: Sequence[int], annual_rate: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Expected orders of one customer of every cell within each horizon, as a number and in orders of today (discounted)."""
    last = list(horizons)
    if not annual_rate:
        orders = expected_orders_at(fit, counts, [months_in_units(months, fit.unit_days) for months in last])
        return orders, orders
    ends = [months_in_units(month, fit.unit_days) for month in range(max(last) + 1)]
    running = expected_orders_at(fit, counts, ends)
    worth = np.cumsum(np.diff(running, axis=0) * discount_factors(annual_rate, max(last))[:, None], axis=0)
    return running[last], worth[np.array(last) - 1]


def _margins(spend_fit: SpendFit, counts: Counts, sums: SpendSums) -> tuple[np.ndarray, np.ndarray]:
    """Expected margin of an order summed over the customers of a cell: those with a profit, and the others."""
    if not spend_fit.is_converged:
        return counts.weights * spend_fit.base_average, np.zeros(counts.cells)
    gained = np.where(sums.gainers > 0, expected_margin(spend_fit, sums.orders, sums.gained, sums.gainers), 0.0)
    without = (sums.orders == 0) & (sums.gainers == 0)  # nothing known yet: the mean of all
    lost = np.where(sums.orders > 0, sums.lost / np.maximum(sums.orders, 1), 0.0)
    return np.where(without, counts.weights * spend_fit.mean, gained), lost


def _totals(
    fit: Fit,
    spend_fit: SpendFit,
    counts: Counts,
    sums: SpendSums,
    horizons: Sequence[int],
    worth: np.ndarray,
    wholes: np.ndarray,
) -> list[Interval]:
    """The totals with the interval of what will happen; see :func:`ltvlib.models.forecast.total_orders`.

    Beside the parameters of buying and the orders, the parameters of spending, every customer's own level and the
    money of the orders are drawn. One drawn future serves all horizons.
    """
    if not (fit.is_converged and np.isfinite(wholes).all()):
        return [Interval(float("nan"), float("nan"), float("nan"))] * len(wholes)
    ends, model = np.array([months_in_units(months, fit.unit_days) for months in horizons]), MODELS[fit.model]
    sample, growth = sampled(counts)
    own, generator = counts.pick(sample, np.ones(len(sample))).in_unit(fit.unit_days), np.random.default_rng(SEED)
    purses = Purses.of(spend_fit, counts, sums, sample)

    def expected(theta: np.ndarray, alive: np.ndarray) -> np.ndarray:
        return alive * model.orders_if_alive(theta, own, ends)

    usual = expected(fit.theta, model.probability_alive(fit.theta, own))
    today = np.divide(worth[:, sample], usual, out=np.ones(usual.shape), where=usual > 0)
    reference = (usual * today * purses.mean(spend_fit.theta)).sum(axis=1)
    moved, chance = np.empty((_THETAS, len(ends))), np.empty((_THETAS, _FUTURES, len(ends)))
    thetas = even_parameters(fit.theta, fit.covariance, _THETAS, SEED)
    for row, (theta, spending) in enumerate(zip(thetas, spendings(spend_fit, _THETAS), strict=True)):
        beat()
        alive = model.probability_alive(theta, own)
        moved[row] = (expected(theta, alive) * today * purses.mean(spending)).sum(axis=1)
        for future in range(_FUTURES):
            bought = drawn_orders(model, theta, own, alive, ends, generator)
            happened = (today * purses.drawn(spending, bought, generator)).sum(axis=1)
            chance[row, future] = happened - moved[row]
    drawn = np.divide(moved * wholes, reference, out=np.zeros(moved.shape) + wholes, where=reference > 0)
    happening = drawn[:, None] + chance * np.sqrt(growth)
    return [
        interval_of(float(whole), happening[..., row].ravel().tolist(), -np.inf) for row, whole in enumerate(wholes)
    ]


def spendings(spend_fit: SpendFit, draws: int) -> np.ndarray:
    """Drawn parameters of spending; a draw without a finite mean (q <= 1) gives way to the estimates."""
    if not spend_fit.is_converged:
        return np.full((draws, 3), np.nan)
    drawn = even_parameters(spend_fit.theta, spend_fit.covariance, draws, SEED + 1)
    return np.where(drawn[:, 1:2] > 1.0, drawn, spend_fit.theta)


@dataclass(frozen=True, eq=False)
class Purses:
    """What single customers spend, one of every sampled cell: orders so far, their margin, and the fixed margin an order outside the model."""

    orders: np.ndarray
    totals: np.ndarray
    fixed: np.ndarray
    is_modelled: np.ndarray

    @classmethod
    def of(cls, spend_fit: SpendFit, counts: Counts, sums: SpendSums, sample: np.ndarray) -> Purses:
        """Customers with a profit stand for their cell; losses of the cell are spread over it as a fixed part."""
        gained, lost = _margins(spend_fit, counts, sums)
        gainers = sums.gainers[sample]
        is_modelled = (gainers > 0) & spend_fit.is_converged
        totals = np.divide(sums.gained[sample], gainers, out=np.ones(len(sample)), where=gainers > 0)
        fixed = np.where(is_modelled, lost[sample], (gained + lost)[sample]) / counts.weights[sample]
        return cls(sums.orders[sample], totals, fixed, is_modelled)

    def mean(self, spending: np.ndarray) -> np.ndarray:
        """Expected margin an order."""
        p, q, gamma = spending
        return np.where(self.is_modelled, p * (gamma + self.totals) / (p * self.orders + q - 1.0), 0.0) + self.fixed

    def drawn(self, spending: np.ndarray, bought: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """Drawn margin of ``bought`` orders (rising horizons x customers): an own level nu ~ gamma(p n + q, gamma + total),
        an order ~ gamma(p, nu). What the orders of a horizon brought is part of every longer one."""
        p, q, gamma = spending
        shape = np.where(self.is_modelled, p * self.orders + q, 1.0)
        level = generator.gamma(shape) / np.where(self.is_modelled, gamma + self.totals, 1.0)
        more = np.diff(bought, axis=0, prepend=0.0)
        money = generator.gamma(np.where(self.is_modelled, p, 1.0) * more).cumsum(axis=0) / level
        return np.where(self.is_modelled, money, 0.0) + self.fixed * bought
