"""Items: products or categories of the order lines, their names, and how many customers are looked at one by one."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from ltvlib.engine import Answer
from ltvlib.settings import EPOCH, Filters, month_start
from ltvlib.workspace import Workspace

OTHER, UNKNOWN = 0, -1
"""Keys of "any other item" and of "the data do not say"."""
ONE_BY_ONE = 300_000
"""Customers looked at one by one; of more, every second, third ... is taken, whoever they are."""
FDR = 0.05


class Level(StrEnum):
    """What counts as one item."""

    CATEGORY = "category"
    PRODUCT = "product"


KEY = {Level.CATEGORY: "category_key", Level.PRODUCT: "product_key"}


def is_present(workspace: Workspace) -> bool:
    """Whether the data have order lines at all."""
    return bool(workspace.database.rows("select 1 from mart_line limit 1"))


def levels(workspace: Workspace) -> tuple[Level, ...]:
    """Levels that tell items apart: categories where there are two or more, and products."""
    known = workspace.database.rows("select count(distinct category_key) from mart_product")[0][0]
    return (Level.CATEGORY, Level.PRODUCT) if known > 1 else (Level.PRODUCT,)


def names(workspace: Workspace, level: Level) -> dict[int, str]:
    """Name of every item by its key; products of one name are told apart by their code."""
    if level is Level.CATEGORY:
        return dict(
            workspace.database.rows(
                "select category_key, any_value(category) from mart_product where category_key is not null group by 1"
            )
        )
    rows = workspace.database.rows("select product_key, product, product_id from mart_product order by product_key")
    seen = pd.Series([row[1] for row in rows], dtype="object").duplicated(keep=False)
    return {key: f"{name} ({code})" if twice else name for (key, name, code), twice in zip(rows, seen, strict=True)}


def ask(
    workspace: Workspace, metric: str, level: Level, params: dict[str, object], filters: Filters | None = None
) -> Answer:
    """Run a metric over the lines at a level; ``from_day``, ``to_day`` and ``nth`` are added."""
    filters = filters or Filters()
    more = {"from_day": first_day(filters), "to_day": end_day(workspace, filters), "nth": nth(workspace)}
    return workspace.ask(metric, {**more, **params}, filters=filters, names={"item": KEY[level]})


def end_day(workspace: Workspace, filters: Filters | None = None) -> int:
    """End of the data as days since 1970 (exclusive)."""
    return (workspace.as_of(filters) - EPOCH).days


def first_day(filters: Filters) -> int:
    """First day of the chosen period as days since 1970; 0 without one."""
    return 0 if filters.since is None else (month_start(filters.since) - EPOCH).days


def nth(workspace: Workspace) -> int:
    """Every which customer is looked at one by one."""
    return max(1, -(-workspace.facts().customers // ONE_BY_ONE))


def wilson(hits: ArrayLike, n: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of a share; nan for n = 0. Source: Wilson (1927), JASA 22."""
    z = float(stats.norm.isf(0.025))
    k, size = np.asarray(hits, dtype=float), np.asarray(n, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(size > 0, k / size, np.nan)
        middle = (share + z * z / (2 * size)) / (1 + z * z / size)
        half = z / (1 + z * z / size) * np.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    return np.asarray(middle - half), np.asarray(middle + half)


def discoveries(p_values: np.ndarray, tests: int, level: float = FDR) -> np.ndarray:
    """Which of many findings to show so that at most ``level`` of those shown are expected to be chance.

    ``p_values`` are those worth listing out of ``tests`` made; the rest are taken to be larger. Benjamini-Hochberg rather
    than Holm: the list is a choice of offers to try, where a few false ones cost little and missed ones cost sales.
    Source: Benjamini & Hochberg (1995), JRSS B 57; valid under positive dependence, Benjamini & Yekutieli (2001).
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= level * np.arange(1, len(p) + 1) / max(tests, 1))
    found = np.zeros(len(p), dtype=bool)
    if len(passed):
        found[order[: passed[-1] + 1]] = True
    return found
