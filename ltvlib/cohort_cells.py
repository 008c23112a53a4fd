"""Additive cohort cells as arrays, and pooling them over cohorts or groups: the arithmetic under cohort tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.settings import Grain, period_number, period_start


@dataclass(frozen=True)
class Cube:
    """Additive facts as arrays of group x cohort x age, and which cohort x age cells are mature."""

    groups: list[str]
    cohorts: np.ndarray
    customers: np.ndarray
    orders: np.ndarray
    revenue: np.ndarray
    margin: np.ndarray
    mature: np.ndarray
    as_of: dt.date

    @property
    def sizes(self) -> np.ndarray:
        """Customers acquired, group x cohort."""
        return self.customers[:, :, 0]

    @property
    def all_sizes(self) -> np.ndarray:
        """Customers acquired, repeated for every age."""
        return np.repeat(self.sizes[:, :, None], self.customers.shape[2], axis=2)


@dataclass(frozen=True)
class Parts:
    """Numerator and denominator cells; ``is_sum`` means the numerator itself is shown and n is the cohort size."""

    top: np.ndarray
    bottom: np.ndarray
    is_sum: bool = False

    def value(self, top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        """What is shown for pooled sums."""
        return top if self.is_sum else ratios.divide(top, bottom)


@dataclass(frozen=True)
class Pooled:
    """Cells summed to rows, rows without customers left out."""

    parts: Parts
    rows: tuple[dt.date | str, ...]
    top: np.ndarray
    bottom: np.ndarray
    known: np.ndarray
    sizes: np.ndarray

    @property
    def values(self) -> np.ndarray:
        """Rows x ages: divided once, ``nan`` where no cohort of the row has completed the age."""
        return np.where(self.known, self.parts.value(self.top, self.bottom), np.nan)

    @property
    def average_n(self) -> np.ndarray:
        """Denominators per age over all rows."""
        return np.asarray(self.bottom.sum(axis=0))

    @property
    def average(self) -> np.ndarray:
        """Per age, the ratio of sums over the rows (for sums: the total)."""
        values = self.parts.value(self.top.sum(axis=0), self.average_n)
        return np.where(self.known.any(axis=0), values, np.nan)


def cube_of(frame: pd.DataFrame, grain: Grain, as_of: dt.date) -> Cube:
    """Arrays from cells. Missing cells inside the data are true zeros; maturity is judged by the calendar."""
    groups = sorted(frame["grp"].unique().tolist())
    cohorts = np.arange(frame["cohort"].min(), frame["cohort"].max() + 1) if len(frame) else np.array([], dtype=int)
    # the calendar decides how many ages there are: silent months at the end are true zeros, running ones are not shown
    ages = max(1, period_number(as_of, grain) - int(cohorts[0])) if len(frame) else 0
    frame = frame[frame["age"] < ages]
    shape = (len(groups), len(cohorts), ages)
    place = {name: index for index, name in enumerate(groups)}
    where = (
        frame["grp"].map(place).to_numpy(dtype=int),
        (frame["cohort"] - (cohorts[0] if len(cohorts) else 0)).to_numpy(dtype=int),
        frame["age"].to_numpy(dtype=int),
    )

    def filled(column: str) -> np.ndarray:
        array = np.zeros(shape)
        array[where] = frame[column].to_numpy(dtype=float)
        return array

    mature = np.array(
        [[period_start(int(c) + a + 1, grain) <= as_of for a in range(ages)] for c in cohorts], dtype=bool
    )
    mature = mature.reshape(len(cohorts), ages)
    return Cube(
        groups, cohorts, filled("customers"), filled("orders"), filled("revenue"), filled("margin"), mature, as_of
    )


def pool(cube: Cube, parts: Parts, rows: list[dt.date | str], axis: int) -> Pooled:
    """Sum mature cells over groups (axis 0) or over cohorts (axis 1)."""
    seen = cube.mature[None, :, :] & (cube.sizes > 0)[:, :, None]
    sizes = cube.sizes.sum(axis=axis)
    keep = sizes > 0
    top = np.asarray(np.where(seen, parts.top, 0.0).sum(axis=axis))[keep]
    bottom = np.asarray(np.where(seen, parts.bottom, 0.0).sum(axis=axis))[keep]
    picked = tuple(row for row, kept in zip(rows, keep, strict=True) if kept)
    return Pooled(parts, picked, top, bottom, np.asarray(seen.any(axis=axis))[keep], sizes[keep])
