"""What the models of buying are fitted on: customers grouped by the three numbers that say all they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

WEEK = 7.0
"""Days of the default time unit."""
_TABLE = 16


@dataclass(frozen=True, eq=False)
class Counts:
    """Customers by (repeat_orders, last_order_age, customer_age); one cell stands for ``weights`` alike customers.

    Attributes:
        repeat_orders: purchase occasions after the first (several orders of one day are one occasion). Whole, >= 0.
        last_order_age: from the first to the last occasion, in units; 0 for one occasion, otherwise above 0.
        customer_age: from the first occasion to the end of the observation, in units; never below last_order_age.
        weights: customers in the cell, above 0.
        unit_days: days in one unit of time; weeks by default.
    """

    repeat_orders: np.ndarray
    last_order_age: np.ndarray
    customer_age: np.ndarray
    weights: np.ndarray
    unit_days: float = WEEK

    def __post_init__(self) -> None:
        for name in ("repeat_orders", "last_order_age", "customer_age", "weights"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        for is_right, words in self._laws():
            if not is_right():
                raise ValueError(words)

    def _laws(self) -> tuple[tuple[Callable[[], bool], str], ...]:
        x, last, age, weights = self.repeat_orders, self.last_order_age, self.customer_age, self.weights
        return (
            (lambda: np.isfinite(self.unit_days) and self.unit_days > 0, "unit_days must be above 0"),
            (
                lambda: x.ndim == 1 and x.shape == last.shape == age.shape == weights.shape,
                "columns must be equally long",
            ),
            (lambda: all(bool(np.isfinite(v).all()) for v in (x, last, age, weights)), "counts must be finite numbers"),
            (lambda: bool(((x >= 0) & (x == np.floor(x))).all()), "repeat_orders must be whole numbers, 0 or more"),
            (lambda: bool((last <= age).all()), "last_order_age must not exceed customer_age"),
            (
                lambda: bool(((x > 0) == (last > 0)).all() and (last >= 0).all()),
                "last_order_age is 0 for one order only",
            ),
            (lambda: bool((weights > 0).all()), "weights must be above 0"),
        )

    @classmethod
    def of_customers(
        cls,
        repeat_orders: ArrayLike,
        last_order_age: ArrayLike,
        customer_age: ArrayLike,
        weights: ArrayLike | None = None,
        unit_days: float = WEEK,
    ) -> Counts:
        """Cells from one row per customer (or per finer cell): equal rows become one with the sum of the weights."""
        unique = Unique.of(*(np.asarray(v) for v in (repeat_orders, last_order_age, customer_age)))
        x, last, age = unique.columns
        return cls(x, last, age, unique.summed(weights), unit_days)

    @property
    def cells(self) -> int:
        """Number of cells."""
        return len(self.weights)

    @property
    def customers(self) -> float:
        """Customers in all cells."""
        return float(self.weights.sum())

    @property
    def repeat_customers(self) -> float:
        """Customers with two purchase occasions or more."""
        return float(self.weights[self.repeat_orders > 0].sum())

    @property
    def total_repeat_orders(self) -> float:
        """Purchase occasions after the first, of all customers."""
        return self.total(self.repeat_orders)

    def total(self, values: np.ndarray) -> float:
        """Sum over customers of a number given by cell."""
        return float((self.weights * values).sum())

    def mean(self, values: np.ndarray) -> float:
        """Mean over customers of a number given by cell; nan without customers."""
        return self.total(values) / self.customers if self.cells else float("nan")

    def in_unit(self, unit_days: float) -> Counts:
        """The same customers with times counted in another unit."""
        factor = self.unit_days / unit_days
        return self.stretched(factor, unit_days)

    def stretched(self, factor: float, unit_days: float | None = None) -> Counts:
        """Times multiplied by ``factor``; customers and orders stay, and so do the places of the unique values."""
        other = replace(
            self,
            last_order_age=self.last_order_age * factor,
            customer_age=self.customer_age * factor,
            unit_days=unit_days or self.unit_days,
        )
        for name in ("last", "age"):
            (x, time), place = getattr(self, name).columns, getattr(self, name).place
            other.__dict__[name] = Unique((x, time * factor), place)
        other.__dict__["orders"] = self.orders
        return other

    def pick(self, cells: np.ndarray, weights: np.ndarray | None = None) -> Counts:
        """Chosen cells (index or mask), with other weights where given."""
        chosen = self.weights[cells] if weights is None else weights
        return Counts(
            self.repeat_orders[cells], self.last_order_age[cells], self.customer_age[cells], chosen, self.unit_days
        )

    def coarse(self, steps: int) -> Counts:
        """Times rounded to ``steps`` steps, narrow for short times and wide for long ones: few cells, for a first guess.

        The squares of 0, 1, ..., ``steps``, stretched to the longest age: short times decide about rates. Still last <= age.
        """
        longest = self.customer_age.max() or 1.0
        last, age = (np.sqrt(time / longest) * steps for time in (self.last_order_age, self.customer_age))
        has_returned = self.repeat_orders > 0
        last, age = np.where(has_returned, np.maximum(np.rint(last), 1.0), 0.0), np.rint(age)
        unique = Unique.of(self.repeat_orders, last, np.maximum(age, last))
        last, age = (longest * (step / steps) ** 2 for step in unique.columns[1:])
        return Counts(unique.columns[0], last, age, unique.summed(self.weights), self.unit_days)

    @cached_property
    def orders(self) -> Unique:
        """Unique numbers of repeat orders."""
        return Unique.of(self.repeat_orders)

    @cached_property
    def last(self) -> Unique:
        """Unique pairs of repeat orders and last order age."""
        return Unique.of(self.repeat_orders, self.last_order_age)

    @cached_property
    def age(self) -> Unique:
        """Unique pairs of repeat orders and customer age."""
        return Unique.of(self.repeat_orders, self.customer_age)


@dataclass(frozen=True, eq=False)
class Unique:
    """Unique rows of some columns, and which of them every cell has: a function costs its unique arguments only."""

    columns: tuple[np.ndarray, ...]
    place: np.ndarray

    @classmethod
    def of(cls, *columns: np.ndarray) -> Unique:
        """Unique rows of equally long columns, in their order."""
        place, found = np.zeros(len(columns[0]), dtype=np.int64), [np.zeros(min(1, len(columns[0])))]
        for column in columns:
            levels, code = _levels(column)
            codes, place = _coded(place * len(levels) + code, len(found[0]) * len(levels))
            found = [known[codes // len(levels)] for known in found] + [levels[codes % len(levels)]]
        return cls(tuple(found[1:]), place)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Values of the unique rows given to every cell."""
        return np.asarray(values[..., self.place])

    def summed(self, values: ArrayLike | None = None) -> np.ndarray:
        """Values of the cells summed for every unique row; without values the number of cells."""
        return np.bincount(self.place, values, len(self.columns[0])).astype(float, copy=False)


def _levels(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unique values of a column, rising, and the place of every row among them; whole numbers go the quick way."""
    whole = column.astype(np.int64) if np.isfinite(column).all() else np.zeros(0)
    if len(whole) and (whole == column).all():
        least = int(whole.min())
        codes, place = _coded(whole - least, int(whole.max()) - least + 1)
        return (codes + least).astype(column.dtype), place
    levels = np.unique(column)
    return levels, np.searchsorted(levels, column)


def _coded(joint: np.ndarray, codes: int) -> tuple[np.ndarray, np.ndarray]:
    """Unique whole numbers from 0 to below ``codes`` and the place of every row: by a table where it is not long, else sorted."""
    if codes > _TABLE * len(joint):
        found, place = np.unique(joint, return_inverse=True)
        return found, place
    is_there = np.zeros(codes, dtype=bool)
    is_there[joint] = True
    found = np.flatnonzero(is_there)
    # Only the places that are asked for are written: a running count of the whole table costs five times as much.
    place = np.empty(codes, dtype=np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    return found, place[joint]
