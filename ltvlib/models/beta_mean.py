"""Means over a beta distribution, to full precision for all parameters: what BG/NBD needs to count orders to come.

The ready-made hypergeometric functions overflow or lose all digits where customers are alike (large parameters) or the
horizon is long. Here the variable is y = log(p / (1 - p)), in which the density falls off exponentially on both sides; the
ends are bent (see :mod:`ltvlib.models.tail_integral`) so that slow tails cost no more nodes than quick ones.
"""

from __future__ import annotations

import numpy as np
from scipy.special import polygamma

STEP = 0.27
_FALL = 45.0
_CHUNK = 32_000


def beta_nodes(a: float, b: np.ndarray, steepest: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes p and weights (rows of ``b`` x nodes, weights of a row sum to 1) for means over beta(a, b).

    For functions that are smooth in log p down to p = 1 / ``steepest`` and proportional to p or constant below it, times
    a factor of up to ``steepest``.
    """
    middle, fall = np.log(a) - np.log(b), _FALL + np.log1p(steepest)
    low = np.minimum(np.minimum(middle, 0.0), -np.log1p(steepest)) - 1.0
    high = np.maximum(middle, 0.0) + 1.0
    start, end = _edge(a, b, middle, fall, -1.0), _edge(a, b, middle, fall, 1.0)
    start, end = _unbent(start, low, high), _unbent(end, low, high)
    step = np.minimum(STEP, 0.48 * np.sqrt(polygamma(1, a) + polygamma(1, b)))
    size = int(np.ceil(((end - start) / step).max()))
    line = start[:, None] + np.arange(size + 1) * ((end - start) / size)[:, None]
    y, stretch = _bent(line, low[:, None], high[:, None])
    power = _log_density(a, b[:, None], y)
    weight = stretch * np.exp(power - power.max(axis=1, keepdims=True))
    return np.exp(np.minimum(y, 0.0) - np.log1p(np.exp(-np.abs(y)))), weight / weight.sum(axis=1, keepdims=True)


def _bent(line: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """y and dy/dv at the nodes v: a straight line between ``low`` and ``high``, exponentials beyond."""
    left, right = np.exp(low - line), np.exp(line - high)
    return line - left + right, 1.0 + left + right


def _unbent(y: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Where the bent line has the value ``y``, by bisection."""
    under, over = np.minimum(y, low) - 1.0, np.maximum(y, high) + 1.0
    under, over = np.maximum(under, low - 40.0), np.minimum(over, high + 40.0)
    for _ in range(50):
        middle = (under + over) / 2
        is_under = _bent(middle, low, high)[0] < y
        under, over = np.where(is_under, middle, under), np.where(is_under, over, middle)
    return (under + over) / 2


def _log_density(a: float, b: np.ndarray, y: np.ndarray) -> np.ndarray:
    """a y - (a + b) log(1 + e^y), the log density of y but for a constant; its top is at log(a / b)."""
    small = np.log1p(np.exp(-np.abs(y)))
    return np.asarray(np.where(y > 0, -b * y, a * y) - (a + b) * small)


def _edge(a: float, b: np.ndarray, middle: np.ndarray, fall: float, side: float) -> np.ndarray:
    """Where the density has fallen by e^-fall, by bisection to the outside of it."""
    goal = _log_density(a, b, middle) - fall
    inside, outside = np.zeros(len(b)), (fall + (a + b)) / (a if side < 0 else b) + np.abs(middle) + 1.0
    for _ in range(60):
        tried = (inside + outside) / 2
        is_far = _log_density(a, b, middle + side * tried) < goal
        inside, outside = np.where(is_far, inside, tried), np.where(is_far, tried, outside)
    return middle + side * outside


def orders_before_leaving(a: float, b: np.ndarray, place: np.ndarray, m: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Mean over p ~ beta(a, b) of (1 - (1 + p ratio)^-m) / p, per row of ``m`` and ``ratio``; ``place`` is its row of ``b``.

    Orders of a customer whose rate of buying is gamma(m, 1) over a time ``ratio``, and who leaves after each with chance p.
    ``ratio`` may have leading axes (several horizons), which share the nodes and come back.
    """
    p, weight = beta_nodes(a, b, float((np.maximum(m, 1.0) * ratio).max(initial=0.0)))
    out, per_chunk = np.empty(ratio.shape), max(1, _CHUNK // p.shape[1])
    for first in range(0, len(m), per_chunk):
        rows = slice(first, first + per_chunk)
        chance = np.maximum(p[place[rows]], 1e-300)
        bought = -np.expm1(-m[rows, None] * np.log1p(chance * ratio[..., rows, None])) / chance
        out[..., rows] = (weight[place[rows]] * bought).sum(axis=-1)
    return out
