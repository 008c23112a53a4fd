"""Acquisition economics: what winning customers cost, by channel and by month, and whether they pay it back.

Cost and return always belong together: the spend of some months stands against the customers whose first order fell
into these months, and the margin those customers brought by the same month_index. Money spent without customers and
customers without spend are shown as they are; nothing is spread.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.cohort_cells import Cube
from ltvlib.cohorts import cohort_cube, cohort_span
from ltvlib.costs import VariableCosts
from ltvlib.engine import Answer
from ltvlib.payback import Payback, payback_month
from ltvlib.settings import Attribute, Filters, Grain, month_number, month_start
from ltvlib.spend import Spend
from ltvlib.workspace import Workspace

HORIZONS = (0, 3, 6, 12, 24)
"""Months after the first within which the money may come back."""
RECENT = 3
"""Complete months behind the cost of winning a customer today."""


@dataclass(frozen=True)
class Acquisition:
    """Everything the acquisition page shows.

    Attributes:
        company: everybody and all spend of the months judged.
        channels: one a channel, most customers first; "" = customers with no known channel. Channels with spend and
            no customers are here too.
        months: per calendar month with spend or new customers: month (first day), spend, new_customers, cac,
            first_order_margin (per customer), first_order_romi, payback_month, margin (per customer so far, mature months).
        first, end: months judged, ``first`` <= month < ``end`` (month numbers); empty where first >= end.
        spend_outside: money spent in other months.
        customers_before: customers won before the first month with spend.
        ignored: filters that were left aside, because spend is known by channel and month only.
        answer: the query behind it.
    """

    company: Payback
    channels: tuple[Payback, ...]
    months: pd.DataFrame
    first: int
    end: int
    spend_outside: float
    customers_before: int
    ignored: bool
    answer: Answer

    def channel(self, name: str) -> Payback:
        """One channel; raises ``KeyError`` for an unknown one."""
        found = next((row for row in self.channels if row.name == name), None)
        if found is None:
            raise KeyError(name)
        return found


@dataclass(frozen=True)
class _Facts:
    """Arrays of channel x month (first order): customers, spend (``nan`` = none recorded), first margin; and the cube."""

    channels: list[str]
    months: np.ndarray
    customers: np.ndarray
    spend: np.ndarray
    first_margin: np.ndarray
    cumulative: np.ndarray
    mature: np.ndarray


def usable_filters(filters: Filters) -> tuple[Filters, bool]:
    """Filters by channel and period, and whether others were left aside: spend is not known by city or segment."""
    kept = tuple(item for item in filters.attributes if item[0] is Attribute.CHANNEL)
    plain = replace(filters, attributes=kept, segments=(), rules=None)
    return plain, plain != filters


def known_horizons(workspace: Workspace, spend: Spend, filters: Filters | None = None) -> dict[int, int]:
    """Horizon in months -> months of new customers that have completed it; horizons that none has are left out."""
    facts, spend, _ = _facts(workspace, spend, VariableCosts(), usable_filters(filters or Filters())[0])
    months = {horizon: int(_judged(facts, spend, horizon).sum()) for horizon in HORIZONS}
    return {horizon: known for horizon, known in months.items() if known}


def usual_horizon(known: dict[int, int]) -> int:
    """The longest horizon of :func:`known_horizons` up to 12 months that six months have completed, else that any has."""
    fitting = [h for h, months in known.items() if h <= 12 and months >= 6] or [h for h in known if h <= 12]
    return max(fitting, default=0)


def acquisition(
    workspace: Workspace,
    spend: Spend,
    costs: VariableCosts | None = None,
    horizon: int = 12,
    filters: Filters | None = None,
) -> Acquisition:
    """Cost and return by channel and by month.

    Judged are the months with spend on record (from the first to the last month of the spend; all months where there is
    none) that have completed month_index ``horizon``. Margins are contribution margins under ``costs`` (gross margins where it is empty).
    Undefined figures are ``nan``: CAC without spend on record or without customers, the curve where no month is old enough.
    """
    plain, ignored = usable_filters(filters or Filters())
    facts, spend, answer = _facts(workspace, spend, costs or VariableCosts(), plain)
    chosen = _judged(facts, spend, horizon)
    recent = _recent(facts, spend, workspace.as_of(plain))
    rows = [_payback(facts, chosen, recent, horizon, [place], name) for place, name in enumerate(facts.channels)]
    everyone = _payback(facts, chosen, recent, horizon, list(range(len(facts.channels))), None)
    shown = tuple(sorted((row for row in rows if row.customers or row.spend > 0), key=lambda row: -row.customers))
    inside = facts.months[chosen]
    first, end = (int(inside[0]), int(inside[-1]) + 1) if inside.size else (0, 0)
    begins = spend.lines[0].month if spend.lines else None
    before = facts.customers[:, facts.months < begins].sum() if begins is not None else 0
    outside = spend.total - spend.between(first, end).total
    return Acquisition(everyone, shown, _months(facts, spend), first, end, outside, int(before), ignored, answer)


def cac_of_months(workspace: Workspace, spend: Spend, first: int, end: int, filters: Filters | None = None) -> float:
    """Spend / new customers of the months ``first`` <= month < ``end``, all channels (or those the filter names).

    ``nan`` where a month of them is outside the spend on record, and under filters that spend is not known by.
    """
    plain, ignored = usable_filters(filters or Filters())
    facts, spend, _ = _facts(workspace, spend, VariableCosts(), plain)
    if ignored or not spend.lines or spend.lines[0].month > first or spend.lines[-1].month < end - 1:
        return float("nan")
    inside = (facts.months >= first) & (facts.months < end)
    return float(ratios.cac(np.nansum(facts.spend[:, inside]), facts.customers[:, inside].sum()))


def channel_table(found: Acquisition, months: int) -> pd.DataFrame:
    """The channels as a table, in display order; ``affordable_cac`` is for payback by month_index ``months``."""
    rows = [
        {
            "channel": row.name,
            "affordable_cac": row.affordable_cac(months),
            "cac": row.cac,
            "recent_cac": row.recent_cac,
            "new_customers": row.customers,
            "spend": row.spend,
            "first_order_margin": row.first_order_margin,
            "first_order_romi": row.first_order_romi,
            "margin_at_horizon": row.margin,
            "ltv_cac_ratio": row.ltv_cac_ratio,
            "romi": row.romi,
        }
        for row in found.channels
    ]
    return pd.DataFrame(rows)


def planned_customers(found: Acquisition) -> int:
    """New customers a month to plan with: the mean of the last 12 complete months, at least 1."""
    months = found.months[found.months["is_complete"].astype(bool)].tail(12)
    return max(1, round(float(months["new_customers"].mean()))) if len(months) else 1


def _facts(workspace: Workspace, spend: Spend, costs: VariableCosts, filters: Filters) -> tuple[_Facts, Spend, Answer]:
    cube, answer = cohort_cube(workspace, Attribute.CHANNEL, filters)
    won = workspace.ask("acquired", cohort_span(workspace, Grain.MONTH, filters), filters=filters).frame
    wanted = [values for attribute, values in filters.attributes if attribute is Attribute.CHANNEL and values]
    spend = spend.matched(cube.groups)
    names = sorted({*cube.groups, *spend.channels})
    names = [name for name in names if not wanted or name in wanted[0]]
    kept = Spend(tuple(line for line in spend.lines if line.channel in names)).between(*_bounds(workspace, filters))
    months = _axis(cube, kept)
    place = {name: row for row, name in enumerate(names)}
    customers, first = np.zeros((len(names), len(months))), np.zeros((len(names), len(months)))
    at = (
        won["channel"].map(place).to_numpy(dtype=int),
        won["month"].to_numpy(dtype=int) - (months[0] if len(months) else 0),
    )
    count = won["new_customers"].to_numpy(dtype=float)
    customers[at] = count
    first[at] = costs.contribution(won["first_margin"], won["first_revenue"], count, count)
    cumulative, mature = _curves(cube, costs, names, months)
    return _Facts(names, months, customers, _money(kept, place, months), first, cumulative, mature), kept, answer


def _bounds(workspace: Workspace, filters: Filters) -> tuple[int, int]:
    """Months of spend that belong to the data: not before the filter's start, not after the end of the data."""
    end = month_number(workspace.as_of(filters) - dt.timedelta(days=1)) + 1
    return (filters.since if filters.since is not None else -(10**6)), end


def _axis(cube: Cube, spend: Spend) -> np.ndarray:
    numbers = [int(month) for month in cube.cohorts] + [line.month for line in spend.lines]
    return np.arange(min(numbers), max(numbers) + 1) if numbers else np.zeros(0, dtype=int)


def _money(spend: Spend, place: dict[str, int], months: np.ndarray) -> np.ndarray:
    """Spend by channel x month; a channel that has spend on record somewhere spent 0 in its other months."""
    money = np.full((len(place), len(months)), np.nan)
    for line in spend.lines:
        row = place[line.channel]
        money[row] = np.nan_to_num(money[row])
        money[row, line.month - months[0]] += line.amount
    return money


def _curves(cube: Cube, costs: VariableCosts, names: list[str], months: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative contribution of channel x month x age, and which month x age are complete, on the common axes."""
    ages = cube.margin.shape[2] if len(cube.cohorts) else 0
    sums, mature = np.zeros((len(names), len(months), ages)), np.zeros((len(months), ages), dtype=bool)
    if not ages:
        return sums, mature
    left = costs.contribution(cube.margin, cube.revenue, cube.orders, cube.customers)
    start = int(cube.cohorts[0] - months[0])
    span = slice(start, start + len(cube.cohorts))
    for row, name in enumerate(cube.groups):
        if name in names:
            sums[names.index(name), span] = np.cumsum(left[row], axis=1)
    mature[span] = cube.mature
    return sums, mature


def _judged(facts: _Facts, spend: Spend, horizon: int) -> np.ndarray:
    """Which months are judged: old enough, and inside the spend on record where there is any."""
    if horizon >= facts.mature.shape[1]:
        return np.zeros(len(facts.months), dtype=bool)
    return np.asarray(_inside(facts, spend) & facts.mature[:, horizon])


def _inside(facts: _Facts, spend: Spend) -> np.ndarray:
    """Months from the first to the last with spend on record; all where there is none."""
    if not spend.lines:
        return np.ones(len(facts.months), dtype=bool)
    return np.asarray((facts.months >= spend.lines[0].month) & (facts.months <= spend.lines[-1].month))


def _recent(facts: _Facts, spend: Spend, as_of: dt.date) -> np.ndarray:
    """The last complete months that have spend on record."""
    last = min(month_number(as_of), spend.lines[-1].month + 1) if spend.lines else 0
    return np.asarray((facts.months >= last - RECENT) & (facts.months < last))


def _payback(
    facts: _Facts, chosen: np.ndarray, recent: np.ndarray, horizon: int, rows: list[int], name: str | None
) -> Payback:
    def total(array: np.ndarray, months: np.ndarray) -> float:
        return float(array[rows][:, months].sum())

    def paid(months: np.ndarray) -> float:
        known = facts.spend[rows][:, months]
        return float("nan") if np.isnan(known).all() else float(np.nansum(known))

    customers = total(facts.customers, chosen)
    curve = facts.cumulative[rows][:, chosen, : horizon + 1].sum(axis=(0, 1)) if customers else np.zeros(0)
    return Payback(
        name,
        int(customers),
        paid(chosen),
        ratios.divide(curve, customers),
        float(ratios.divide(total(facts.first_margin, chosen), customers)),
        float(ratios.cac(paid(recent), total(facts.customers, recent))),
    )


def _months(facts: _Facts, spend: Spend) -> pd.DataFrame:
    """All channels together by calendar month; see :class:`Acquisition`."""
    customers, money = facts.customers.sum(axis=0), spend.by_month()
    inside = [spend.lines[0].month <= m <= spend.lines[-1].month if spend.lines else False for m in facts.months]
    paid = np.array(
        [money.get(int(m), 0.0) if known else np.nan for m, known in zip(facts.months, inside, strict=True)]
    )
    cac = ratios.cac(paid, customers)
    ages = facts.mature.shape[1]
    curves = ratios.divide(facts.cumulative.sum(axis=0), np.repeat(customers[:, None], ages, axis=1))
    curves = np.where(facts.mature, curves, np.nan)
    return pd.DataFrame(
        {
            "month": [month_start(int(month)) for month in facts.months],
            "is_complete": facts.mature[:, 0] if ages else np.zeros(len(facts.months), dtype=bool),
            "spend": paid,
            "new_customers": customers.astype(int),
            "cac": cac,
            "first_order_margin": ratios.divide(facts.first_margin.sum(axis=0), customers),
            "first_order_romi": ratios.romi(facts.first_margin.sum(axis=0), paid),
            "payback_month": [payback_month(curve, value) for curve, value in zip(curves, cac, strict=True)],
        }
    )
