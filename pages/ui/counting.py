"""Questions about all customers of a database, asked beside the page: it goes on, the answers are remembered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ltvlib.abcdx import SegmentTable
from ltvlib.engine import Answer
from ltvlib.errors import LtvError
from ltvlib.remote import whole
from ltvlib.remote.dialect import Engine
from ltvlib.remote.report import Survey
from ltvlib.settings import AbcdxRules

END_SECONDS = 15.0
KEPT = 200
"""Answers remembered; the oldest goes first. Each is a few dozen rows."""


@dataclass(frozen=True)
class Table:
    """Who stands in which segment under these rules."""

    rules: AbcdxRules


@dataclass(frozen=True)
class Moves:
    """Who moved between the windows that end ``then`` and ``now`` months before the end of the data."""

    rules: AbcdxRules
    then: int
    now: int = 0


Question = Table | Moves


class Counting:
    """The database behind the open data set, what was surveyed in it, and what it said about all of its customers.

    ``path`` names the data set that was made of it. One list of questions is asked at a time.
    """

    def __init__(self, engine: Engine, found: Survey, path: Path) -> None:
        self.engine, self.found, self.path = engine, found, path
        self.failure: LtvError | None = None
        self._known: dict[Question, SegmentTable | Answer] = {}
        self._run: _Run | None = None

    @property
    def asked(self) -> tuple[Question, ...]:
        """What the database is counting right now."""
        return self._run.questions if self._run is not None and self._run.is_alive else ()

    @property
    def seconds(self) -> float:
        """How long it has been counting."""
        return time.monotonic() - self._run.begun if self._run is not None else 0.0

    @property
    def extent(self) -> tuple[int, int]:
        """Orders and customers that are counted: all that the database has."""
        return self.found.orders, self.found.buyers

    def table(self, rules: AbcdxRules) -> SegmentTable | None:
        """The segments of all customers, if they were counted under these rules."""
        found = self._known.get(Table(rules))
        return found if isinstance(found, SegmentTable) else None

    def moves(self, rules: AbcdxRules, then: int, now: int = 0) -> Answer | None:
        """Who moved, if it was counted."""
        found = self._known.get(Moves(rules, then, now))
        return found if isinstance(found, Answer) else None

    def ask(self, *questions: Question) -> None:
        """Begin to count what is not known yet; what was being counted before is stopped."""
        self.halt()
        self.failure = None
        wanted = tuple(question for question in questions if question not in self._known)
        self._run = _Run(wanted, self._answer, self._failed)

    def halt(self) -> None:
        """Stop: the database is told; what it said before stays remembered."""
        run, self._run = self._run, None
        if run is not None and run.is_alive:
            run.is_halted.set()
            self.engine.cancel()
            run.thread.join(END_SECONDS)

    def _answer(self, question: Question) -> None:
        rules = question.rules
        if isinstance(question, Table):
            self._known[question] = whole.segment_table(self.engine, self.found, rules)
        else:
            self._known[question] = whole.moves(self.engine, self.found, rules, question.then, question.now)
        for old in list(self._known)[:-KEPT]:
            del self._known[old]

    def _failed(self, error: LtvError) -> None:
        self.failure = error


class _Run:
    """One list of questions, in a thread of its own."""

    def __init__(
        self,
        questions: Sequence[Question],
        answer: Callable[[Question], None],
        failed: Callable[[LtvError], None],
    ) -> None:
        self.questions, self.begun = tuple(questions), time.monotonic()
        self._answer, self._failed = answer, failed
        self.is_halted = threading.Event()
        self.thread = threading.Thread(target=self._work, name="all customers", daemon=True)
        self.thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it is still counting."""
        return self.thread.is_alive()

    def _work(self) -> None:
        try:
            for question in self.questions:
                if self.is_halted.is_set():
                    return
                self._answer(question)
        except LtvError as error:
            self._tell(error)
        except Exception as error:
            self._tell(LtvError("The table could not be read ({kind}).", kind=type(error).__name__))

    def _tell(self, error: LtvError) -> None:
        if not self.is_halted.is_set():
            self._failed(error)
