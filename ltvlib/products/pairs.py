"""What goes together: pairs within an order and one after the other, held against chance; whom to call with what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ltvlib.engine import Answer
from ltvlib.products.chance import upper_tail
from ltvlib.products.items import Level, ask, discoveries
from ltvlib.products.rules import measures
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

LEAST = 5
"""Orders a pair must stand in to be listed; of many orders, one in twenty thousand."""
PART = 20_000
MOST = 2_000
"""Items looked at within orders, the most usual first."""
MOST_THEN = 300
"""Items looked at one after the other: each purchase meets all later ones of the customer."""
LISTED = 50_000
CHECKED = 500
PEOPLE = 5
"""Different customers that must have had the pair: one who always orders the same two proves nothing."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs with their measures, the query behind, and how many pairs were tested for it.

    ``frame``: item_a, item_b, both, n_a, n_b, customers, support, confidence, lift, conviction, p_value, is_shown,
    profit (of B an order with it, money); sorted by what is shown, then lift.
    """

    frame: pd.DataFrame
    answer: Answer
    orders: int
    tests: int


def within(workspace: Workspace, level: Level, filters: Filters | None = None) -> Pairs:
    """Pairs in one order, both directions, against two explanations by chance; see :func:`against_chance`."""
    counts = ask(workspace, "product_counts", level, {}, filters).frame
    orders = int(counts[counts["item"].isna()]["orders"].sum())
    least = max(LEAST, orders // PART)
    params: dict[str, object] = {"least": least, "most": MOST, "limit": LISTED}
    answer = ask(workspace, "product_pairs", level, params, filters)
    known = counts.dropna(subset=["item"])
    usual = known.groupby("item")["orders"].sum().loc[lambda n: n >= least].nlargest(MOST)
    tests = len(usual) * (len(usual) - 1) // 2
    frame = answer.frame.rename(columns={"orders": "both"}).astype({"item_a": int, "item_b": int})
    frame["p_value"] = against_chance(frame, counts)
    frame["is_shown"] = discoveries(frame["p_value"].to_numpy(), tests)
    frame["customers"] = _customers(workspace, level, frame, filters)
    frame["is_shown"] &= ~(frame["customers"] < PEOPLE)
    back = frame.rename(columns={"item_a": "item_b", "item_b": "item_a"})
    both = pd.concat([frame, back], ignore_index=True)
    sums = known.groupby("item")[["orders", "margin"]].sum()
    both["n_a"], both["n_b"] = both["item_a"].map(sums["orders"]), both["item_b"].map(sums["orders"])
    profit = (sums["margin"] / sums["orders"]).fillna(0)
    both["profit_a"], both["profit"] = both["item_a"].map(profit), both["item_b"].map(profit)
    both = both.assign(**measures(both["both"], both["n_a"], both["n_b"], orders))
    return Pairs(_sorted(both), answer, orders, tests)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    by = ["is_shown", "lift", "both", "item_a"]
    return frame.sort_values(by, ascending=[False, False, False, True]).reset_index(drop=True)


def _customers(workspace: Workspace, level: Level, frame: pd.DataFrame, filters: Filters | None) -> np.ndarray:
    """Different customers with each shown pair, the 500 least likely ones; nan for others."""
    first = frame[frame["is_shown"]].nsmallest(CHECKED, "p_value")
    params: dict[str, object] = {"items_a": first["item_a"].tolist(), "items_b": first["item_b"].tolist()}
    found = ask(workspace, "product_pair_people", level, params, filters).frame
    return frame[["item_a", "item_b"]].merge(found, "left", on=["item_a", "item_b"])["customers"].to_numpy(dtype=float)


def against_chance(pairs: pd.DataFrame, counts: pd.DataFrame) -> np.ndarray:
    """The chance of so many orders with both items, the larger of two explanations.

    The items are dealt to orders independently (hypergeometric: Fisher's exact test, one-sided); or independently among
    orders of their size, because whoever orders ten things has any two of them more often. There the expected number is
    the sum over sizes s of n_a n_b / n x (s - 1) / s (drawn without putting back), with Poisson's tail, which is the
    wider. Sources: Fisher (1935); Hahsler & Hornik (2007) on chance in baskets; Gionis et al. (2007) on keeping sizes.
    """
    table = counts.assign(item=counts["item"].fillna(0)).pivot_table("orders", "item", "size", "sum", fill_value=0)
    if pairs.empty:
        return np.zeros(0)
    n_of_size = table.loc[0].to_numpy(dtype=float)
    a, b = (table.loc[pairs[name]].to_numpy(dtype=float) for name in ("item_a", "item_b"))
    both, size = pairs["both"].to_numpy(), table.columns.to_numpy(dtype=float)
    plain = upper_tail(both, int(n_of_size.sum()), a.sum(axis=1), b.sum(axis=1))
    expected = (a * b / n_of_size * (size - 1) / size).sum(axis=1)
    return np.asarray(np.maximum(plain, stats.poisson.sf(both - 1, expected)))


def afterwards(workspace: Workspace, level: Level, days: int, filters: Filters | None = None) -> Pairs:
    """What follows the first purchase of an item within ``days``, on a later day; the item itself included.

    One event = a customer's first purchase of an item. Support and lift are over all events; the test is hypergeometric.
    Here ``both`` = customers who bought B after A, ``n_a`` = customers who bought A, ``n_b`` = events followed by B,
    ``gap`` = median days between.
    """
    answer = ask(workspace, "product_then", level, {"days": days, "most": MOST_THEN}, filters)
    events = answer.frame[answer.frame["then_item"].isna()].set_index("item")["customers"]
    frame = answer.frame.dropna(subset=["then_item"]).rename(columns={"item": "item_a", "then_item": "item_b"})
    frame = frame.rename(columns={"customers": "both"}).astype({"item_b": int})
    n = int(events.sum())
    frame["n_a"], frame["n_b"] = frame["item_a"].map(events), frame.groupby("item_b")["both"].transform("sum")
    p = upper_tail(frame["both"], n, frame["n_a"], frame["n_b"])
    frame["p_value"] = p
    frame["is_shown"] = discoveries(p, len(events) ** 2) & (frame["both"] >= PEOPLE)
    frame["customers"] = frame["both"]
    frame = frame.assign(**measures(frame["both"], frame["n_a"], frame["n_b"], n))
    return Pairs(_sorted(frame), answer, n, len(events) ** 2)


def owners(
    workspace: Workspace,
    level: Level,
    has: int,
    lacks: int,
    days: int,
    filters: Filters | None = None,
    limit: int = 10_000,
) -> Answer:
    """Customers who bought ``has`` in the last ``days`` and never ``lacks``, the latest first: whom to call."""
    params: dict[str, object] = {"has": has, "lacks": lacks, "days": days, "limit": limit}
    return ask(workspace, "product_owners", level, params, filters)


def to_offer(
    workspace: Workspace, level: Level, days: int, view: Pairs, filters: Filters | None = None
) -> pd.DataFrame:
    """Pairs that are more than chance, with ``missing``: customers who have the first and never bought the second.

    Only pairs whose second item is the lesser one of the two (where profits are known), so that a case is offered to who has
    the phone. The most profit to be had first: missing x confidence x profit of the second. Nobody missing = left out.
    """
    frame = view.frame[
        view.frame["is_shown"] & (view.frame["item_a"] != view.frame["item_b"]) & (view.frame["lift"] > 1)
    ]
    frame = downward(frame).head(CHECKED)
    params: dict[str, object] = {"items_a": frame["item_a"].tolist(), "items_b": frame["item_b"].tolist(), "days": days}
    found = ask(workspace, "product_missing", level, params, filters).frame.rename(columns={"customers": "missing"})
    found = frame.merge(found, on=["item_a", "item_b"])
    profit = found["profit"] if "profit" in found else pd.Series(1.0, found.index)
    worth = found["missing"] * found["confidence"] * profit.clip(lower=0).fillna(0)
    return found.loc[worth.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def downward(frame: pd.DataFrame) -> pd.DataFrame:
    """Of the two directions of a pair the one from the more to the less profitable item; all where profits are not known."""
    if "profit_a" not in frame:
        return frame
    is_down = (frame["profit_a"] > frame["profit"]) | (
        (frame["profit_a"] == frame["profit"]) & (frame["item_a"] < frame["item_b"])
    )
    return frame[is_down]
