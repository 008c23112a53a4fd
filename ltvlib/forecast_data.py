"""Brings the forecast models what they need from an open data set: grouped in SQL, so a fit costs cells, not customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib.engine import Answer
from ltvlib.models.clv import SpendSums
from ltvlib.models.counts import WEEK, Counts
from ltvlib.models.fitting import Fit, ModelName, fit
from ltvlib.models.gamma_gamma import SpendFit, fit_spend
from ltvlib.models.holdout import HoldoutData
from ltvlib.settings import EPOCH, Filters
from ltvlib.workspace import Workspace

PERIOD_DAYS = 7
"""Length of the periods in which a forecast is held against what happened."""


@dataclass(frozen=True, eq=False)
class ModelData:
    """Customers as the models see them at the end of the data.

    Attributes:
        counts: customers by (repeat_orders, last_order_age, customer_age).
        sums: what all their orders brought, aligned with the cells.
        answer: the query behind them.
    """

    counts: Counts
    sums: SpendSums
    answer: Answer


def model_data(
    workspace: Workspace,
    filters: Filters | None = None,
    as_of: dt.date | None = None,
    unit_days: float = WEEK,
) -> ModelData:
    """Counts and margin sums of the customers that pass ``filters``, as known before ``as_of`` (default: the end of the data).

    Several orders of one day are one purchase occasion. ``customer_age`` ends with the last day of the data. Times are in
    units of ``unit_days`` (weeks). Margins include refunds and every order, the first too.
    """
    filters = filters or Filters()
    answer = workspace.ask("model_counts", known_span(workspace, filters, as_of), filters=filters)
    frame = answer.frame
    return ModelData(counts_of(frame, unit_days), sums_of(frame), answer)


def fit_margins(workspace: Workspace, filters: Filters | None = None, as_of: dt.date | None = None) -> SpendFit:
    """Gamma-Gamma on the margin of all purchase occasions of the customers that pass ``filters``."""
    filters = filters or Filters()
    frame = workspace.ask("model_spend", known_span(workspace, filters, as_of), filters=filters).frame
    return fit_spend(*(_column(frame, name) for name in ("occasions", "margin", "customers")))


@dataclass(frozen=True, eq=False, repr=False)
class Fitted:
    """The fitted models of orders and of money, and the ``data`` they were fitted on."""

    fit: Fit
    spending: SpendFit
    data: ModelData

    def __repr__(self) -> str:
        """Short, and another for another fit: it stands in the keys of caches."""
        return (
            f"Fitted({self.fit.model.value}, {self.fit.log_likelihood!r}, {self.spending.log_likelihood!r}, {id(self)})"
        )


def fitted(workspace: Workspace, model: ModelName, filters: Filters | None = None) -> Fitted:
    """Both models fitted on all that is known of the customers that pass ``filters``."""
    data = model_data(workspace, filters)
    return Fitted(fit(model, data.counts), fit_margins(workspace, filters), data)


def holdout_data(
    workspace: Workspace,
    split: dt.date,
    filters: Filters | None = None,
    recent_days: int | None = None,
    unit_days: float = WEEK,
) -> HoldoutData | None:
    """Customers won before ``split`` (exclusive) and what they bought from it to the end of the data.

    ``recent_days`` before the split count as the last period: by default as long as the time after it, no longer than the
    history. None where nobody was won before the split or no day follows it.
    """
    filters = filters or Filters()
    days, first = (workspace.as_of(filters) - split).days, workspace.facts().first_day
    if days <= 0 or first is None or first >= split:
        return None
    recent = min(recent_days or days, (split - first).days)
    span = known_span(workspace, filters) | {
        "known_day": (split - EPOCH).days,
        "recent_day": (split - EPOCH).days - recent,
        "period_days": PERIOD_DAYS,
    }
    frame = workspace.ask("model_holdout", span, filters=filters).frame
    if frame.empty:
        return None
    weeks = workspace.ask("model_tracking", span, filters=filters).frame
    return HoldoutData(
        counts_of(frame, unit_days),
        _column(frame, "actual_orders"),
        _column(frame, "recent_orders"),
        recent / unit_days,
        days / unit_days,
        _by_period(weeks, days),
        PERIOD_DAYS / unit_days,
    )


def _by_period(frame: pd.DataFrame, days: int) -> np.ndarray:
    """Orders in every period up to the end; periods without one are 0."""
    length = -(-days // PERIOD_DAYS)
    return np.bincount(frame["period"].to_numpy(int), weights=_column(frame, "orders"), minlength=length)


def known_span(workspace: Workspace, filters: Filters, as_of: dt.date | None = None) -> dict[str, object]:
    """Bound values of the queries: everything known before the end of the data or an earlier ``as_of``."""
    until = min(as_of, workspace.as_of(filters)) if as_of else workspace.as_of(filters)
    day = (until - EPOCH).days
    return {"known_day": day, "to_day": day, "recent_day": day, "since_month": filters.since or 0}


def counts_of(frame: pd.DataFrame, unit_days: float = WEEK) -> Counts:
    """Counts from cells: repeat_orders, last_order_age and customer_age (days), customers."""
    last, age = _column(frame, "last_order_age") / unit_days, _column(frame, "customer_age") / unit_days
    return Counts(_column(frame, "repeat_orders"), last, age, _column(frame, "customers"), unit_days)


def sums_of(frame: pd.DataFrame) -> SpendSums:
    """What the orders of every cell brought: repeat_orders, gainers, gained, lost."""
    return SpendSums(
        _column(frame, "repeat_orders") + 1, *(_column(frame, name) for name in ("gainers", "gained", "lost"))
    )


def _column(frame: pd.DataFrame, name: str) -> np.ndarray:
    return frame[name].to_numpy(dtype=float)
