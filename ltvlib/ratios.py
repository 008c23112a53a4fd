"""Every ratio of the product, one small pure function each. SQL adds, these divide.

All take whole sums and return float; undefined is ``nan``, never 0. Scalars and numpy arrays both work.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

Number = TypeVar("Number", float, np.ndarray)


def divide(numerator: ArrayLike, denominator: ArrayLike) -> np.ndarray:
    """numerator / denominator elementwise; ``nan`` where the denominator is 0 or either is missing."""
    top, bottom = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom == 0, np.nan, top / bottom)


def retention_rate(active_customers: ArrayLike, cohort_size: ArrayLike) -> np.ndarray:
    """Active customers of a cohort in one period / customers of the cohort. Unit: share 0..1.

    Undefined for an empty cohort. At age 0 it is exactly 1.
    """
    return divide(active_customers, cohort_size)


def rolling_retention_rate(active_then_or_later: ArrayLike, cohort_size: ArrayLike) -> np.ndarray:
    """Customers who ordered in period k or later / customers of the cohort. Unit: share 0..1."""
    return divide(active_then_or_later, cohort_size)


def average_order_value(revenue: ArrayLike, orders: ArrayLike) -> np.ndarray:
    """Revenue / orders: a ratio of sums, never a mean of means. Unit: currency. Undefined without orders."""
    return divide(revenue, orders)


def orders_per_customer(orders: ArrayLike, customers: ArrayLike) -> np.ndarray:
    """Orders / customers with an order in the same span. Undefined without customers."""
    return divide(orders, customers)


def repeat_purchase_rate(repeat_customers: ArrayLike, customers: ArrayLike) -> np.ndarray:
    """Customers with two orders or more in the span / customers with one or more. Unit: share 0..1."""
    return divide(repeat_customers, customers)


def cumulative_ltv(cumulative_amount: ArrayLike, cohort_size: ArrayLike) -> np.ndarray:
    """Cumulative revenue or profit of a cohort / customers acquired in it. Unit: currency a customer.

    The basis and the horizon belong into the title; only complete periods may be summed.
    """
    return divide(cumulative_amount, cohort_size)


def cac(spend: ArrayLike, new_customers: ArrayLike) -> np.ndarray:
    """Acquisition cost / new customers of the same months and channel. Unit: currency a customer.

    Undefined without new customers, and where no spend is recorded (``nan``): nothing known is not nothing spent.
    """
    return divide(spend, new_customers)


def romi(margin: ArrayLike, spend: ArrayLike) -> np.ndarray:
    """(margin - acquisition cost) / acquisition cost. Unit: share; -1 = all lost, 0 = paid back. Undefined without spend."""
    return divide(np.asarray(margin, dtype=float) - np.asarray(spend, dtype=float), spend)


def margin_rate(margin: ArrayLike, revenue: ArrayLike) -> np.ndarray:
    """Gross margin / revenue. Unit: share; can be negative. Undefined without revenue."""
    return divide(margin, revenue)


def share(part: ArrayLike, whole: ArrayLike) -> np.ndarray:
    """Part / whole. Unit: share. Undefined where the whole is 0."""
    return divide(part, whole)


def change(now: float, before: float) -> float:
    """Relative change now / before - 1. Unit: share. ``nan`` where either is missing or before is not positive."""
    if np.isnan(now) or np.isnan(before) or before <= 0:
        return float("nan")
    return now / before - 1


def weighted_median(values: ArrayLike, counts: ArrayLike) -> float:
    """Median of values that occur ``counts`` times; the mean of the two middle ones for an even total.

    ``values`` must be sorted ascending. Undefined (``nan``) when the counts sum to 0.
    """
    points, weights = np.asarray(values, dtype=float), np.asarray(counts, dtype=np.int64)
    total = int(weights.sum())
    if total == 0:
        return float("nan")
    running = np.cumsum(weights)
    lower = points[np.searchsorted(running, (total - 1) // 2 + 1)]
    upper = points[np.searchsorted(running, total // 2 + 1)]
    return float((lower + upper) / 2)


def weighted_quantile(values: ArrayLike, counts: ArrayLike, part: float) -> float:
    """Smallest value with at least ``part`` of the counts at or below it; ``values`` sorted ascending, nan if empty."""
    points, weights = np.asarray(values, dtype=float), np.asarray(counts, dtype=np.int64)
    total = int(weights.sum())
    if total == 0:
        return float("nan")
    return float(points[np.searchsorted(np.cumsum(weights), part * total)])
