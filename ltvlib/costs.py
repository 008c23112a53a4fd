"""Variable costs the user names, the contribution margin they leave, and discounting.

Contribution margin = gross margin - variable costs. Every cost is linear in facts that SQL adds up
(orders, revenue, months with an order), so it can be taken off any sum without going back to the orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike


class CostKind(StrEnum):
    """What a variable cost grows with."""

    PER_ORDER = "per_order"
    OF_REVENUE = "of_revenue"
    PER_ACTIVE_MONTH = "per_active_month"


@dataclass(frozen=True)
class CostLine:
    """One variable cost.

    Attributes:
        name: what the user calls it: fulfilment, payment fees, service ...
        kind: what it grows with.
        amount: money an order or a month with an order, or a share 0..1 of the revenue. Never negative.
    """

    name: str
    kind: CostKind
    amount: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.amount) and self.amount >= 0):
            raise ValueError("a variable cost is a finite number, 0 or more")


@dataclass(frozen=True)
class VariableCosts:
    """All variable costs of the business beside the cost of what is sold; empty = contribution is gross margin."""

    lines: tuple[CostLine, ...] = ()

    def rate(self, kind: CostKind) -> float:
        """Sum of the lines of one kind."""
        return float(sum(line.amount for line in self.lines if line.kind is kind))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is taken off."""
        return not any(line.amount for line in self.lines)

    def contribution(
        self, margin: ArrayLike, revenue: ArrayLike, orders: ArrayLike, active_months: ArrayLike
    ) -> np.ndarray:
        """Gross margin - cost an order x orders - share x revenue - cost a month x months with an order.

        All arguments are sums over the same customers and span, of one shape; the result has that shape. Unit: currency.
        """
        taken = self.rate(CostKind.PER_ORDER) * np.asarray(orders, dtype=float)
        taken = taken + self.rate(CostKind.OF_REVENUE) * np.asarray(revenue, dtype=float)
        taken = taken + self.rate(CostKind.PER_ACTIVE_MONTH) * np.asarray(active_months, dtype=float)
        return np.asarray(np.asarray(margin, dtype=float) - taken)


def discount_factors(annual_rate: float, ages: int) -> np.ndarray:
    """Present value of one unit of money earned at month_index 0, 1, ... ages - 1.

    (1 + annual_rate) ** (-month_index / 12): a yearly rate turned into months by compounding; month 0 is worth 1.

    Raises:
        ValueError: the rate is -100 % or less.
    """
    if annual_rate <= -1:
        raise ValueError("a yearly rate must be above -1")
    return np.asarray((1.0 + annual_rate) ** (-np.arange(ages) / 12.0))
