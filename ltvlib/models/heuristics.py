"""What people use without a model; every model has to beat these on the owner's own data.

All give expected purchase occasions of one customer of every cell within a horizon, in the unit of the counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ltvlib.models.counts import Counts


def last_period(recent_orders: ArrayLike, recent_span: float, horizon: float) -> np.ndarray:
    """Everybody repeats the last ``recent_span``: own orders in it (first ones included) x horizon / recent_span.

    Undefined (nan) without a span.
    """
    orders = np.asarray(recent_orders, dtype=float)
    return orders * horizon / recent_span if recent_span > 0 else np.full(orders.shape, np.nan)


def own_rate(counts: Counts, horizon: float) -> np.ndarray:
    """Everybody goes on at the own rate so far: repeat orders / customer age x horizon.

    Customers won on the last day have no rate yet and get that of the base.
    """
    rate = np.divide(
        counts.repeat_orders,
        counts.customer_age,
        out=np.full(counts.cells, base_rate(counts)),
        where=counts.customer_age > 0,
    )
    return np.asarray(rate * horizon)


def average_rate(counts: Counts, horizon: float) -> np.ndarray:
    """Everybody buys like the average customer so far (the textbook's "order value x frequency"): base rate x horizon."""
    return np.full(counts.cells, base_rate(counts) * horizon)


def base_rate(counts: Counts) -> float:
    """Repeat orders of all / time of all since their first order: orders a unit of time. nan without time."""
    time = counts.total(counts.customer_age)
    return counts.total_repeat_orders / time if time > 0 else float("nan")


def margin_to_come(orders: ArrayLike, margin_per_order: ArrayLike) -> np.ndarray:
    """Orders x average margin of an order, own or of the base: how these rules of thumb count money. Unit: currency."""
    return np.asarray(orders, dtype=float) * np.asarray(margin_per_order, dtype=float)
