"""The parts of a change in profit: pure functions over the facts of two periods.

Profit (gross margin) = customers x orders per customer x average order value x margin rate. The parts are Shapley
values (:mod:`ltvlib.shapley`), so no part depends on which driver is looked at first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ltvlib import ratios
from ltvlib.shapley import product_shares

STATES = ("new", "reactivated", "lost", "returning", "other")
"""What a customer did between two periods; every customer with an order or money in either is in exactly one."""
DRIVERS = ("customers", "orders_per_customer", "average_order_value", "gross_margin_rate")
PARTS = ("new", "reactivated", "lost", "orders_per_customer", "average_order_value", "gross_margin_rate", "refunds")
"""Parts of a change in the order they are shown; they sum to it."""


@dataclass(frozen=True)
class Totals:
    """Additive facts of some customers in one period: customers with an order, orders, and money net of refunds."""

    customers: int
    orders: int
    revenue: float
    margin: float

    @property
    def orders_per_customer(self) -> float:
        """Orders / customers with an order; nan without customers."""
        return float(ratios.orders_per_customer(self.orders, self.customers))

    @property
    def average_order_value(self) -> float:
        """Revenue / orders, in currency; nan without orders."""
        return float(ratios.average_order_value(self.revenue, self.orders))

    @property
    def gross_margin_rate(self) -> float:
        """Gross margin / revenue; nan where the revenue is not positive."""
        return float(ratios.margin_rate(self.margin, self.revenue)) if self.revenue > 0 else float("nan")


@dataclass(frozen=True)
class Tree:
    """A change in profit and its parts.

    Attributes:
        before, now: facts of both periods.
        counts: customers by state (:data:`STATES`); now.customers - before.customers = new + reactivated - lost.
        effects: money by part (:data:`PARTS`); the defined ones sum to ``change``. ``gross_margin_rate`` is nan where the
            revenue of a period with orders is not positive: then ``average_order_value`` holds the effect of the
            profit of an order as a whole.
    """

    before: Totals
    now: Totals
    counts: Mapping[str, int]
    effects: Mapping[str, float]

    @property
    def change(self) -> float:
        """Profit now - profit before, in currency."""
        return self.now.margin - self.before.margin

    @property
    def customers_effect(self) -> float:
        """What more or fewer customers did to the profit, in currency: new + reactivated + lost."""
        return self.effects["new"] + self.effects["reactivated"] + self.effects["lost"]

    def value(self, driver: str) -> tuple[float, float]:
        """A driver (:data:`DRIVERS`) before and now, in its own unit; nan where it is undefined."""
        return float(getattr(self.before, driver)), float(getattr(self.now, driver))


def effect_of_one(before: Totals, now: Totals) -> float:
    """Shapley effect of one customer more, in currency: the profit of an average customer of both periods.

    The customers' part of the change is (customers now - before) times this, so it is defined even where their
    number is the same. With orders in one period only it is the profit of a customer there; nan without orders.
    """
    if not before.orders or not now.orders:
        with_orders = now if now.orders else before
        return float(ratios.divide(with_orders.margin, with_orders.customers))
    first, second = _factors(before, now)
    return float(product_shares([0.0, *first[1:]], [1.0, *second[1:]])[0])


def decompose(before: Totals, now: Totals, counts: Mapping[str, int]) -> Tree:
    """Parts of ``now.margin - before.margin``; exact, and the same whatever driver is looked at first.

    Where a period has no order its rates are undefined: all profit of the other period is the work of its customers,
    and the money of the period without orders is ``refunds``. Where the revenue of a period with orders is not
    positive, the margin rate is undefined and the profit of an order takes the place of its value.
    Source: Shapley (1953), A Value for n-Person Games.
    """
    effects = dict.fromkeys(PARTS, 0.0)
    one = effect_of_one(before, now)
    if not np.isnan(one):
        effects.update(new=counts["new"] * one, reactivated=counts["reactivated"] * one, lost=-counts["lost"] * one)
    if before.orders and now.orders:
        first, second = _factors(before, now)
        shares = [float(share) for share in product_shares(first, second)[1:]]
        effects.update(zip(DRIVERS[1:], [*shares, float("nan")], strict=False))
    else:
        effects["refunds"] = (now.margin if not now.orders else 0.0) - (before.margin if not before.orders else 0.0)
    return Tree(before, now, dict(counts), effects)


def _factors(before: Totals, now: Totals) -> tuple[list[float], list[float]]:
    """Drivers of both periods, whose products are the profits; profit per order for the last two without revenue."""
    if before.revenue > 0 and now.revenue > 0:
        first, second = ([float(getattr(t, driver)) for driver in DRIVERS] for t in (before, now))
        return first, second
    first, second = ([t.customers, t.orders_per_customer, t.margin / t.orders] for t in (before, now))
    return first, second


def decompose_groups(facts: Mapping[str, tuple[Totals, Totals]]) -> Tree:
    """The same change by what customers did; ``facts`` holds (before, now) of every state.

    New and reactivated customers: their profit. Lost ones: less the profit they brought. Returning: split into
    orders per customer, order value and margin rate like :func:`decompose`. Others: refunds.
    """
    counts = {state: max(before.customers, now.customers) for state, (before, now) in facts.items()}
    tree = decompose(*facts["returning"], {**counts, "new": 0, "reactivated": 0, "lost": 0})
    own = {state: facts[state][1].margin - facts[state][0].margin for state in ("new", "reactivated", "lost")}
    refunds = tree.effects["refunds"] + facts["other"][1].margin - facts["other"][0].margin
    return Tree(tree.before, tree.now, counts, {**tree.effects, **own, "refunds": refunds})


def tree(facts: Mapping[str, tuple[Totals, Totals]]) -> Tree:
    """Parts by driver over all customers; ``facts`` holds (before, now) of every state."""
    before, now = (add([pair[when] for pair in facts.values()]) for when in (0, 1))
    counts = {state: max(pair[0].customers, pair[1].customers) for state, pair in facts.items()}
    return decompose(before, now, counts)


def add(parts: Sequence[Totals]) -> Totals:
    """Facts of several groups together."""
    return Totals(
        sum(part.customers for part in parts),
        sum(part.orders for part in parts),
        sum(part.revenue for part in parts),
        sum(part.margin for part in parts),
    )
