"""What every model of buying and leaving can do; parameters are natural ones, in the unit of time of the counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ltvlib.models.counts import Counts


@dataclass(frozen=True, eq=False)
class Parts:
    """A log-likelihood in parts: that of a cell is ``orders`` + log(e^``gone`` + e^``here``).

    The customer has left since the last order (``gone``), or is still here. Every part is known from some of the columns
    alone, so it is given for their unique values: rows are its value and its derivatives by the parameters, columns the
    unique values. ``gone`` may be minus infinity where nobody can have left.

    Attributes:
        orders: by unique number of repeat orders.
        gone: by unique repeat orders and last order age.
        here: by unique repeat orders and customer age.
    """

    orders: np.ndarray
    gone: np.ndarray
    here: np.ndarray

    def by_cell(self, counts: Counts) -> tuple[np.ndarray, np.ndarray]:
        """Log-likelihood of one customer of every cell, and its derivatives (parameters x cells)."""
        orders, gone = counts.orders.spread(self.orders), counts.last.spread(self.gone)
        here = counts.age.spread(self.here)
        both, left = _either(gone[0], here[0])
        return orders[0] + both, orders[1:] + left * gone[1:] + (1.0 - left) * here[1:]

    def total(self, counts: Counts, weights: np.ndarray) -> tuple[float, np.ndarray]:
        """Sum over the cells with ``weights``, and its derivatives: a cell costs one exponential and one logarithm."""
        both, left = _either(counts.last.spread(self.gone[0]), counts.age.spread(self.here[0]))
        left *= weights
        of_orders, of_gone = counts.orders.summed(weights), counts.last.summed(left)
        of_here = counts.age.summed(weights - left)
        slopes = (self.orders[1:] * of_orders).sum(axis=1) + (self.gone[1:] * of_gone).sum(axis=1)
        value = float((self.orders[0] * of_orders).sum() + (both * weights).sum())
        return value, slopes + (self.here[1:] * of_here).sum(axis=1)


def _either(gone: np.ndarray, here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log(e^gone + e^here), and the share of the first in the sum."""
    lead = gone - here
    small = np.exp(-np.abs(lead))
    return np.maximum(gone, here) + np.log1p(small), np.where(lead > 0, 1.0, small) / (1.0 + small)


class OrderModel(Protocol):
    """A model of how often customers buy and when they leave for good.

    Attributes:
        parameters: names, in the order of every array of parameters; all are above 0.
        is_time: which of them are lengths of time (they change with the unit).
        leaving: places of the two that describe leaving.
    """

    @property
    def parameters(self) -> tuple[str, ...]: ...

    @property
    def is_time(self) -> np.ndarray: ...

    @property
    def leaving(self) -> tuple[int, int]: ...

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """First guesses for a fit, in units of the mean customer age."""

    def likelihood(self, theta: np.ndarray, counts: Counts) -> Parts:
        """The log-likelihood in parts."""

    def probability_alive(self, theta: np.ndarray, counts: Counts) -> np.ndarray:
        """Chance 0..1 that a customer of the cell may still buy."""

    def orders_if_alive(self, theta: np.ndarray, counts: Counts, horizon: float | np.ndarray) -> np.ndarray:
        """Expected purchase occasions within ``horizon`` of a customer of the cell who has not left.

        An array of horizons gives horizons x cells.
        """

    def simulate(self, theta: np.ndarray, counts: Counts, horizon: float, generator: np.random.Generator) -> np.ndarray:
        """One drawn number of purchase occasions within ``horizon`` for a customer of every cell."""
