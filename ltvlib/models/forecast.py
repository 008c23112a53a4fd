"""What a fitted model says about the customers of some cells: who is still here, and how many orders are to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ltvlib.models.counts import Counts
from ltvlib.models.fitting import MODELS, Fit

DRAWS = 300
"""Parameter sets drawn for an interval."""
LEVEL = 0.95
SEED = 20_260_101
SAMPLE = 1_000
"""Customers the spread of a total is measured on."""
_FARTHEST = 2.0
"""No drawn log-parameter is farther from its estimate: where the data say little the normal limit says too much."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval; all nan where the model gives no forecast."""

    value: float
    low: float
    high: float


def probability_alive(fit: Fit, counts: Counts) -> np.ndarray:
    """Chance 0..1 by cell that a customer may still buy; nan where the fit failed.

    The model's word for "not lost"; nobody has seen it, a silent customer may come back.
    """
    if not fit.is_converged:
        return np.full(counts.cells, np.nan)
    return MODELS[fit.model].probability_alive(fit.theta, counts.in_unit(fit.unit_days))


def expected_orders(fit: Fit, counts: Counts, horizon: float) -> np.ndarray:
    """Expected purchase occasions of one customer of every cell within ``horizon`` from the end of the observation.

    ``horizon`` is in the fit's unit of time (``fit.unit_days``), 0 or more. nan where the fit failed.
    """
    if not horizon >= 0:
        raise ValueError("a horizon is 0 or more")
    if not fit.is_converged:
        return np.full(counts.cells, np.nan)
    return _expected(fit, fit.theta, counts.in_unit(fit.unit_days), [horizon])[0]


def expected_orders_at(fit: Fit, counts: Counts, horizons: list[float]) -> np.ndarray:
    """:func:`expected_orders` at several horizons, horizons x cells; whether a customer is alive is computed once."""
    if not fit.is_converged:
        return np.full((len(horizons), counts.cells), np.nan)
    return _expected(fit, fit.theta, counts.in_unit(fit.unit_days), horizons)


def expected_since_first(fit: Fit, ages: np.ndarray) -> np.ndarray:
    """Expected repeat orders of a new customer within ``ages`` (fit's unit) of the first order; nan where the fit failed.

    Summed over the first orders of a base it is the curve to hold against the orders that happened.
    """
    newcomer = Counts(*(np.zeros(1),) * 3, weights=np.ones(1), unit_days=fit.unit_days)
    unique, place = np.unique(np.maximum(ages, 0.0), return_inverse=True)
    return expected_orders_at(fit, newcomer, [float(age) for age in unique])[:, 0][place]


def _expected(fit: Fit, theta: np.ndarray, counts: Counts, horizons: list[float]) -> np.ndarray:
    model = MODELS[fit.model]
    return np.asarray(
        model.probability_alive(theta, counts) * model.orders_if_alive(theta, counts, np.array(horizons, dtype=float))
    )


def drawn_parameters(theta: np.ndarray, covariance: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Parameters from the asymptotic normal of their logarithms (draws x parameters), none farther than a factor of e^2."""
    return _moved(theta, covariance, np.random.default_rng(seed).standard_normal((draws, len(theta))))


def even_parameters(theta: np.ndarray, covariance: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Like :func:`drawn_parameters`, but evenly: of ``draws`` equally likely slices of every direction each is drawn once.

    A Latin hypercube. Quantiles of what rises or falls with the parameters come out as well from a third of the draws.
    Source: McKay, Beckman & Conover (1979), Technometrics 21(2).
    """
    generator = np.random.default_rng(seed)
    slices = np.array([generator.permutation(draws) for _ in theta]).T
    normal = ndtri((slices + generator.random(slices.shape)) / draws)
    return _moved(theta, covariance, normal)


def _moved(theta: np.ndarray, covariance: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Parameters from standard normal draws, none farther than a factor of e^2."""
    values, vectors = np.linalg.eigh(covariance)
    steps = (normal * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return np.asarray(theta * np.exp(np.clip(steps, -_FARTHEST, _FARTHEST)))


def orders_interval(fit: Fit, counts: Counts, horizon: float, draws: int = DRAWS) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval by cell of the *expected* orders: how unsure the parameters are, not what chance does to one customer.

    Parameters are drawn from the asymptotic normal of their logarithms. Costs ``draws`` forecasts of the cells given.
    """
    if not fit.is_converged:
        return np.full(counts.cells, np.nan), np.full(counts.cells, np.nan)
    own = counts.in_unit(fit.unit_days)
    drawn = [_expected(fit, theta, own, [horizon])[0] for theta in _thetas(fit, draws)]
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high


def _thetas(fit: Fit, draws: int) -> Iterator[np.ndarray]:
    return iter(drawn_parameters(fit.theta, fit.covariance, draws, SEED))


def total_orders(fit: Fit, counts: Counts, horizon: float, draws: int = DRAWS) -> Interval:
    """Expected purchase occasions of all customers within ``horizon``, with the 95 % interval of what will happen.

    The interval has both doubts: the parameters (drawn) and chance (every customer's orders drawn for every set). It is
    measured on up to 1,000 customers: the expected total moves like theirs, chance grows with the root of the number.
    It knows nothing of a season, a new price or a rival, so read it as the least width.
    """
    if not fit.is_converged:
        return Interval(float("nan"), float("nan"), float("nan"))
    whole = counts.total(expected_orders(fit, counts, horizon))
    sample, growth = sampled(counts)
    own, generator = counts.pick(sample, np.ones(len(sample))).in_unit(fit.unit_days), np.random.default_rng(SEED)
    model, usual = MODELS[fit.model], float(_expected(fit, fit.theta, own, [horizon])[0].sum())
    totals = []
    for theta in _thetas(fit, draws):
        mean = _expected(fit, theta, own, [horizon])[0].sum()
        happened = model.simulate(theta, own, horizon, generator).sum()
        totals.append(spread_total(whole, usual, mean, happened, growth))
    return interval_of(whole, totals)


def sampled(counts: Counts, size: int = SAMPLE) -> tuple[np.ndarray, float]:
    """Cells of ``size`` evenly spaced customers in the order of orders and last order, and customers for each of them.

    All customers, one by one, where there are no more than ``size``.
    """
    order = np.lexsort((counts.customer_age, counts.last_order_age, counts.repeat_orders))
    running = np.cumsum(counts.weights[order])
    people = min(size, max(1, round(counts.customers)))
    places = (np.arange(people) + 0.5) / people * running[-1]
    return order[np.searchsorted(running, places)], counts.customers / people


def spread_total(whole: float, usual: float, mean: float, happened: float, growth: float) -> float:
    """A drawn total of the base from a drawn total of the sample: the mean in proportion, chance by the root."""
    moved = whole * mean / usual if usual > 0 else whole
    return float(moved + (happened - mean) * np.sqrt(growth))


def interval_of(value: float, totals: list[float], least: float = 0.0) -> Interval:
    """Quantiles of drawn totals around an estimate, never below ``least``."""
    low, high = np.quantile(totals, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(max(least, low)), float(high))
