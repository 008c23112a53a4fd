"""360 small random samples, the same at every run: 50 to 1,000 customers of three worlds, in days and in weeks."""

from __future__ import annotations

import numpy as np

from ltvlib.models.counts import WEEK, Counts
from ltvlib.models.fitting import ModelName
from tests.models import definition
from tests.models.world import bg_world, pareto_world

SAMPLES = 360
MODEL_OF = (ModelName.PARETO_NBD, ModelName.BG_NBD, ModelName.MBG_NBD)
LOG_LIKELIHOOD = {
    ModelName.PARETO_NBD: definition.pareto_nbd_of_many,
    ModelName.BG_NBD: definition.bg_nbd_of_many,
    ModelName.MBG_NBD: lambda *args: definition.bg_nbd_of_many(*args, leaves_at_once=True),
}


def sample(number: int) -> tuple[ModelName, Counts]:
    """The model to fit and the customers; the world they come from is drawn too and mostly another one."""
    draw = np.random.default_rng([2026, number])
    size, weeks, world = int(draw.integers(50, 1001)), float(draw.choice([13, 26, 52, 104])), int(draw.integers(3))
    r, alpha, s, beta = np.exp(draw.normal([-0.3, 2.0, -0.3, 2.3], 0.7))
    if world == 0:
        counts = pareto_world(size, number, r, alpha, s, beta, weeks)
    else:
        counts = bg_world(size, number, (r, alpha, s, beta / 4), world == 2, weeks)
    return MODEL_OF[number % 3], rounded(counts, 1.0 if draw.integers(2) else WEEK)


def rounded(counts: Counts, unit_days: float) -> Counts:
    """Times in whole days or weeks, rounded up."""
    last, age = (np.ceil(time * WEEK / unit_days) for time in (counts.last_order_age, counts.customer_age))
    return Counts.of_customers(counts.repeat_orders, last, age, counts.weights, unit_days)


def log_likelihood(name: ModelName, theta: np.ndarray, counts: Counts) -> float:
    """The log-likelihood of all customers, written without the library."""
    columns = counts.repeat_orders, counts.last_order_age, counts.customer_age
    return float((counts.weights * LOG_LIKELIHOOD[name](theta, *columns)).sum())
