"""Whether who buys often also spends otherwise: what a forecast of orders times money takes to be unrelated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ltvlib.errors import N_
from ltvlib.models.messages import Message

WEAK = 0.2
"""Correlations within +-0.2 leave less than 4 % of the differences in money to the number of orders."""
_Z = 1.959963984540054

UNRELATED = N_(
    "How often customers buy and how much an order brings are practically unrelated here, as the forecast assumes."
)
OFTEN_SPEND_MORE = N_(
    "Customers who buy more often bring more with every order here. The forecast takes the two to be unrelated, "
    "so it leans to undervalue the best customers."
)
OFTEN_SPEND_LESS = N_(
    "Customers who buy more often bring less with every order here. The forecast takes the two to be unrelated, "
    "so it leans to overvalue the frequent ones."
)
UNKNOWN = N_("Too few customers, or all alike: whether frequency and money go together cannot be said.")


@dataclass(frozen=True)
class Independence:
    """Correlation of the number of orders and the average margin of an order, over customers.

    Attributes:
        correlation: Pearson's, -1..1; nan with fewer than 4 customers or where all are alike.
        low, high: 95 % interval (Fisher).
        customers: how many it rests on.
        message: what it means for the forecast.
    """

    correlation: float
    low: float
    high: float
    customers: float
    message: Message


def independence(orders: ArrayLike, averages: ArrayLike, weights: ArrayLike | None = None) -> Independence:
    """The check for customers with ``orders`` repeat orders and an average margin of ``averages`` each."""
    x, y = np.asarray(orders, dtype=float), np.asarray(averages, dtype=float)
    weight = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    n, r = float(weight.sum()), _correlation(x, y, weight)
    if np.isnan(r):
        return Independence(r, r, r, n, Message(UNKNOWN))
    middle, half = np.arctanh(np.clip(r, -1 + 1e-15, 1 - 1e-15)), _Z / np.sqrt(n - 3.0)
    template = UNRELATED if abs(r) <= WEAK else OFTEN_SPEND_MORE if r > 0 else OFTEN_SPEND_LESS
    return Independence(r, float(np.tanh(middle - half)), float(np.tanh(middle + half)), n, Message(template))


def _correlation(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """Pearson's correlation over customers; nan where it is undefined."""
    n = weight.sum()
    if n < 4:
        return float("nan")
    dx, dy = x - (weight * x).sum() / n, y - (weight * y).sum() / n
    spread = (weight * dx**2).sum() * (weight * dy**2).sum()
    return float((weight * dx * dy).sum() / np.sqrt(spread)) if spread > 0 else float("nan")
