"""Cohort tables: retention, money and cumulative LTV by age of the customer.

A cohort is the customers whose first order falls into one period; ``age`` 0 is that period. SQL gives
additive cells (group x cohort x age); everything here is sums over mature cells and one division.
A cell is mature when its period is complete at ``as_of``; others are ``nan`` and left out of averages.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.cohort_cells import Cube, Parts, cube_of, pool
from ltvlib.engine import Answer, quote
from ltvlib.settings import EPOCH, Attribute, Basis, Filters, Grain, month_start, period_number, period_start
from ltvlib.workspace import PERIOD, Workspace


class Measure(StrEnum):
    """What a cohort table shows; the values are slugs in :mod:`ltvlib.definitions`."""

    CUSTOMERS = "active_customers"
    RETENTION = "retention_rate"
    ROLLING_RETENTION = "rolling_retention_rate"
    ORDERS_PER_CUSTOMER = "orders_per_customer"
    AVERAGE_ORDER_VALUE = "average_order_value"
    REVENUE = "revenue"
    MARGIN = "margin"
    CUMULATIVE_LTV = "cumulative_ltv"


@dataclass(frozen=True)
class CohortTable:
    """One measure by row (cohort or group) and age.

    Attributes:
        measure, basis, grain: what is shown; basis matters for ``CUMULATIVE_LTV`` only.
        rows: start dates of cohorts, or values of the attribute ("" = not known).
        values: rows x ages; ``nan`` = period not complete yet, or undefined.
        denominators: rows x ages; what each value was divided by (customers or orders); 0 where immature.
        sizes: customers acquired per row.
        average: per age, ratio of sums over the rows that have completed it (for sums: the total).
        average_n: denominators behind ``average``.
        as_of: end of the data.
        answer: the query behind it.
    """

    measure: Measure
    basis: Basis
    grain: Grain
    rows: tuple[dt.date | str, ...]
    values: np.ndarray
    denominators: np.ndarray
    sizes: np.ndarray
    average: np.ndarray
    average_n: np.ndarray
    as_of: dt.date
    answer: Answer

    @property
    def ages(self) -> int:
        """Number of age columns."""
        return int(self.values.shape[1])

    @property
    def known_cells(self) -> tuple[np.ndarray, np.ndarray]:
        """Row and age of every cell that has a value, row by row."""
        rows, ages = np.nonzero(~np.isnan(self.values))
        return rows, ages

    def largest(self, limit: int) -> CohortTable:
        """The same table with only its ``limit`` largest rows by customers, in their order; averages stay those of all."""
        if len(self.rows) <= limit:
            return self
        keep = np.sort(np.argsort(-self.sizes, kind="stable")[:limit])
        return replace(
            self,
            rows=tuple(self.rows[place] for place in keep),
            values=self.values[keep],
            denominators=self.denominators[keep],
            sizes=self.sizes[keep],
        )

    def frame(self) -> pd.DataFrame:
        """The same numbers as a table: row, customers, then one column an age."""
        columns: dict[str, object] = {"cohort": list(self.rows), "customers": self.sizes}
        columns.update({str(age): self.values[:, age] for age in range(self.ages)})
        return pd.DataFrame(columns)


def cohort_table(
    workspace: Workspace,
    measure: Measure,
    *,
    grain: Grain = Grain.MONTH,
    basis: Basis = Basis.MARGIN,
    by: Attribute | None = None,
    filters: Filters | None = None,
) -> CohortTable:
    """The cohort table of one measure, rows by first-order period or by a customer attribute.

    Rows by attribute pool the cohorts of a group at equal age, each age over the cohorts that completed it.
    Empty data give a table without rows.
    """
    filters = filters or Filters()
    cube, answer = cohort_cube(workspace, by, filters, grain)
    if not len(cube.cohorts):
        nothing = np.zeros((0, 0))
        return CohortTable(
            measure, basis, grain, (), nothing, nothing, np.zeros(0), np.zeros(0), np.zeros(0), cube.as_of, answer
        )
    if measure is Measure.ROLLING_RETENTION:
        parts = Parts(_rolling(workspace, cube, grain, by, filters), cube.all_sizes)
    else:
        parts = _parts(cube, measure, basis)
    rows: list[dt.date | str] = list(cube.groups) if by else [period_start(int(c), grain) for c in cube.cohorts]
    pooled = pool(cube, parts, rows, axis=1 if by else 0)
    return CohortTable(
        measure,
        basis,
        grain,
        pooled.rows,
        pooled.values,
        pooled.bottom,
        pooled.sizes,
        pooled.average,
        pooled.average_n,
        cube.as_of,
        answer,
    )


def cohort_cube(
    workspace: Workspace, by: Attribute | None = None, filters: Filters | None = None, grain: Grain = Grain.MONTH
) -> tuple[Cube, Answer]:
    """Additive facts by group x cohort x age, the cells under every cohort table, and the query behind them."""
    filters = filters or Filters()
    answer = _cells(workspace, grain, by, filters)
    return cube_of(answer.frame, grain, workspace.as_of(filters)), answer


def ltv_at(
    workspace: Workspace, months: int, basis: Basis = Basis.MARGIN, filters: Filters | None = None, earlier: int = 0
) -> tuple[float, int]:
    """``ltv_m<months>``: profit (or revenue) a customer brought in the first ``months`` calendar months.

    The month of the first order counts as the first. Only cohorts that completed the horizon are in it, and of
    those the twelve newest that had completed it ``earlier`` months ago. Returns (value, customers);
    (``nan``, 0) where no cohort is old enough.
    """
    return ltv_in(cohort_table(workspace, Measure.CUMULATIVE_LTV, basis=basis, filters=filters), months, earlier)


def ltv_in(table: CohortTable, months: int, earlier: int = 0) -> tuple[float, int]:
    """``ltv_at`` from a table of cumulative LTV by monthly cohort that is there already."""
    age = months - 1
    if age >= table.ages:
        return float("nan"), 0
    limit = period_number(table.as_of, Grain.MONTH) - earlier - months
    starts = np.array([period_number(row, Grain.MONTH) for row in table.rows if isinstance(row, dt.date)])
    chosen = ~np.isnan(table.values[:, age]) & (starts <= limit) & (starts > limit - 12)
    customers = table.sizes[chosen].sum()
    total = (table.values[chosen, age] * table.sizes[chosen]).sum()
    return float(ratios.cumulative_ltv(total, customers)), int(customers)


def cell_customers(
    workspace: Workspace,
    table_grain: Grain,
    age: int,
    *,
    cohort: dt.date | None = None,
    by: Attribute | None = None,
    group: str | None = None,
    only_active: bool = True,
    filters: Filters | None = None,
    limit: int = 10_000,
) -> Answer:
    """The people behind a cell, best cumulative profit first.

    ``cohort=None`` takes all cohorts that completed the age, as the cell does, ``group=None`` all groups. Columns: customer_id, name, channel, manager,
    first_day, last_day (dates), orders, revenue, margin (at that age), cumulative_margin (to that age).
    """
    filters = filters or Filters()
    span = cohort_span(workspace, table_grain, filters)
    start = period_number(cohort, table_grain) if cohort else None
    as_of = workspace.as_of(filters)
    params: dict[str, object] = {
        **span,
        "age": age,
        "cohort_from": span["since_period"] if start is None else start,
        "cohort_to": period_number(as_of, table_grain) - age if start is None else start + 1,
        "end_month": _end_month(workspace, filters),
        "every_group": group is None,
        "group_value": group or "",
        "only_active": only_active,
        "limit": limit,
    }
    answer = workspace.ask(
        "cell_customers", params, filters=filters, grain=table_grain, expressions={"group": _group(by)}
    )
    return _with_dates(answer, "first_day", "last_day")


def _with_dates(answer: Answer, *columns: str) -> Answer:
    frame = answer.frame.copy()
    for column in columns:
        frame[column] = pd.Timestamp(EPOCH) + pd.to_timedelta(frame[column], unit="D")
    return Answer(frame, answer.sql, answer.params, answer.seconds)


def _group(by: Attribute | None) -> str:
    return quote(by.value) if by else "''"


def cohort_span(workspace: Workspace, grain: Grain, filters: Filters) -> dict[str, object]:
    """First cohort counted and first period not counted. A period cut by ``since`` or ``until`` is left out whole."""
    since = -(10**6)
    if filters.since is not None:
        since = period_number(month_start(filters.since) - dt.timedelta(days=1), grain) + 1
    as_of = workspace.as_of(filters)
    if filters.until is None:
        end = period_number(as_of - dt.timedelta(days=1), grain) + 1
    else:
        end = period_number(as_of, grain)
    return {"since_period": since, "end_period": end}


def _end_month(workspace: Workspace, filters: Filters) -> int:
    """First month with nothing in it: the running month counts."""
    return period_number(workspace.as_of(filters) - dt.timedelta(days=1), Grain.MONTH) + 1


def _cells(workspace: Workspace, grain: Grain, by: Attribute | None, filters: Filters) -> Answer:
    span = cohort_span(workspace, grain, filters)
    if by is None and not filters.attributes and not filters.segments and filters.until is None:
        return workspace.ask("cohort_cells_all", span, grain=grain)
    return workspace.ask("cohort_cells", span, filters=filters, grain=grain, expressions={"group": _group(by)})


def _parts(cube: Cube, measure: Measure, basis: Basis) -> Parts:
    """Numerator and denominator of a measure."""
    sizes = cube.all_sizes
    money = cube.revenue if basis is Basis.REVENUE else cube.margin
    return {
        Measure.CUSTOMERS: Parts(cube.customers, sizes, is_sum=True),
        Measure.RETENTION: Parts(cube.customers, sizes),
        Measure.ORDERS_PER_CUSTOMER: Parts(cube.orders, cube.customers),
        Measure.AVERAGE_ORDER_VALUE: Parts(cube.revenue, cube.orders),
        Measure.REVENUE: Parts(cube.revenue, sizes, is_sum=True),
        Measure.MARGIN: Parts(cube.margin, sizes, is_sum=True),
        Measure.CUMULATIVE_LTV: Parts(np.cumsum(money, axis=2), sizes),
    }[measure]


def _rolling(workspace: Workspace, cube: Cube, grain: Grain, by: Attribute | None, filters: Filters) -> np.ndarray:
    """Customers whose last order is at age k or later, group x cohort x age; a running period counts as later."""
    span = {**cohort_span(workspace, grain, filters), "end_month": _end_month(workspace, filters)}
    expressions = {"group": _group(by), "period": PERIOD[grain]}
    frame = workspace.ask("cohort_last", span, filters=filters, grain=grain, expressions=expressions).frame
    counts = np.zeros(cube.customers.shape)
    place = {name: index for index, name in enumerate(cube.groups)}
    where = (
        frame["grp"].map(place).to_numpy(dtype=int),
        (frame["cohort"] - cube.cohorts[0]).to_numpy(dtype=int),
        frame["last_age"].clip(upper=cube.customers.shape[2] - 1).to_numpy(dtype=int),
    )
    np.add.at(counts, where, frame["customers"].to_numpy(dtype=float))
    return np.cumsum(counts[:, :, ::-1], axis=2)[:, :, ::-1]
