"""What changed the profit between two periods: the facts of both, asked and put into parts that sum to the change."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ltvlib import kpis
from ltvlib.driver_tree import PARTS, STATES, Totals, Tree, decompose_groups, tree
from ltvlib.engine import Answer, sql_text
from ltvlib.kpis import Period
from ltvlib.populations import grouped_by, grouped_by_segment, rule_params
from ltvlib.settings import AbcdxRules, Attribute, Filters, Window
from ltvlib.workspace import Workspace

FACTS = ("customers", "orders", "revenue", "margin")
LENGTHS = (12, 6, 3, 1)
"""Lengths of a period in months a reader may choose."""


@dataclass(frozen=True)
class Change:
    """The change between two periods, seen in two ways that both sum to it.

    Attributes:
        period, before: the spans compared.
        is_comparable: whether the period is complete and the data reach back to the first day of ``before``.
        tree: by driver, every customer worth the average one.
        groups: by what customers did, their own money: ``effects`` of new, reactivated and lost are the profit they
            brought or took along; orders per customer, order value and margin rate are those of the returning;
            ``refunds`` is money of people without an order in either period. ``before`` and ``now`` of this tree are
            the facts of the returning customers.
        change: profit now - profit before, in currency.
        answer: the query behind it.
    """

    period: Period
    before: Period
    is_comparable: bool
    tree: Tree
    groups: Tree
    answer: Answer

    @property
    def change(self) -> float:
        """Profit now - profit before, in currency."""
        return self.tree.change


def usable_filters(filters: Filters) -> tuple[Filters, bool]:
    """The filters without segments, and whether segments were left aside.

    A segment is what a customer did in the window that ends now: chosen by it, the customers of the change, of the
    months and of the lifetimes would be chosen by the very outcome that is to be explained.
    """
    return replace(filters, segments=(), rules=None), bool(filters.segments)


def lengths(workspace: Workspace, filters: Filters | None = None) -> tuple[int, ...]:
    """Lengths in months, longest first, with an equally long period before; empty where the filter chooses the months."""
    filters = filters or Filters()
    if filters.since is not None:
        return ()
    windows = {months: Window(months, 0, filters.until) for months in LENGTHS}
    return tuple(months for months, window in windows.items() if workspace.covers(window.before(months)))


def comparisons(workspace: Workspace, period: Period) -> tuple[int, ...]:
    """How many months back an equally long period can lie that does not overlap: right before, and a year earlier."""
    backs = dict.fromkeys((period.months, *((12,) if period.months < 12 else ())))
    return tuple(back for back in backs if period.is_complete and workspace.covers(period.window.before(back)))


def periods(
    workspace: Workspace, filters: Filters | None = None, months: int | None = None, back: int | None = None
) -> tuple[Period, Period]:
    """The period and the equally long one ``back`` months earlier (default: the one right before it).

    Without ``months`` the period is that of :func:`ltvlib.kpis.period_of`.
    """
    filters = filters or Filters()
    period = kpis.period_of(workspace, filters)
    if months is not None and filters.since is None:
        period = kpis.span_of(workspace, Window(months, 0, filters.until))
    return period, kpis.span_of(workspace, period.window.before(back or period.months))


def change(
    workspace: Workspace, filters: Filters | None = None, months: int | None = None, back: int | None = None
) -> Change:
    """What changed the profit between two periods, for the customers that pass the filters by attribute and period.

    Filters by segment are left aside, see :func:`usable_filters`; :func:`by_segment` shows segments without that harm.
    """
    filters = filters or Filters()
    period, before = periods(workspace, filters, months, back)
    answer = _ask(workspace, filters, period, before, sql_text("metrics/grouped_as_one"))
    facts = _by_state(answer.frame)
    comparable = period.is_complete and workspace.covers(before.window)
    return Change(period, before, comparable, tree(facts), decompose_groups(facts), answer)


def by_attribute(
    workspace: Workspace,
    attribute: Attribute,
    filters: Filters | None = None,
    months: int | None = None,
    back: int | None = None,
) -> Answer:
    """The change of every value of an attribute with its own parts, largest change first; see :func:`_rows`."""
    filters = filters or Filters()
    grouped = grouped_by(attribute)
    return _rows(_ask(workspace, filters, *periods(workspace, filters, months, back), grouped))


def by_segment(
    workspace: Workspace,
    rules: AbcdxRules,
    filters: Filters | None = None,
    months: int | None = None,
    back: int | None = None,
) -> Answer:
    """The change of every ABCDX segment with its own parts, largest change first; see :func:`_rows`.

    A customer stands in the segment it had when the earlier period ended: what happened afterwards cannot have put
    it there. Whoever came later is ``new``. Customers in a top segment tend to fall and new ones to add, by design.
    """
    filters = filters or Filters()
    period, before = periods(workspace, filters, months, back)
    grouped = grouped_by_segment(rules, before.window.until, workspace, before.window.shift)
    return _rows(_ask(workspace, filters, period, before, grouped, rule_params(rules)))


def _ask(
    workspace: Workspace,
    filters: Filters,
    period: Period,
    before: Period,
    grouped: str,
    params: Mapping[str, object] | None = None,
) -> Answer:
    names = {"now": workspace.window(period.window), "before": workspace.window(before.window)}
    return workspace.ask(
        "drivers", params, filters=usable_filters(filters)[0], names=names, expressions={"grouped": grouped}
    )


def _rows(answer: Answer) -> Answer:
    """One row a group: group, margin_before, margin_now, change, then :data:`PARTS`; the changes sum to the whole."""
    trees = {str(group): tree(_by_state(frame)) for group, frame in answer.frame.groupby("grp", sort=True)}
    rows = [
        {"group": group, "margin_before": t.before.margin, "margin_now": t.now.margin, "change": t.change, **t.effects}
        for group, t in trees.items()
    ]
    frame = pd.DataFrame(rows, columns=["group", "margin_before", "margin_now", "change", *PARTS])
    order = frame["change"].abs().sort_values(ascending=False, kind="stable").index
    return Answer(frame.loc[order].reset_index(drop=True), answer.sql, answer.params, answer.seconds)


def _by_state(frame: pd.DataFrame) -> dict[str, tuple[Totals, Totals]]:
    """(before, now) of every state; zeros where nobody is in it."""
    sums = frame.drop(columns=["grp"]).set_index("state").reindex(list(STATES), fill_value=0)
    rows = {str(row["state"]): row for row in sums.reset_index().to_dict("records")}
    return {state: (_totals(row, "before"), _totals(row, "now")) for state, row in rows.items()}


def _totals(row: Mapping[Hashable, Any], when: str) -> Totals:
    customers, orders, revenue, margin = (float(row[f"{fact}_{when}"]) for fact in FACTS)
    return Totals(int(customers), int(orders), revenue, margin)
