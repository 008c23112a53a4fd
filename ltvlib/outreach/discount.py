"""The largest discount that still pays: what a message with an offer must bring to be worth it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ltvlib import ratios, rhythm
from ltvlib.settings import EPOCH, Filters
from ltvlib.workspace import Workspace

SNAPSHOTS = 6


@dataclass(frozen=True)
class Returns:
    """How many customers came back by themselves at a lateness like this: ``returned`` of ``customers`` within ``days``."""

    returned: int
    customers: int
    days: int

    @property
    def rate(self) -> float:
        """Share 0..1; nan without customers."""
        return float(ratios.divide(self.returned, self.customers))


def returns(
    workspace: Workspace, late: tuple[float, float], base_gap: float, days: int = 30, filters: Filters | None = None
) -> Returns:
    """Customers whose lateness against their own rhythm lay in ``late`` (from, below), and who of them ordered within ``days``.

    Looked at on up to six days in the past, ``days`` apart, the last of them ``days`` before the end of the data, so that
    every answer is complete. A customer late on several of these days counts on each.
    """
    filters = filters or Filters()
    first, end = workspace.facts().first_day, workspace.as_of(filters)
    looked = [end - dt.timedelta(days=days * (place + 1)) for place in range(SNAPSHOTS)]
    found = [
        _snapshot(workspace, at, late, base_gap, days, filters) for at in looked if first is not None and at > first
    ]
    return Returns(sum(r for r, _ in found), sum(n for _, n in found), days)


def _snapshot(
    workspace: Workspace, at: dt.date, late: tuple[float, float], base_gap: float, days: int, filters: Filters
) -> tuple[int, int]:
    known = (at - EPOCH).days
    frame = workspace.ask("returns_after", {"known_day": known, "to_day": known + days}, filters=filters).frame
    own, gaps = frame["usual_gap"].to_numpy(dtype=float), frame["gaps"].to_numpy(dtype=float)
    usual = rhythm.own_rhythm(np.nan_to_num(own), gaps, base_gap)
    factor = np.nan_to_num(rhythm.late_factor(known - frame["last_day"].to_numpy(dtype=float), usual))
    inside = (factor >= late[0]) & (factor < late[1])
    return int(frame.loc[inside, "has_returned"].sum()), int(inside.sum())


def largest_discount(return_rate: float, lift: float, margin_rate: float) -> float:
    """The largest discount, as a share of the order, at which a message with an offer still pays.

    Everybody who returns takes the discount, also those who would have come anyway: (p + u)(m - d) = p m, so
    d = u m / (p + u), with p the share who return by themselves, u what the message adds to it, m the margin rate of an order.
    Unit: share 0..1. nan where nobody returns at all or a rate is unknown; never above the margin rate.
    """
    values: Sequence[float] = (return_rate, lift, margin_rate)
    if not all(np.isfinite(values)) or return_rate < 0 or return_rate + lift <= 0:
        return float("nan")
    return float(max(0.0, lift * margin_rate / (return_rate + lift)))


def margin_rate(margin: float, revenue: float) -> float:
    """Margin / revenue of the orders a discount would apply to, share; nan without revenue."""
    return float(ratios.divide(margin, revenue))
