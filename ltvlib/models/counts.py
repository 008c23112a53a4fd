"""What the models of buying are fitted on: customers grouped by the three numbers that say all they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

WEEK = 7.0
"""Days of the default time unit."""


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
        rows = np.column_stack([np.asarray(v, dtype=float) for v in (repeat_orders, last_order_age, customer_age)])
        counts = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)
        cells, place = np.unique(rows, axis=0, return_inverse=True)
        summed = np.bincount(place.ravel(), weights=counts, minlength=len(cells))
        return cls(cells[:, 0], cells[:, 1], cells[:, 2], summed, unit_days)

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
        """Times multiplied by ``factor``; customers and orders stay."""
        return replace(
            self,
            last_order_age=self.last_order_age * factor,
            customer_age=self.customer_age * factor,
            unit_days=unit_days or self.unit_days,
        )

    def pick(self, cells: np.ndarray, weights: np.ndarray | None = None) -> Counts:
        """Chosen cells (index or mask), with other weights where given."""
        chosen = self.weights[cells] if weights is None else weights
        return Counts(
            self.repeat_orders[cells], self.last_order_age[cells], self.customer_age[cells], chosen, self.unit_days
        )

    def coarse(self, steps: int = 64) -> Counts:
        """Times rounded up to ``steps`` steps of the longest age: few cells, for a first guess of the parameters."""
        step = self.customer_age.max() / steps or 1.0
        last, age = (np.ceil(v / step - 1e-9) * step for v in (self.last_order_age, self.customer_age))
        return Counts.of_customers(self.repeat_orders, last, age, self.weights, self.unit_days)

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
        """Unique rows of equally long columns."""
        joint = np.zeros(len(columns[0]), dtype=np.int64)
        for column in columns:
            _, code = np.unique(column, return_inverse=True)
            joint = joint * (int(code.max(initial=0)) + 1) + code
        _, first, place = np.unique(joint, return_index=True, return_inverse=True)
        return cls(tuple(column[first] for column in columns), place)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Values of the unique rows given to every cell."""
        return np.asarray(values[..., self.place])
