"""The forecast of an open data set: its own exam first, then who is still there and what they will bring.

Models and rules of thumb are examined on the user's own data (fitted on the first part, held against the rest).
The best model describes the customers; its money is shown only where its total came close enough in the exam.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.days import dates_of
from ltvlib.engine import Answer, sql_text
from ltvlib.errors import N_
from ltvlib.forecast_data import Fitted, ModelData, counts_of, fitted, known_span, sums_of
from ltvlib.forecast_exam import Exam, exam, what_is_missing
from ltvlib.forecast_people import (
    at_horizon,
    described,
    margin_at_risk,
    people_of,
    usual_gap,
    valuable_and_late,
)
from ltvlib.models.clv import HORIZONS, Clv, clvs, expected_margins
from ltvlib.models.counts import WEEK, Counts
from ltvlib.models.fitting import Fit, ModelName
from ltvlib.models.forecast import Interval, probability_alive
from ltvlib.models.gamma_gamma import SpendFit
from ltvlib.models.watch import tell
from ltvlib.populations import grouped_by, grouped_by_segment, rule_params
from ltvlib.settings import EPOCH, AbcdxRules, Attribute, Filters
from ltvlib.workspace import Workspace

__all__ = [
    "HORIZONS",
    "Exam",
    "Fitted",
    "Forecast",
    "alive_over_time",
    "base_by",
    "exam",
    "fitted",
    "forecast",
    "margin_at_risk",
    "slipping",
    "what_is_missing",
]

DESCRIBING = N_("Describing every customer")


@dataclass(frozen=True, eq=False, repr=False)
class Forecast:
    """The chosen model on all data.

    Attributes:
        known: the fitted models.
        totals: expected margin of the base by horizon in months, with interval.
        months: horizon of ``people`` and ``late``.
        people: one row a customer, best margin so far first: customer_id, name, channel, manager, first_day, last_day,
            orders (days with an order), margin, margin_12m, days_since_last_order, rhythm_days, late_factor,
            next_order_at, probability_alive, expected_orders, expected_margin, margin_at_risk, and the expectations of
            every horizon.
        late: those of the whole base who are worth a call, alike.
        answer: the query behind ``people``.
        as_of: end of the data (exclusive).
    """

    known: Fitted
    totals: dict[int, Clv]
    months: int
    people: pd.DataFrame
    late: pd.DataFrame
    answer: Answer
    as_of: dt.date

    def __repr__(self) -> str:
        """Short, and another for another fit or horizon: it stands in the keys of caches."""
        return f"Forecast({self.known!r}, {self.months})"

    @property
    def fit(self) -> Fit:
        """The model of orders."""
        return self.known.fit

    @property
    def spending(self) -> SpendFit:
        """The model of money."""
        return self.known.spending

    @property
    def data(self) -> ModelData:
        """What they were fitted on."""
        return self.known.data

    def at(self, months: int) -> Forecast:
        """The same forecast read at another of its horizons."""
        people, late = (at_horizon(frame, months) for frame in (self.people, self.late))
        return replace(self, months=months, people=people, late=late)

    @property
    def per_customer(self) -> Interval:
        """Expected margin within ``months`` of one customer of the base, with its 95 % interval."""
        total, customers = self.totals[self.months].total, self.data.counts.customers
        value, low, high = (float(ratios.divide(x, customers)) for x in (total.value, total.low, total.high))
        return Interval(value, low, high)

    @property
    def alive(self) -> float:
        """Expected number of customers who may still buy: the sum of their chances."""
        return self.data.counts.total(probability_alive(self.fit, self.data.counts))


def forecast(
    workspace: Workspace,
    model: ModelName = ModelName.PARETO_NBD,
    months: int = 12,
    annual_rate: float = 0.0,
    filters: Filters | None = None,
    limit: int = 20_000,
    known: Fitted | None = None,
) -> Forecast:
    """The model fitted on all data (or as ``known``); per customer for the ``limit`` with the best margin so far.

    Where the fit did not converge every figure is ``nan`` and ``fit.problem`` says why.
    """
    filters = filters or Filters()
    known = known or fitted(workspace, model, filters)
    horizons = sorted({*HORIZONS, months})
    totals = clvs(known.fit, known.spending, known.data.counts, known.data.sums, horizons, annual_rate)
    tell(DESCRIBING)
    answer = people_of(workspace, filters)
    everybody = described(
        answer.frame, known, horizons, annual_rate, workspace.as_of(filters), usual_gap(workspace, filters)
    )
    late = everybody[valuable_and_late(everybody)].reset_index(drop=True)
    shown = Answer(answer.frame.head(limit), answer.sql, answer.params, answer.seconds)
    found = Forecast(known, totals, months, everybody.head(limit), late, shown, workspace.as_of(filters))
    return found.at(months)


def slipping(found: Forecast) -> pd.DataFrame:
    """Valuable customers of the whole base, late against their own rhythm, who may still be here; most at risk first.

    See :func:`ltvlib.forecast_people.valuable_and_late`.
    """
    return found.late.sort_values("margin_at_risk", ascending=False).reset_index(drop=True)


def base_by(
    workspace: Workspace,
    found: Forecast,
    by: Attribute | None = None,
    rules: AbcdxRules | None = None,
    annual_rate: float = 0.0,
    filters: Filters | None = None,
) -> pd.DataFrame:
    """The base by the values of an attribute, or by ABCDX segment under ``rules``: group, customers, alive, expected_margin.

    The parts sum to the whole. Largest expected margin first.
    """
    filters = filters or Filters()
    grouped, params = _grouped(workspace, by, rules, filters)
    params |= known_span(workspace, filters)
    frame = workspace.ask("forecast_groups", params, filters=filters, expressions={"grouped": grouped}).frame
    rows = []
    for group, cells in frame.groupby("grp", sort=True):
        counts = counts_of(cells)
        expected = expected_margins(found.fit, found.spending, counts, sums_of(cells), found.months, annual_rate).sum()
        alive = counts.total(probability_alive(found.fit, counts))
        rows.append({"group": group, "customers": int(counts.customers), "alive": alive, "expected_margin": expected})
    table = pd.DataFrame(rows, columns=["group", "customers", "alive", "expected_margin"])
    return table.sort_values("expected_margin", ascending=False).reset_index(drop=True)


def _grouped(
    workspace: Workspace, by: Attribute | None, rules: AbcdxRules | None, filters: Filters
) -> tuple[str, dict[str, object]]:
    if by is not None:
        return grouped_by(by), {}
    if rules is None:
        raise ValueError("group by an attribute or under rules")
    return grouped_by_segment(rules, filters.until, workspace), rule_params(rules)


def alive_over_time(
    workspace: Workspace, found: Forecast, customer_id: str, filters: Filters | None = None
) -> tuple[pd.DataFrame, list[dt.date]]:
    """The chance that one customer is still here, week by week since the first order, and the days with an order.

    As the model would have said it at the time with today's parameters. Empty for an unknown customer.
    """
    filters = filters or Filters()
    end = (workspace.as_of(filters) - EPOCH).days
    rows = workspace.database.rows(sql_text("metrics/order_days"), {"customer_id": customer_id, "known_day": end})
    days = np.array([row[0] for row in rows], dtype=float)
    if not days.size:
        return pd.DataFrame({"at": [], "probability_alive": []}), []
    weeks = np.unique(np.append(np.arange(days[0] + 1, end, WEEK), [*(days + 1), float(end)]))
    seen = np.searchsorted(days, weeks, side="left")
    last = days[seen - 1]
    counts = Counts(seen - 1.0, (last - days[0]) / WEEK, (weeks - 1 - days[0]) / WEEK, np.ones(len(weeks)), WEEK)
    line = pd.DataFrame({"at": dates_of(weeks - 1), "probability_alive": probability_alive(found.fit, counts)})
    return line, [EPOCH + dt.timedelta(days=int(day)) for day in days]
