"""What a newcomer of each channel is expected to bring, to hold against what winning one costs."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ltvlib import ratios
from ltvlib.errors import N_
from ltvlib.forecast_data import Fitted, counts_of, known_span
from ltvlib.models.counts import Counts
from ltvlib.models.enough import enough
from ltvlib.models.fitting import Fit, fit
from ltvlib.models.forecast import Interval
from ltvlib.models.newcomer import margin_of_order, newcomer_margin, newcomer_orders
from ltvlib.models.watch import tell
from ltvlib.populations import grouped_by
from ltvlib.settings import Attribute, Filters
from ltvlib.spend import spelling
from ltvlib.workspace import Workspace

LEAST_CUSTOMERS = 30
"""The margin of an order of fewer customers is a guess; such channels get no figure."""
MOST_FITS = 30
"""Channels with a model of their own, the largest."""
BY_CHANNEL = N_("Learning what a newcomer of each channel brings")
SUMS = ("occasions", "margin", "occasions_squared", "margin_squared", "margin_by_occasions")


@dataclass(frozen=True)
class Newcomer:
    """A newcomer of a channel.

    Attributes:
        channel: as written by most of its customers; "" = not known.
        customers: how many it rests on.
        orders: expected purchase occasions within the horizon, the first one included; nan for too few customers.
        margin_per_order: gross margin of an order of this channel.
        value: expected gross margin within the horizon, with the 95 % interval of this mean. Unit: currency.
        is_own: whether the pace of buying was learnt from this channel alone, else from the whole base.
    """

    channel: str
    customers: int
    orders: float
    margin_per_order: float
    value: Interval
    is_own: bool

    def ratio(self, cac: float) -> float:
        """Expected margin / what winning a customer costs. nan where the cost is unknown or 0."""
        return float(ratios.divide(self.value.value, cac))


def newcomers(
    workspace: Workspace, known: Fitted, months: int = 12, filters: Filters | None = None
) -> tuple[Newcomer, ...]:
    """One row a channel, most customers first; spellings of one channel are one.

    Expected orders within ``months`` of the first, by the channel's own fit of the model where its customers are enough
    for one, else by ``known``, times the channel's own margin of an order.
    """
    filters = filters or Filters()
    tell(BY_CHANNEL)
    sums = workspace.ask("newcomer_sums", known_span(workspace, filters), filters=filters).frame
    if sums.empty:
        return ()
    sums["key"] = [spelling(str(name)) for name in sums["channel"]]
    names = sums.drop_duplicates("key").set_index("key")["channel"]
    total = sums.groupby("key")[["customers", *SUMS]].sum().sort_values("customers", ascending=False)
    fits = _own_fits(workspace, known, filters, list(total.index[:MOST_FITS]))
    return tuple(
        _newcomer(str(names.loc[str(key)]), row, fits.get(str(key)), known.fit, months) for key, row in total.iterrows()
    )


def _own_fits(workspace: Workspace, known: Fitted, filters: Filters, keys: list[str]) -> dict[str, Fit]:
    """Fits of the channels that have enough customers and whose fit converged."""
    params = known_span(workspace, filters)
    answer = workspace.ask(
        "forecast_groups", params, filters=filters, expressions={"grouped": grouped_by(Attribute.CHANNEL)}
    )
    cells = answer.frame.assign(key=[spelling(str(name)) for name in answer.frame["grp"]])
    found = {}
    for key, part in cells[cells["key"].isin(keys)].groupby("key"):
        counts = _joined(part)
        if not enough(counts):
            own = fit(known.fit.model, counts)
            if own.is_converged:
                found[str(key)] = own
    return found


def _joined(cells: pd.DataFrame) -> Counts:
    """Counts of cells that may repeat, because a channel is written in several ways."""
    counts = counts_of(cells)
    return Counts.of_customers(
        counts.repeat_orders, counts.last_order_age, counts.customer_age, counts.weights, counts.unit_days
    )


def _newcomer(name: str, row: pd.Series, own: Fit | None, base: Fit, months: int) -> Newcomer:
    customers, used = int(row["customers"]), own or base
    margin, error = margin_of_order(float(customers), *(float(row[column]) for column in SUMS))
    if customers < LEAST_CUSTOMERS:
        nothing = float("nan")
        return Newcomer(name, customers, nothing, margin, Interval(nothing, nothing, nothing), False)
    value = newcomer_margin(used, margin, error, months)
    return Newcomer(name, customers, newcomer_orders(used, months), margin, value, own is not None)
