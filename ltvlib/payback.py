"""Whether and when a customer pays back what winning them cost: the pure arithmetic under the acquisition page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from ltvlib import ratios


class Verdict(StrEnum):
    """What the numbers of a channel or of the company say."""

    FIRST_SALE = "first_sale"
    REPEATS = "repeats"
    NOT_YET = "not_yet"
    NO_SPEND = "no_spend"
    FREE = "free"
    NO_CUSTOMERS = "no_customers"
    TOO_YOUNG = "too_young"


def payback_month(curve: ArrayLike, cac: float) -> float:
    """First month_index whose cumulative margin per customer is at or above the CAC. Unit: months, 0-based.

    ``curve`` holds month_index 0, 1, ...; a ``nan`` in it is a month nobody has completed. 0 = within the calendar
    month of the first order. ``nan`` when the curve never reaches the CAC, or the CAC is not known.
    """
    points = np.asarray(curve, dtype=float)
    if np.isnan(cac) or not points.size:
        return float("nan")
    reached = np.flatnonzero(points >= cac)  # nan compares false
    return float(reached[0]) if reached.size else float("nan")


def cash_path(curve: ArrayLike, cac: float, new_customers: float) -> np.ndarray:
    """Money in hand at the end of month 0, 1, ... when ``new_customers`` are won every month. Unit: currency.

    The month t adds one cohort that costs ``new_customers x cac`` and margin from every cohort won so far; the sum
    is new_customers x sum over j <= t of (curve[j] - cac). Only as long as the curve is known. Starts from nothing:
    what earlier customers bring is not in it.
    """
    points = np.asarray(curve, dtype=float)
    return np.asarray(new_customers * np.cumsum(points - cac))


@dataclass(frozen=True)
class CashGap:
    """The deepest point of a cash path.

    Attributes:
        money: how much is out at the deepest point, 0 or more.
        month: month_index of the deepest point; ``nan`` where no money is ever out.
        is_seen: whether the path turns up again within the months that are known; else it may go deeper.
    """

    money: float
    month: float
    is_seen: bool


def cash_gap(path: ArrayLike) -> CashGap:
    """The deepest point of :func:`cash_path`. An empty or undefined path gives ``nan``."""
    points = np.asarray(path, dtype=float)
    if not points.size or np.isnan(points).any():
        return CashGap(float("nan"), float("nan"), False)
    place = int(points.argmin())
    if points[place] >= 0:
        return CashGap(0.0, float("nan"), True)
    return CashGap(float(-points[place]), float(place), place < points.size - 1)


@dataclass(frozen=True)
class Payback:
    """Cost and return of the customers won in months old enough to have completed month_index 0..horizon.

    All figures are of these customers and of the spend of these months, so cost and return belong together.

    Attributes:
        name: channel ("" = not known); ``None`` = the whole company, everybody and all spend together.
        customers: customers won in these months.
        spend: money spent in them; ``nan`` where none is recorded for the channel.
        curve: cumulative margin per customer at month_index 0..horizon; empty where no month is old enough.
        first_order_margin: margin of the first order, mean per customer.
        recent_cac: cost per customer won in the last three complete months; ``nan`` where either is missing.
    """

    name: str | None
    customers: int
    spend: float
    curve: np.ndarray
    first_order_margin: float
    recent_cac: float = float("nan")

    @property
    def horizon(self) -> int:
        """Last month_index of the curve; -1 for an empty one."""
        return len(self.curve) - 1

    @property
    def cac(self) -> float:
        """Money spent / customers won. ``nan`` without either."""
        return float(ratios.cac(self.spend, self.customers))

    @property
    def cac_change(self) -> float:
        """Cost of a new customer today against the months judged, relative; ``nan`` where either is missing."""
        return ratios.change(self.recent_cac, self.cac)

    @property
    def margin(self) -> float:
        """Margin per customer at the horizon."""
        return float(self.curve[-1]) if len(self.curve) else float("nan")

    @property
    def first_order_romi(self) -> float:
        """(margin of first orders - spend) / spend."""
        return float(ratios.romi(self.first_order_margin * self.customers, self.spend))

    @property
    def romi(self) -> float:
        """(margin to the horizon - spend) / spend: repeat sales included."""
        return float(ratios.romi(self.margin * self.customers, self.spend))

    @property
    def ltv_cac_ratio(self) -> float:
        """Margin per customer at the horizon / CAC, same customers and months."""
        return float(ratios.divide(self.margin, self.cac))

    @property
    def payback_month(self) -> float:
        """First month_index at which a customer has brought back the CAC; ``nan`` where not seen."""
        return payback_month(self.curve, self.cac)

    def affordable_cac(self, month: int) -> float:
        """Highest CAC that is paid back by month_index ``month``: the curve there. ``nan`` beyond the horizon."""
        return float(self.curve[month]) if 0 <= month < len(self.curve) else float("nan")

    @property
    def verdict(self) -> Verdict:
        """What the numbers say; see :class:`Verdict`."""
        if self.customers == 0:
            return Verdict.NO_CUSTOMERS if self.spend > 0 else Verdict.TOO_YOUNG
        if not self.spend > 0:
            return Verdict.NO_SPEND if np.isnan(self.spend) else Verdict.FREE
        if self.first_order_margin >= self.cac:
            return Verdict.FIRST_SALE
        return Verdict.NOT_YET if np.isnan(self.payback_month) else Verdict.REPEATS
