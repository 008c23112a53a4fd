"""What changed after an event, by segment: orders before and after, against the same days of the year before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.engine import Answer, sql_text
from ltvlib.intervals import bootstrap_means
from ltvlib.like_with_like import MATCHED, compare, shown
from ltvlib.populations import rule_params
from ltvlib.settings import EPOCH, AbcdxRules, Filters, months_before
from ltvlib.workspace import Workspace

LENGTHS = (60, 90, 120)
"""Days before and after an event that can be compared."""
MOST_CUSTOMERS = 300_000
"""Customers counted; of more every second, third ... is taken."""
DAYS_IN_MONTH = 30.4375
HISTORY = 0.75
"""Share of the segments' window that the data must reach back before the days of the year before."""
SEGMENTS = ("A", "B", "C", "D", "X")
ALL = ""
"""All segments together."""


@dataclass(frozen=True)
class Shift:
    """One segment around an event. Orders a customer a month; nan where there is nobody.

    Attributes:
        segment: letter, or ``""`` for all together.
        before, after: in the days before and after the event.
        before_then, after_then: in the same days a year earlier, of those who stood in the segment then; nan where the data
            do not reach so far back.
        value, low, high: (after - before) less (after_then - before_then) with its 95 % interval; where the data do not reach
            back a year, after - before alone. The interval is nan for few customers.
        p_value: chance of such a difference where there is none; nan without a year to compare with.
        customers, customers_then: customers counted.
        is_shown: more than chance, among all segments looked at together; never without a year to compare with.
    """

    segment: str
    before: float
    after: float
    before_then: float
    after_then: float
    value: float
    low: float
    high: float
    p_value: float
    customers: int
    customers_then: int
    is_shown: bool = False


@dataclass(frozen=True, eq=False)
class Around:
    """What happened around an event.

    Attributes:
        day: first day of the time after.
        length: days compared on either side.
        has_year_before: whether the year before is there to compare with.
        shifts: all together first, then every segment with customers.
        every: 1 = all customers counted, k = every k-th.
        answer: the query behind.
    """

    day: dt.date
    length: int
    has_year_before: bool
    shifts: tuple[Shift, ...]
    every: int
    answer: Answer


def complete_on(day: dt.date, length: int) -> dt.date:
    """Day on which the days after an event are all there."""
    return day + dt.timedelta(days=length)


def is_measurable(workspace: Workspace, day: dt.date, length: int, filters: Filters | None = None) -> bool:
    """Whether the days before and after, and some history before them to tell the segments, lie in the data."""
    first = workspace.facts().first_day
    if first is None or complete_on(day, length) > workspace.as_of(filters):
        return False
    return first <= day - dt.timedelta(days=2 * length)


def reaches_year_before(workspace: Workspace, day: dt.date, length: int, rules: AbcdxRules) -> bool:
    """Whether the data hold the same days a year earlier, with three quarters of the segments' window before them."""
    first = workspace.facts().first_day
    start = months_before(day, 12) - dt.timedelta(days=length)
    window = (start - months_before(start, rules.window_months)).days
    return first is not None and first <= start - dt.timedelta(days=round(HISTORY * window))


def around(
    workspace: Workspace, day: dt.date, length: int, rules: AbcdxRules, filters: Filters | None = None
) -> Around | None:
    """Orders a customer a month before and after ``day`` by ABCDX segment; ``None`` where the days are not all in the data.

    Everybody stands in the segment of the day on which the days before begin. Where the data reach, the change is held
    against that of the same days a year earlier of those who stood in the segment then and were customers as long and as
    eager (difference in differences within :func:`_strata`), with an interval that knows that
    one customer may be in both years, and Holm's correction over the segments.
    """
    filters = filters or Filters()
    if not is_measurable(workspace, day, length, filters):
        return None
    has_year = reaches_year_before(workspace, day, length, rules)
    events = [day, months_before(day, 12)] if has_year else [day]
    every = -(-workspace.facts().customers // MOST_CUSTOMERS) or 1
    answer = _ask(workspace, events, length, rules, filters, every)
    frame = answer.frame
    months = length / DAYS_IN_MONTH
    frame["before"], frame["after"] = frame["orders_before"] / months, frame["orders_after"] / months
    groups = [(ALL, frame), *((letter, frame[frame["segment"] == letter]) for letter in SEGMENTS)]
    measure = _against_year_before if has_year else _plain
    shifts = [measure(name, rows) for name, rows in groups if (rows["place"] == 0).any()]
    return Around(day, length, has_year, _judged(shifts), every, answer)


def _ask(
    workspace: Workspace, events: list[dt.date], length: int, rules: AbcdxRules, filters: Filters, every: int
) -> Answer:
    span = dt.timedelta(days=length)
    starts = [event - span for event in events]
    params = {
        **rule_params(rules),
        "every": every,
        "places": list(range(len(events))),
        "window_days": [_number(months_before(start, rules.window_months)) for start in starts],
        "from_days": [_number(start) for start in starts],
        "event_days": [_number(event) for event in events],
        "to_days": [_number(event + span) for event in events],
    }
    expression = sql_text("metrics/classified").replace("{{window}}", "at_start")
    return workspace.ask("market_around", params, filters=filters, expressions={"classified": expression})


def _number(day: dt.date) -> int:
    return (day - EPOCH).days


def _against_year_before(segment: str, rows: pd.DataFrame) -> Shift:
    """The change less that of like customers a year earlier."""
    is_now = (rows["place"] == 0).to_numpy()
    strata = _strata(rows, is_now)
    people = rows["customer_key"].to_numpy()
    found = compare(rows["after"] - rows["before"], is_now, strata, people)
    before, after = (compare(rows[name], is_now, strata, people) for name in ("before", "after"))
    return Shift(
        segment, before.exposed, after.exposed, before.others, after.others, found.value, found.low, found.high,
        found.p_value, found.n_exposed, found.n_others,
    )  # fmt: skip


def _strata(rows: pd.DataFrame, is_now: np.ndarray) -> np.ndarray:
    """Which customers are alike at the start: the same segment, and as far as they are enough for it, silent as long, as
    many orders in the window, customers as long.

    Enough: 85 % of this year's find a like customer a year earlier, and those, weighted to this year's, are worth at least
    half their number (Kish 1965). What they ordered then is not looked at, so the choice cannot favour an answer.
    """
    silent = pd.cut(rows["silent"], [0, 30, 91, 182, np.inf])
    orders = pd.cut(rows["orders"], [0, 1, 3, 6, 12, np.inf])
    tenure = pd.cut(rows["tenure"], [0, 91, 182, 365, np.inf])
    keys = [rows["segment"], silent, orders, tenure]
    for used in range(len(keys), 1, -1):
        strata = rows.groupby(keys[:used], observed=True, dropna=False).ngroup().to_numpy()
        if _are_enough(np.bincount(strata, is_now), np.bincount(strata, ~is_now)):
            return strata
    return rows.groupby("segment").ngroup().to_numpy()


def _are_enough(now: np.ndarray, then: np.ndarray) -> bool:
    both = (now > 0) & (then > 0)
    matched = now[both].sum()
    if matched < MATCHED * now.sum():
        return False
    worth = 1 / ((now[both] / matched) ** 2 / then[both]).sum()
    return bool(worth >= then.sum() / 2)


def _plain(segment: str, rows: pd.DataFrame) -> Shift:
    """Before and after alone, with a bootstrap interval over customers."""
    nan = float("nan")
    means = bootstrap_means(np.column_stack([rows["before"], rows["after"], rows["after"] - rows["before"]]))
    before, after, change = means
    return Shift(segment, before.value, after.value, nan, nan, change.value, change.low, change.high, nan, len(rows), 0)


def _judged(shifts: list[Shift]) -> tuple[Shift, ...]:
    """Which segments moved by more than chance; all together stands apart, so it is not one of those looked at together."""
    segments = [shift for shift in shifts if shift.segment != ALL]
    flags = {shift.segment: flag for shift, flag in zip(segments, shown([s.p_value for s in segments]), strict=True)}
    flags[ALL] = any(shown([shift.p_value])[0] for shift in shifts if shift.segment == ALL)
    return tuple(replace(shift, is_shown=flags[shift.segment]) for shift in shifts)


def relative(shift: Shift) -> float:
    """The change of a segment as a share of what it would have been without it: value / (after - value); nan at 0."""
    return float(ratios.divide(shift.value, shift.after - shift.value))
