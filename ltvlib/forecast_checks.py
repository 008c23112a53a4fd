"""What may make the forecast doubtful though its total was right: a season, and money that goes with frequency."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ltvlib.forecast_data import known_span
from ltvlib.forecast_exam import Exam
from ltvlib.kpis import FORGIVEN
from ltvlib.models.independence import Independence, independence
from ltvlib.models.season import Season, season_of
from ltvlib.settings import Filters, Grain, month_number, month_start, period_number
from ltvlib.workspace import Workspace


@dataclass(frozen=True, eq=False)
class SeasonCheck:
    """A season, and how the exam did within the year.

    Attributes:
        season: of the monthly orders.
        halves: expected / happened - 1 in the first and second half of the exam; nan where it is shorter than a year.
        next_month: calendar month after the end of the data, 0 = January.
    """

    season: Season
    halves: tuple[float, float]
    next_month: int

    def ahead(self, months: int) -> float:
        """Orders of the coming months against usual ones, by the season alone: 0.2 = a fifth more. nan where unknown."""
        return self.season.ahead(self.next_month, months) - 1.0


def season_check(workspace: Workspace, record: Exam, filters: Filters | None = None) -> SeasonCheck:
    """The season of the complete months, and the halves of the exam that ``record`` holds."""
    filters = filters or Filters()
    as_of = workspace.as_of(filters)
    first, orders = _monthly_orders(workspace, filters)
    halves = (float("nan"), float("nan"))
    if record.score is not None and record.is_whole_year:
        weeks = len(record.result.ends) // 2 - 1
        expected, happened = record.score.tracking, record.result.happened
        halves = (
            _miss(expected[weeks], happened[weeks]),
            _miss(expected[-1] - expected[weeks], happened[-1] - happened[weeks]),
        )
    return SeasonCheck(season_of(first % 12, orders), halves, month_number(as_of) % 12)


def _miss(expected: float, happened: float) -> float:
    return float(expected / happened - 1.0) if happened else float("nan")


def _monthly_orders(workspace: Workspace, filters: Filters) -> tuple[int, np.ndarray]:
    """Number of the first complete month, and the orders of it and every complete month after."""
    begins, end = workspace.facts().first_day, period_number(workspace.as_of(filters), Grain.MONTH)
    if begins is None:
        return 0, np.zeros(0)
    first = max(month_number(begins), filters.since or 0)
    if begins > month_start(month_number(begins)) + FORGIVEN and first == month_number(begins):
        first += 1
    frame = workspace.ask("months", {"end_month": end}, filters=filters).frame
    frame = frame[(frame["month"] >= first) & (frame["month"] < end)]
    orders = np.zeros(max(0, end - first))
    orders[frame["month"].to_numpy(dtype=int) - first] = frame["orders"].to_numpy(dtype=float)
    return first, orders


def independence_check(
    workspace: Workspace, filters: Filters | None = None, as_of: dt.date | None = None
) -> Independence:
    """Whether who buys often also spends otherwise, over customers with two occasions or more and a profit.

    The number of occasions is compared by its logarithm, so that a few very frequent customers do not decide alone.
    """
    filters = filters or Filters()
    frame = workspace.ask("model_spend", known_span(workspace, filters, as_of), filters=filters).frame
    frame = frame[(frame["occasions"] > 1) & (frame["margin"] > 0)]
    occasions, margin, people = (frame[name].to_numpy(dtype=float) for name in ("occasions", "margin", "customers"))
    return independence(np.log(occasions), np.log(margin / occasions), people)
