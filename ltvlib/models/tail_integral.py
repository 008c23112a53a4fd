"""The one integral the Pareto/NBD model needs, to full precision for all parameters.

I(m, n, t) = integral from t to infinity of (alpha + tau)^-m (beta + tau)^-n dtau, with m + n > 1.

It is a Gauss hypergeometric function, but the ready-made ones lose all digits for heavy buyers or scales far apart, and
a fit needs the derivatives too. Here the variable is y = log(tau - t), bent so that both ends fall off double
exponentially: y = v - exp(low - v) + exp(v - high). Between the faster and the slower scale the map is a straight
line, so nothing depends on how far apart they are; there the trapezoid rule converges geometrically (error about
exp(-pi^2 / step), 5e-15 at a step of 0.3). The range is counted from both scales. Weights of the rule are a distribution
over tau, whose means are the derivatives of log I.
Source: Takahasi and Mori (1974), Double exponential formulas for numerical integration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STEP = 0.3
"""Step of the trapezoid rule."""
FALL = 40.0
"""Where the integrand has fallen to exp(-FALL) of its top, the range ends."""
_CHUNK = 32_000
"""Nodes evaluated at once: what fits into the processor's cache counts more than few calls."""


@dataclass(frozen=True, eq=False)
class Tail:
    """log I and its derivatives, per pair.

    Attributes:
        log: log I.
        mean_log_alpha, mean_log_beta: mean of log(alpha + tau), log(beta + tau): minus d log I / dm and dn.
        mean_inverse_alpha, mean_inverse_beta: mean of 1 / (alpha + tau), 1 / (beta + tau): d log I / d alpha is -m of it.
    """

    log: np.ndarray
    mean_log_alpha: np.ndarray
    mean_log_beta: np.ndarray
    mean_inverse_alpha: np.ndarray
    mean_inverse_beta: np.ndarray

    @property
    def rows(self) -> np.ndarray:
        """All five, one a row."""
        return np.array(
            [self.log, self.mean_log_alpha, self.mean_log_beta, self.mean_inverse_alpha, self.mean_inverse_beta]
        )


def tail_integral(
    alpha: float, beta: float, m: np.ndarray, n: float, t: np.ndarray, is_slope_wanted: bool = True
) -> Tail:
    """I(m, n, t) per pair of ``m`` and ``t``; without slopes the means are ``nan``.

    ``m`` >= 0 and ``t`` >= 0 are equally long, ``alpha``, ``beta`` above 0, m + n above 1. Unit: of 1 / time^(m + n - 1).
    """
    a, b = alpha + t, beta + t
    low, high, start, end = _range(a, b, m, n)
    nodes = np.ceil((end - start) / STEP / 16).astype(int) * 16
    out = np.full((5, len(m)), np.nan)
    for size in np.unique(nodes):
        group = np.flatnonzero(nodes == size)
        per_chunk = max(1, _CHUNK // int(size))
        for first in range(0, len(group), per_chunk):
            rows = group[first : first + per_chunk]
            line = start[rows, None] + np.arange(size + 1) * ((end - start)[rows, None] / size)
            y, weight = _bent(line, low[rows, None], high[rows, None])
            weight *= (end - start)[rows, None] / size
            out[:, rows] = _sums(y, weight, a[rows, None], b[rows, None], m[rows, None], n, is_slope_wanted)
    return Tail(*out)


def _range(a: np.ndarray, b: np.ndarray, m: np.ndarray, n: float) -> tuple[np.ndarray, ...]:
    """Where the map bends (low, high) and where the nodes begin and end."""
    fast = 1.0 / (m / a + n / b)
    low, high = np.log(fast), np.log(np.maximum(a, b)) + 1.0
    total = m + n
    end = high - 1.0 + (FALL + total * np.log(2.0)) / (total - 1.0)
    is_quick = fast * 120 < np.minimum(a, b)
    end = np.where(is_quick, np.minimum(end, low + np.log(1.5 * FALL)), end)
    end = np.minimum(end, high + np.log(np.maximum(1.0, end - high)))
    return low, high, low - np.log(FALL), end


def _bent(line: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """y and dy/dv at the nodes."""
    left, right = np.exp(low - line), np.exp(line - high)
    return line - left + right, 1.0 + left + right


def _sums(
    y: np.ndarray, weight: np.ndarray, a: np.ndarray, b: np.ndarray, m: np.ndarray, n: float, is_slope_wanted: bool
) -> np.ndarray:
    """log I and the four means for one chunk of pairs (rows) x nodes (columns)."""
    log_a, inverse_a = _log_and_inverse(y - np.log(a))
    log_b, inverse_b = _log_and_inverse(y - np.log(b))
    power = y - m * log_a - n * log_b
    top = power.max(axis=1, keepdims=True)
    weight = weight * np.exp(power - top)
    whole = weight.sum(axis=1)
    out = np.full((5, len(whole)), np.nan)
    out[0] = np.log(whole) + top[:, 0] - m[:, 0] * np.log(a[:, 0]) - n * np.log(b[:, 0])
    if is_slope_wanted:
        out[1] = np.log(a[:, 0]) + (weight * log_a).sum(axis=1) / whole
        out[2] = np.log(b[:, 0]) + (weight * log_b).sum(axis=1) / whole
        out[3] = (weight * inverse_a).sum(axis=1) / whole / a[:, 0]
        out[4] = (weight * inverse_b).sum(axis=1) / whole / b[:, 0]
    return out


def _log_and_inverse(d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log(1 + e^d) and 1 / (1 + e^d), finite for every d."""
    small = np.exp(-np.abs(d))
    inverse = 1.0 / (1.0 + small)
    return np.maximum(d, 0.0) + np.log1p(small), np.where(d > 0, small * inverse, inverse)
