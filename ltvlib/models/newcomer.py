"""What a customer of whom nothing is known yet is expected to bring from the first order on."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from ltvlib.models.clv import months_in_units
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import MODELS, Fit
from ltvlib.models.forecast import LEVEL, SEED, Interval, even_parameters

_DRAWS = 64


def newcomer_orders(fit: Fit, months: int, theta: np.ndarray | None = None) -> float:
    """Expected purchase occasions of a newcomer within ``months`` of the first order, the first one included.

    Unconditional: what the model says of a customer with no repeat order at age 0. nan where the fit failed.
    """
    if not fit.is_converged:
        return float("nan")
    newcomer = Counts(*(np.zeros(1),) * 3, weights=np.ones(1), unit_days=fit.unit_days)
    chosen, model = fit.theta if theta is None else theta, MODELS[fit.model]
    alive = model.probability_alive(chosen, newcomer)
    return float(1.0 + alive[0] * model.orders_if_alive(chosen, newcomer, months_in_units(months, fit.unit_days))[0])


def newcomer_margin(fit: Fit, margin: float, error: float, months: int) -> Interval:
    """Expected margin of a newcomer within ``months``: expected orders x ``margin`` of an order, with its 95 % interval.

    Both doubts about the *mean* are in it: the parameters of buying, and the standard ``error`` of the margin. It is not
    what one newcomer may do. Unit: currency.
    """
    value = newcomer_orders(fit, months) * margin
    if not (np.isfinite(value) and np.isfinite(error)):
        return Interval(value, float("nan"), float("nan"))
    thetas = even_parameters(fit.theta, fit.covariance, _DRAWS, SEED)
    orders = np.array([newcomer_orders(fit, months, theta) for theta in thetas])
    steps = ndtri((np.random.default_rng(SEED).permutation(_DRAWS) + 0.5) / _DRAWS)
    values, borders = orders * (margin + error * steps), [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.quantile(values, borders, method="hazen")  # even draws stand for the middles of their slices
    return Interval(value, float(low), float(high))


def margin_of_order(
    customers: float, occasions: float, margin: float, occasions_squared: float, margin_squared: float, both: float
) -> tuple[float, float]:
    """Margin of an order (sum of margins / orders) and its standard error over customers, from sums over them.

    The error of a ratio of means: sqrt(sum (margin - ratio x orders)^2 x n / (n - 1)) / orders. nan with one customer.
    Source: Cochran (1977), Sampling Techniques, 2.11.
    """
    if not occasions:
        return float("nan"), float("nan")
    ratio = margin / occasions
    if customers < 2:
        return ratio, float("nan")
    rest = max(0.0, margin_squared - 2 * ratio * both + ratio**2 * occasions_squared)
    return ratio, float(np.sqrt(rest * customers / (customers - 1)) / occasions)
