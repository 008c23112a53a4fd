"""Drawn futures of customers: what each may buy up to several horizons, one path for all of them.

A path is drawn once and read off at every horizon, so longer horizons never hold fewer orders, and four cost little more
than one. The laws are those of ``simulate`` of the models: given alive, rates of buying and leaving are drawn anew from
what is known of the customer.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from ltvlib.models.bg_nbd import BgNbd
from ltvlib.models.counts import Counts
from ltvlib.models.order_model import OrderModel
from ltvlib.models.pareto_nbd import ParetoNbd

_MOST = 1e15


def drawn_orders(
    model: OrderModel,
    theta: np.ndarray,
    counts: Counts,
    alive: np.ndarray,
    horizons: np.ndarray,
    generator: np.random.Generator,
) -> np.ndarray:
    """Purchase occasions of a customer of every cell up to each of the rising ``horizons`` (horizons x cells).

    ``alive`` is :meth:`probability_alive` of the cells under ``theta``; one drawn customer a cell.
    """
    is_alive = generator.random(counts.cells) < alive
    buying = generator.gamma(theta[0] + counts.repeat_orders) / (theta[1] + counts.customer_age)
    if isinstance(model, ParetoNbd):
        bought = _until_left(theta, counts, buying, horizons, generator)
    else:
        bought = _until_fed_up(cast(BgNbd, model), theta, counts, buying, horizons, generator)
    return np.where(is_alive, bought, 0.0)


def _until_left(
    theta: np.ndarray, counts: Counts, buying: np.ndarray, horizons: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Pareto/NBD: buys at the own rate until leaving at a moment of the own."""
    leaving = generator.gamma(theta[2], size=counts.cells) / (theta[3] + counts.customer_age)
    with np.errstate(divide="ignore"):
        stay = generator.exponential(size=counts.cells) / leaving
    spans = np.diff(np.minimum(stay, horizons[:, None]), axis=0, prepend=0.0)
    return np.asarray(generator.poisson(np.minimum(buying * spans, _MOST)).cumsum(axis=0), dtype=float)


def _until_fed_up(
    model: BgNbd,
    theta: np.ndarray,
    counts: Counts,
    buying: np.ndarray,
    horizons: np.ndarray,
    generator: np.random.Generator,
) -> np.ndarray:
    """BG/NBD and MBG/NBD: buys at the own rate, and leaves after an order with a chance of the own."""
    chance = generator.beta(theta[2], theta[3] + counts.repeat_orders + model.leaves_at_once)
    spans = np.diff(horizons, prepend=0.0)[:, None]
    bought = generator.poisson(np.minimum(buying * spans, _MOST)).cumsum(axis=0)
    with np.errstate(divide="ignore"):
        until = np.ceil(np.log(generator.random(counts.cells)) / np.log1p(-np.minimum(chance, 1 - 1e-16)))
    return np.asarray(np.minimum(bought, np.maximum(until, 1.0)), dtype=float)
