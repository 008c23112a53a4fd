"""Acquisition economics: what winning customers costs, by channel and by month, and whether they pay it back.

Cost and return always belong together: the spend of some months stands against the customers whose first order fell
into these months, and the margin those customers brought by the same month_index. Money spent without customers and
customers without spend are shown as they are; nothing is spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.acquisition_facts import (
    OTHER,
    Facts,
    chosen_channels,
    customers_won,
    facts_of,
    reach_of,
    usable_filters,
)
from ltvlib.costs import VariableCosts
from ltvlib.engine import Answer
from ltvlib.payback import Payback, Verdict, payback_month
from ltvlib.settings import Filters, month_start
from ltvlib.spend import Spend, spelling
from ltvlib.workspace import Workspace

__all__ = [
    "OTHER",
    "Acquisition",
    "Facts",
    "acquisition",
    "cac_of_months",
    "channel_table",
    "facts_of",
    "judged",
    "known_horizons",
    "planned_customers",
    "usable_filters",
    "usual_horizon",
]

HORIZONS = (0, 3, 6, 12, 24)
"""Months after the first within which the money may come back."""
RECENT = 3
"""Complete months behind the cost of winning a customer today."""


@dataclass(frozen=True)
class Acquisition:
    """Everything the acquisition page shows.

    Attributes:
        company: everybody and all spend of the months judged.
        channels: one a channel, most customers first; "" = customers with no known channel, ``OTHER`` = all beyond
            the largest. Channels with spend and no customers are here too.
        months: per calendar month: month (first day), is_complete, spend, new_customers, cac, first_order_margin (per
            customer), first_order_romi, payback_month.
        first, end: months judged, ``first`` <= month < ``end`` (month numbers); empty where first >= end.
        spend_total: money spent in all months of these channels and filters, judged or not.
        customers_before: customers won before the first month with spend.
        ignored: filters that were left aside, because spend is known by channel and month only.
        answer: the query behind it.
    """

    company: Payback
    channels: tuple[Payback, ...]
    months: pd.DataFrame
    first: int
    end: int
    spend_total: float
    customers_before: int
    ignored: bool
    answer: Answer

    def channel(self, name: str) -> Payback:
        """One channel; raises ``KeyError`` for an unknown one."""
        found = next((row for row in self.channels if row.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    @property
    def strangers(self) -> tuple[str, ...]:
        """Channels with spend and no customers: a channel that brought nobody, or one spelled otherwise in the orders."""
        return tuple(row.name for row in self.channels if row.name and row.verdict is Verdict.NO_CUSTOMERS)

    @property
    def spend_outside(self) -> float:
        """Money spent in months that are not judged."""
        return self.spend_total - float(np.nan_to_num(self.company.spend))


def known_horizons(facts: Facts) -> dict[int, int]:
    """Horizon in months -> months that have completed it; horizons that none has are left out."""
    months = {horizon: int(_judged(facts, horizon).sum()) for horizon in HORIZONS}
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
    """:func:`judged` of the facts of these customers, this spend and these costs."""
    return judged(facts_of(workspace, spend, costs, filters), horizon)


def judged(facts: Facts, horizon: int = 12) -> Acquisition:
    """Cost and return by channel and by month.

    Judged are the months with spend on record (from the first to the last month of the spend, whatever its channel;
    all months where there is none) that have completed month_index ``horizon``. Undefined figures are ``nan``: CAC without spend on record or without
    customers, the curve where no month is old enough.
    """
    chosen, recent = _judged(facts, horizon), _recent(facts)
    rows = [_payback(facts, chosen, recent, horizon, [place], name) for place, name in enumerate(facts.channels)]
    everyone = _payback(facts, chosen, recent, horizon, list(range(len(facts.channels))), None)
    shown = tuple(sorted((row for row in rows if row.customers or row.spend > 0), key=lambda row: -row.customers))
    inside = facts.months[chosen]
    first, end = (int(inside[0]), int(inside[-1]) + 1) if inside.size else (0, 0)
    before = facts.customers[:, facts.months < facts.span[0]].sum()
    return Acquisition(
        everyone, shown, _months(facts), first, end, facts.spend.total, int(before), facts.ignored, facts.answer
    )


def cac_of_months(workspace: Workspace, spend: Spend, first: int, end: int, filters: Filters | None = None) -> float:
    """Spend / new customers of the months ``first`` <= month < ``end``, all channels (or those the filter names).

    ``nan`` where a month of them is outside the spend on record, and under filters that spend is not known by.
    """
    plain, ignored = usable_filters(filters or Filters())
    begins, ends = reach_of(workspace, spend, plain)
    if ignored or begins > first or ends < end or not ends:
        return float("nan")
    wanted = {spelling(name) for name in chosen_channels(plain)}
    paid = [x.amount for x in spend.between(first, end).lines if not wanted or spelling(x.channel) in wanted]
    if wanted and not any(spelling(name) in wanted for name in spend.channels):
        return float("nan")
    return float(ratios.cac(sum(paid), customers_won(workspace, first, end, plain)))


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


def _judged(facts: Facts, horizon: int) -> np.ndarray:
    """Which months are judged: old enough, and inside the spend on record where there is any."""
    if horizon >= facts.mature.shape[1]:
        return np.zeros(len(facts.months), dtype=bool)
    return np.asarray(facts.inside & facts.mature[:, horizon])


def _recent(facts: Facts) -> np.ndarray:
    """The last complete months; none where one of them is outside the spend on record."""
    chosen = (facts.months >= facts.end - RECENT) & (facts.months < facts.end)
    is_known = chosen.sum() == RECENT and facts.span != (0, 0) and facts.inside[chosen].all()
    return np.asarray(chosen if is_known else np.zeros(len(facts.months), dtype=bool))


def _payback(
    facts: Facts, chosen: np.ndarray, recent: np.ndarray, horizon: int, rows: list[int], name: str | None
) -> Payback:
    def total(array: np.ndarray, months: np.ndarray) -> float:
        return float(array[rows][:, months].sum())

    def paid(months: np.ndarray) -> float:
        known = facts.paid[rows][:, months]
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


def _months(facts: Facts) -> pd.DataFrame:
    """All channels together by calendar month; see :class:`Acquisition`."""
    customers, money = facts.customers.sum(axis=0), facts.spend.by_month()
    paid = np.array([money.get(int(month), 0.0) for month in facts.months])
    paid = np.where(facts.inside, paid, np.nan) if facts.span != (0, 0) else np.full(len(facts.months), np.nan)
    cac, ages = ratios.cac(paid, customers), facts.mature.shape[1]
    curves = ratios.divide(facts.cumulative.sum(axis=0), np.repeat(customers[:, None], ages, axis=1))
    curves = np.where(facts.mature, curves, np.nan)
    first = facts.first_margin.sum(axis=0)
    return pd.DataFrame(
        {
            "month": [month_start(int(month)) for month in facts.months],
            "is_complete": facts.is_complete,
            "spend": paid,
            "new_customers": customers.astype(int),
            "cac": cac,
            "first_order_margin": ratios.divide(first, customers),
            "first_order_romi": ratios.romi(first, paid),
            "payback_month": [payback_month(curve, value) for curve, value in zip(curves, cac, strict=True)],
        }
    )
