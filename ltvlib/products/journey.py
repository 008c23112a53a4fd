"""From the first purchase to the second and third, and which first purchases make customers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.engine import Answer
from ltvlib.intervals import Estimate, normal_mean
from ltvlib.like_with_like import Difference, alike, compare, shown
from ltvlib.products.items import Level, ask, end_day, wilson
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

DRAWN = 5
"""Items drawn by name in a journey; the rest stand together."""
LISTED = 30
"""First items compared, the most usual first."""


def paths(workspace: Workspace, level: Level, days: int, filters: Filters | None = None, most: int = DRAWN) -> Answer:
    """First, second and third purchase within ``days`` of the first: customers, median days, profit after, additive.

    An order stands for its dearest item. Only customers whose days are all known.
    """
    params: dict[str, object] = {"days": days, "cut_day": end_day(workspace, filters) - days, "most": most}
    return ask(workspace, "product_paths", level, params, filters)


def shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Paths with ``share`` of all customers and ``profit_after`` a customer."""
    total = frame["customers"].sum()
    share, profit = ratios.divide(frame["customers"], total), ratios.divide(frame["margin_after"], frame["customers"])
    return frame.assign(share=share, profit_after=profit)


class Part(StrEnum):
    """What an item is in first orders: bought for itself, or added to something dearer."""

    MAIN = "main"
    EXTRA = "extra"


class Verdict(StrEnum):
    """What beginning with an item does."""

    GATEWAY = "gateway"
    DEAD_END = "dead end"
    CHANCE = "within chance"
    FEW = "too few"


@dataclass(frozen=True, eq=False)
class Start:
    """Customers who began with one item, or with it in their first order.

    Attributes:
        item: its key.
        part: whether it is mostly the dearest item of the orders it is in.
        customers, returned: how many began so, and how many of them ordered again within the days.
        low, high: 95 % interval of the share returned.
        ltv: profit a customer within the days, the first order included.
        against: share returned against like customers who began otherwise.
        is_shown: whether that is more than chance, among all items of the page (Holm).
    """

    item: int
    part: Part
    customers: int
    returned: int
    low: float
    high: float
    ltv: Estimate
    against: Difference
    is_shown: bool = False

    @property
    def return_rate(self) -> float:
        """Customers who ordered again within the days / customers who began so."""
        return float(ratios.divide(self.returned, self.customers))

    @property
    def verdict(self) -> Verdict:
        """A gateway brings back more than like first orders do, a dead end fewer; both beyond chance."""
        if self.is_shown:
            return Verdict.GATEWAY if self.against.value > 0 else Verdict.DEAD_END
        return Verdict.CHANCE if np.isfinite(self.against.low) else Verdict.FEW


def starts(
    workspace: Workspace, level: Level, days: int, still: bool = False, filters: Filters | None = None
) -> tuple[list[Start], Answer]:
    """Every usual first item, those with the most profit a customer first, and the query behind.

    A main item is compared with other main items in the same channel and quarter of the year; an extra with first orders
    of the same main item without it. ``still``: only who orders in the second half of the days counts as returned (where
    customers pay by the calendar, the next payment says little).
    """
    params: dict[str, object] = {"days": days, "half": days // 2, "cut_day": end_day(workspace, filters) - days}
    answer = ask(workspace, "product_firsts", level, params, filters)
    lines = answer.frame
    people = lines[lines["is_main"] == 1].set_index("customer_key")
    came = (people["orders_second_half" if still else "orders_after"] > 0).astype(float)
    usual = lines[lines["item"] > 0]["item"].value_counts().index[:LISTED]
    found = [_start(int(item), lines, people, came) for item in usual]
    is_shown = shown([start.against.p_value for start in found])
    full = [
        Start(s.item, s.part, s.customers, s.returned, s.low, s.high, s.ltv, s.against, one)
        for s, one in zip(found, is_shown, strict=True)
    ]
    return sorted(full, key=lambda s: (-s.ltv.value, s.item)), answer


def _start(item: int, lines: pd.DataFrame, people: pd.DataFrame, came: pd.Series) -> Start:
    having = lines[lines["item"] == item]
    part = Part.MAIN if having["is_main"].mean() >= 0.5 else Part.EXTRA
    who = having if part is Part.EXTRA else having[having["is_main"] == 1]
    flags = people.index.isin(who["customer_key"])
    # whoever only added a main item to something dearer is no fair comparison
    unsure = people.index.isin(having["customer_key"]) & ~flags
    quarter = people["first_month"] % 12 // 3
    keys = [people["channel"].fillna(""), quarter]
    always = [people["item"]] if part is Part.EXTRA else []
    seen = np.where(unsure, np.nan, flags.astype(float))
    strata, _ = alike(keys, seen, always)
    hits, money = came[flags], people.loc[flags, "margin"]
    low, high = wilson(float(hits.sum()), len(hits))
    return Start(
        item,
        part,
        len(hits),
        int(hits.sum()),
        float(low),
        float(high),
        normal_mean(float(money.sum()), float((money**2).sum()), len(money)),
        compare(came, seen, strata),
    )


NONE = -2
"""Stands for "no further purchase"."""


def flows(frame: pd.DataFrame) -> pd.DataFrame:
    """Paths as flows: step (1 = first to second), item, next_item (``NONE`` = no more), customers; largest first."""
    filled = frame.assign(**{name: frame[name].fillna(NONE).astype(int) for name in ("second_item", "third_item")})
    one = filled.groupby(["first_item", "second_item"])["customers"].sum().reset_index()
    two = filled[filled["second_item"] != NONE].groupby(["second_item", "third_item"])["customers"].sum().reset_index()
    parts = [
        part.set_axis(["item", "next_item", "customers"], axis=1).assign(step=n) for n, part in ((1, one), (2, two))
    ]
    return pd.concat(parts).sort_values(["step", "customers"], ascending=[True, False]).reset_index(drop=True)


def reached(frame: pd.DataFrame) -> tuple[float, float]:
    """Shares of customers who made a second and a third purchase; nan without customers."""
    total = frame["customers"].sum()
    came = [frame.loc[frame[name].notna(), "customers"].sum() for name in ("second_item", "third_item")]
    return float(ratios.divide(came[0], total)), float(ratios.divide(came[1], total))
