"""The key figures of a period beside the period before, by month, and the concentration of profit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib import ratios, trends
from ltvlib.cohorts import Measure, cohort_table, ltv_in
from ltvlib.engine import Answer
from ltvlib.settings import EPOCH, Filters, Window, month_number, month_start
from ltvlib.workspace import Workspace

HORIZONS = (12, 6, 3, 1)
"""Horizons of the headline LTV in months; the longest that any customer has completed is shown."""


FORGIVEN = dt.timedelta(days=2)
"""A file may begin so much after the 1st and its first month still counts as complete: a holiday, not a cut."""


@dataclass(frozen=True)
class Period:
    """A span of whole months: ``window`` for the marts, first day and exclusive end for people."""

    window: Window
    first_day: dt.date
    end_day: dt.date

    @property
    def months(self) -> int:
        """Length in months."""
        return self.window.months

    @property
    def last_day(self) -> dt.date:
        """Last day inside, for people."""
        return self.end_day - dt.timedelta(days=1)

    @property
    def is_complete(self) -> bool:
        """Whether the data reach the end of the last month; where not, no period before is equally long."""
        return self.window.until is None or self.end_day == month_start(self.window.until)


@dataclass(frozen=True)
class Figure:
    """One key figure: value now, in the period before, and by month for the sparkline (``nan`` = undefined).

    ``slug`` names the definition, ``months`` fills its placeholder; ``n`` is what the value rests on (customers,
    orders or gaps; 0 where it is a plain sum).
    """

    slug: str
    value: float
    before: float
    series: tuple[float, ...] = ()
    months: int = 0
    n: int = 0

    @property
    def change(self) -> float:
        """Relative change against the period before; ``nan`` where it cannot be said."""
        return ratios.change(self.value, self.before)

    @property
    def difference(self) -> float:
        """Absolute change against the period before: for shares, whose relative change reads like points."""
        return self.value - self.before


@dataclass(frozen=True)
class Overview:
    """Everything the overview page shows.

    Attributes:
        figures: key figures by slug, in display order.
        months: per calendar month up to the end of the data: month (first day), is_complete, customers,
            new_customers, orders, revenue, margin, first_revenue, first_margin, repeat_revenue, repeat_margin. The
            month in which the file begins is complete only if it begins at its start, the last only if it has ended.
        period, before: the spans compared; ``has_before`` is false where the data do not reach back or the last
            month of a chosen period is not complete.
        answers: queries behind the numbers.
    """

    figures: dict[str, Figure]
    months: pd.DataFrame
    period: Period
    before: Period
    has_before: bool
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Pareto:
    """Concentration of profit: shares of customers (best first) and of profit; ``top20`` is the share of the top fifth."""

    customer_share: np.ndarray
    margin_share: np.ndarray
    top20: float
    customers: int
    answer: Answer


def period_of(workspace: Workspace, filters: Filters) -> Period:
    """The period a page reports on: the filter's months, else the 12 months before the end of the data.

    Where the data do not cover the 12 months before those, the period is shortened until a period before
    exists; at least one month. Months chosen by the filter are calendar months; the last may not be complete.
    """
    until = filters.until
    if filters.since is not None:
        until = until or month_number(workspace.as_of(filters) - dt.timedelta(days=1)) + 1
        return span_of(workspace, Window(max(1, until - filters.since), 0, until))
    tried = (Window(months, 0, until) for months in range(12, 1, -1))
    found = next((window for window in tried if workspace.covers(window.before(window.months))), Window(1, 0, until))
    return span_of(workspace, found)


def span_of(workspace: Workspace, window: Window) -> Period:
    """A window with its first day and its end, the end no later than that of the data."""
    end = min(workspace.window_end(window), workspace.info.as_of)
    return Period(window, workspace.window_end(window.before(window.months)), end)


def overview(workspace: Workspace, filters: Filters | None = None) -> Overview:
    """All key figures of the period and the one before, for the customers that pass the filters."""
    filters = filters or Filters()
    period = period_of(workspace, filters)
    before = span_of(workspace, period.window.before(period.months))
    has_before = period.is_complete and workspace.covers(before.window)
    months = by_month(workspace, filters)
    now_facts, before_facts = _facts(workspace, period, filters), _facts(workspace, before, filters)
    now, past = (
        _values(workspace, period, filters, now_facts.frame),
        _values(workspace, before, filters, before_facts.frame),
    )
    length = max(period.months, 6) * 2
    series = _series(workspace, filters, months.frame, length)
    figures = {"ltv_m": _ltv(workspace, filters, length)}
    for slug, (value, n) in now.items():
        earlier = past[slug][0] if has_before else float("nan")
        figures[slug] = Figure(slug, value, earlier, series.get(slug, ()), n=n)
    return Overview(figures, months.frame, period, before, has_before, (now_facts, months))


def _ltv(workspace: Workspace, filters: Filters, length: int) -> Figure:
    table = cohort_table(workspace, Measure.CUMULATIVE_LTV, filters=filters)
    for months in HORIZONS:
        value, customers = ltv_in(table, months)
        if customers:
            earlier = ltv_in(table, months, earlier=12)[0]
            series = trends.ltv_by_cohort(table, months, length)
            return Figure("ltv_m", value, earlier, series, months, customers)
    return Figure("ltv_m", float("nan"), float("nan"), (), HORIZONS[-1])


def _facts(workspace: Workspace, period: Period, filters: Filters) -> Answer:
    return workspace.ask("window_facts", filters=filters, names={"window": workspace.window(period.window)})


def _values(
    workspace: Workspace, period: Period, filters: Filters, facts: pd.DataFrame
) -> dict[str, tuple[float, int]]:
    """Figures of one period by slug, in display order, each with what it rests on (0 for a plain sum)."""
    row = facts.iloc[0]
    span = {"from_day": (period.first_day - EPOCH).days, "to_day": (period.end_day - EPOCH).days}
    gaps = workspace.ask("gaps", span, filters=filters).frame
    lives = workspace.ask("lifetimes", span, filters=filters).frame
    customers, orders = int(row["customers"]), int(row["orders"])
    return {
        "customers": (float(customers), 0),
        "revenue": (float(row["revenue"]), 0),
        "margin": (float(row["margin"]), 0),
        "average_order_value": (float(ratios.average_order_value(row["revenue"], orders)), orders),
        "orders_per_customer": (float(ratios.orders_per_customer(orders, customers)), customers),
        "repeat_purchase_rate": (float(ratios.repeat_purchase_rate(row["repeat_customers"], customers)), customers),
        "median_days_between_orders": (ratios.weighted_median(gaps["gap_days"], gaps["n"]), int(gaps["n"].sum())),
        "observed_lifetime": (ratios.weighted_median(lives["days"], lives["n"]), int(lives["n"].sum())),
    }


def by_month(workspace: Workspace, filters: Filters) -> Answer:
    """Facts by calendar month, months without orders filled with zeros, repeat money beside first-order money.

    The columns are those of :attr:`Overview.months`.
    """
    as_of = workspace.as_of(filters)
    end = month_number(as_of - dt.timedelta(days=1)) + 1
    answer = workspace.ask("months", {"end_month": end}, filters=filters)
    frame = answer.frame.set_index("month")
    if len(frame):
        start = max(int(frame.index.min()), filters.since or -(10**6))
        frame = frame.reindex(range(start, end), fill_value=0)
    frame["repeat_revenue"] = frame["revenue"] - frame["first_revenue"]
    frame["repeat_margin"] = frame["margin"] - frame["first_margin"]
    begin = (workspace.facts().first_day or as_of) - FORGIVEN
    frame["is_complete"] = [
        begin <= month_start(int(month)) and month_start(int(month) + 1) <= as_of for month in frame.index
    ]
    frame = frame.reset_index(names="month")
    frame["month"] = [month_start(int(month)) for month in frame["month"]]
    return Answer(frame, answer.sql, answer.params, answer.seconds)


def _series(workspace: Workspace, filters: Filters, months: pd.DataFrame, length: int) -> dict[str, trends.Series]:
    """Sparklines: complete months of the period and the one before."""
    frame = months[months["is_complete"].astype(bool)].tail(length)
    return {**trends.from_months(frame), **trends.medians(workspace, filters, list(frame["month"]))}


def pareto(workspace: Workspace, filters: Filters | None = None) -> Pareto:
    """Which part of the profit the best customers make in the period (customers with an order in it).

    Customers with a loss come last and pull the curve down from above 1; the shares are undefined without profit.
    """
    filters = filters or Filters()
    window = period_of(workspace, filters).window
    answer = workspace.ask("pareto", filters=filters, names={"window": workspace.window(window)})
    frame = answer.frame
    customers = int(frame["customers"].iloc[0]) if len(frame) else 0
    if not customers or frame["running_margin"].iloc[-1] <= 0:
        return Pareto(np.zeros(0), np.zeros(0), float("nan"), customers, answer)
    customer_share = ratios.share(frame["place"], customers)
    margin_share = ratios.share(frame["running_margin"], frame["running_margin"].iloc[-1])
    top = frame["place"] == (customers + 4) // 5
    return Pareto(customer_share, margin_share, float(margin_share[top.to_numpy()][0]), customers, answer)
