"""Customers, margins and spend by channel and month, on common axes: what acquisition economics is computed from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ltvlib.cohort_cells import Cube, cube_of
from ltvlib.cohorts import cohort_span
from ltvlib.costs import VariableCosts
from ltvlib.engine import Answer
from ltvlib.settings import Attribute, Filters, Grain, month_number, period_number
from ltvlib.spend import Spend, spelling
from ltvlib.workspace import Workspace

MAX_CHANNELS = 100
"""Channels judged one by one, the largest; the others are one row. A file with a campaign an order has thousands."""
OTHER = "\N{HORIZONTAL ELLIPSIS}"
"""Name of the row of all other channels."""
_FOLDED = (
    "case when coalesce(channel, '') in (select unnest(cast($channels as varchar[]))) "
    f"then coalesce(channel, '') else '{OTHER}' end"
)


@dataclass(frozen=True)
class Facts:
    """Arrays over channel, month of the first order, and age; all on the same axes.

    Attributes:
        channels: names, one spelling each.
        months: month numbers, from the first with customers or spend to the last of the data.
        customers: channel x month; customers won.
        paid: channel x month; ``nan`` where the channel has no spend on record at all.
        first_margin: channel x month; contribution of first orders.
        cumulative: channel x month x age; contribution up to and including the age.
        mature: month x age; whether the calendar has completed it.
        span: first month with spend on record and the one after the last, whatever the channel; (0, 0) without spend.
        spend: the spend of these channels and months.
        answer: the query behind the margins.
        end: month number of the first month that the data do not reach the end of.
        ignored: filters that were left aside, because spend is known by channel and month only.
    """

    channels: list[str]
    months: np.ndarray
    customers: np.ndarray
    paid: np.ndarray
    first_margin: np.ndarray
    cumulative: np.ndarray
    mature: np.ndarray
    span: tuple[int, int]
    spend: Spend
    answer: Answer
    end: int
    ignored: bool

    @property
    def inside(self) -> np.ndarray:
        """Months inside the spend on record; all where there is none."""
        if self.span == (0, 0):
            return np.ones(len(self.months), dtype=bool)
        return np.asarray((self.months >= self.span[0]) & (self.months < self.span[1]))

    @property
    def is_complete(self) -> np.ndarray:
        """Months the calendar has completed."""
        return self.mature[:, 0] if self.mature.shape[1] else np.zeros(len(self.months), dtype=bool)


def usable_filters(filters: Filters) -> tuple[Filters, bool]:
    """Filters by channel and period, and whether others were left aside: spend is not known by city or segment."""
    kept = tuple(item for item in filters.attributes if item[0] is Attribute.CHANNEL)
    plain = replace(filters, attributes=kept, segments=(), rules=None)
    return plain, plain != filters


def facts_of(
    workspace: Workspace, spend: Spend, costs: VariableCosts | None = None, filters: Filters | None = None
) -> Facts:
    """Facts of the customers that pass ``filters`` (channel and period only, see :func:`usable_filters`).

    Margins are contribution margins under ``costs``, gross margins without.
    """
    filters, ignored = usable_filters(filters or Filters())
    costs, as_of = costs or VariableCosts(), workspace.as_of(filters)
    sizes = workspace.ask("channel_sizes", {"limit": MAX_CHANNELS}, filters=filters).frame
    span = cohort_span(workspace, Grain.MONTH, filters)
    params = {**span, "channels": sizes["channel"].tolist()}
    group = {"group": _FOLDED}
    won = workspace.ask("acquired", params, filters=filters, expressions=group).frame
    answer = workspace.ask("cohort_cells", params, filters=filters, expressions=group)
    cube = cube_of(answer.frame, Grain.MONTH, as_of)
    names = _one_spelling(sizes["channel"].tolist())
    kept, reach = _spend_of(workspace, spend, filters, list(names.values()))
    channels = sorted({*names.values(), *kept.channels, *((OTHER,) if (won["channel"] == OTHER).any() else ())})
    months = _axis(workspace, cube, kept, filters)
    place = {written: channels.index(name) for written, name in {**names, OTHER: OTHER}.items() if name in channels}
    customers, first = _first_orders(won, costs, place, (len(channels), len(months)), months)
    cumulative = _curves(cube, costs, place, (len(channels), len(months)), months)
    mature = _mature(workspace, filters, months, cumulative.shape[2])
    paid = _paid(kept, channels, months)
    end = period_number(as_of, Grain.MONTH)
    return Facts(channels, months, customers, paid, first, cumulative, mature, reach, kept, answer, end, ignored)


def customers_won(workspace: Workspace, first: int, end: int, filters: Filters) -> int:
    """New customers of the months ``first`` <= month < ``end``."""
    span = {"since_period": first, "end_period": end}
    found = workspace.ask("acquired", span, filters=filters, expressions={"group": "''"}).frame
    return int(found["new_customers"].sum())


def reach_of(workspace: Workspace, spend: Spend, filters: Filters) -> tuple[int, int]:
    """First month with spend on record and the one after the last, within the data; (0, 0) where there is none."""
    known = spend.between(*_bounds(workspace, filters))
    return (known.lines[0].month, known.lines[-1].month + 1) if known.lines else (0, 0)


def chosen_channels(filters: Filters) -> tuple[str, ...]:
    """Channels the filter names; empty = all."""
    return next((values for attribute, values in filters.attributes if attribute is Attribute.CHANNEL), ())


def _one_spelling(written: list[str]) -> dict[str, str]:
    """Channel as written (most customers first) -> the spelling it goes by: the most common of those alike."""
    known: dict[str, str] = {}
    return {name: known.setdefault(spelling(name), name) for name in written}


def _spend_of(workspace: Workspace, spend: Spend, filters: Filters, names: list[str]) -> tuple[Spend, tuple[int, int]]:
    """The spend of the chosen channels and months; small unknown channels beyond the limit become one."""
    wanted = {spelling(name) for name in chosen_channels(filters)}
    matched = spend.matched(names)
    known = Spend(tuple(x for x in matched.lines if not wanted or spelling(x.channel) in wanted))
    inside = known.between(*_bounds(workspace, filters))
    strangers = sorted(set(inside.channels) - set(names), key=lambda name: -inside.by_channel()[name])
    few = {*names, *strangers[:MAX_CHANNELS]}
    kept = Spend.of((x.month, x.channel if x.channel in few else OTHER, x.amount) for x in inside.lines)
    return kept, reach_of(workspace, spend, filters)


def _bounds(workspace: Workspace, filters: Filters) -> tuple[int, int]:
    """Months of spend that belong to the data: not before the filter's start, not after the end of the data."""
    end = month_number(workspace.as_of(filters) - dt.timedelta(days=1)) + 1
    return (filters.since if filters.since is not None else -(10**6)), end


def _axis(workspace: Workspace, cube: Cube, spend: Spend, filters: Filters) -> np.ndarray:
    """Every month from the first with customers or spend to the last of the data."""
    begins = [int(month) for month in cube.cohorts[:1]] + [line.month for line in spend.lines[:1]]
    return np.arange(min(begins), _bounds(workspace, filters)[1]) if begins else np.zeros(0, dtype=int)


def _first_orders(
    won: pd.DataFrame, costs: VariableCosts, place: dict[str, int], shape: tuple[int, int], months: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    customers, first = np.zeros(shape), np.zeros(shape)
    if not len(won):
        return customers, first
    at = won["channel"].map(place).to_numpy(dtype=int), won["month"].to_numpy(dtype=int) - months[0]
    count = won["new_customers"].to_numpy(dtype=float)
    np.add.at(customers, at, count)
    np.add.at(first, at, costs.contribution(won["first_margin"], won["first_revenue"], count, count))
    return customers, first


def _curves(
    cube: Cube, costs: VariableCosts, place: dict[str, int], shape: tuple[int, int], months: np.ndarray
) -> np.ndarray:
    """Cumulative contribution of channel x month x age on the common axes."""
    ages = cube.margin.shape[2] if len(cube.cohorts) else 0
    sums = np.zeros((*shape, ages))
    if not ages:
        return sums
    left = costs.contribution(cube.margin, cube.revenue, cube.orders, cube.customers)
    start = int(cube.cohorts[0] - months[0])
    for row, name in enumerate(cube.groups):
        sums[place[name], start : start + len(cube.cohorts)] += np.cumsum(left[row], axis=1)
    return sums


def _mature(workspace: Workspace, filters: Filters, months: np.ndarray, ages: int) -> np.ndarray:
    """Which month x age the calendar has completed, months without newcomers included."""
    end = period_number(workspace.as_of(filters), Grain.MONTH)
    return np.asarray(months[:, None] + np.arange(ages)[None, :] < end)


def _paid(spend: Spend, channels: list[str], months: np.ndarray) -> np.ndarray:
    """Spend by channel x month; a channel that has spend on record somewhere spent 0 in its other months."""
    money = np.full((len(channels), len(months)), np.nan)
    for line in spend.lines:
        row = channels.index(line.channel)
        money[row] = np.nan_to_num(money[row])
        money[row, line.month - months[0]] += line.amount
    return money
