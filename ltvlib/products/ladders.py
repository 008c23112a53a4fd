"""Upsell: who moved up to a dearer variant of the same category, and what that did to the margin."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from ltvlib.engine import Answer
from ltvlib.intervals import Estimate, normal_mean
from ltvlib.products.items import Level, ask
from ltvlib.ratios import divide
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

STEP = 0.1
"""A variant is dearer or cheaper where its usual price differs by more than a tenth."""
LISTED = 50_000
BANDS = 3


class Way(StrEnum):
    """Where the next purchase of the category lies in price."""

    UP = "up"
    SAME = "same"
    DOWN = "down"


@dataclass(frozen=True, eq=False)
class Ladders:
    """Steps from product to product within categories, and the query behind.

    ``steps``: category_key, product_key, next_key, moves, customers, gap (median days), margin, next_margin, squares,
    price, next_price, way, band, next_band (0 = the cheapest third of the category's products), gain (margin a move, money).
    """

    steps: pd.DataFrame
    answer: Answer


def ladders(workspace: Workspace, filters: Filters | None = None) -> Ladders:
    """Every step seen, the most frequent first."""
    answer = ask(workspace, "product_ladder", Level.PRODUCT, {"limit": LISTED}, filters)
    prices = ask(workspace, "product_prices", Level.PRODUCT, {}, filters).frame.set_index("product_key")
    price = divide(prices["revenue"], prices["quantity"])
    prices = prices.assign(price=price)
    prices["band"] = prices.groupby("category_key")["price"].transform(_bands)
    steps = answer.frame
    for name, key in (("price", "product_key"), ("next_price", "next_key")):
        steps[name] = steps[key].map(prices["price"])
    steps["band"], steps["next_band"] = (steps[key].map(prices["band"]) for key in ("product_key", "next_key"))
    change = divide(steps["next_price"], steps["price"])
    is_up, is_down = change > 1 + STEP, change < 1 - STEP
    steps["way"] = np.select([is_up, is_down], [Way.UP.value, Way.DOWN.value], Way.SAME.value)
    steps["gain"] = divide(steps["next_margin"] - steps["margin"], steps["moves"])
    return Ladders(steps, answer)


def _bands(prices: pd.Series) -> pd.Series:
    """Thirds of a category's products by price: 0, 1, 2; a single product is 0."""
    place = prices.rank(method="first") - 1
    return (place * BANDS // max(1, len(prices))).astype(int)


def gain(steps: pd.DataFrame) -> Estimate:
    """Change of margin a move with its 95 % interval, money; nan without a move."""
    total = float((steps["next_margin"] - steps["margin"]).sum())
    return normal_mean(total, float(steps["squares"].sum()), int(steps["moves"].sum()))


def by_category(steps: pd.DataFrame) -> pd.DataFrame:
    """By category: moves, and the shares of them that went up, stayed and went down."""
    table = steps.pivot_table("moves", "category_key", "way", "sum", fill_value=0)
    table = table.reindex(columns=[way.value for way in Way], fill_value=0)
    total = table.sum(axis=1)
    shares = {f"{way}_share": divide(table[way], total) for way in table.columns}
    return table.assign(moves=total, **shares).sort_values("moves", ascending=False).reset_index()


def bands(steps: pd.DataFrame) -> pd.DataFrame:
    """Moves from band (rows) to band (columns), cheapest third first; categories with fewer than three products left out."""
    size = steps.groupby("category_key")["next_band"].transform("nunique")
    table = steps[size > 1].pivot_table("moves", "band", "next_band", "sum", fill_value=0)
    return table.reindex(index=range(BANDS), columns=range(BANDS), fill_value=0)


def rung(
    workspace: Workspace, category: int, product: int, filters: Filters | None = None, limit: int = 10_000
) -> Answer:
    """Customers whose last product of the category is this one: to whom the next rung can be offered."""
    params: dict[str, object] = {"category": category, "product": product, "limit": limit}
    return ask(workspace, "product_rung", Level.PRODUCT, params, filters)


def upward_share(moves: pd.DataFrame) -> float:
    """Moves to a dearer third / all moves of a table of :func:`bands`; nan without moves."""
    table = moves.to_numpy()
    return float(divide(np.triu(table, 1).sum(), table.sum()))


def climbed(steps: pd.DataFrame, least: int = 3) -> pd.DataFrame:
    """Steps up made by at least ``least`` customers, with ``share`` of all next purchases after the product; most moves first."""
    after = steps.groupby(["category_key", "product_key"])["moves"].transform("sum")
    found = steps.assign(share=divide(steps["moves"], after))
    found = found[(found["way"] == Way.UP.value) & (found["customers"] >= least)]
    return found.sort_values(["moves", "product_key"], ascending=[False, True]).reset_index(drop=True)
