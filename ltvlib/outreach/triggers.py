"""Triggers: events and silences that call for a message, whom each would reach today, and what the message says.

Every rule reads the same table of customers as the regulation (:mod:`ltvlib.outreach.contacts`), so that a message, a call
and a visit know of each other.
"""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from ltvlib import rhythm
from ltvlib.errors import LtvError
from ltvlib.outreach.contacts import Contacts
from ltvlib.outreach.words import Kind
from ltvlib.settings import EPOCH


class Event(StrEnum):
    """What a rule waits for."""

    LOW_NPS = "low_nps"
    AFTER_FIRST = "after_first"
    BEFORE_DUE = "before_due"
    LATE = "late"
    VERY_LATE = "very_late"
    FELL = "fell"
    ROSE = "rose"
    ANNIVERSARY = "anniversary"


PLACEHOLDERS = ("name", "days", "orders", "manager", "offer")
"""What a message may name; anything else in braces is a mistake."""
RANK = {"A": 4, "B": 3, "C": 2, "D": 1, "inactive": 0}
WEEK = 7


@dataclass(frozen=True)
class Rule:
    """One trigger.

    Attributes:
        event: what it waits for.
        days: after the first order: days since then; before the due day, around an anniversary: days ahead.
        message: text with placeholders of :data:`PLACEHOLDERS` in braces.
        offer: what is offered, in words; may be empty.
        offer_cost: what an accepted offer costs beyond what the orders show (a gift, bonus points), money a customer who orders.
        kind: by what it is sent.
        is_on: whether it takes part.
    """

    event: Event
    days: int
    message: str
    offer: str = ""
    offer_cost: float = 0.0
    kind: Kind = Kind.MESSAGE
    is_on: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the journal."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Rule:
        """The inverse of ``to_dict``."""
        known = {**content, "event": Event(content["event"]), "kind": Kind(content["kind"])}
        return cls(**known)


def matching(rule: Rule, found: Contacts, detractors: Mapping[str, float] | None = None) -> np.ndarray:
    """Which customers of the table the event has come for, as a mask.

    ``detractors`` are the days of the last low answer by customer (days since 1970).
    """
    frame, today = found.frame, float((found.day - EPOCH).days)
    late = np.nan_to_num(frame["late_factor"].to_numpy(dtype=float))
    rests = frame["rhythm_days"].to_numpy(dtype=float) - frame["days_silent"].to_numpy(dtype=float)
    since_first = today - frame["first_day"].to_numpy(dtype=float)
    rank, before = (frame[name].map(RANK).to_numpy(dtype=float) for name in ("segment", "before_segment"))
    once, is_alive = frame["occasions"].to_numpy() == 1, late < rhythm.LOST
    answered = frame["customer_id"].map(dict(detractors or {})).to_numpy(dtype=float)
    found_by = {
        Event.LOW_NPS: (today - answered >= 0) & (today - answered <= 30),
        Event.AFTER_FIRST: once & (since_first >= rule.days) & (since_first < rule.days + WEEK),
        Event.BEFORE_DUE: ~once & (rests > 0) & (rests <= rule.days),
        Event.LATE: (late >= rhythm.LATE) & (late < 2),
        Event.VERY_LATE: (late >= 2) & is_alive,
        Event.FELL: (rank < before) & is_alive,
        Event.ROSE: (rank > before) & (before > 0) & (late < rhythm.LATE),
        Event.ANNIVERSARY: is_alive & (since_first >= 360) & (_to_anniversary(frame["first_day"], today) <= rule.days),
    }
    return np.asarray(found_by[rule.event], dtype=bool)


def _to_anniversary(first_day: pd.Series, today: float) -> np.ndarray:
    """Days to the next return of the calendar day of the first order; 29 February comes on the 28th."""
    now = dt.date(1970, 1, 1) + dt.timedelta(days=int(today))
    firsts = [dt.date(1970, 1, 1) + dt.timedelta(days=int(day)) for day in first_day]
    return np.array([(_next_return(first, now) - now).days for first in firsts], dtype=float)


def _next_return(first: dt.date, now: dt.date) -> dt.date:
    day = min(first.day, 28) if first.month == 2 else first.day
    here = first.replace(year=now.year, day=day)
    return here if here >= now else here.replace(year=now.year + 1)


def sendable(found: Contacts, quiet_days: int, aside: set[str]) -> np.ndarray:
    """Who may get a message at all: not opted out, no contact of any kind within ``quiet_days``, not in ``aside``.

    ``aside`` holds the customers of running experiments (messaged lately or kept in control).
    """
    frame, today = found.frame, float((found.day - EPOCH).days)
    tried = frame["last_attempt_day"].to_numpy(dtype=float)
    is_quiet = ~(tried > today - quiet_days)
    return np.asarray(
        is_quiet & ~frame["is_opted_out"].to_numpy(dtype=bool) & ~frame["customer_id"].isin(aside).to_numpy()
    )


def audience(
    rules: Sequence[Rule],
    found: Contacts,
    quiet_days: int,
    aside: set[str],
    detractors: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Who each rule would reach today: the rows of the table with ``event``; nobody twice, the earlier rule wins.

    Most profit at risk first.
    """
    free = sendable(found, quiet_days, aside)
    event = np.full(len(found.frame), "", dtype=object)
    for rule in rules:
        if rule.is_on:
            event[free & (event == "") & matching(rule, found, detractors)] = rule.event.value
    chosen = found.frame.assign(event=event)[event != ""]
    return chosen.sort_values(["profit_at_risk", "margin", "customer_id"], ascending=[False, False, True]).reset_index(
        drop=True
    )


def problem(message: str) -> str:
    """What is wrong with a message: the first placeholder that is none of :data:`PLACEHOLDERS`; empty where nothing is.

    Raises:
        LtvError: a brace is open or closed alone.
    """
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(message) if name is not None]
    except ValueError as error:
        raise LtvError("A brace in the message has no partner; write {{name}} with both.") from error
    return next((name for name in names if name not in PLACEHOLDERS), "")


def texts(rule: Rule, people: pd.DataFrame) -> list[str]:
    """The message of every customer; raises ``LtvError`` on a placeholder that does not exist."""
    wrong = problem(rule.message)
    if wrong:
        raise LtvError(
            "The message names {wrong}, which does not exist; there are {names}.",
            wrong="{" + wrong + "}",
            names=", ".join("{" + name + "}" for name in PLACEHOLDERS),
        )
    return [
        rule.message.format(
            name=_first_word(row["name"]),
            days=round(row["days_silent"]),
            orders=int(row["occasions"]),
            manager=row["manager"] if isinstance(row["manager"], str) else "",
            offer=rule.offer,
        ).strip()
        for row in people[["name", "days_silent", "occasions", "manager"]].to_dict("records")
    ]


def _first_word(name: object) -> str:
    """What to call a person or a company: the first word of a name of people, the whole name where it is not text of two."""
    words = str(name).split() if isinstance(name, str) else []
    return words[0] if len(words) == 2 else " ".join(words)
