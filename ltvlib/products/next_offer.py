"""The next best offer for every customer: what like customers bought next, examined on the customer's own past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import numpy as np
import pandas as pd
from scipy import sparse, stats

from ltvlib.products.items import Level, ask, end_day, names
from ltvlib.products.recommend import Counts, History, Learned, Model, best, hits, learn
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

MOST = 2_000
"""Items that can be offered, the most usual first."""
DAYS = 90
RECENT = 365
"""Who ordered within so many days gets an offer."""
PLACES = 3
PRIOR = 50
"""Offers of average luck that every item is given before its own are counted."""
TOLD = 3
"""Customers who took up the one after the other, below which that is no reason to name."""
Cut = tuple[pd.DataFrame, int]
"""Who had bought what by a day, and the day."""
ENOUGH = 30
"""Customers who took up something new, below which an exam says nothing."""


@dataclass(frozen=True)
class Exam:
    """How often one of three offers was taken up in the days after a cut, among customers who took up anything new.

    Attributes:
        model: what was examined; chosen on the days before those, so the choice saw nothing of them.
        ours, popular: share of customers with a hit among three offers, and with the three most popular new items.
        gain, low, high: ours - popular with its 95 % interval (paired: the same customers); nan below thirty customers.
        customers: who took up something new in the days. asked: all who got offers.
        chance: share of all who got offers that took up the first, second and third.
        by_item: offers made and taken up of each item by its key.
        days: length of the time.
    """

    model: Model
    ours: float
    popular: float
    gain: float
    low: float
    high: float
    customers: int
    asked: int
    chance: tuple[float, ...]
    days: int
    by_item: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_better(self) -> bool:
        """Whether it beats the most popular items beyond chance."""
        return bool(self.low > 0)


@dataclass(frozen=True, eq=False)
class Adviser:
    """What was learned of this data set: keys of items by their number, the model, its exam, the profit of an item."""

    keys: np.ndarray
    learned: Learned
    exam: Exam
    profit: np.ndarray
    level: Level
    stamp: str = field(default_factory=lambda: uuid4().hex)

    def __repr__(self) -> str:
        return f"<adviser {self.stamp}>"


def adviser(
    workspace: Workspace, level: Level = Level.PRODUCT, days: int = DAYS, filters: Filters | None = None
) -> Adviser:
    """Choose a model on the days before last, examine it on the last days, and learn it from everything."""
    end = end_day(workspace, filters)
    whole = _rows(workspace, level, end, filters)
    model = _chosen(_cut(workspace, level, end - 2 * days, filters), whole, days)
    exam = examine(_cut(workspace, level, end - days, filters), whole, (model,), days)[model]
    keys = _usual(whole)
    learned = learn(Counts.of(_history(whole, keys, end)[0]), model)
    return Adviser(keys, learned, exam, _profit(workspace, level, keys, filters), level)


def _chosen(before: Cut, whole: pd.DataFrame, days: int) -> Model:
    """The model with the most hits in the days before the last ones; ``next`` where too few took up anything."""
    found = examine(before, whole, tuple(Model), days)
    if found[Model.POPULAR].customers < ENOUGH:
        return Model.NEXT
    return max(found, key=lambda model: found[model].ours)


def _cut(workspace: Workspace, level: Level, day: int, filters: Filters | None) -> Cut:
    return _rows(workspace, level, day, filters), day


def _rows(
    workspace: Workspace, level: Level, day: int, filters: Filters | None, customers: Sequence[str] | None = None
) -> pd.DataFrame:
    params: dict[str, object] = {"to_day": day, "everybody": customers is None, "customers": list(customers or ())}
    return ask(workspace, "product_history", level, params, filters).frame


def _usual(rows: pd.DataFrame) -> np.ndarray:
    """Keys of the items most customers have, at most two thousand."""
    counts = rows["item"].value_counts()
    order = np.lexsort((counts.index.to_numpy(), -counts.to_numpy()))
    return np.asarray(counts.index.to_numpy()[order][:MOST], dtype=int)


def _history(rows: pd.DataFrame, keys: np.ndarray, end: int) -> tuple[History, np.ndarray]:
    """The rows numbered from 0, and the customers by number."""
    place = pd.Series(np.arange(len(keys)), index=keys)
    item = rows["item"].map(place)
    known = rows[item.notna()]
    people, who = np.unique(known["customer_key"].to_numpy(), return_inverse=True)
    days = known["first_day"].to_numpy(dtype=int), known["last_day"].to_numpy(dtype=int)
    return History(who, item.dropna().to_numpy(dtype=int), *days, len(people), len(keys), end), people


def examine(before: Cut, after: pd.DataFrame, models: Sequence[Model], days: int) -> dict[Model, Exam]:
    """Offers made on the day of the cut from what was known then, against what customers first bought in ``days`` after it.

    Only who ordered in the year before the cut is asked; only items known by then can be offered.
    """
    rows, cut = before
    keys = _usual(rows)
    history, people = _history(rows, keys, cut)
    if not history.customers:
        return {model: _nothing(model, days) for model in models}
    new = after[(after["first_day"] >= cut) & (after["first_day"] < cut + days)]
    place, who = pd.Series(np.arange(len(keys)), keys), pd.Series(np.arange(len(people)), people)
    new = new[new["item"].isin(keys) & new["customer_key"].isin(people)]
    cells = (who[new["customer_key"]].to_numpy(), place[new["item"]].to_numpy())
    taken = sparse.csr_matrix((np.ones(len(new)), cells), (len(people), len(keys)))
    last = pd.Series(history.last_day).groupby(history.customer).max().to_numpy()
    asked, counts = last >= cut - RECENT, Counts.of(history)
    offered = {model: _offered(counts, history, model)[asked] for model in {*models, Model.POPULAR}}
    return {model: _judged(model, offered, taken[asked], keys, days) for model in models}


def _offered(counts: Counts, history: History, model: Model) -> np.ndarray:
    return best(learn(counts, model), history, np.zeros(history.items, dtype=bool), PLACES)[0]


def _nothing(model: Model, days: int, asked: int = 0) -> Exam:
    nan = float("nan")
    return Exam(model, nan, nan, nan, nan, nan, 0, asked, (nan,) * PLACES, days)


def _judged(
    model: Model, offered: dict[Model, np.ndarray], taken: sparse.csr_matrix, keys: np.ndarray, days: int
) -> Exam:
    ours, popular = hits(offered[model], taken), hits(offered[Model.POPULAR], taken)
    bought = np.asarray(taken.sum(axis=1)).ravel() > 0
    hit, rival = ours[bought].any(axis=1).astype(float), popular[bought].any(axis=1).astype(float)
    n, difference = len(hit), hit - rival
    if not n:
        return _nothing(model, days, len(ours))
    half = float("nan") if n < ENOUGH else float(stats.norm.isf(0.025) * difference.std(ddof=1) / np.sqrt(n))
    gain, chance = float(difference.mean()), tuple(float(one) for one in ours.mean(axis=0))
    known = offered[model] >= 0
    made = np.bincount(offered[model][known], minlength=len(keys))
    good = np.bincount(offered[model][known], ours[known], minlength=len(keys))
    by_item = {int(key): (int(m), int(g)) for key, m, g in zip(keys, made, good, strict=True) if m}
    shares = float(hit.mean()), float(rival.mean())
    return Exam(model, *shares, gain, gain - half, gain + half, n, len(ours), chance, days, by_item)


def _profit(workspace: Workspace, level: Level, keys: np.ndarray, filters: Filters | None) -> np.ndarray:
    """Profit of an order's lines of each item, money."""
    counts = ask(workspace, "product_counts", level, {}, filters).frame.dropna(subset=["item"])
    sums = counts.groupby("item")[["orders", "margin"]].sum()
    return np.asarray((sums["margin"] / sums["orders"]).reindex(keys).to_numpy(dtype=float))


def offers_for(
    workspace: Workspace,
    customers: Sequence[str] | None = None,
    out_of_stock: Sequence[str] = (),
    advice: Adviser | None = None,
    filters: Filters | None = None,
    limit: int = 100_000,
) -> pd.DataFrame:
    """The next best offer of each customer (``None``: of all who ordered within a year), the most profit expected first.

    Of the three likeliest items the one with the most chance x profit; never what the customer has or what is out of
    stock (names as shown). Columns: customer_id, name, manager, last_day, product, because (the bought product that speaks
    for it, None where nothing does), of bought_first customers with it bought_later took this up later, chance (share of customers who took up such
    an offer in the exam: of this rank, and of this item as far as it was offered often), profit of an order of it, expected = chance x profit, also (the other two).
    """
    advice = advice or adviser(workspace, filters=filters)
    listed = list(customers or ())
    params: dict[str, object] = {"everybody": customers is None, "customers": listed, "recent": RECENT, "limit": limit}
    people = ask(workspace, "product_people", advice.level, params, filters).frame
    rows = _rows(workspace, advice.level, end_day(workspace, filters), filters, people["customer_id"].tolist())
    history, who = _history(rows, advice.keys, end_day(workspace, filters))
    called = names(workspace, advice.level)
    words = np.array([called[int(key)] for key in advice.keys], dtype=object)
    items, reasons = best(advice.learned, history, np.isin(words, list(out_of_stock)), PLACES)
    found = _offers(advice, items, reasons, words).assign(customer_key=who)
    full = people.merge(found, on="customer_key").dropna(subset=["product"])
    return full.sort_values(["expected", "customer_id"], ascending=[False, True]).reset_index(drop=True)


def _offers(advice: Adviser, items: np.ndarray, reasons: np.ndarray, words: np.ndarray) -> pd.DataFrame:
    """One offer a customer with its reason."""
    chance = _chances(advice, items)
    profit = np.where(items >= 0, advice.profit[items], np.nan)
    expected = chance * profit
    order = np.argsort(-np.where(np.isfinite(expected), expected, -np.inf), axis=1, kind="stable")
    items, reasons, chance, profit, expected = (
        np.take_along_axis(x, order, axis=1) for x in (items, reasons, chance, profit, expected)
    )
    chosen, reason = items[:, 0], reasons[:, 0]
    counts = advice.learned.counts
    is_known = (chosen >= 0) & (reason >= 0) & (counts.later[reason, chosen] >= TOLD)
    named = np.array([*words, None], dtype=object)  # -1 is nothing
    return pd.DataFrame(
        {
            "product": named[chosen],
            "because": named[np.where(is_known, reason, -1)],
            "bought_later": np.where(is_known, counts.later[reason, chosen], np.nan),
            "bought_first": np.where(is_known, counts.owners[reason], np.nan),
            "chance": chance[:, 0],
            "profit": profit[:, 0],
            "expected": expected[:, 0],
            "also": [", ".join(str(named[i]) for i in row if i >= 0) for row in items[:, 1:]],
        }
    )


def _chances(advice: Adviser, items: np.ndarray) -> np.ndarray:
    """The chance of each offer: what the item reached in the exam, drawn to what the rank reached (fifty offers' worth)."""
    ranks = np.array((*advice.exam.chance, *(float("nan"),) * PLACES)[: items.shape[1]])
    made, good = (
        np.array([advice.exam.by_item.get(int(key), (0, 0))[place] for key in advice.keys], dtype=float)
        for place in (0, 1)
    )
    return np.asarray((good[items] + PRIOR * ranks[None, :]) / (made[items] + PRIOR))


def by_product(offers: pd.DataFrame) -> pd.DataFrame:
    """Offers by product: customers and expected profit, the most customers first."""
    groups = offers.groupby("product", observed=True)
    sums = groups.agg(customers=("customer_id", "size"), expected=("expected", "sum")).reset_index()
    return sums.sort_values(["customers", "product"], ascending=[False, True]).reset_index(drop=True)
