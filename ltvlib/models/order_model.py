"""What every model of buying and leaving can do; parameters are natural ones, in the unit of time of the counts."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ltvlib.models.counts import Counts


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

    def log_likelihood(self, theta: np.ndarray, counts: Counts) -> tuple[np.ndarray, np.ndarray]:
        """Log-likelihood of one customer of every cell, and its derivatives (parameters x cells)."""

    def probability_alive(self, theta: np.ndarray, counts: Counts) -> np.ndarray:
        """Chance 0..1 that a customer of the cell may still buy."""

    def orders_if_alive(self, theta: np.ndarray, counts: Counts, horizon: float) -> np.ndarray:
        """Expected purchase occasions within ``horizon`` of a customer of the cell who has not left."""

    def simulate(self, theta: np.ndarray, counts: Counts, horizon: float, generator: np.random.Generator) -> np.ndarray:
        """One drawn number of purchase occasions within ``horizon`` for a customer of every cell."""
