"""What is added to a main item, by whom, and what it would bring if everybody added as much as the best seller."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ltvlib.engine import Answer
from ltvlib.products.items import Level, ask, wilson
from ltvlib.ratios import divide
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

MAINS = 50
LEAST = 30
"""Orders of a main item below which a seller is not compared."""


def facts(workspace: Workspace, level: Level, filters: Filters | None = None) -> Answer:
    """Orders by main item, seller and extra item, as additive facts."""
    return ask(workspace, "product_attach", level, {"most": MAINS}, filters)


def sellers(workspace: Workspace) -> dict[int, str]:
    """Name of every seller by key."""
    return dict(workspace.database.rows("select seller_key, manager from mart_seller"))


def any_extra(frame: pd.DataFrame) -> pd.DataFrame:
    """By main item: orders, with_extra (another item in the order), attach_rate with its 95 % interval low, high."""
    totals = frame[frame["extra"].isna()].groupby("item")[["orders", "with_extra"]].sum().reset_index()
    low, high = wilson(totals["with_extra"], totals["orders"])
    rate = divide(totals["with_extra"], totals["orders"])
    return totals.assign(attach_rate=rate, low=low, high=high).sort_values("orders", ascending=False)


def by_extra(frame: pd.DataFrame) -> pd.DataFrame:
    """By main and extra item: orders of the main item, with_extra, attach_rate, low, high, profit of an extra."""
    orders = frame[frame["extra"].isna()].groupby("item")["orders"].sum()
    found = frame.dropna(subset=["extra"]).groupby(["item", "extra"])[["orders", "margin"]].sum().reset_index()
    found = found.rename(columns={"orders": "with_extra"}).astype({"extra": int})
    found["orders"] = found["item"].map(orders)
    found["profit"] = divide(found["margin"], found["with_extra"])
    low, high = wilson(found["with_extra"], found["orders"])
    return found.assign(attach_rate=divide(found["with_extra"], found["orders"]), low=low, high=high)


def by_seller(frame: pd.DataFrame, item: int, extra: int | None = None) -> pd.DataFrame:
    """Who adds (``extra``, or anything) to a main item: seller_key, orders, with_extra, attach_rate, low, high.

    The best first; sellers with fewer than thirty such orders are left out.
    """
    own = frame[(frame["item"] == item) & frame["seller_key"].notna()]
    found = own[own["extra"].isna()].groupby("seller_key")[["orders", "with_extra"]].sum()
    if extra is not None:
        added = own[own["extra"] == extra].groupby("seller_key")["orders"].sum()
        found["with_extra"] = added.reindex(found.index).fillna(0)
    found = found[found["orders"] >= LEAST].reset_index().astype({"seller_key": int})
    low, high = wilson(found["with_extra"], found["orders"])
    found = found.assign(attach_rate=divide(found["with_extra"], found["orders"]), low=low, high=high)
    return found.sort_values(["attach_rate", "seller_key"], ascending=[False, True]).reset_index(drop=True)


def lacking(frame: pd.DataFrame, least: int = LEAST) -> pd.DataFrame:
    """What typical baskets lack: main and extra items, ``missing`` orders without the extra, and what ``gain`` they hold.

    ``reachable`` = the share that the best seller surely reaches (lower limit of the 95 % interval); gain = orders of the
    others x (reachable - their share) x profit of an extra, money in the whole period; nan with fewer than two sellers.
    Sorted by gain, then by profit missing.
    """
    found = by_extra(frame)
    found = found[(found["orders"] >= least) & (found["with_extra"] >= 5)].copy()
    found["missing"] = found["orders"] - found["with_extra"]
    reached = [_reach(frame, item, extra) for item, extra in zip(found["item"], found["extra"], strict=True)]
    found["reachable"] = [share for share, _ in reached]
    found["gain"] = [more * profit for (_, more), profit in zip(reached, found["profit"], strict=True)]
    return found.sort_values(["gain", "missing"], ascending=False, na_position="last").reset_index(drop=True)


def _reach(frame: pd.DataFrame, item: int, extra: int) -> tuple[float, float]:
    """The share the best seller surely reaches, and how many extras more that would be with the others."""
    sold = by_seller(frame, item, extra)
    if len(sold) < 2:
        return float("nan"), float("nan")
    goal = float(sold["low"].max())
    return goal, float(np.maximum(goal * sold["orders"] - sold["with_extra"], 0).sum())
