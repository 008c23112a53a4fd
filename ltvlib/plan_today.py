"""Where a plan starts from: the last 12 months as additive facts, by where the customers came from and by segment.

Every lever of a plan acts on some of these cells, so the year with all levers at zero is the year that was.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from ltvlib import abcdx, economics, ratios
from ltvlib.costs import VariableCosts
from ltvlib.engine import Answer, sql_text
from ltvlib.populations import classified, rule_params
from ltvlib.settings import AbcdxRules, AbcdxSegment, Filters, Window, month_number, month_start
from ltvlib.spend import Spend
from ltvlib.workspace import Workspace

YEAR = 12
"""Months of a plan."""
SEGMENTS = tuple(AbcdxSegment)
NEW, RETURNED = "new", "returned"
ORIGINS = (*(segment.value for segment in SEGMENTS if segment is not AbcdxSegment.INACTIVE), RETURNED, NEW)
"""Where the customers of the window came from: their segment in the window before, older customers who came back, new ones."""
BASE = len(ORIGINS) - 2
"""Number of origins that are segments of the window before; these customers can be kept or lost."""
FACTS = ("everyone", "customers", "orders", "revenue", "margin", "active_months", "first_revenue", "first_margin")


@dataclass(frozen=True, eq=False)
class Today:
    """The facts a plan starts from.

    Attributes:
        cells: one array of origin x segment (:data:`ORIGINS` x :data:`SEGMENTS`) for every name in :data:`FACTS`.
        months: length of the window, 12 or what the file covers; flows are scaled to a year by ``scale``.
        months_before: months of data before the window, at most as many as it is long; 0 = retention is not known.
        first_day, end_day: the window.
        spend: marketing spend of the window; ``nan`` where none is on record.
        spend_months: months of the window with spend on record; where fewer than ``months``, ``spend`` is the CAC of
            these months x the new customers of the window.
        costs: variable costs taken off every margin.
        curve: cumulative contribution per new customer at month_index 0, 1, ...; empty where no month is old enough.
        first_order: contribution of the first order of these customers.
        by_month: the last complete calendar months (at most 12, oldest first): month, new_customers, orders, revenue, contribution.
        rules: borders of the segments.
        ignored: filters left aside, because spend is known by channel and month only.
        answer: the query behind the cells.
    """

    cells: dict[str, np.ndarray]
    months: int
    months_before: int
    first_day: dt.date
    end_day: dt.date
    spend: float
    spend_months: int
    costs: VariableCosts
    curve: np.ndarray
    first_order: float
    by_month: pd.DataFrame
    rules: AbcdxRules
    ignored: bool
    answer: Answer

    @property
    def scale(self) -> float:
        """Years to a window: 1 for 12 months. Seasons that a short file does not hold are not in it."""
        return YEAR / self.months

    @property
    def has_spend(self) -> bool:
        """Whether any marketing spend is on record for the window."""
        return not np.isnan(self.spend)

    @property
    def customers(self) -> int:
        """Customers with an order in the window."""
        return int(self.cells["customers"].sum())

    @property
    def new_customers(self) -> int:
        """Customers whose first order fell into the window."""
        return int(self.cells["customers"][-1].sum())

    @cached_property
    def base(self) -> np.ndarray:
        """Customers with an order in the window before, by their segment there."""
        return np.asarray(self.cells["everyone"][:BASE].sum(axis=1))

    @cached_property
    def came_again(self) -> np.ndarray:
        """Those of ``base`` with an order in the window."""
        return np.asarray(self.cells["customers"][:BASE].sum(axis=1))

    @property
    def came_again_rate(self) -> float:
        """Customers of the window before who ordered again / customers of the window before. ``nan`` without such customers."""
        return float(ratios.retention_rate(self.came_again.sum(), self.base.sum()))

    @property
    def cac(self) -> float:
        """Marketing spend / new customers of the window. ``nan`` without either."""
        return float(ratios.cac(self.spend, self.new_customers))


def today_of(
    workspace: Workspace,
    spend: Spend | None = None,
    costs: VariableCosts | None = None,
    rules: AbcdxRules | None = None,
    filters: Filters | None = None,
) -> Today:
    """The facts of the last 12 months before the end of the data (fewer where file or period are shorter).

    Filters by channel and period count; others are left aside, as everywhere spend is involved. ``rules`` count where
    their window is as long as this one, else borders are suggested anew for it (the X register stays).
    """
    filters, ignored = economics.usable_filters(filters or Filters())
    spend, costs = spend or Spend(), costs or VariableCosts()
    window = plan_window(workspace, filters)
    before = window.before(window.months)
    borders = _borders(workspace, rules, window, filters)
    answer = workspace.ask(
        "plan_today",
        {**rule_params(borders), "months": window.months},
        filters=filters,
        names={"window": workspace.window(window), "window_before": workspace.window(before)},
        expressions={
            "back": _back(filters),
            "classified": classified(borders, filters.until, workspace),
            "classified_then": classified(borders, filters.until, workspace, window.months),
        },
    )
    facts = economics.facts_of(workspace, spend, costs, filters)
    paid = economics.judged(facts, 0).months
    first_day, end_day = workspace.window_end(before), workspace.window_end(window)
    cells = _cells(answer.frame)
    money, months = _spend(paid, first_day, end_day, float(cells["customers"][-1].sum()), window.months)
    curve, first = _curve(facts)
    return Today(
        cells, window.months, _known_before(workspace, window), first_day, end_day, money, months, costs, curve, first,
        by_month(workspace, costs, filters), borders, ignored, answer,
    )  # fmt: skip


def plan_window(workspace: Workspace, filters: Filters) -> Window:
    """The longest window up to 12 months that the data cover and the chosen period allows; at least one month."""
    end = month_number(workspace.as_of(filters) - dt.timedelta(days=1)) + 1
    longest = YEAR if filters.since is None else max(1, min(YEAR, end - filters.since))
    tried = (Window(months, 0, filters.until) for months in range(longest, 0, -1))
    return next((window for window in tried if workspace.covers(window)), Window(1, 0, filters.until))


def by_month(workspace: Workspace, costs: VariableCosts, filters: Filters, months: int = YEAR) -> pd.DataFrame:
    """The last complete calendar months, oldest first: month (number), new_customers, orders, revenue, contribution."""
    end = month_number(workspace.as_of(filters))
    frame = workspace.ask("months", {"end_month": end}, filters=filters).frame
    first = int(frame["month"].min()) if len(frame) else end
    frame = frame.set_index("month").reindex(range(max(first, end - months), end), fill_value=0).reset_index()
    contribution = costs.contribution(frame["margin"], frame["revenue"], frame["orders"], frame["customers"])
    return frame[["month", "new_customers", "orders", "revenue"]].assign(contribution=contribution)


def _borders(workspace: Workspace, rules: AbcdxRules | None, window: Window, filters: Filters) -> AbcdxRules:
    if rules is not None and rules.window_months == window.months:
        return rules
    found = abcdx.default_rules(workspace, window.months, Filters(until=filters.until))
    return replace(found, x_customers=rules.x_customers if rules else ())


def _back(filters: Filters) -> str:
    """Months counted back from the end of the data, exact for an end in the middle of a month."""
    return "mart_customer_back" if filters.until is None else f"({sql_text('metrics/calendar_back')})"


def _known_before(workspace: Workspace, window: Window) -> int:
    tried = (replace(window, months=months, shift=window.months) for months in range(window.months, 0, -1))
    return next((found.months for found in tried if workspace.covers(found)), 0)


def _cells(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    cells = {name: np.zeros((len(ORIGINS), len(SEGMENTS))) for name in FACTS}
    rows = [ORIGINS.index(origin) for origin in frame["origin"]]
    columns = [SEGMENTS.index(AbcdxSegment(segment)) for segment in frame["segment"]]
    for name, cell in cells.items():
        cell[rows, columns] = frame[name].to_numpy(dtype=float)
    return cells


def _spend(
    months: pd.DataFrame, first_day: dt.date, end_day: dt.date, new_customers: float, length: int
) -> tuple[float, int]:
    """Spend of the calendar months that begin inside the window, and how many of them have spend on record."""
    inside = months[np.array([first_day <= month < end_day for month in months["month"]], dtype=bool)]
    known = inside[inside["spend"].notna()]
    if not len(known):
        return float("nan"), 0
    if len(known) >= length:
        return float(known["spend"].sum()), len(known)
    cac = float(ratios.cac(known["spend"].sum(), known["new_customers"].sum()))
    return cac * new_customers, len(known)


def _curve(facts: economics.Facts) -> tuple[np.ndarray, float]:
    """What a new customer brings by month: of the months with spend on record, else of all months."""
    company = economics.judged(facts, economics.usual_horizon(economics.known_horizons(facts))).company
    return company.curve, company.first_order_margin


def plan_months(end_day: dt.date) -> tuple[dt.date, ...]:
    """First days of the 12 calendar months a plan made on data to ``end_day`` (exclusive) is for: the full ones that follow."""
    start = month_number(end_day - dt.timedelta(days=1)) + 1
    return tuple(month_start(start + place) for place in range(YEAR))
