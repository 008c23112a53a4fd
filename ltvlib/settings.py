"""Frozen choices of the user: filters, ABCDX rules, grain, basis. To and from JSON and URLs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

EPOCH = dt.date(1970, 1, 1)


class Grain(StrEnum):
    """Length of a cohort period. Weeks begin on Monday."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Basis(StrEnum):
    """What LTV is counted in; stands in every title."""

    REVENUE = "revenue"
    MARGIN = "margin"


class Attribute(StrEnum):
    """Customer attribute to filter or group by; the values are column names of ``mart_customer``."""

    CHANNEL = "channel"
    FIRST_PRODUCT = "first_product"
    FIRST_CATEGORY = "first_category"
    CITY = "city"
    MANAGER = "manager"
    INDUSTRY = "industry"


class AbcdxSegment(StrEnum):
    """The five segments and the customers beside them (see :mod:`ltvlib.abcdx`)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    X = "X"
    INACTIVE = "inactive"


@dataclass(frozen=True)
class AbcdxRules:
    """Borders of the segments.

    Attributes:
        value_threshold: average order value, in currency, at or above which a customer has high value.
        often_threshold: orders in the window at or above which a customer buys often.
        window_months: length of the window before ``as_of``.
        x_customers: ids on the X register; they stand in X whatever their orders say.
    """

    value_threshold: float
    often_threshold: int
    window_months: int = 12
    x_customers: tuple[str, ...] = ()

    def scaled(self, value: float = 1.0, often: float = 1.0) -> AbcdxRules:
        """The same rules with thresholds multiplied; the order border stays a whole number >= 1 and moves by >= 1."""
        moved = max(1, round(self.often_threshold * often))
        if often != 1.0 and moved == self.often_threshold:
            moved = max(1, self.often_threshold + (1 if often > 1 else -1))
        return replace(self, value_threshold=self.value_threshold * value, often_threshold=moved)


@dataclass(frozen=True)
class Filters:
    """Which customers count, the same on every page; numerator and denominator read the same population.

    Attributes:
        attributes: attribute -> accepted values; ``""`` means "not known". Empty = all.
        segments: accepted ABCDX segments under ``rules``; empty = all.
        rules: rules that define ``segments``.
        since: first month counted (year * 12 + month - 1); earlier cohorts are left out. ``None`` = from the start.
        until: first month not counted; the data end there. ``None`` = up to ``as_of``.
    """

    attributes: tuple[tuple[Attribute, tuple[str, ...]], ...] = ()
    segments: tuple[AbcdxSegment, ...] = ()
    rules: AbcdxRules | None = None
    since: int | None = None
    until: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every customer and month counts."""
        return (
            not any(values for _, values in self.attributes)
            and not self.segments
            and self.since is None
            and self.until is None
        )


@dataclass(frozen=True)
class Window:
    """A span of whole months that ends ``shift`` months before ``as_of`` (or before the month ``until``)."""

    months: int = 12
    shift: int = 0
    until: int | None = None

    def before(self, months: int) -> Window:
        """The same length, ``months`` earlier."""
        return replace(self, shift=self.shift + months)


def month_number(day: dt.date) -> int:
    """Month as a whole number: year * 12 + month - 1."""
    return day.year * 12 + day.month - 1


def month_start(month: int) -> dt.date:
    """First day of a month number."""
    return dt.date(month // 12, month % 12 + 1, 1)


def period_start(period: int, grain: Grain) -> dt.date:
    """First day of a period number of a grain (weeks since 1969-12-29, months, quarters, years)."""
    if grain is Grain.WEEK:
        return EPOCH + dt.timedelta(days=period * 7 - 3)
    if grain is Grain.QUARTER:
        return dt.date(period // 4, period % 4 * 3 + 1, 1)
    if grain is Grain.YEAR:
        return dt.date(period, 1, 1)
    return month_start(period)


def period_number(day: dt.date, grain: Grain) -> int:
    """Number of the period of a grain that holds ``day``; the inverse of :func:`period_start`."""
    if grain is Grain.WEEK:
        return ((day - EPOCH).days + 3) // 7
    if grain is Grain.QUARTER:
        return day.year * 4 + (day.month - 1) // 3
    if grain is Grain.YEAR:
        return day.year
    return month_number(day)


def months_before(day: dt.date, months: int) -> dt.date:
    """The day ``months`` months earlier; a day that does not exist there becomes the 1st of the next month.

    The same rule as ``mart_customer_back``: a document belongs to the month back ``k`` when its day of month
    is at or above that of ``as_of``.
    """
    start = month_start(month_number(day) - months)
    following = month_start(month_number(start) + 1)
    if day.day > (following - start).days:
        return following
    return start.replace(day=day.day)
