"""Customers drawn from a model whose parameters are known."""

from __future__ import annotations

import numpy as np

from ltvlib.models.counts import Counts


def _rows(orders: list[np.ndarray], ages: np.ndarray) -> Counts:
    last = [times[-1] if len(times) else 0.0 for times in orders]
    return Counts.of_customers([len(times) for times in orders], last, ages)


def pareto_world(n: int, seed: int, r: float, alpha: float, s: float, beta: float, weeks: float = 78.0) -> Counts:
    """Customers of the Pareto/NBD, won evenly over the weeks."""
    draw = np.random.default_rng(seed)
    ages = draw.uniform(0.1, weeks, n)
    stay = np.minimum(draw.exponential(size=n) / draw.gamma(s, 1 / beta, n), ages)
    counts = draw.poisson(draw.gamma(r, 1 / alpha, n) * stay)
    return _rows([np.sort(draw.uniform(0, end, k)) for end, k in zip(stay, counts, strict=True)], ages)


def bg_world(n: int, seed: int, theta: tuple[float, ...], leaves_at_once: bool = False, weeks: float = 78.0) -> Counts:
    """Customers of the BG/NBD or the MBG/NBD, won evenly over the weeks."""
    r, alpha, a, b = theta
    draw = np.random.default_rng(seed)
    ages = draw.uniform(0.1, weeks, n)
    orders = []
    for age in ages:
        rate, chance = draw.gamma(r, 1 / alpha), draw.beta(a, b)
        times, now = [], draw.exponential(1 / max(rate, 1e-12))
        has_left = leaves_at_once and draw.random() < chance
        while now < age and not has_left:
            times.append(now)
            has_left = draw.random() < chance
            now += draw.exponential(1 / max(rate, 1e-12))
        orders.append(np.array(times))
    return _rows(orders, ages)
