"""Every customer with what the models expect of them, and how late they are against their own rhythm."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from ltvlib import ratios, rhythm
from ltvlib.engine import Answer
from ltvlib.forecast_data import known_span
from ltvlib.models.clv import SpendSums, expected_margins
from ltvlib.models.counts import WEEK, Counts
from ltvlib.models.fitting import Fit
from ltvlib.models.forecast import probability_alive
from ltvlib.models.gamma_gamma import SpendFit
from ltvlib.settings import EPOCH, Filters, Window
from ltvlib.workspace import Workspace


def people_of(workspace: Workspace, filters: Filters, limit: int) -> Answer:
    """The ``limit`` customers with the best margin so far, as ``sql/metrics/forecast_people`` has them."""
    window = workspace.window(Window(12, 0, filters.until))
    return workspace.ask(
        "forecast_people", {**known_span(workspace, filters), "limit": limit}, filters=filters, names={"window": window}
    )


def usual_gap(workspace: Workspace, filters: Filters | None = None) -> float:
    """Median of all days between two days with an order of one customer: the rhythm of the base. nan without a gap."""
    filters = filters or Filters()
    until = (workspace.as_of(filters) - EPOCH).days
    gaps = workspace.ask("gaps", {"from_day": 0, "to_day": until}, filters=filters).frame
    gaps = gaps[gaps["gap_days"] > 0]
    return ratios.weighted_median(gaps["gap_days"], gaps["n"])


def described(
    frame: pd.DataFrame,
    found: Fit,
    spending: SpendFit,
    months: int,
    annual_rate: float,
    as_of: dt.date,
    base: float,
) -> pd.DataFrame:
    """The people with what is expected of them."""
    end = (as_of - EPOCH).days
    occasions, margin = frame["occasions"].to_numpy(dtype=float), frame["margin"].to_numpy(dtype=float)
    last, first = frame["last_day"].to_numpy(dtype=float), frame["first_day"].to_numpy(dtype=float)
    counts = Counts(occasions - 1, (last - first) / WEEK, (end - 1 - first) / WEEK, np.ones(len(frame)), WEEK)
    gains = margin > 0
    sums = SpendSums(occasions, gains * 1.0, np.where(gains, margin, 0.0), np.where(gains, 0.0, margin))
    alive = probability_alive(found, counts)
    expected = expected_margins(found, spending, counts, sums, months, annual_rate)
    gaps, own = frame["gaps"].to_numpy(dtype=float), frame["usual_gap"].to_numpy(dtype=float)
    silent = end - last
    usual = rhythm.own_rhythm(np.nan_to_num(own), gaps, base)
    due = rhythm.next_order_in(silent, usual)
    people = frame[["customer_id", "name", "channel", "manager"]].copy()
    people["first_day"], people["last_day"] = dates_of(first), dates_of(last)
    people["orders"], people["margin"], people["margin_12m"] = occasions.astype(int), margin, frame["margin_12m"]
    people["days_since_last_order"], people["rhythm_days"] = silent.astype(int), usual
    people["late_factor"] = rhythm.late_factor(silent, usual)
    people["next_order_at"] = dates_of(end + due)
    people["probability_alive"], people["expected_margin"] = alive, expected
    people["margin_at_risk"] = margin_at_risk(expected, alive)
    return people


def margin_at_risk(expected_margin: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """What would be expected of a customer known to be still here, less what is expected now: x (1 - p) / p.

    What winning the customer back for sure is worth at most. ``nan`` where the chance is 0 or unknown.
    """
    return np.asarray(ratios.divide(expected_margin * (1 - alive), alive))


def dates_of(days: np.ndarray) -> pd.Series:
    """Dates of day numbers since 1970-01-01; fractions are rounded."""
    return pd.Series(pd.Timestamp(EPOCH) + pd.to_timedelta(np.round(np.asarray(days, dtype=float)), unit="D"))
