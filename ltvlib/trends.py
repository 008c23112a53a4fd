"""Key figures month by month, for sparklines: the same definitions as the figures, over one month."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.cohorts import CohortTable
from ltvlib.settings import Filters, month_number
from ltvlib.workspace import Workspace

Series = tuple[float, ...]
MAX_ORDERS = 2_000_000


def from_months(frame: pd.DataFrame) -> dict[str, Series]:
    """Figures that are ratios of one month's sums; ``frame`` holds complete months in order."""
    lines = {
        "customers": frame["customers"].to_numpy(dtype=float),
        "revenue": frame["revenue"].to_numpy(dtype=float),
        "margin": frame["margin"].to_numpy(dtype=float),
        "average_order_value": ratios.average_order_value(frame["revenue"], frame["orders"]),
        "orders_per_customer": ratios.orders_per_customer(frame["orders"], frame["customers"]),
        "repeat_purchase_rate": ratios.repeat_purchase_rate(frame["repeat_customers"], frame["customers"]),
    }
    return {slug: known(line) for slug, line in lines.items()}


def ltv_by_cohort(table: CohortTable, months: int, last: int) -> Series:
    """``ltv_m<months>`` of the ``last`` newest cohorts that completed the horizon, oldest first, from cumulative LTV by month."""
    if table.ages < months:
        return ()
    return known(table.values[:, months - 1])[-last:]


def medians(workspace: Workspace, filters: Filters, complete: list[dt.date]) -> dict[str, Series]:
    """Median days between orders of each month, and median lifetime seen by each month's end.

    The lifetimes need every customer's months in order, the dearest query of the overview; above ``MAX_ORDERS``
    their line is left out, so that the first chart does not wait for it.
    """
    if not complete:
        return {}
    first, end = month_number(complete[0]), month_number(complete[-1]) + 1
    span = {"from_month": first, "end_month": end}
    gaps = workspace.ask("gaps_by_month", span, filters=filters).frame
    lines = {"median_days_between_orders": known(_medians(gaps, first, end))}
    if workspace.facts().orders <= MAX_ORDERS:
        lives = _running(workspace.ask("lifetimes_by_month", span, filters=filters).frame, first, end)
        lines["observed_lifetime"] = known(_medians(lives, first, end))
    return lines


def known(line: np.ndarray) -> Series:
    """Values that are defined, in order."""
    return tuple(float(value) for value in line if not np.isnan(value))


def _medians(frame: pd.DataFrame, first: int, end: int) -> np.ndarray:
    by_month = dict(list(frame.groupby("month")))
    empty = frame.iloc[:0]
    picked = [by_month.get(month, empty) for month in range(first, end)]
    return np.array([ratios.weighted_median(part["value"], part["n"]) for part in picked])


def _running(changes: pd.DataFrame, first: int, end: int) -> pd.DataFrame:
    """How many customers stand at each span at the end of each month, from the changes."""
    if not len(changes):
        return changes
    start = min(first, int(changes["month"].min()))
    table = changes.pivot_table(index="month", columns="value", values="n", aggfunc="sum", fill_value=0)
    table = table.reindex(range(start, end), fill_value=0).cumsum()
    long = table.rename_axis("month").reset_index().melt(id_vars="month", var_name="value", value_name="n")
    long = long.sort_values(["month", "value"])
    return long[long["n"] > 0]
