"""What the score is worth: how many promoters, passives and detractors come back after the answer, and with what profit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.engine import Answer
from ltvlib.intervals import NOTHING, Estimate, normal_mean
from ltvlib.like_with_like import Difference, alike, compare, shown
from ltvlib.nps.answers import LIMIT, Answers
from ltvlib.nps.bias import wilson
from ltvlib.nps.score import Group
from ltvlib.settings import EPOCH, Filters
from ltvlib.workspace import Workspace

COMPARED = (Group.DETRACTOR, Group.PASSIVE)
"""The groups held against like promoters. Promoters are the yardstick because there are most of them: matching needs a large
other side, and against the fewer passives hardly anything could be made alike."""


@dataclass(frozen=True)
class Fate:
    """What one group did after answering, as it is.

    Attributes:
        answers: answers whose days after are all known.
        return_rate, low, high: share of them followed by an order, 0..1, with its interval (Wilson).
        profit: margin of the orders after, money an answer.
    """

    answers: int
    return_rate: float
    low: float
    high: float
    profit: Estimate


@dataclass(frozen=True, eq=False)
class Worth:
    """Detractors and passives against promoters, as they are and among comparable customers.

    Attributes:
        after, days: orders more than ``after`` and up to ``days`` days after the answer count.
        fates: by group, as they are.
        returned, profit: by group compared, that group less like promoters.
        is_shown: by group compared, whether the difference in profit is more than chance.
        returns_shown: the same for the difference in returns; all four are looked at together.
        keys: in how many things compared customers are alike, by group.
        answer: the query behind.
    """

    after: int
    days: int
    fates: dict[Group, Fate]
    returned: dict[Group, Difference]
    profit: dict[Group, Difference]
    is_shown: dict[Group, bool]
    returns_shown: dict[Group, bool]
    keys: dict[Group, int]
    answer: Answer


def worth(
    workspace: Workspace, found: Answers, days: int = 180, after: int = 0, filters: Filters | None = None
) -> Worth | None:
    """What came after the answers of known customers; ``None`` where no answer is old enough.

    Comparable: the same third of the profit of the year before, a like number of orders before, the same channel and the
    same half of the year, as far as there are people enough for it (:func:`ltvlib.like_with_like.alike`).
    """
    answer = facts(workspace, found, days, after, filters)
    frame = answer.frame
    if frame.empty:
        return None
    fates = {group: _fate(frame[frame["group"] == group.value]) for group in Group}
    returned, profit, keys = {}, {}, {}
    for group in COMPARED:
        part = frame[frame["group"].isin([group.value, Group.PROMOTER.value])]
        hit = (part["group"] == group.value).to_numpy()
        strata, keys[group] = alike(_keys(part), hit)
        came = (part["orders_after"] > 0).to_numpy(dtype=float)
        returned[group] = compare(came, hit, strata, part["customer_key"])
        profit[group] = compare(part["margin_after"], hit, strata, part["customer_key"])
    marks = shown([part[group].p_value for part in (profit, returned) for group in COMPARED])
    of_profit, of_returns = dict(zip(COMPARED, marks[:2], strict=True)), dict(zip(COMPARED, marks[2:], strict=True))
    return Worth(after, days, fates, returned, profit, of_profit, of_returns, keys, answer)


def facts(workspace: Workspace, found: Answers, days: int, after: int, filters: Filters | None = None) -> Answer:
    """Every answer of a known customer whose days after are all in the data, with ``group`` and what came of it."""
    filters = filters or Filters()
    known = found.frame[found.frame["customer_id"].notna()].reset_index(drop=True)
    params = {
        "answer_numbers": list(range(len(known))),
        "answer_ids": [str(customer) for customer in known["customer_id"]],
        "answer_days": [int(day) for day in known["day"]],
        "days": days,
        "after": after,
        "cut_day": (workspace.as_of(filters) - EPOCH).days - days,
        "limit": LIMIT,
    }
    answer = workspace.ask("nps_after", params, filters=filters)
    answer.frame["group"] = known["group"].to_numpy(dtype=object)[answer.frame["answer_number"].to_numpy(dtype=int)]
    return answer


def _fate(part: pd.DataFrame) -> Fate:
    n, back = len(part), int((part["orders_after"] > 0).sum())
    low, high = wilson(np.array([back]), np.array([n]))
    money = part["margin_after"].to_numpy(dtype=float)
    profit = normal_mean(float(money.sum()), float((money**2).sum()), n) if n else NOTHING
    return Fate(n, float(ratios.divide(back, n)), float(low[0]), float(high[0]), profit)


def _keys(part: pd.DataFrame) -> list[pd.Series]:
    """What makes customers alike, the most important first."""
    history = pd.cut(part["margin_before"].rank(pct=True), [0, 1 / 3, 2 / 3, 1])
    orders = pd.cut(part["orders_before"], [-1, 0, 1, 2, 4, 9, np.inf])
    half = (pd.to_timedelta(part["day"], unit="D") + pd.Timestamp(EPOCH)).dt.month > 6
    return [history, orders, part["channel"].fillna(""), half]
