"""The forecast of an open data set: its own exam first, then who is still there and what they will bring.

Models and rules of thumb are examined on the user's own data (fitted on the first part, held against the rest).
The best model describes the customers; its money is shown only where its total came close enough in the exam.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib import ratios, rhythm
from ltvlib.engine import Answer, sql_text
from ltvlib.forecast_data import ModelData, counts_of, fit_margins, holdout_data, known_span, model_data, sums_of
from ltvlib.forecast_people import dates_of, described, margin_at_risk, people_of, usual_gap
from ltvlib.models.clv import HORIZONS, Clv, clv, expected_margins
from ltvlib.models.counts import WEEK, Counts
from ltvlib.models.enough import enough
from ltvlib.models.fitting import Fit, ModelName, fit
from ltvlib.models.forecast import Interval, probability_alive
from ltvlib.models.gamma_gamma import SpendFit
from ltvlib.models.holdout import TOLERANCE, Holdout, Score, holdout
from ltvlib.models.messages import Message
from ltvlib.populations import grouped_by, grouped_by_segment, rule_params
from ltvlib.settings import EPOCH, AbcdxRules, Attribute, Filters
from ltvlib.workspace import Workspace

__all__ = [
    "HORIZONS",
    "Exam",
    "Forecast",
    "alive_over_time",
    "base_by",
    "exam",
    "forecast",
    "margin_at_risk",
    "what_is_missing",
]

YEAR_DAYS = 365
VALUABLE = 1 / 3
"""Part of the customers with a profit that counts as valuable."""
LEAST_EXAM_DAYS = 60
"""A shorter exam is decided by chance."""


@dataclass(frozen=True, eq=False)
class Exam:
    """What the methods would have said, and what happened.

    Attributes:
        result: scores of all methods.
        begins, split, ends: first day of the data, first day of the exam, and the day after its last.
        model: the best of the models, ``None`` where none could be fitted.
    """

    result: Holdout
    begins: dt.date
    split: dt.date
    ends: dt.date
    model: ModelName | None

    @property
    def learnt_days(self) -> int:
        """Days the methods learnt from."""
        return (self.split - self.begins).days

    @property
    def exam_days(self) -> int:
        """Days they were examined on."""
        return (self.ends - self.split).days

    @property
    def is_whole_year(self) -> bool:
        """Whether the exam holds every season once; else a season can spoil or flatter it."""
        return abs(self.exam_days - YEAR_DAYS) <= 1

    @property
    def score(self) -> Score | None:
        """The score of the chosen model."""
        return next((s for s in self.result.scores if self.model and s.method.value == self.model.value), None)

    @property
    def best(self) -> Score | None:
        """The score of the winner, which may be a rule of thumb."""
        return next((s for s in self.result.scores if s.method is self.result.winner), None)

    @property
    def is_trusted(self) -> bool:
        """Whether the chosen model's total came within the tolerance of what happened."""
        return self.score is not None and abs(self.score.miss) <= TOLERANCE


@dataclass(frozen=True, eq=False)
class Forecast:
    """The chosen model on all data.

    Attributes:
        fit, spending: the fitted models; ``data`` what they were fitted on.
        totals: expected margin of the base by horizon in months, with interval.
        months: horizon of ``people``.
        people: one row a customer, best margin so far first: customer_id, name, channel, manager, first_day, last_day,
            orders (days with an order), margin, margin_12m, days_since_last_order, rhythm_days, late_factor,
            next_order_at, probability_alive, expected_margin, margin_at_risk.
        answer: the query behind ``people``.
    """

    fit: Fit
    spending: SpendFit
    data: ModelData
    totals: dict[int, Clv]
    months: int
    people: pd.DataFrame
    answer: Answer

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


def what_is_missing(workspace: Workspace, filters: Filters | None = None) -> tuple[Message, ...]:
    """What the data lack for a forecast, as sentences; empty where nothing is missing."""
    return enough(model_data(workspace, filters).counts)


def exam(workspace: Workspace, filters: Filters | None = None) -> Exam | None:
    """The methods examined on the last year of the data, or on the last third where there are less than two years.

    ``None`` where the data are too short for an exam.
    """
    filters = filters or Filters()
    first, end = workspace.facts().first_day, workspace.as_of(filters)
    if first is None:
        return None
    days = (end - first).days
    length = YEAR_DAYS if days >= 2 * YEAR_DAYS else days // 3
    split = end - dt.timedelta(days=length)
    data = holdout_data(workspace, split, filters) if length >= LEAST_EXAM_DAYS else None
    if data is None or enough(data.counts):
        return None
    result = holdout(data)
    return Exam(result, first, split, end, _best_model(result))


def _best_model(result: Holdout) -> ModelName | None:
    """The model with the smallest error among those whose total is close, else the one with the closest total."""
    models = [score for score in result.scores if score.fit is not None and np.isfinite(score.miss)]
    close = [score for score in models if abs(score.miss) <= TOLERANCE]
    if not models:
        return None
    best = min(close, key=lambda s: s.mae) if close else min(models, key=lambda s: abs(s.miss))
    return ModelName(best.method.value)


def forecast(
    workspace: Workspace,
    model: ModelName = ModelName.PARETO_NBD,
    months: int = 12,
    annual_rate: float = 0.0,
    filters: Filters | None = None,
    limit: int = 20_000,
) -> Forecast:
    """The model fitted on all data; per customer for the ``limit`` with the best margin so far.

    Where the fit did not converge every figure is ``nan`` and ``fit.problem`` says why.
    """
    filters = filters or Filters()
    data, spending = model_data(workspace, filters), fit_margins(workspace, filters)
    found = fit(model, data.counts)
    totals = {
        horizon: clv(found, spending, data.counts, data.sums, horizon, annual_rate)
        for horizon in sorted({*HORIZONS, months})
    }
    answer = people_of(workspace, filters, limit)
    people = described(
        answer.frame, found, spending, months, annual_rate, workspace.as_of(filters), usual_gap(workspace, filters)
    )
    return Forecast(found, spending, data, totals, months, people, answer)


def slipping(found: Forecast, least_alive: float = 0.1, late: float = rhythm.LATE) -> pd.DataFrame:
    """Valuable customers late against their own rhythm who may still be here, most margin at risk first.

    Valuable are the best third of those who brought a profit, by all they brought so far.
    """
    people = found.people
    gains = people["margin"] > 0
    border = people.loc[gains, "margin"].quantile(1 - VALUABLE) if gains.any() else 0.0
    valuable = gains & (people["margin"] >= border)
    chosen = valuable & (people["late_factor"] >= late) & (people["probability_alive"] >= least_alive)
    return people[chosen].sort_values("margin_at_risk", ascending=False).reset_index(drop=True)


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
