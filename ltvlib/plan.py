"""What a plan would bring: the last year with levers moved.

The year to come is taken to be like the year that was, but for the levers. Per cell of :class:`~ltvlib.plan_today.Today`:

* frequency multiplies orders after the first (a newcomer's first order is not made by reminders);
* order value multiplies revenue and gross margin alike, margin adds points of revenue;
* retention brings more of the customers of the year before, who then buy like those who came again;
* newcomers cost the CAC each, so more of them cost more marketing.

Variable costs follow orders, revenue and months with an order. Everything is linear in each lever alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltvlib import ratios
from ltvlib.payback import CashGap, cash_gap, cash_path, payback_month
from ltvlib.plan_levers import KINDS, STEPS, Lever, LeverKind, Levers
from ltvlib.plan_today import BASE, NEW, ORIGINS, SEGMENTS, YEAR, Today
from ltvlib.shapley import shapley

SUMS = ("customers", "orders", "revenue", "margin", "active_months")


@dataclass(frozen=True)
class Outcome:
    """A year under a plan. Money in the currency of the data, counts of 12 months; ``nan`` = undefined.

    Attributes:
        profit: contribution - marketing spend (where known) - lever costs.
        contribution: gross margin - variable costs.
        spend: marketing spend; ``nan`` where none is on record.
        lever_costs: cost of all levers, 12 months.
        customers: customers with an order (of the window, where it is shorter than a year).
        new_customers, orders, revenue: sums of the year.
        came_again_rate: customers of the year before who order again, share; ``nan`` where the file does not reach back.
        curve: cumulative contribution per new customer at month_index 0, 1, ...
        cac: spend / new customers.
        months: length of the window behind it.
    """

    profit: float
    contribution: float
    spend: float
    lever_costs: float
    customers: float
    new_customers: float
    orders: float
    revenue: float
    came_again_rate: float
    curve: np.ndarray
    cac: float
    months: int = YEAR

    @property
    def average_order_value(self) -> float:
        """Revenue / orders."""
        return float(ratios.average_order_value(self.revenue, self.orders))

    @property
    def new_customers_a_month(self) -> float:
        """New customers / 12."""
        return self.new_customers / YEAR

    @property
    def orders_per_customer(self) -> float:
        """Orders / customers of the window."""
        return float(ratios.orders_per_customer(self.orders * self.months / YEAR, self.customers))

    @property
    def margin_rate(self) -> float:
        """Contribution / revenue."""
        return float(ratios.margin_rate(self.contribution, self.revenue))

    @property
    def ltv(self) -> float:
        """Contribution of a new customer by the last month_index of the curve, at most 12."""
        return float(self.curve[-1]) if len(self.curve) else float("nan")

    @property
    def ltv_month(self) -> int:
        """The month_index up to which :attr:`ltv` counts; 0 without a curve."""
        return max(0, len(self.curve) - 1)

    @property
    def payback_month(self) -> float:
        """First month_index at which a new customer has brought back the CAC."""
        return payback_month(self.curve, self.cac)

    @property
    def cash_gap(self) -> CashGap:
        """Most money out at once for newcomers won evenly month by month; what others bring is not in it."""
        return cash_gap(cash_path(self.curve, self.cac, self.new_customers_a_month))


@dataclass(frozen=True)
class Against:
    """A year under a plan less the year as it was, figure by figure; ``nan`` where either is undefined.

    Attributes:
        profit, ltv, cash_gap: money.
        payback_months: months.
    """

    profit: float
    ltv: float
    payback_months: float
    cash_gap: float


def against(now: Outcome, plan: Outcome) -> Against:
    """What the plan changes in the figures of the year."""
    return Against(
        plan.profit - now.profit,
        plan.ltv - now.ltv,
        plan.payback_month - now.payback_month,
        plan.cash_gap.money - now.cash_gap.money,
    )


def outcome(today: Today, levers: Levers | None = None) -> Outcome:
    """The year under the levers; without any it is the year that was."""
    levers = levers or Levers()
    sums, first = _cells(today, levers)
    total = {name: float(cell.sum()) * today.scale for name, cell in sums.items()}
    contribution = _contribution(today, sums) * today.scale
    newcomers = float(sums["customers"][-1].sum()) * today.scale
    spend = today.spend * today.scale * _factor(levers, LeverKind.CAC) * _factor(levers, LeverKind.NEW_CUSTOMERS)
    costs = levers.monthly_cost * YEAR
    profit = contribution - (0.0 if np.isnan(spend) else spend) - costs
    return Outcome(
        profit, contribution, spend, costs, total["customers"] / today.scale, newcomers, total["orders"],
        total["revenue"], _came_again_rate(today, levers), _curve(today, levers, sums, first),
        today.cac * _factor(levers, LeverKind.CAC), today.months,
    )  # fmt: skip


def _factor(levers: Levers, kind: LeverKind) -> float:
    return 1 + levers[kind].effect


def _effect(lever: Lever) -> np.ndarray:
    """The effect by segment: zero where the lever is not for the segment."""
    return np.array([lever.effect if not lever.segments or s in lever.segments else 0.0 for s in SEGMENTS])


def _cells(today: Today, levers: Levers) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Facts of the window under the levers by origin and segment, and the first orders of the newcomers among them."""
    now, often = today.cells, _effect(levers[LeverKind.FREQUENCY])
    first = {name: np.zeros_like(now["orders"]) for name in SUMS}
    for name, source in zip(SUMS[1:], ("customers", "first_revenue", "first_margin", "customers"), strict=True):
        first[name][ORIGINS.index(NEW)] = now[source][ORIGINS.index(NEW)]
    people = _people(today, levers)[:, None]
    sums = {"customers": now["customers"] * people}
    for name in SUMS[1:]:
        sums[name] = people * (now[name] + often * (now[name] - first[name]))
        first[name] = people * first[name]
    return _dearer(sums, levers), _dearer(first, levers)


def _dearer(sums: dict[str, np.ndarray], levers: Levers) -> dict[str, np.ndarray]:
    """Order value and margin: revenue and gross margin grow alike, then the margin gains points of the revenue."""
    value, points = 1 + _effect(levers[LeverKind.ORDER_VALUE]), _effect(levers[LeverKind.MARGIN])
    revenue = sums["revenue"] * value
    return {**sums, "revenue": revenue, "margin": sums["margin"] * value + points * revenue}


def _people(today: Today, levers: Levers) -> np.ndarray:
    """Customers by origin against today: newcomers grow by their lever, those of the year before come again more often."""
    factors = np.ones(len(ORIGINS))
    factors[-1] = _factor(levers, LeverKind.NEW_CUSTOMERS)
    kept = ratios.divide(_kept(today, levers), today.came_again)
    factors[:BASE] = np.where(np.isnan(kept), 1.0, kept)
    return factors


def _kept(today: Today, levers: Levers) -> np.ndarray:
    """Customers of the year before who come again, by their segment there: from nobody to everybody.

    Where nobody came again it is not known what one who does would buy, so the lever leaves that segment alone.
    """
    wanted = today.came_again + _effect(levers[LeverKind.RETENTION])[:BASE] * today.base
    return np.where(today.came_again > 0, np.clip(wanted, 0.0, today.base), 0.0)


def _came_again_rate(today: Today, levers: Levers) -> float:
    return float(ratios.retention_rate(_kept(today, levers).sum(), today.base.sum()))


def _contribution(today: Today, sums: dict[str, np.ndarray], rows: slice = slice(None)) -> float:
    parts = (float(sums[name][rows].sum()) for name in ("margin", "revenue", "orders", "active_months"))
    return float(today.costs.contribution(*parts))


def _curve(today: Today, levers: Levers, sums: dict[str, np.ndarray], first: dict[str, np.ndarray]) -> np.ndarray:
    """What a new customer brings by month: first and later orders each change as those of the window's newcomers do."""
    before, first_before = _cells(today, Levers())
    new, people = slice(-1, None), (float(cells["customers"][-1].sum()) for cells in (sums, before))
    count, count_before = people
    if not len(today.curve) or not levers.active or not count or not count_before:
        return today.curve
    start, start_before = (
        _contribution(today, first, new) / count,
        _contribution(today, first_before, new) / count_before,
    )
    rest = _contribution(today, sums, new) / count - start
    rest_before = _contribution(today, before, new) / count_before - start_before
    later = _changed(today.curve - today.first_order, rest_before, rest)
    return _changed(np.full(len(later), today.first_order), start_before, start) + later


def _changed(values: np.ndarray, before: float, after: float) -> np.ndarray:
    """Values changed in the ratio after / before; by the difference where nothing was earned before."""
    return values * (after / before) if before > 0 else values + (after - before)


# -- which lever does what ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One bar of the bridge from today to the plan; ``kind`` is ``None`` for the costs of the levers."""

    kind: LeverKind | None
    money: float


def bridge(today: Today, levers: Levers) -> tuple[Step, ...]:
    """Parts of the change of the year's profit: one a lever with an effect, then what the levers cost.

    Levers act on each other (more orders at a higher check); Shapley values share that out whatever the order, so the
    parts sum to the change exactly (up to float rounding).
    """
    kinds = levers.active

    def profit(made: frozenset[int]) -> float:
        return gross_profit(today, levers.only(kinds[place] for place in made))

    steps = [Step(kind, float(part)) for kind, part in zip(kinds, shapley(profit, len(kinds)), strict=True)]
    return (*steps, Step(None, -levers.monthly_cost * YEAR)) if levers.paid else tuple(steps)


def gross_profit(today: Today, levers: Levers) -> float:
    """Profit of the year before the costs of the levers."""
    found = outcome(today, levers)
    return found.profit + found.lever_costs


def gain(today: Today, kind: LeverKind, lever: Lever) -> float:
    """What one lever alone adds to the year's profit, its cost not taken off."""
    return gross_profit(today, Levers(((kind, lever),))) - gross_profit(today, Levers())


def tornado(today: Today, levers: Levers | None = None) -> tuple[tuple[LeverKind, Lever, float], ...]:
    """Every lever alone with its gain, the strongest first: at its own effect, else at the common step."""
    levers = levers or Levers()
    tried = [(kind, levers[kind] if levers[kind].effect else Lever(STEPS[kind])) for kind in KINDS]
    rows = [(kind, lever, gain(today, kind, lever)) for kind, lever in tried]
    return tuple(sorted(rows, key=lambda row: -abs(row[2])))
