"""What a plan promises month by month, and what came of it in newer data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from ltvlib import economics, ratios
from ltvlib.costs import VariableCosts
from ltvlib.plan import Outcome, outcome
from ltvlib.plan_file import RATES, Expected, Plan
from ltvlib.plan_levers import LeverKind, Levers
from ltvlib.plan_today import YEAR, Today, by_month, plan_months, today_of
from ltvlib.settings import AbcdxRules, Attribute, Filters, month_number
from ltvlib.spend import Spend
from ltvlib.workspace import Workspace


class NotYet(StrEnum):
    """Why a figure of plan against fact is missing."""

    TOO_EARLY = "too_early"
    NOT_PLANNED = "not_planned"
    NO_SPEND = "no_spend"
    NO_ORDERS = "no_orders"


@dataclass(frozen=True)
class Row:
    """One figure of plan against fact.

    Attributes:
        slug: which figure; ``lever`` = the lever it shows, ``None`` for results.
        planned, actual: for the months compared, in the unit of the figure (counts and money: a month on average).
        reason: why ``actual`` or ``planned`` is ``nan``.
    """

    slug: str
    lever: LeverKind | None
    planned: float
    actual: float
    reason: NotYet | None = None

    @property
    def difference(self) -> float:
        """Actual - planned."""
        return self.actual - self.planned

    @property
    def change(self) -> float:
        """Actual / planned - 1; ``nan`` where either is missing or nothing was planned."""
        return ratios.change(self.actual, self.planned)


@dataclass(frozen=True)
class PlanAgainstFact:
    """Plan and fact of the complete months since; ``months`` = 0 where none has passed yet.

    Attributes:
        months: complete months compared, 0 to 12.
        first_month: the first of them (year * 12 + month - 1).
        rows: the figures; the profit is the last.
        by_month: planned and actual profit: month (number), planned, actual; ``actual`` is ``nan`` where spend is missing.
        costs: variable costs taken off plan and fact: those of the plan, else those given now (see ``has_plan_costs``).
        has_plan_costs: whether the plan says which variable costs it was made with.
        without_spend: months compared that need marketing spend and have none on record.
    """

    months: int
    first_month: int
    rows: tuple[Row, ...]
    by_month: pd.DataFrame
    costs: VariableCosts
    has_plan_costs: bool
    without_spend: int

    @property
    def profit(self) -> Row:
        """Profit, a month on average. Undefined where marketing spend is missing. Only where months have passed."""
        return self.rows[-1]


def expected_of(today: Today, levers: Levers) -> Expected:
    """What the plan promises for the 12 calendar months after the data.

    The year is spread like the same months of the year before; months that the data do not hold complete count as the mean
    of the others, and a window shorter than a year is spread evenly.
    """
    year = outcome(today, levers)
    first = month_number(plan_months(today.end_day)[0])
    parts = {
        "new_customers": _spread(today, first, "new_customers", year.new_customers),
        "orders": _spread(today, first, "orders", year.orders),
        "revenue": _spread(today, first, "revenue", year.revenue),
        "contribution": _spread(today, first, "contribution", year.contribution),
    }
    paid = np.nan_to_num(year.cac) * parts["new_customers"]
    parts["profit"] = parts["contribution"] - paid - levers.monthly_cost
    series = {name: tuple(float(value) for value in values) for name, values in parts.items()}
    return Expected(first, series, _rates(today, year))


def _rates(today: Today, year: Outcome) -> dict[str, float]:
    found = {name: float(getattr(year, name)) for name in RATES}
    if today.months < YEAR:
        found["orders_per_customer"] = found["came_again_rate"] = float("nan")
    if today.months_before < YEAR:
        found["came_again_rate"] = float("nan")
    return found


def _spread(today: Today, first: int, column: str, total: float) -> np.ndarray:
    known = dict(zip(today.by_month["month"], today.by_month[column], strict=True))
    shape = np.array([float(known.get(first - YEAR + place, np.nan)) for place in range(YEAR)])
    if today.months < YEAR or np.isnan(shape).all() or not np.nansum(shape) > 0:
        return np.full(YEAR, total / YEAR)
    shape = np.where(np.isnan(shape), np.nanmean(shape), shape)
    return np.asarray(total * shape / shape.sum())


def plan_of(workspace: Workspace, today: Today, name: str, levers: Levers, filters: Filters | None = None) -> Plan:
    """The plan to keep: levers, what they promise, and on which data it was made."""
    wanted = [values for attribute, values in (filters or Filters()).attributes if attribute is Attribute.CHANNEL]
    info = workspace.info
    expected = expected_of(today, levers)
    return Plan(
        name, info.title, info.currency, today.end_day, levers, expected, wanted[0] if wanted else (), today.costs
    )


def months_passed(workspace: Workspace, plan: Plan, filters: Filters | None = None) -> int:
    """Complete months of the plan that the data hold, 0 to 12."""
    return max(0, min(YEAR, month_number(workspace.as_of(filters)) - plan.expected.first_month))


def against_fact(
    workspace: Workspace,
    plan: Plan,
    spend: Spend | None = None,
    costs: VariableCosts | None = None,
    filters: Filters | None = None,
) -> PlanAgainstFact:
    """Plan and fact of the complete months since the plan was made.

    The customers are those of the plan's channels; of ``filters`` only the end of the period counts. Orders per customer
    and the share who come again are figures of 12 months and wait for them. The fact's profit is taken after the
    planned costs of the levers, because what they really cost is not in the data.

    Both sides stand on the same ground: variable costs are those of the plan (``costs`` only where it does not say them),
    and marketing spend is taken off the fact if it was taken off the plan. Then a month without spend on record
    has no profit, and neither has the whole: spend that is missing is not 0.
    """
    spend, known = spend or Spend(), plan.costs if plan.costs is not None else costs or VariableCosts()
    channel = ((Attribute.CHANNEL, plan.channels),) if plan.channels else ()
    found = Filters(attributes=channel, until=(filters or Filters()).until)
    count, first = months_passed(workspace, plan, found), plan.expected.first_month
    months = _facts(workspace, spend, known, found, first, count)
    planned = {name: values[:count] for name, values in plan.expected.series.items()}
    rows = (*_levers(workspace, plan, found, months, planned), *_results(plan, months, planned)) if count else ()
    profit = pd.DataFrame({"month": months["month"], "planned": planned["profit"], "actual": _profit(months, plan)})
    missing = int(months["spend"].isna().sum()) if plan.has_spend else 0
    return PlanAgainstFact(count, first, rows, profit, known, plan.costs is not None, missing)


def _facts(
    workspace: Workspace, spend: Spend, costs: VariableCosts, filters: Filters, first: int, count: int
) -> pd.DataFrame:
    """Facts of the months compared, with the spend on record (``nan`` = none)."""
    end = month_number(workspace.as_of(filters))
    frame = (
        by_month(workspace, costs, filters, max(count, end - first))
        if count
        else by_month(workspace, costs, filters, 0)
    )
    wanted = range(first, first + count)
    frame = frame.set_index("month").reindex(wanted, fill_value=0).rename_axis("month").reset_index()
    paid = economics.acquisition(workspace, spend, costs, 0, filters).months
    money = {month_number(day): value for day, value in zip(paid["month"], paid["spend"], strict=True)}
    return frame.assign(spend=[float(money.get(month, np.nan)) for month in frame["month"]])


def _profit(months: pd.DataFrame, plan: Plan) -> np.ndarray:
    """Profit by month as the plan counts it; ``nan`` where it needs spend that is not on record."""
    paid = months["spend"] if plan.has_spend else 0.0
    return np.asarray(months["contribution"] - paid - plan.levers.monthly_cost, dtype=float)


def _levers(
    workspace: Workspace, plan: Plan, filters: Filters, months: pd.DataFrame, planned: Mapping[str, tuple[float, ...]]
) -> tuple[Row, ...]:
    orders, revenue = float(months["orders"].sum()), float(months["revenue"].sum())
    known = months[months["spend"].notna()]
    cac = float(ratios.cac(known["spend"].sum(), known["new_customers"].sum())) if len(known) else float("nan")
    again, often = _of_the_year(workspace, plan, filters) if len(months) == YEAR else (float("nan"), float("nan"))
    rates, late = plan.expected.rates, None if len(months) == YEAR else NotYet.TOO_EARLY
    few = None if orders else NotYet.NO_ORDERS
    return (
        _row("orders_per_customer", LeverKind.FREQUENCY, rates, often, late),
        _row("average_order_value", LeverKind.ORDER_VALUE, rates, float(ratios.average_order_value(revenue, orders)), few),
        _row("came_again_rate", LeverKind.RETENTION, rates, again, late),
        _row("margin_rate", LeverKind.MARGIN, rates, float(ratios.margin_rate(months["contribution"].sum(), revenue)), few),
        _row("cac", LeverKind.CAC, rates, cac, None if cac == cac else NotYet.NO_SPEND),
        Row("new_customers", LeverKind.NEW_CUSTOMERS, float(np.mean(planned["new_customers"])), float(months["new_customers"].mean())),
    )  # fmt: skip


def _row(slug: str, lever: LeverKind, rates: Mapping[str, float], actual: float, reason: NotYet | None) -> Row:
    planned = rates[slug]
    return Row(slug, lever, planned, actual, NotYet.NOT_PLANNED if np.isnan(planned) else reason)


def _of_the_year(workspace: Workspace, plan: Plan, filters: Filters) -> tuple[float, float]:
    """Share who came again and orders per customer of the 12 months planned."""
    year = replace(filters, until=plan.expected.first_month + YEAR)
    found = outcome(today_of(workspace, rules=AbcdxRules(0.0, 1, YEAR), filters=year))
    return found.came_again_rate, found.orders_per_customer


def _results(plan: Plan, months: pd.DataFrame, planned: Mapping[str, tuple[float, ...]]) -> tuple[Row, ...]:
    profit = float(_profit(months, plan).mean())
    missing = NotYet.NO_SPEND if np.isnan(profit) else None
    return (
        Row("orders", None, float(np.mean(planned["orders"])), float(months["orders"].mean())),
        Row("revenue", None, float(np.mean(planned["revenue"])), float(months["revenue"].mean())),
        Row("plan_profit", None, float(np.mean(planned["profit"])), profit, missing),
    )


def promised(plan: Plan) -> pd.DataFrame:
    """The profit the plan promises by month: month (number), planned."""
    first = plan.expected.first_month
    return pd.DataFrame({"month": range(first, first + YEAR), "planned": plan.expected.series["profit"]})
