"""ABCDX: who buys much, who buys often, and who could be huge if the product were developed.

Inside a window every customer with an order has an average order value and a number of orders.
At or above both thresholds is A, only the value B, only the orders C, neither D; a customer on the
X register is X whatever the orders say; no order in the window is ``inactive``. The parts always sum
to the whole base. The method's own segments, not ABC (Pareto) classes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib import borders, ratios
from ltvlib.engine import Answer
from ltvlib.populations import classified, rule_params
from ltvlib.settings import EPOCH, AbcdxRules, AbcdxSegment, Filters, Window
from ltvlib.workspace import Workspace

SEGMENTS = tuple(AbcdxSegment)
NEW = "new"
"""State of a customer at a date before the first order, in migration tables."""


def classify(revenue: float, orders: int, rules: AbcdxRules, *, on_register: bool = False) -> AbcdxSegment:
    """Segment of one customer from window sums; the definition in one place, the SQL must agree with it.

    ``revenue >= threshold * orders`` instead of a division, so a customer exactly on the border is above it.
    """
    if on_register:
        return AbcdxSegment.X
    if orders <= 0:
        return AbcdxSegment.INACTIVE
    is_valuable = revenue >= rules.value_threshold * orders
    is_often = orders >= rules.often_threshold
    if is_valuable:
        return AbcdxSegment.A if is_often else AbcdxSegment.B
    return AbcdxSegment.C if is_often else AbcdxSegment.D


@dataclass(frozen=True)
class SegmentTable:
    """Segments with their facts and ratios.

    ``frame`` has one row per segment in the order A, B, C, D, X, inactive (always all six) with columns:
    segment, customers, customer_share, orders, revenue, margin, margin_share, average_order_value,
    orders_per_customer, ltv (profit to date a customer), last_order (date of the newest), mean_last_order.
    ``is_covered``: whether the data reach back to the first day of the window.
    """

    frame: pd.DataFrame
    rules: AbcdxRules
    answer: Answer
    is_covered: bool = True

    def count(self, segment: AbcdxSegment) -> int:
        """Customers of a segment."""
        return int(self.frame.loc[self.frame["segment"] == segment.value, "customers"].iloc[0])


def segment_table(
    workspace: Workspace, rules: AbcdxRules, filters: Filters | None = None, shift: int = 0
) -> SegmentTable:
    """Facts of every segment in the window that ends ``shift`` months before ``as_of``."""
    filters = filters or Filters()
    is_all = not filters.attributes and not filters.segments and filters.until is None
    answer = workspace.ask(
        "segment_facts_all" if is_all else "segment_facts",
        rule_params(rules),
        filters=filters,
        expressions={"classified": classified(rules, filters.until, workspace, shift)},
    )
    is_covered = workspace.covers(Window(rules.window_months, shift, filters.until))
    return SegmentTable(with_ratios(answer.frame), rules, answer, is_covered)


def with_ratios(found: pd.DataFrame) -> pd.DataFrame:
    """The frame of a :class:`SegmentTable` from additive facts of the segments that have customers, wherever they were added up."""
    facts = found.set_index("segment").reindex([segment.value for segment in SEGMENTS]).reset_index()
    counts = ["customers", "buyers", "orders", "revenue", "margin", "lifetime_margin"]
    facts[counts] = facts[counts].fillna(0)
    customers = facts["customers"].to_numpy(dtype=float)
    days = ratios.divide(facts["sum_last_day"], customers)
    profit = max(0.0, float(facts["margin"].sum()))
    return pd.DataFrame(
        {
            "segment": facts["segment"],
            "customers": facts["customers"].astype(int),
            "customer_share": ratios.share(customers, customers.sum()),
            "orders": facts["orders"].astype(int),
            "revenue": facts["revenue"],
            "margin": facts["margin"],
            "margin_share": ratios.share(facts["margin"], profit),
            "average_order_value": ratios.average_order_value(facts["revenue"], facts["orders"]),
            "orders_per_customer": ratios.orders_per_customer(facts["orders"], facts["buyers"]),
            "ltv": ratios.cumulative_ltv(facts["lifetime_margin"], customers),
            "last_order": _dates(facts["last_day"].to_numpy(dtype=float)),
            "mean_last_order": _dates(days),
        }
    )


def _dates(days: np.ndarray) -> pd.Series:
    whole = pd.Series(np.where(np.isnan(days), 0, np.round(np.nan_to_num(days))))
    return (pd.Timestamp(EPOCH) + pd.to_timedelta(whole, unit="D")).where(~np.isnan(days))


@dataclass(frozen=True)
class Suggestions:
    """Borders worth trying, by name: ``median``, ``mean``, ``pareto`` (the top brings 80 % of profit), ``natural``.

    ``value`` in currency, ``often`` in whole orders (at least 1). Names that are undefined are left out.
    """

    value: dict[str, float]
    often: dict[str, int]


def suggest(workspace: Workspace, window: Window, filters: Filters | None = None) -> Suggestions:
    """Suggested borders from the customers with an order in the window; values rounded to two digits."""
    names = {"window": workspace.window(window)}
    value = workspace.ask("value_bins", filters=filters, names=names).frame
    often = workspace.ask("orders_bins", filters=filters, names=names).frame
    if not len(value) or not len(often):
        return Suggestions({}, {})
    smallest, largest = (value[name].to_numpy(dtype=float).clip(min=0) for name in ("smallest", "largest"))
    middle = np.sqrt(smallest * largest)
    paid = middle > 0
    values = {
        "median": ratios.weighted_median(middle, value["customers"]),
        "mean": float(ratios.average_order_value(value["revenue"].sum(), value["orders"].sum())),
        "pareto": borders.pareto_border(smallest, value["margin"].to_numpy()),
        "natural": borders.natural_break(np.log(middle[paid]), value["customers"].to_numpy()[paid], smallest[paid]),
    }
    orders, customers = often["orders"].to_numpy(dtype=float), often["customers"].to_numpy(dtype=float)
    counts = {
        "median": ratios.weighted_median(orders, customers),
        "mean": float(ratios.orders_per_customer((orders * customers).sum(), customers.sum())),
        "pareto": borders.pareto_border(orders, often["margin"].to_numpy()),
        "natural": borders.natural_break(np.log(orders), customers, orders),
    }
    return Suggestions(
        {
            name: borders.two_digits(number, is_down=name == "pareto")
            for name, number in values.items()
            if not np.isnan(number)
        },
        {name: max(1, int(np.ceil(number - 1e-9))) for name, number in counts.items() if not np.isnan(number)},
    )


def default_rules(workspace: Workspace, window_months: int = 12, filters: Filters | None = None) -> AbcdxRules:
    """Where the sliders stand at first: the mean order value, and the mean number of orders but at least 2."""
    until = filters.until if filters else None
    found = suggest(workspace, Window(window_months, 0, until), filters)
    return AbcdxRules(found.value.get("mean", 0.0), max(2, found.often.get("mean", 2)), window_months)


@dataclass(frozen=True)
class Stability:
    """Customers who change segment when one threshold moves by 10 % (orders: at least by one), of ``customers``."""

    value_low: int
    value_high: int
    often_low: int
    often_high: int
    customers: int

    @property
    def worst_share(self) -> float:
        """Largest share of customers that one move relabels, 0..1; nan without customers."""
        most = max(self.value_low, self.value_high, self.often_low, self.often_high)
        return float(ratios.share(most, self.customers))

    @property
    def is_equally_often(self) -> bool:
        """Whether one more or one order less in the border relabels everybody: all ordered the same number of times."""
        return self.customers > 0 and self.customers in (self.often_low, self.often_high)


def stability(workspace: Workspace, rules: AbcdxRules, filters: Filters | None = None, step: float = 0.1) -> Stability:
    """How firmly the borders stand: who changes segment when a threshold moves by ``step``."""
    until = filters.until if filters else None
    low, high = rules.scaled(1 - step, 1 - step), rules.scaled(1 + step, 1 + step)
    params = {
        **rule_params(rules),
        "value_low": f"{low.value_threshold:.4f}",
        "value_high": f"{high.value_threshold:.4f}",
        "often_low": low.often_threshold,
        "often_high": high.often_threshold,
    }
    names = {"window": workspace.window(Window(rules.window_months, 0, until))}
    row = workspace.ask("segment_shifts", params, filters=filters, names=names).frame.iloc[0]
    return Stability(*(int(row[name]) for name in ("value_low", "value_high", "often_low", "often_high", "customers")))


def moves(workspace: Workspace, rules: AbcdxRules, then: int, now: int = 0, filters: Filters | None = None) -> Answer:
    """Who moved between the windows that end ``then`` and ``now`` months before ``as_of``, same thresholds.

    Columns: segment_then (or ``new``: not a customer yet), segment_now, customers, margin_then, margin_now.
    Customers acquired after the later date are left out.
    """
    until = filters.until if filters else None
    return workspace.ask(
        "segment_moves",
        rule_params(rules),
        filters=filters,
        expressions={
            "classified": classified(rules, until, workspace, now),
            "classified_then": classified(rules, until, workspace, then),
        },
    )


def density(
    workspace: Workspace, rules: AbcdxRules, filters: Filters | None = None, bins_per_unit: float = 12.0
) -> Answer:
    """Customers per segment and cell of average order value (log bins) x orders, for the segment map.

    Buyers whose refunds took everything have no place on a logarithmic axis and are left out.
    Columns: segment, customers, orders, revenue, margin, average_order_value and orders_per_customer of the cell.
    """
    filters = filters or Filters()
    answer = workspace.ask(
        "segment_density",
        {**rule_params(rules), "bins_per_unit": bins_per_unit},
        filters=filters,
        expressions={"classified": classified(rules, filters.until, workspace)},
    )
    frame = answer.frame.copy()
    frame["average_order_value"] = ratios.average_order_value(frame["revenue"], frame["orders"])
    frame["orders_per_customer"] = ratios.orders_per_customer(frame["orders"], frame["customers"])
    return Answer(frame, answer.sql, answer.params, answer.seconds)


def customers(
    workspace: Workspace,
    rules: AbcdxRules,
    segments: tuple[AbcdxSegment, ...],
    filters: Filters | None = None,
    limit: int = 10_000,
) -> Answer:
    """The customers of some segments, best profit in the window first, with what to know before calling."""
    filters = filters or Filters()
    answer = workspace.ask(
        "segment_customers",
        {**rule_params(rules), "segments": [segment.value for segment in segments], "limit": limit},
        filters=filters,
        expressions={"classified": classified(rules, filters.until, workspace)},
    )
    frame = answer.frame.copy()
    as_of = (workspace.as_of(filters) - EPOCH).days
    frame["average_order_value"] = ratios.average_order_value(frame["revenue"], frame["orders"])
    frame["days_since_last_order"] = as_of - frame["last_day"]
    for column in ("first_day", "last_day"):
        frame[column] = pd.Timestamp(EPOCH) + pd.to_timedelta(frame[column], unit="D")
    return Answer(frame, answer.sql, answer.params, answer.seconds)


def window_dates(workspace: Workspace, window: Window) -> tuple[dt.date, dt.date]:
    """First day and exclusive end of a window."""
    return workspace.window_end(window.before(window.months)), workspace.window_end(window)


@dataclass(frozen=True)
class Reach:
    """How far the sliders go: the value and orders that 98 % of customers stay below, and a step people can read."""

    value: float
    value_step: float
    orders: int


def reach(workspace: Workspace, window: Window, filters: Filters | None = None) -> Reach:
    """Range of the threshold sliders for the customers with an order in the window."""
    names = {"window": workspace.window(window)}
    value = workspace.ask("value_bins", filters=filters, names=names).frame
    often = workspace.ask("orders_bins", filters=filters, names=names).frame
    top = ratios.weighted_quantile(value["largest"], value["customers"], 0.98)
    orders = ratios.weighted_quantile(often["orders"], often["customers"], 0.98)
    if np.isnan(top) or np.isnan(orders):
        return Reach(1.0, 1.0, 2)
    step = 10.0 ** np.floor(np.log10(max(top, 1.0) / 50))
    return Reach(float(np.ceil(top / step) * step), float(step), int(max(2, orders)))


def with_movement(now: SegmentTable, before: SegmentTable) -> pd.DataFrame:
    """The frame of ``now`` with ``moved``: customers more or fewer than in ``before``; nan where that is not covered."""
    moved = now.frame["customers"] - before.frame["customers"]
    return now.frame.assign(moved=moved if before.is_covered else float("nan"))
