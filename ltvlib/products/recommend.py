"""Which item comes next: a few small models on who bought what, as matrices; they know nothing of files or SQL.

Four models and the rival. A purchase counts the less the longer ago it was (half after a year).

* ``regression``: every item is predicted from all others by ridge regression in closed form (EASE: Steck, 2019,
  Embarrassingly shallow autoencoders, WWW '19). Strong where customers have many items.
* ``regression, bold``: the same with a smaller penalty.
* ``next``: the share of customers with an item who took up the other later.
* ``together``: how much oftener than chance the items go together, times how usual the item has been lately. Strong where
  customers have few items.
* ``popular``: what most customers took up in the last 90 days; the same for everybody. A model must beat it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from scipy import sparse

HALF_LIFE = 365.0
LATELY = 90
PENALTY = {"regression": 300.0, "regression, bold": 50.0}
SHRINK = 30.0
"""Customers of average taste that every item is given, so that a pair of two says little."""
AT_ONCE = 4_000_000
"""Cells scored, or pairs of items of customers looked at, at a time."""
LONGEST = 300


class Model(StrEnum):
    """How the next item is foreseen."""

    REGRESSION = "regression"
    BOLD = "regression, bold"
    NEXT = "next"
    TOGETHER = "together"
    POPULAR = "popular"


@dataclass(frozen=True, eq=False)
class History:
    """Who bought what: rows of (customer, item, first day, last day), numbered from 0; ``end`` is the first unknown day."""

    customer: np.ndarray
    item: np.ndarray
    first_day: np.ndarray
    last_day: np.ndarray
    customers: int
    items: int
    end: int

    def has(self) -> sparse.csr_matrix:
        """Customers x items, 1 where bought."""
        return sparse.csr_matrix((np.ones(len(self.item)), (self.customer, self.item)), (self.customers, self.items))

    def weights(self) -> sparse.csr_matrix:
        """Customers x items, 1 for a purchase today, a half for one a year ago."""
        weight = 0.5 ** ((self.end - self.last_day) / HALF_LIFE)
        return sparse.csr_matrix((weight, (self.customer, self.item)), (self.customers, self.items))


@dataclass(frozen=True, eq=False)
class Counts:
    """What a history says of every pair of items.

    Attributes:
        together: customers with both items (symmetric); the diagonal = ``owners``, customers with an item.
        later: customers who first bought the column's item on a later day than the row's.
        taken: how usual an item has been lately: customers who took it up in the last 90 days (any time where none did).
    """

    together: np.ndarray
    later: np.ndarray
    owners: np.ndarray
    taken: np.ndarray
    customers: int

    @classmethod
    def of(cls, history: History) -> Counts:
        """Count. Memory: items squared, three times."""
        has = history.has()
        together = np.asarray((has.T @ has).todense())
        owners = np.diag(together).copy()
        late = history.first_day >= history.end - LATELY
        taken = np.bincount(history.item[late], minlength=history.items).astype(float)
        # equally usual lately: all of history decides
        taken = (taken if taken.any() else owners) + owners / max(1.0, owners.sum()) / 2
        return cls(together, _later(history), owners, taken, history.customers)


def _later(history: History) -> np.ndarray:
    """Items x items: customers who took up the second on a later day; the latest three hundred items of a customer count."""
    order = np.lexsort((history.first_day, history.customer))
    who, item, day = history.customer[order], history.item[order], history.first_day[order]
    size = np.bincount(who, minlength=history.customers)
    end = np.cumsum(size)
    recent = np.arange(len(who)) >= (end - LONGEST)[who]
    who, item, day = who[recent], item[recent], day[recent]
    size = np.minimum(size, LONGEST)
    start = np.cumsum(size) - size
    found = np.zeros(history.items**2)
    for part in _parts(size):
        rows = np.arange(start[part.start], start[part.stop - 1] + size[part.stop - 1])
        left = np.repeat(rows, size[who[rows]])
        inside = np.arange(len(left)) - np.repeat(np.cumsum(size[who[rows]]) - size[who[rows]], size[who[rows]])
        right = start[who[left]] + inside
        is_later = day[right] > day[left]
        found += np.bincount(item[left[is_later]] * history.items + item[right[is_later]], minlength=len(found))
    return found.reshape(history.items, history.items)


def _parts(size: np.ndarray) -> list[slice]:
    """Ranges of customers whose pairs of items fit into memory together."""
    block = np.cumsum(size.astype(float) ** 2) // AT_ONCE
    borders = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), len(size)]
    return [slice(a, b) for a, b in pairwise(borders) if b > a]


@dataclass(frozen=True, eq=False)
class Learned:
    """A model with what it learned: ``effect`` (items x items) says how a purchase of the row's item speaks for the column's."""

    model: Model
    effect: np.ndarray | None
    counts: Counts

    def scores(self, weights: sparse.csr_matrix) -> np.ndarray:
        """Customers x items, larger = sooner; only the order within a customer means anything."""
        if self.effect is None:
            return np.repeat(self.counts.taken[None, :], weights.shape[0], axis=0)
        found = np.asarray(weights @ self.effect)
        if self.model is Model.TOGETHER:
            total = np.maximum(np.asarray(weights.sum(axis=1)), 1e-12)
            return np.asarray(found / total * self.counts.taken)
        return found


def learn(counts: Counts, model: Model) -> Learned:
    """Fit one model."""
    if model is Model.POPULAR:
        return Learned(model, None, counts)
    if model in (Model.NEXT, Model.TOGETHER):
        effect = _shrunk(counts, model)
    else:
        inverse = np.linalg.inv(counts.together + PENALTY[model.value] * np.eye(len(counts.owners)))
        effect = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(effect, 0.0)
    return Learned(model, effect, counts)


def _shrunk(counts: Counts, model: Model) -> np.ndarray:
    """The share of owners of the row who have the column (later), drawn to the average; over the average for ``together``."""
    pairs = (counts.later if model is Model.NEXT else counts.together).copy()
    np.fill_diagonal(pairs, 0.0)
    usual = pairs.sum(axis=0) / max(1.0, counts.owners.sum())
    share = (pairs + SHRINK * usual[None, :]) / (counts.owners[:, None] + SHRINK)
    if model is Model.NEXT:
        return np.asarray(share)
    return np.divide(share, usual[None, :], out=np.zeros_like(share), where=usual[None, :] > 0)


def best(learned: Learned, history: History, banned: np.ndarray, many: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """The ``many`` next items of every customer, the likeliest first, and the bought item that speaks most for each.

    Never what the customer has, nor what is ``banned`` (True an item). -1 where nothing is left, or nothing speaks for it.
    """
    has, weights = history.has(), history.weights()
    step = max(1, AT_ONCE // max(1, history.items))
    parts = [
        _best(learned, has[start : start + step], weights[start : start + step], banned, many)
        for start in range(0, history.customers, step)
    ]
    if not parts:
        return np.zeros((0, many), dtype=int), np.zeros((0, many), dtype=int)
    return np.vstack([items for items, _ in parts]), np.vstack([reasons for _, reasons in parts])


def _best(
    learned: Learned, has: sparse.csr_matrix, weights: sparse.csr_matrix, banned: np.ndarray, many: int
) -> tuple[np.ndarray, np.ndarray]:
    scores = learned.scores(weights)
    scores[has.nonzero()] = -np.inf
    scores[:, banned] = -np.inf
    many = min(many, scores.shape[1])
    top = np.argsort(-scores, axis=1, kind="stable")[:, :many]
    top = np.where(np.isfinite(np.take_along_axis(scores, top, axis=1)), top, -1)
    return top, np.column_stack([_reason(learned, weights, top[:, place]) for place in range(many)])


def _reason(learned: Learned, weights: sparse.csr_matrix, items: np.ndarray) -> np.ndarray:
    """Of what each customer has, the item whose weight x effect on ``items`` is the largest, if above 0."""
    found = np.full(len(items), -1)
    if learned.effect is None:
        return found
    part = weights.tocoo()
    value = part.data * learned.effect[part.col, items[part.row]]
    order = np.lexsort((part.col, -value, part.row))
    rows, first = np.unique(part.row[order], return_index=True)
    strongest = order[first]
    good = (value[strongest] > 0) & (items[rows] >= 0)
    found[rows[good]] = part.col[strongest[good]]
    return found


def hits(offered: np.ndarray, taken: sparse.csr_matrix) -> np.ndarray:
    """Customers x places, 1 where the offered item was taken."""
    rows = np.repeat(np.arange(len(offered)), offered.shape[1])
    flat = offered.ravel()
    found = np.zeros(len(flat))
    known = flat >= 0
    found[known] = np.asarray(taken[rows[known], flat[known]]).ravel() > 0
    return found.reshape(offered.shape)
