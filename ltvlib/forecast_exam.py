"""The exam of the forecast on the owner's own data: what the methods would have said, and what happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ltvlib.errors import N_
from ltvlib.forecast_data import holdout_data, model_data
from ltvlib.models.enough import enough
from ltvlib.models.fitting import ModelName
from ltvlib.models.holdout import TOLERANCE, Holdout, Method, Score, holdout
from ltvlib.models.messages import Message
from ltvlib.models.watch import tell
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

YEAR_DAYS = 365
YEAR_TOLERANCE = 0.10
"""A whole year is held against a whole year, so no season excuses a larger miss."""
LEAST_EXAM_DAYS = 60
"""A shorter exam is decided by chance."""
COUNTING = N_("Counting who bought when")


@dataclass(frozen=True, eq=False, repr=False)
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

    def __repr__(self) -> str:
        """Short, and another for another exam: it stands in the keys of caches."""
        return f"Exam({self.model}, {self.split}, {self.ends}, {id(self)})"

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
    def naive(self) -> Score | None:
        """The score of the textbook's formula: everybody at the average pace."""
        return next((s for s in self.result.scores if s.method is Method.AVERAGE_RATE), None)

    @property
    def is_trusted(self) -> bool:
        """Whether the chosen model's total came within the tolerance of what happened."""
        return self.score is not None and abs(self.score.miss) <= self.tolerance

    @property
    def tolerance(self) -> float:
        """How far a total may be off: a tenth where the exam is a whole year, a quarter where a season may be in it."""
        return tolerance_of(self.exam_days)


def what_is_missing(workspace: Workspace, filters: Filters | None = None) -> tuple[Message, ...]:
    """What the data lack for a forecast, as sentences; empty where nothing is missing."""
    return enough(model_data(workspace, filters).counts)


def exam(workspace: Workspace, filters: Filters | None = None) -> Exam | None:
    """The methods examined on the last year of the data, or on the last third where there are less than two years.

    ``None`` where the data are too short for an exam.
    """
    tell(COUNTING)
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
    tolerance = tolerance_of(length)
    result = holdout(data, tolerance=tolerance)
    return Exam(result, first, split, end, _best_model(result, tolerance))


def tolerance_of(exam_days: int) -> float:
    """The largest miss of a total with which money is shown: share of what happened, 0..1."""
    return YEAR_TOLERANCE if abs(exam_days - YEAR_DAYS) <= 1 else TOLERANCE


def _best_model(result: Holdout, tolerance: float) -> ModelName | None:
    """The model with the smallest error among those whose total is close, else the one with the closest total."""
    models = [score for score in result.scores if score.fit is not None and np.isfinite(score.miss)]
    close = [score for score in models if abs(score.miss) <= tolerance]
    if not models:
        return None
    best = min(close, key=lambda s: s.mae) if close else min(models, key=lambda s: abs(s.miss))
    return ModelName(best.method.value)
