"""Who answers: whether those who answer are like those who do not, and what the score would be if all answered alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib.like_with_like import Difference, compare
from ltvlib.nps.answers import Answers, answered_share, lately, score_of
from ltvlib.nps.score import Z

LEAST = 10
"""Answers of a segment below which its own score is not used for the reweighted one."""
ENOUGH = 0.95
"""Part of the customers that must stand in segments with so many answers."""


@dataclass(frozen=True, eq=False)
class Bias:
    """Those who answered within 12 months against those who bought in them and did not.

    Attributes:
        by_segment: segment, customers, answered, share (0..1), low, high (Wilson, 95 %).
        customers, answered: in all.
        profit: profit of the last 12 months, of one who answered less of one who did not, money a customer.
        score: the score as answered, points.
        reweighted: the score if every segment answered as often as it is large; nan where segments with ten answers or more
            hold less than 95 % of the customers.
    """

    by_segment: pd.DataFrame
    customers: int
    answered: int
    profit: Difference
    score: float
    reweighted: float

    @property
    def share(self) -> float:
        """Customers who answered / customers who bought, within 12 months; nan where nobody bought."""
        return float(answered_share([self.answered], [self.customers])[0])


def bias(found: Answers) -> Bias:
    """The check for the last 12 months; customers without an order in them are left out on both sides.

    The reweighted score is the mean of the segments' scores, weighted by their customers (post-stratification).
    """
    active = found.people[found.people["orders"] > 0]
    recent = lately(found)
    recent = recent[recent["customer_id"].isin(set(active["customer_id"]))]
    hit = active["customer_id"].isin(set(recent["customer_id"]))
    table = active.assign(hit=hit).groupby("segment")["hit"].agg(["size", "sum"]).reset_index()
    table.columns = pd.Index(["segment", "customers", "answered"])
    table["share"] = answered_share(table["answered"], table["customers"])
    table["low"], table["high"] = wilson(table["answered"].to_numpy(), table["customers"].to_numpy())
    profit = compare(active["margin"], hit, np.full(len(active), ""))
    return Bias(
        table.sort_values("segment").reset_index(drop=True),
        len(active),
        int(hit.sum()),
        profit,
        score_of(recent).value,
        _reweighted(recent, table),
    )


def _reweighted(recent: pd.DataFrame, table: pd.DataFrame) -> float:
    parts = [score_of(recent[recent["segment"] == segment]) for segment in table["segment"]]
    known = np.array([part.n >= LEAST for part in parts], dtype=bool)
    customers = table["customers"].to_numpy(dtype=float)
    if not len(parts) or customers[known].sum() < ENOUGH * customers.sum():
        return float("nan")
    values = np.array([part.value for part in parts], dtype=float)
    return float(np.average(values[known], weights=customers[known]))


def wilson(hits: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of a share; nan for n = 0. Source: Wilson (1927)."""
    hits, n = np.asarray(hits, dtype=float), np.asarray(n, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = hits / np.where(n > 0, n, np.nan)
        middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return middle - half, middle + half
