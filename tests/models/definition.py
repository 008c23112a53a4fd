"""The models straight from their definition, slow and independent: every customer's rates integrated on a plain grid.

Nothing is shared with the library. The two rates of a customer are integrated over their densities by the trapezoid
rule in logarithms (the chance to leave in log odds), which is exact to rounding for such smooth, falling functions.
"""

from __future__ import annotations

from math import lgamma, log

import numpy as np
from scipy.special import betaln, gammaln, logsumexp


def _gamma_grid(shape: float, rate: float, heaviest: float) -> tuple[np.ndarray, np.ndarray]:
    """Rates on a logarithmic grid and the log of their gamma density times the step."""
    step = min(0.08, 0.5 / np.sqrt(shape + heaviest))
    line = np.arange(-45.0 / shape, np.log(60.0 + 4 * (shape + heaviest)), step)
    value = np.exp(line) / rate
    return value, shape * line - np.exp(line) - lgamma(shape) + log(step)


def _chance_grid(a: float, b: float, heaviest: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log of a chance, log of its opposite, and the log of their beta density times the step."""
    step = min(0.08, 0.5 / np.sqrt(a + b + heaviest))
    line = np.arange(-45.0 / a, 45.0 / b, step)
    p, rest = -np.logaddexp(0.0, -line), -np.logaddexp(0.0, line)
    return p, rest, a * p + b * rest - (lgamma(a) + lgamma(b) - lgamma(a + b)) + log(step)


def _log_sum(values: np.ndarray) -> float:
    top = values.max()
    if np.isneginf(top):
        return float("-inf")
    return float(top + np.log(np.exp(values - top).sum()))


def pareto_nbd(theta, x, last, age, horizon):
    """Log-likelihood, chance to be alive, expected orders within the horizon, for one customer."""
    r, alpha, s, beta = theta
    buying, weight_buying = _gamma_grid(r, alpha, x)
    leaving, weight_leaving = _gamma_grid(s, beta, 0)
    rate, mu = buying[:, None], leaving[None, :]
    weight = weight_buying[:, None] + weight_leaving[None, :]
    alive = weight + x * np.log(rate) - (rate + mu) * age
    with np.errstate(divide="ignore"):
        gone = np.log(-np.expm1(-(rate + mu) * (age - last))) - (rate + mu) * last
        left = weight + x * np.log(rate) + np.log(mu / (rate + mu)) + gone
        to_come = alive + np.log(rate * -np.expm1(-mu * horizon) / mu)
    whole = np.logaddexp(_log_sum(alive), _log_sum(left))
    return whole, np.exp(_log_sum(alive) - whole), np.exp(_log_sum(to_come) - whole)


def bg_nbd(theta, x, last, age, horizon, leaves_at_once=False):
    """The same for BG/NBD, and MBG/NBD with ``leaves_at_once``."""
    r, alpha, a, b = theta
    buying, weight_buying = _gamma_grid(r, alpha, x)
    log_p, log_rest, weight_chance = _chance_grid(a, b, x)
    rate, chance = buying[:, None], np.exp(log_p)[None, :]
    weight = weight_buying[:, None] + weight_chance[None, :] + x * np.log(rate)
    stays = x + int(leaves_at_once)
    alive = weight + stays * log_rest[None, :] - rate * age
    with np.errstate(divide="ignore"):
        to_come = alive + np.log(-np.expm1(-rate * chance * horizon) / chance)
    whole = _log_sum(alive)
    if stays:
        left = weight + (stays - 1) * log_rest[None, :] + log_p[None, :] - rate * last
        whole = np.logaddexp(whole, _log_sum(left))
    return whole, np.exp(_log_sum(alive) - whole), np.exp(_log_sum(to_come) - whole)


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_EDGES = np.concatenate([[0.0], 2.0 ** np.arange(-30, 1)])
_MOMENTS = (_EDGES[:-1, None] + np.diff(_EDGES)[:, None] * (_NODES + 1) / 2).ravel()
_SHARES = (np.diff(_EDGES)[:, None] * _WEIGHTS / 2).ravel()


def pareto_nbd_of_many(theta, x, last, age):
    """Log-likelihood of many customers: the moment of leaving integrated from the last order to the end, and staying.

    Gauss-Legendre on panels that double in width from the last order on.
    """
    r, alpha, s, beta = theta
    m, silence = (r + x)[:, None], (age - last)[:, None]
    moment = last[:, None] + silence * _MOMENTS
    with np.errstate(divide="ignore"):
        left = np.log(s) + s * np.log(beta) - m * np.log(alpha + moment) - (s + 1) * np.log(beta + moment)
        left += np.log(silence * _SHARES)
    stayed = -(r + x) * np.log(alpha + age) + s * (np.log(beta) - np.log(beta + age))
    return gammaln(r + x) - gammaln(r) + r * np.log(alpha) + logsumexp(np.column_stack([left, stayed]), axis=1)


def bg_nbd_of_many(theta, x, last, age, leaves_at_once=False):
    """Log-likelihood of many customers by the published formula: B(a, b + x) and B(a + 1, b + x - 1)."""
    r, alpha, a, b = theta
    stays = x + int(leaves_at_once)
    here = betaln(a, b + stays) - (r + x) * np.log(alpha + age)
    gone = np.full(len(x), -np.inf)
    may = stays > 0
    gone[may] = betaln(a + 1, b + stays[may] - 1) - (r + x[may]) * np.log(alpha + last[may])
    return gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b) + np.logaddexp(here, gone)
