"""Every customer with what the models expect of them, and how late they are against their own rhythm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ltvlib import ratios, rhythm
from ltvlib.days import dates_of, day_numbers
from ltvlib.engine import Answer
from ltvlib.forecast_data import Fitted, known_span
from ltvlib.models.clv import SpendSums, expected_of
from ltvlib.models.counts import WEEK, Counts
from ltvlib.models.forecast import probability_alive
from ltvlib.models.persons import person_intervals
from ltvlib.settings import EPOCH, Filters, Window
from ltvlib.workspace import Workspace

VALUABLE = 1 / 3
"""Part of the customers with a profit that counts as valuable."""
LEAST_ALIVE = 0.1
"""Below this chance a call is a call to a stranger."""
EVERYBODY = 2_000_000
"""Customers described one by one, the best margin first: a row each takes memory."""


def people_of(workspace: Workspace, filters: Filters, limit: int = EVERYBODY) -> Answer:
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


def known_of(frame: pd.DataFrame, as_of: dt.date) -> tuple[Counts, SpendSums]:
    """One cell a customer from first_day, last_day, occasions and margin as known before ``as_of``."""
    end = (as_of - EPOCH).days
    names = ("first_day", "last_day", "occasions", "margin")
    first, last, occasions, margin = (frame[name].to_numpy(dtype=float) for name in names)
    counts = Counts(occasions - 1, (last - first) / WEEK, (end - 1 - first) / WEEK, np.ones(len(frame)), WEEK)
    gains = margin > 0
    return counts, SpendSums(occasions, gains * 1.0, np.where(gains, margin, 0.0), np.where(gains, 0.0, margin))


def described(
    frame: pd.DataFrame, known: Fitted, horizons: Sequence[int], annual_rate: float, as_of: dt.date, base: float
) -> pd.DataFrame:
    """The people with what is expected of them within each horizon: ``expected_orders_<months>``, ``expected_margin_<months>``."""
    end = (as_of - EPOCH).days
    counts, sums = known_of(frame, as_of)
    last = frame["last_day"].to_numpy(dtype=float)
    gaps, own = frame["gaps"].to_numpy(dtype=float), frame["usual_gap"].to_numpy(dtype=float)
    silent, usual = end - last, rhythm.own_rhythm(np.nan_to_num(own), gaps, base)
    people = frame[["customer_id", "name", "channel", "manager"]].copy()
    people["first_day"], people["last_day"] = dates_of(frame["first_day"].to_numpy(dtype=float)), dates_of(last)
    people["orders"], people["margin"] = frame["occasions"].astype(int), frame["margin"].astype(float)
    people["margin_12m"] = frame["margin_12m"]
    people["days_since_last_order"], people["rhythm_days"] = silent.astype(int), usual
    people["late_factor"] = rhythm.late_factor(silent, usual)
    people["next_order_at"] = dates_of(end + rhythm.next_order_in(silent, usual))
    people["probability_alive"] = probability_alive(known.fit, counts)
    orders, margins = expected_of(known.fit, known.spending, counts, sums, horizons, annual_rate)
    for row, months in enumerate(horizons):
        people[f"expected_orders_{months}"], people[f"expected_margin_{months}"] = orders[row], margins[row]
    return people


def at_horizon(people: pd.DataFrame, months: int) -> pd.DataFrame:
    """The people with ``expected_orders``, ``expected_margin`` and ``margin_at_risk`` of one of their horizons."""
    expected, alive = people[f"expected_margin_{months}"], people["probability_alive"]
    return people.assign(
        expected_orders=people[f"expected_orders_{months}"],
        expected_margin=expected,
        margin_at_risk=margin_at_risk(expected.to_numpy(dtype=float), alive.to_numpy(dtype=float)),
    )


def valuable_and_late(people: pd.DataFrame) -> pd.Series:
    """Who is worth a call: a valuable customer, late against the own rhythm, who may still be here.

    Valuable are the best third of those who brought a profit, by all they brought so far.
    """
    gains = people["margin"] > 0
    border = people.loc[gains, "margin"].quantile(1 - VALUABLE) if gains.any() else 0.0
    is_late = (people["late_factor"] >= rhythm.LATE) & (people["probability_alive"] >= LEAST_ALIVE)
    return gains & (people["margin"] >= border) & is_late


def with_intervals(people: pd.DataFrame, known: Fitted, as_of: dt.date, months: int) -> pd.DataFrame:
    """The people with ``orders_low``, ``orders_high``, ``margin_low``, ``margin_high``: 95 % intervals of each within ``months``.

    See :func:`ltvlib.models.persons.person_intervals`; about a third of a millisecond a customer.
    """
    days = {name: day_numbers(people[name]) for name in ("first_day", "last_day")}
    counts, sums = known_of(people.assign(**days, occasions=people["orders"]), as_of)
    found = person_intervals(known.fit, known.spending, counts, sums, [months])
    return people.assign(
        orders_low=found.orders_low[0],
        orders_high=found.orders_high[0],
        margin_low=found.margin_low[0],
        margin_high=found.margin_high[0],
    )


def margin_at_risk(expected_margin: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """What would be expected of a customer known to be still here, less what is expected now: x (1 - p) / p.

    What winning the customer back for sure is worth at most. ``nan`` where the chance is 0 or unknown.
    """
    return np.asarray(ratios.divide(expected_margin * (1 - alive), alive))
