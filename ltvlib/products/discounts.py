"""Discounts: who buys only at one, what is given to those who would have bought anyway, and whether depth brings them back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib.engine import Answer
from ltvlib.like_with_like import Difference, alike, compare, shown
from ltvlib.products.items import Level, ask, nth, wilson
from ltvlib.ratios import divide
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

SEEN = 0.03
"""Part of the full price from which a lower one counts as a discount; less is rounding."""
DEPTHS = (SEEN, 0.07, 0.15, 0.3, 1.01)
LEAST = 8
"""Lines of a product in a quarter from which its own highest usual price is known."""
FEW = 10
"""Customers below which a share at one depth is not drawn."""
REGULAR = 2
"""Earlier orders at full price that make a customer one who pays it."""


@dataclass(frozen=True, eq=False)
class Discounts:
    """What the discounts did.

    Attributes:
        orders: one row an order: customer_key, order_number, day, paid, full_price, margin, depth (0..1), is_discounted,
            orders_after, margin_after ...
        answer: the query behind.
        nth: every which customer was looked at; money and counts below are for all.
        days: length of the time after an order.
        given: discounts in all, money.
        given_a_year: discounts of the last 12 months of the data, money.
        regular_given: of ``given_a_year``, to customers with two earlier orders at full price or more.
        anyway: share of full-price orders of such customers that were followed by another order within the days, with its
            95 % interval: what they do without a discount.
    """

    orders: pd.DataFrame
    answer: Answer
    nth: int
    days: int
    given: float
    given_a_year: float
    regular_given: float
    anyway: tuple[float, float, float]

    @property
    def given_away(self) -> tuple[float, float, float]:
        """Profit given away in 12 months to those who would have bought anyway: regular_given x anyway; value, low, high."""
        return tuple(self.regular_given * share for share in self.anyway)  # type: ignore[return-value]


def discounts(workspace: Workspace, days: int = 90, filters: Filters | None = None) -> Discounts:
    """Orders held against the highest usual unit price of their products."""
    answer = ask(workspace, "product_discounts", Level.PRODUCT, {"days": days, "least": LEAST}, filters)
    orders = answer.frame
    orders["given"] = (orders["full_price"] - orders["paid"]).clip(lower=0)
    orders["depth"] = divide(orders["given"], orders["full_price"])
    orders["is_discounted"] = (orders["depth"] >= SEEN).astype(int)
    orders = orders.sort_values(["customer_key", "order_number"], ignore_index=True)
    at_full = 1 - orders["is_discounted"]
    orders["full_before"] = at_full.groupby(orders["customer_key"]).cumsum() - at_full
    found = orders[orders["is_discounted"] == 1]
    end = orders["day"].max() + 1 if len(orders) else 0
    year = found[found["day"] >= end - 365]
    times = nth(workspace)
    loyal = year[year["full_before"] >= REGULAR]
    money = [float(part["given"].sum()) * times for part in (found, year, loyal)]
    return Discounts(orders, answer, times, days, money[0], money[1], money[2], _anyway(orders))


def _anyway(orders: pd.DataFrame) -> tuple[float, float, float]:
    """How many come again after an order at full price, of those with two before it; the interval is Wilson's over customers."""
    alike_ones = orders[
        (orders["is_discounted"] == 0) & (orders["full_before"] >= REGULAR) & orders["orders_after"].notna()
    ]
    if alike_ones.empty:
        return (float("nan"),) * 3
    came = (alike_ones["orders_after"] > 0).astype(float).groupby(alike_ones["customer_key"]).mean()
    low, high = wilson(float(came.sum()), len(came))
    return float(came.mean()), float(low), float(high)


@dataclass(frozen=True)
class Only:
    """Customers with two orders or more who never paid the full price, against the other repeat customers.

    ``margin`` and ``margin_others``: profit an order, mean over customers, refunds taken off, money.
    """

    repeat_customers: int
    only: int
    low: float
    high: float
    margin: float
    margin_others: float

    @property
    def share(self) -> float:
        """Customers who buy only at a discount / repeat customers."""
        return float(divide(self.only, self.repeat_customers))


def only_buyers(found: Discounts) -> Only:
    """Who buys only at a discount."""
    people = by_customer(found)
    repeat = people[people["orders"] >= 2]
    only = repeat["discounted"] == repeat["orders"]
    low, high = wilson(int(only.sum()), len(repeat))
    margin = divide(repeat["lifetime_margin"], repeat["lifetime_orders"])
    sides = [float(margin[side.to_numpy()].mean()) if side.any() else float("nan") for side in (only, ~only)]
    return Only(len(repeat) * found.nth, int(only.sum()) * found.nth, float(low), float(high), *sides)


def by_customer(found: Discounts) -> pd.DataFrame:
    """By customer: orders, discounted ones, discounts given, profit and orders of the whole history, refunds taken off."""
    groups = found.orders.groupby("customer_key")
    return groups.agg(
        orders=("order_key", "size"),
        discounted=("is_discounted", "sum"),
        given=("given", "sum"),
        lifetime_orders=("lifetime_orders", "max"),
        lifetime_margin=("lifetime_margin", "max"),
        last_day=("day", "max"),
    ).reset_index()


def by_depth(found: Discounts) -> pd.DataFrame:
    """First orders by depth of the discount: low_depth, high_depth, customers, returned, return_rate with low, high, margin_after.

    The first row is the full price. Only customers whose days after are all known.
    """
    first = found.orders[(found.orders["order_number"] == 1) & found.orders["orders_after"].notna()]
    band = np.searchsorted(DEPTHS, first["depth"].to_numpy(dtype=float), side="right")
    groups = first.assign(returned=first["orders_after"] > 0).groupby(band)
    table = groups.agg(customers=("order_key", "size"), returned=("returned", "sum"), margin=("margin_after", "sum"))
    borders = (0.0, *DEPTHS)
    low, high = wilson(table["returned"], table["customers"])
    return table.assign(
        low_depth=[borders[int(place)] for place in table.index],
        high_depth=[borders[int(place) + 1] for place in table.index],
        return_rate=divide(table["returned"], table["customers"]),
        low=low,
        high=high,
        margin_after=divide(table["margin"], table["customers"]),
    ).reset_index(drop=True)


def after_discount(found: Discounts) -> tuple[Difference, Difference, bool]:
    """Returns and profit after a discounted first order against like first orders at full price, and whether returns differ.

    Alike: the same dearest product, channel and quarter of the year, as far as there are enough of them.
    """
    first = found.orders[(found.orders["order_number"] == 1) & found.orders["orders_after"].notna()]
    quarter = (first["day"] % 365.25) // 91.32
    flags = first["is_discounted"].to_numpy(dtype=float)
    strata, _ = alike([first["main_key"], first["channel"].fillna(""), quarter], flags)
    came = compare((first["orders_after"] > 0).astype(float), flags, strata)
    return came, compare(first["margin_after"], flags, strata), shown([came.p_value])[0]


def only_people(workspace: Workspace, found: Discounts, filters: Filters | None = None) -> pd.DataFrame:
    """Customers with two orders or more, all at a discount: whom not to send the next promotion; most orders first."""
    people = by_customer(found)
    only = people[(people["orders"] >= 2) & (people["discounted"] == people["orders"])]
    params: dict[str, object] = {"keys": only["customer_key"].astype(int).tolist()}
    named = ask(workspace, "product_named", Level.PRODUCT, params, filters).frame
    full = only[["customer_key", "orders", "given"]].merge(named, on="customer_key")
    return full.sort_values(["orders", "given", "customer_id"], ascending=[False, False, True], ignore_index=True)
