"""Customer lifetime value to come: expected orders x expected margin an order, month by month, over a stated horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltvlib.costs import discount_factors
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import MODELS, Fit
from ltvlib.models.forecast import (
    DRAWS,
    SEED,
    Interval,
    drawn_parameters,
    expected_orders_at,
    interval_of,
    sampled,
    spread_total,
)
from ltvlib.models.gamma_gamma import SpendFit, expected_margin

HORIZONS = (3, 6, 12, 24)
"""Horizons offered, in months."""
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
    """Expected margin of the customers known today within ``months`` from the end of the data.

    Orders of month k are worth (1 + annual_rate)^(-k / 12) of today's money, k = 0 for the first month to come, like
    :func:`ltvlib.costs.discount_factors`. Newcomers won later are not in it. nan where a fit failed.
    """
    orders, worth = _orders_and_worth(fit, counts, months, annual_rate)
    gained, lost = _margins(spend_fit, counts, sums)
    margin = worth * (gained + lost)
    total = _total(fit, spend_fit, counts, sums, months, np.asarray(worth), float(margin.sum()))
    per_customer = total.value / counts.customers if counts.customers else float("nan")
    return Clv(months, annual_rate, orders, margin, total, per_customer)


def expected_margins(
    fit: Fit, spend_fit: SpendFit, counts: Counts, sums: SpendSums, months: int, annual_rate: float = 0.0
) -> np.ndarray:
    """Expected margin of all customers of every cell together within ``months``, without an interval; see :func:`clv`."""
    _, worth = _orders_and_worth(fit, counts, months, annual_rate)
    gained, lost = _margins(spend_fit, counts, sums)
    return np.asarray(worth * (gained + lost))


def _orders_and_worth(fit: Fit, counts: Counts, months: int, annual_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Expected orders by cell, as a number and in orders of today (discounted)."""
    ends = [months_in_units(month, fit.unit_days) for month in range(months + 1)]
    running = expected_orders_at(fit, counts, ends if annual_rate else [ends[-1]])
    if not annual_rate:
        return running[0], running[0]
    return running[-1], (np.diff(running, axis=0) * discount_factors(annual_rate, months)[:, None]).sum(axis=0)


def _margins(spend_fit: SpendFit, counts: Counts, sums: SpendSums) -> tuple[np.ndarray, np.ndarray]:
    """Expected margin of an order summed over the customers of a cell: those with a profit, and the others."""
    if not spend_fit.is_converged:
        return counts.weights * spend_fit.base_average, np.zeros(counts.cells)
    gained = np.where(sums.gainers > 0, expected_margin(spend_fit, sums.orders, sums.gained, sums.gainers), 0.0)
    without = (sums.orders == 0) & (sums.gainers == 0)  # nothing known yet: the mean of all
    lost = np.where(sums.orders > 0, sums.lost / np.maximum(sums.orders, 1), 0.0)
    return np.where(without, counts.weights * spend_fit.mean, gained), lost


def _total(
    fit: Fit, spend_fit: SpendFit, counts: Counts, sums: SpendSums, months: int, worth: np.ndarray, whole: float
) -> Interval:
    """The total with the interval of what will happen; see :func:`ltvlib.models.forecast.total_orders`.

    Beside the parameters of buying and the orders, the parameters of spending, every customer's own level and the
    money of the orders are drawn.
    """
    if not (fit.is_converged and np.isfinite(whole)):
        return Interval(float("nan"), float("nan"), float("nan"))
    horizon, model = months_in_units(months, fit.unit_days), MODELS[fit.model]
    sample, growth = sampled(counts)
    own, generator = counts.pick(sample, np.ones(len(sample))).in_unit(fit.unit_days), np.random.default_rng(SEED)
    usual = model.probability_alive(fit.theta, own) * model.orders_if_alive(fit.theta, own, horizon)
    today = np.divide(worth[sample], usual, out=np.ones(len(sample)), where=usual > 0)
    purses = _Purses.of(spend_fit, counts, sums, sample)
    reference, totals = float((usual * today * purses.mean(spend_fit.theta)).sum()), []
    thetas = drawn_parameters(fit.theta, fit.covariance, DRAWS, SEED)
    for theta, spending in zip(thetas, _spendings(spend_fit), strict=True):
        expected = model.probability_alive(theta, own) * model.orders_if_alive(theta, own, horizon)
        mean = float((expected * today * purses.mean(spending)).sum())
        bought = model.simulate(theta, own, horizon, generator)
        happened = float((today * purses.drawn(spending, bought, generator)).sum())
        totals.append(spread_total(whole, reference, mean, happened, growth))
    return interval_of(whole, totals, -np.inf)


def _spendings(spend_fit: SpendFit) -> np.ndarray:
    """Drawn parameters of spending; a draw without a finite mean (q <= 1) gives way to the estimates."""
    if not spend_fit.is_converged:
        return np.full((DRAWS, 3), np.nan)
    drawn = drawn_parameters(spend_fit.theta, spend_fit.covariance, DRAWS, SEED + 1)
    return np.where(drawn[:, 1:2] > 1.0, drawn, spend_fit.theta)


@dataclass(frozen=True, eq=False)
class _Purses:
    """One customer of every sampled cell: orders so far, their margin, and the fixed margin an order outside the model."""

    orders: np.ndarray
    totals: np.ndarray
    fixed: np.ndarray
    is_modelled: np.ndarray

    @classmethod
    def of(cls, spend_fit: SpendFit, counts: Counts, sums: SpendSums, sample: np.ndarray) -> _Purses:
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
        """Drawn margin of ``bought`` orders: an own level nu ~ gamma(p n + q, gamma + total), orders ~ gamma(p, nu)."""
        p, q, gamma = spending
        shape = np.where(self.is_modelled, p * self.orders + q, 1.0)
        level = generator.gamma(shape) / np.where(self.is_modelled, gamma + self.totals, 1.0)
        money = generator.gamma(np.where(self.is_modelled, p, 1.0) * bought) / level
        return np.where(self.is_modelled, money, 0.0) + self.fixed * bought
