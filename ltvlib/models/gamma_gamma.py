"""Gamma-Gamma: what an order of a customer brings, given what the orders so far brought.

The margin of an order ~ gamma(p, nu) with a nu of the customer's own, nu ~ gamma(q, gamma). A customer with few orders
is drawn towards the mean of all, one with many keeps the own average. Source: Fader and Hardie (2013), The Gamma-Gamma
model of monetary value. It is fitted on all orders by default: the first order tells about the second too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln

from ltvlib.errors import N_
from ltvlib.models.counts import Unique
from ltvlib.models.likelihood import Objective, best_start, climbed, covariance_of, finished
from ltvlib.models.messages import Message
from ltvlib.models.watch import beat, tell

NAMES = ("p", "q", "gamma")
_STARTS = ((2.0, 3.0, 1.0), (0.5, 1.5, 1.0), (20.0, 10.0, 0.5))
_FEW_ROWS = 2_000
LEAST_CUSTOMERS = 10
"""Fewer customers with a profit say nothing about how customers differ."""

LEARNING_SPEND = N_("Learning what an order brings")
NO_SPEND = N_(
    "Fewer than {least} customers have brought a profit, too few to tell good customers from bad by their orders."
)
HEAVY = N_(
    "A few very large orders decide the average, so the model has no steady mean: "
    "every customer is counted with the average profit of an order."
)
EXCLUDED = N_(
    "{customers} customers have brought no profit or a loss so far. "
    "The model cannot describe them; they are counted with their own average."
)


@dataclass(frozen=True, eq=False)
class SpendFit:
    """A fitted Gamma-Gamma model.

    Attributes:
        parameters, standard_errors: p, q (pure numbers) and gamma (currency); nan where the fit failed.
        log_likelihood: density of the average margin an order, over the customers included.
        covariance: of the logarithms of the parameters.
        customers: how many it rests on.
        excluded: customers whose orders brought nothing or a loss; they are outside the model.
        base_average: margin of all orders / orders, excluded customers included; what stands in where the fit failed.
        is_converged: whether the model may be used; if not, every customer has ``base_average``.
        problem: what to tell people, if anything.
    """

    parameters: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    covariance: np.ndarray
    customers: float
    excluded: float
    base_average: float
    is_converged: bool
    problem: Message | None = None

    @property
    def theta(self) -> np.ndarray:
        """p, q, gamma as an array."""
        return np.array(list(self.parameters.values()))

    @property
    def mean(self) -> float:
        """Expected margin an order of a customer nothing is known about: p gamma / (q - 1). Unit: currency."""
        p, q, gamma = self.theta
        return float(p * gamma / (q - 1.0)) if self.is_converged else self.base_average

    @property
    def note(self) -> Message | None:
        """The sentence about excluded customers, where there are any."""
        return Message(EXCLUDED, {"customers": round(self.excluded)}) if self.excluded else None


def log_likelihood(theta: np.ndarray, orders: np.ndarray, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log density of the average margin of one customer per row, and its derivatives by p, q, gamma (3 x rows).

    ``orders`` >= 1, ``totals`` > 0: margin of all of them. Logarithms of ratios only, so no size of money overflows.
    """
    p, q, gamma = theta
    shape = p * orders
    log_spent, log_rest = -np.log1p(gamma / totals), -np.log1p(totals / gamma)
    values = gammaln(shape + q) - gammaln(shape) - gammaln(q) + shape * log_spent + q * log_rest
    both = digamma(shape + q)
    by_gamma = q / gamma - (shape + q) / (gamma + totals)
    slopes = np.array([orders * (both - digamma(shape) + log_spent), both - digamma(q) + log_rest, by_gamma])
    return values - np.log(totals / orders), slopes


def fit_spend(orders: ArrayLike, totals: ArrayLike, weights: ArrayLike | None = None) -> SpendFit:
    """The parameters under which the average margins are most likely.

    Args:
        orders: orders of a customer (purchase occasions), >= 1; all of them, or those after the first.
        totals: margin of these orders together, refunds taken off. Unit: currency.
        weights: customers alike; 1 by default.
    """
    tell(LEARNING_SPEND)
    n, total = np.asarray(orders, dtype=float), np.asarray(totals, dtype=float)
    weight = np.ones(len(n)) if weights is None else np.asarray(weights, dtype=float)
    if not (np.isfinite(n).all() and np.isfinite(total).all() and (n >= 1).all()):
        raise ValueError("orders must be 1 or more and totals finite")
    everything = float((weight * n).sum())
    average = float((weight * total).sum()) / everything if everything else float("nan")
    is_in = total > 0
    counted = float(weight[is_in].sum()), float(weight[~is_in].sum()), average
    if counted[0] < LEAST_CUSTOMERS:
        return _failed(*counted, Message(NO_SPEND, {"least": LEAST_CUSTOMERS}))
    return _fitted(n[is_in], total[is_in], weight[is_in], counted)


def _fitted(
    orders: np.ndarray, totals: np.ndarray, weights: np.ndarray, counted: tuple[float, float, float]
) -> SpendFit:
    scale = float((weights * totals).sum() / (weights * orders).sum())
    few = np.linspace(0, len(orders) - 1, min(len(orders), _FEW_ROWS)).astype(int)
    quick = _objective(orders[few], totals[few] / scale, weights[few] / weights[few].sum())
    rough = climbed(quick, best_start(quick, [np.log(start) for start in _STARTS]))
    full = _objective(orders, totals / scale, weights / counted[0])
    peak = finished(full, rough.point, rough.curvature)
    peak = peak if peak.is_steady else climbed(full, peak.point)
    theta = np.exp(peak.point) * np.array([1.0, 1.0, scale])
    if not (peak.is_steady and theta[1] > 1.0):
        return _failed(*counted, Message(HEAVY))
    covariance = covariance_of(peak, counted[0])
    errors = np.where(peak.free, theta * np.sqrt(np.diag(covariance)), np.nan)
    total = float((weights * log_likelihood(theta, orders, totals)[0]).sum())
    named, unsure = (dict(zip(NAMES, map(float, v), strict=True)) for v in (theta, errors))
    return SpendFit(named, unsure, total, covariance, *counted, True)


def _objective(orders: np.ndarray, totals: np.ndarray, share: np.ndarray) -> Objective:
    """Minus the mean log-likelihood but for a constant, by log-parameters: a row costs one logarithm and one division."""
    unique, by_orders = Unique.of(orders), share * orders
    n, weight = unique.columns[0], unique.summed(share)
    log_totals = float((by_orders * np.log(totals)).sum())

    def negative(point: np.ndarray) -> tuple[float, np.ndarray]:
        beat()
        p, q, gamma = np.exp(point)
        both = gamma + totals
        log_both, inverse = np.log(both), np.divide(1.0, both, out=both)
        spent, rest = log_totals - float((by_orders * log_both).sum()), point[2] - float((share * log_both).sum())
        value = (weight * (gammaln(p * n + q) - gammaln(p * n) - gammaln(q))).sum() + p * spent + q * rest
        mixed = digamma(p * n + q)
        by_p = (weight * n * (mixed - digamma(p * n))).sum() + spent
        by_gamma = q / gamma - p * (by_orders * inverse).sum() - q * (share * inverse).sum()
        slopes = np.array([by_p, (weight * (mixed - digamma(q))).sum() + rest, by_gamma])
        return -float(value), -slopes * (p, q, gamma)

    return negative


def _failed(customers: float, excluded: float, average: float, problem: Message) -> SpendFit:
    nothing = dict.fromkeys(NAMES, float("nan"))
    unknown = np.full((3, 3), np.nan)
    return SpendFit(nothing, dict(nothing), float("nan"), unknown, customers, excluded, average, False, problem)


def expected_margin(fit: SpendFit, orders: ArrayLike, totals: ArrayLike, customers: ArrayLike = 1.0) -> np.ndarray:
    """Expected margin of one more order of each of ``customers`` with ``orders`` each and ``totals`` together, summed.

    p (gamma + total) / (p orders + q - 1) for one customer: the mean of all and the own average, weighted. It is
    linear in the total, so a cell of customers with equally many orders needs only their sum. ``orders`` may be 0.
    Where a total is not above 0 the own average stands (a loss goes on). Unit: currency.
    """
    n, total, people = (np.asarray(v, dtype=float) for v in (orders, totals, customers))
    if not fit.is_converged:
        return np.asarray(people * fit.base_average + 0.0 * total)
    p, q, gamma = fit.theta
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = p * (people * gamma + total) / (p * n + q - 1.0)
        own = total / n
    return np.where((total > 0) | (n == 0), inside, own)
