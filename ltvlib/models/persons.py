"""What one customer may do: the interval of orders and of margin to come, not of an average but of this one person.

Both doubts are in it: the parameters (drawn evenly) and chance (whether the customer is still here, the own pace, every
order). For one person chance is nearly all of it, so the interval is wide and often begins at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ltvlib.models.clv import Purses, SpendSums, months_in_units, spendings
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import MODELS, Fit
from ltvlib.models.forecast import LEVEL, SEED, even_parameters
from ltvlib.models.futures import drawn_orders
from ltvlib.models.gamma_gamma import SpendFit
from ltvlib.models.watch import beat

_THETAS, _FUTURES = 40, 50
_CHUNK = 500


@dataclass(frozen=True, eq=False)
class PersonIntervals:
    """95 % intervals by horizon and customer (horizons x customers); nan where a fit failed.

    Attributes:
        orders_low, orders_high: purchase occasions, whole numbers.
        margin_low, margin_high: margin of these orders, not discounted. Unit: currency.
    """

    orders_low: np.ndarray
    orders_high: np.ndarray
    margin_low: np.ndarray
    margin_high: np.ndarray


def person_intervals(
    fit: Fit, spend_fit: SpendFit, counts: Counts, sums: SpendSums, horizons: Sequence[int]
) -> PersonIntervals:
    """Intervals of what every customer will do within each of the rising ``horizons`` (months); a cell is one customer.

    The bounds are outcomes that may happen: at most 2.5 % of the drawn futures lie below the lower and above the upper.
    """
    if not fit.is_converged:
        return PersonIntervals(*np.full((4, len(horizons), counts.cells), np.nan))
    ends = np.array([months_in_units(months, fit.unit_days) for months in horizons])
    parts = [
        _of_some(fit, spend_fit, counts, sums, ends, np.arange(start, min(start + _CHUNK, counts.cells)))
        for start in range(0, counts.cells, _CHUNK)
    ]
    joined = np.concatenate(parts, axis=2) if parts else np.empty((4, len(horizons), 0))
    return PersonIntervals(*joined)


def _of_some(
    fit: Fit, spend_fit: SpendFit, counts: Counts, sums: SpendSums, ends: np.ndarray, chosen: np.ndarray
) -> np.ndarray:
    """Low and high of orders and of margin (4 x horizons x customers) of the ``chosen`` cells."""
    own, model = counts.pick(chosen, np.ones(len(chosen))).in_unit(fit.unit_days), MODELS[fit.model]
    again = np.tile(np.arange(len(chosen)), _FUTURES)
    many, purses = own.pick(again), Purses.of(spend_fit, counts, sums, chosen[again])
    thetas, money = even_parameters(fit.theta, fit.covariance, _THETAS, SEED), spendings(spend_fit, _THETAS)
    orders, margins = np.empty((2, len(ends), _THETAS * _FUTURES, len(chosen)))
    generator = np.random.default_rng([SEED, int(chosen[0])])
    for row, (theta, spending) in enumerate(zip(thetas, money, strict=True)):
        beat()
        alive = model.probability_alive(theta, own)[again]
        bought = drawn_orders(model, theta, many, alive, ends, generator)
        place = slice(row * _FUTURES, (row + 1) * _FUTURES)
        shape = (len(ends), _FUTURES, len(chosen))
        orders[:, place] = bought.reshape(shape)
        margins[:, place] = purses.drawn(spending, bought, generator).reshape(shape)
    borders = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low_high = [np.quantile(drawn, borders, axis=1, method="inverted_cdf") for drawn in (orders, margins)]
    return np.concatenate(low_high)
