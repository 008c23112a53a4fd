"""Service quality in money: what late deliveries, wrong documents and complaints do to the orders that follow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.engine import Answer
from ltvlib.like_with_like import Difference, alike, compare, shown
from ltvlib.settings import EPOCH, Filters, months_before
from ltvlib.workspace import Workspace

LIMIT = 300_000
"""Orders looked at, the latest first."""
FIRST_DAYS = 180
"""Days after a first order in which the customer may come back."""
LATER_DAYS = 120


class Trouble(StrEnum):
    """What may go wrong with an order."""

    LATE = "late"
    DOCUMENTS = "documents"
    COMPLAINT = "complaint"


@dataclass(frozen=True, eq=False)
class Harm:
    """What one trouble does to what follows, first or later orders apart.

    Attributes:
        trouble: which.
        on_first: whether first orders are compared; else later ones.
        days: length of the time after the order.
        returned: share of customers who ordered again within it, 0..1, against like orders.
        profit: margin of the orders in it, money an order, likewise.
        a_year: orders with this trouble in the last 12 months of the data.
        answer: the query behind.
        is_shown: whether the difference in returns is more than chance, among all that were looked at together.
    """

    trouble: Trouble
    on_first: bool
    days: int
    returned: Difference
    profit: Difference
    a_year: int
    answer: Answer
    is_shown: bool = False

    @property
    def cost_a_year(self) -> tuple[float, float, float]:
        """Profit lost a year: profit lost an order x orders with the trouble in 12 months; value, low, high; money."""
        found = self.profit
        return -found.value * self.a_year, -found.high * self.a_year, -found.low * self.a_year


def harms(
    workspace: Workspace,
    first_days: int = FIRST_DAYS,
    later_days: int = LATER_DAYS,
    still: bool = False,
    filters: Filters | None = None,
) -> list[Harm]:
    """Every trouble on first and on later orders, where the data know of it.

    Like orders: first ones have the same first product, channel and quarter of the year; later ones the same profit of the
    year before (in thirds), number of the order, channel and quarter; as far as the data are many enough for it
    (:func:`ltvlib.like_with_like.alike`). Orders compared for one trouble are alike in what causes the others. ``still``: who ordered in the second half of the time counts as returned (where everybody pays every month,
    the next payment says little).

    Raises:
        MissingTableError: the data have no fulfilments.
    """
    workspace.require("fulfilments")
    filters = filters or Filters()
    found, year = [], _a_year(workspace, filters)
    answers = {days: _orders(workspace, days, filters) for days in {first_days, later_days}}
    for on_first, days in ((True, first_days), (False, later_days)):
        answer = answers[days]
        frame = answer.frame
        frame = frame[(frame["order_number"] == 1) == on_first]
        for trouble in Trouble:
            flags = flag(frame, trouble)
            if np.nansum(flags) > 0 and np.nansum(flags) < np.isfinite(flags).sum():
                found.append(_harm(frame, flags, trouble, on_first, days, year[on_first, trouble], answer, still))
    return _judged(found)


def _judged(found: list[Harm]) -> list[Harm]:
    """Which differences are more than chance, all of a page together."""
    is_shown = shown([harm.returned.p_value for harm in found])
    return [replace(harm, is_shown=one) for harm, one in zip(found, is_shown, strict=True)]


def _orders(workspace: Workspace, days: int, filters: Filters) -> Answer:
    cut = (workspace.as_of(filters) - EPOCH).days - days
    params = {"days": days, "half": days // 2, "cut_day": cut, "limit": LIMIT}
    return workspace.ask("service_orders", params, filters=filters)


def flag(frame: pd.DataFrame, trouble: Trouble) -> np.ndarray:
    """1 where the trouble came, 0 where it did not, nan where nobody knows."""
    if trouble is Trouble.DOCUMENTS:
        return 1 - frame["documents_ok"].to_numpy(dtype=float)
    return frame["is_late" if trouble is Trouble.LATE else "has_complaint"].to_numpy(dtype=float)


CAUSES = {
    Trouble.LATE: (Trouble.DOCUMENTS,),
    Trouble.DOCUMENTS: (Trouble.LATE,),
    Trouble.COMPLAINT: (Trouble.LATE, Trouble.DOCUMENTS),
}
"""In what else compared orders are alike. A complaint follows from the others, so it is no reason to tell them apart."""


def _keys(frame: pd.DataFrame, on_first: bool) -> list[pd.Series]:
    """What makes orders alike, the most important first."""
    quarter = frame["month"] % 12 // 3
    if on_first:
        return [frame["first_product"].fillna(""), frame["channel"].fillna(""), quarter]
    number = pd.cut(frame["order_number"], [1, 2, 3, 5, 10, np.inf])
    history = pd.cut(frame["margin_before"].rank(pct=True), [0, 1 / 3, 2 / 3, 1])
    return [history, number, frame["channel"].fillna(""), quarter]


def _harm(
    frame: pd.DataFrame,
    flags: np.ndarray,
    trouble: Trouble,
    on_first: bool,
    days: int,
    a_year: int,
    answer: Answer,
    still: bool,
) -> Harm:
    came = (frame["orders_second_half" if still else "orders_after"] > 0).to_numpy(dtype=float)
    people = frame["customer_key"].to_numpy()
    strata, _ = alike(_keys(frame, on_first), flags, [flag(frame, other) for other in CAUSES[trouble]])
    returned = compare(came, flags, strata, people)
    return Harm(
        trouble, on_first, days, returned, compare(frame["margin_after"], flags, strata, people), a_year, answer
    )


def _a_year(workspace: Workspace, filters: Filters) -> dict[tuple[bool, Trouble], int]:
    """First and later orders (``True``, ``False``) with each trouble in the last 12 months."""
    end = workspace.as_of(filters)
    params = {"days": 1, "half": 1, "cut_day": (end - EPOCH).days, "limit": LIMIT}
    frame = workspace.ask("service_orders", params, filters=filters).frame
    frame = frame[frame["day"] >= (months_before(end, 12) - EPOCH).days]
    sides = {True: frame[frame["order_number"] == 1], False: frame[frame["order_number"] != 1]}
    return {(first, t): int(np.nansum(flag(side, t))) for first, side in sides.items() for t in Trouble}


def by_month(workspace: Workspace, filters: Filters | None = None) -> Answer:
    """Orders and what went wrong with them by month and manager, as additive facts."""
    workspace.require("fulfilments")
    filters = filters or Filters()
    end = workspace.as_of(filters)
    params = {"from_month": filters.since or 0, "to_day": (end - EPOCH).days}
    return workspace.ask("service_sums", params, filters=filters)


def by_product(workspace: Workspace, filters: Filters | None = None) -> Answer:
    """First orders and what went wrong with them by first product, as additive facts."""
    workspace.require("fulfilments")
    filters = filters or Filters()
    return workspace.ask("service_products", {"to_day": (workspace.as_of(filters) - EPOCH).days}, filters=filters)


def rates(sums: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Facts added up by ``by``, with late_share, wrong_documents_share and complaint_share (of the orders that tell)."""
    facts = ["orders", "promised", "late", "checked", "wrong_documents", "complaints"]
    frame = sums.groupby(by, dropna=False)[facts].sum().reset_index()
    frame["late_share"] = late_share(frame["late"], frame["promised"])
    frame["wrong_documents_share"] = ratios.divide(frame["wrong_documents"], frame["checked"])
    frame["complaint_share"] = ratios.divide(frame["complaints"], frame["orders"])
    return frame


def late_share(late: pd.Series, promised: pd.Series) -> np.ndarray:
    """Orders delivered after the promised moment / orders with a promise and a delivery; nan without any."""
    return np.asarray(ratios.divide(late, promised))
