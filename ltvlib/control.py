"""News or a wobble: which months of a figure stand out of its usual ups and downs (Shewhart's individuals chart)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib import ratios

FACTOR = 2.66
"""3 / 1.128: three standard deviations from the mean moving range of two (Shewhart 1931; Wheeler 1993)."""
RUN = 8
"""So many months in a row on one side of the centre are news although each of them is usual."""
LEAST = 8
"""Fewer values give no limits."""
SEASON = 12
SEASONAL_FROM = 24
"""With so many complete months the last 12 are judged against the same months a year earlier."""
FIGURES = (
    "margin",
    "customers",
    "new_customers",
    "orders_per_customer",
    "average_order_value",
    "repeat_purchase_rate",
)
"""Figures judged by month, in display order; slugs of :data:`ltvlib.definitions.METRICS`."""
NEVER_NEGATIVE = ("customers", "new_customers", "orders_per_customer", "repeat_purchase_rate")
"""Figures whose range ends at 0, their natural boundary."""


@dataclass(frozen=True)
class Limits:
    """Centre and natural limits of a series, in its unit; nan where it has fewer than :data:`LEAST` values."""

    centre: float
    lower: float
    upper: float


def xmr(values: np.ndarray) -> Limits:
    """Individuals chart: centre = mean, limits = centre -+ 2.66 x mean moving range.

    A moving range is the absolute step between two neighbouring months; steps to or from a missing month are left
    out. Source: Shewhart (1931), Economic Control of Quality; Wheeler (1993), Understanding Variation.
    """
    values = np.asarray(values, dtype=float)
    steps = np.abs(np.diff(values))
    steps = steps[~np.isnan(steps)]
    if np.count_nonzero(~np.isnan(values)) < LEAST or not len(steps):
        return Limits(float("nan"), float("nan"), float("nan"))
    centre, reach = float(np.nanmean(values)), FACTOR * float(steps.mean())
    return Limits(centre, centre - reach, centre + reach)


def outside(values: np.ndarray, limits: Limits) -> np.ndarray:
    """-1 below the lower limit, 1 above the upper, 0 inside or unknown; a point on a limit is inside."""
    values = np.asarray(values, dtype=float)
    slack = 1e-9 * max(abs(limits.lower), abs(limits.upper), 1e-300) if limits.centre == limits.centre else 0.0
    return (values > limits.upper + slack).astype(int) - (values < limits.lower - slack).astype(int)


def runs(values: np.ndarray, centre: float) -> np.ndarray:
    """1 or -1 for every month of a run of at least :data:`RUN` above or below the centre, else 0.

    A month exactly on the centre and an unknown month end a run.
    """
    values = np.asarray(values, dtype=float)
    tolerance = 1e-9 * max(abs(centre), 1e-300) if centre == centre else 0.0
    side = (values > centre + tolerance).astype(int) - (values < centre - tolerance).astype(int)
    found, start = np.zeros(len(values), dtype=int), 0
    for end in range(1, len(side) + 1):
        if end == len(side) or side[end] != side[start]:
            if end - start >= RUN:
                found[start:end] = side[start]
            start = end
    return found


@dataclass(frozen=True)
class Judged:
    """A figure by month with what is usual for each month.

    Attributes:
        slug: the figure.
        months: first days of the complete months, in order.
        values, centre, lower, upper: the figure and its usual level and range, in its unit; nan where unknown.
        news: per month: 0 a wobble; 2 or -2 outside the range; 1 or -1 part of a run on one side of the level.
        is_seasonal: the last 12 months are judged, each against the same month a year earlier.
    """

    slug: str
    months: tuple[dt.date, ...]
    values: np.ndarray
    centre: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    news: np.ndarray
    is_seasonal: bool

    @property
    def is_known(self) -> bool:
        """Whether there are limits for the last month."""
        return bool(len(self.lower)) and not np.isnan(self.lower[-1]) and not np.isnan(self.values[-1])

    @property
    def last(self) -> int:
        """What the last month is: see ``news``."""
        return int(self.news[-1]) if len(self.news) else 0

    @property
    def run_length(self) -> int:
        """Months in a row up to the last on the same side of the level, 0 if the last is not part of such a run."""
        if abs(self.last) != 1:
            return 0
        other = np.flatnonzero(np.sign(self.news) != np.sign(self.last))
        return len(self.news) - (int(other[-1]) + 1 if len(other) else 0)


def judge(slug: str, months: list[dt.date], values: np.ndarray) -> Judged:
    """What is usual for each month, and which months are news.

    With 24 months or more the last 12 are judged by their ratio to the same month a year earlier, so that a season
    (December, the school year) is no news and neither is steady growth; the band is that month a year earlier x the
    usual ratio and its limits. Earlier months, and months whose month a year earlier is not positive, have no band.
    What was unusual a year ago is seen once more. With fewer than 24 months the figure itself is judged.
    """
    values = np.asarray(values, dtype=float)
    is_seasonal = len(values) >= SEASONAL_FROM
    base = np.ones(len(values))
    if is_seasonal:
        earlier = values[-2 * SEASON : -SEASON]
        base = np.full(len(values), np.nan)
        base[-SEASON:] = np.where(earlier > 0, earlier, np.nan)
    judged = ratios.divide(values, base)
    limits = xmr(judged)
    far = outside(judged, limits)
    long = runs(judged, _level(judged, far, limits))
    news = np.where(far != 0, 2 * far, long)
    centre, lower, upper = (base * limit for limit in (limits.centre, limits.lower, limits.upper))
    if slug in NEVER_NEGATIVE:
        lower = np.maximum(lower, 0.0)
    return Judged(slug, tuple(months), values, centre, lower, upper, news, is_seasonal)


def _level(judged: np.ndarray, far: np.ndarray, limits: Limits) -> float:
    """Centre for runs: the mean without a month or two far out (one in eight), which would make a run of all others."""
    inside = judged[(far == 0) & ~np.isnan(judged)]
    is_few = 0 < np.count_nonzero(far) <= len(judged[~np.isnan(judged)]) // RUN
    return float(inside.mean()) if is_few and len(inside) else limits.centre


def figures(months: pd.DataFrame) -> dict[str, Judged]:
    """The figures of :data:`FIGURES` over the complete months of :attr:`ltvlib.kpis.Overview.months`."""
    frame = months[months["is_complete"].astype(bool)]
    lines = {
        "margin": frame["margin"],
        "customers": frame["customers"],
        "new_customers": frame["new_customers"],
        "orders_per_customer": ratios.orders_per_customer(frame["orders"], frame["customers"]),
        "average_order_value": ratios.average_order_value(frame["revenue"], frame["orders"]),
        "repeat_purchase_rate": ratios.repeat_purchase_rate(frame["repeat_customers"], frame["customers"]),
    }
    days = list(frame["month"])
    return {slug: judge(slug, days, np.asarray(lines[slug], dtype=float)) for slug in FIGURES}
