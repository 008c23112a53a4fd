"""Asking: who may be asked today, and every way an answer is written down (form, phone, paper, file)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ltvlib.days import day_numbers
from ltvlib.errors import LtvError
from ltvlib.journal import Journal
from ltvlib.journal.store import new_id, now
from ltvlib.nps.answers import Answers, response_ids
from ltvlib.nps.links import Invite
from ltvlib.nps.score import Scale, is_valid
from ltvlib.outreach.contacts import Contacts
from ltvlib.outreach.triggers import sendable
from ltvlib.outreach.words import Kind, Outcome
from ltvlib.settings import EPOCH

LONGEST = 2000
"""Characters of an improvement that are kept."""
RECENT_DAYS = 120
"""An experience older than this is no longer asked about."""


@dataclass(frozen=True)
class Given:
    """One answer on its way into the journal; ``answered_at`` missing = now."""

    score: int
    scale: Scale
    improvement: str = ""
    customer_id: str | None = None
    asked_via: str = ""
    answered_at: dt.datetime | None = None
    invite: Invite | None = None
    response_id: str = ""


def may_be_asked(view: Contacts, found: Answers, journal: Journal, quiet_days: int, again_days: int) -> pd.DataFrame:
    """Whom to ask on the day, in an order drawn by lot (the same all day), so that nobody picks the friendly ones.

    Bought within 120 days, not opted out, no contact within ``quiet_days``, neither asked nor answered within
    ``again_days``, whatever the scale.
    """
    frame, today = view.frame, (view.day - EPOCH).days
    asked = last_asked(found, journal)
    last = frame["customer_id"].map(asked).to_numpy(dtype=float)
    is_free = sendable(view, quiet_days, set()) & ~(last > today - again_days)
    is_recent = (frame["last_day"] > today - RECENT_DAYS).to_numpy(dtype=bool)
    chosen = frame[is_free & is_recent]
    lot = [hashlib.sha256(f"{view.day}{customer}".encode()).digest() for customer in chosen["customer_id"]]
    return chosen.iloc[np.array(sorted(range(len(lot)), key=lot.__getitem__), dtype=int)].reset_index(drop=True)


def last_asked(found: Answers, journal: Journal) -> dict[str, float]:
    """Day (since 1970) on which every customer was last asked or answered."""
    responses = journal.frame("nps_responses")[["customer_id", "answered_at"]]
    invites = journal.frame("nps_invites")[["customer_id", "asked_at"]].rename(columns={"asked_at": "answered_at"})
    parts = [found.asked, responses, invites]
    rows = pd.concat([part.astype({"answered_at": "datetime64[us]"}) for part in parts], ignore_index=True)
    rows = rows.dropna(subset=["customer_id"])
    last = rows.groupby("customer_id")["answered_at"].max()
    days = day_numbers(last)
    return {str(customer): float(day) for customer, day in days.items()}


def record(journal: Journal, given: Given) -> str:
    """Write one answer down; returns its id. When this returns, it is safe.

    Raises:
        LtvError: the score is not on the scale.
        AlreadyWrittenError: this invitation or this form was answered before; nothing was written.
    """
    row = _row(given)
    journal.append("nps_responses", [row])
    return str(row["response_id"])


def _row(given: Given) -> dict[str, object]:
    if not bool(is_valid(given.score, given.scale)):
        raise LtvError("A score of {score} is not on the scale {scale}.", score=given.score, scale=given.scale.value)
    one = given.invite
    is_personal = one is not None and one.customer_id is not None
    return {
        "response_id": given.response_id or new_id(),
        "invite_id": one.invite_id if one is not None and is_personal else None,
        "customer_id": one.customer_id if one is not None and is_personal else given.customer_id or None,
        "answered_at": given.answered_at or now(),
        "score": int(given.score),
        "scale": given.scale.value,
        "improvement": clean(given.improvement) or None,
        "asked_via": (one.asked_via if one is not None else given.asked_via) or None,
    }


def add_improvement(journal: Journal, response_id: str, text: str) -> None:
    """The second answer, given a step later; an answer that is there stays."""
    sql = "update nps_responses set improvement = $said where response_id = $who and improvement is null"
    journal.write([(sql, {"said": clean(text) or None, "who": response_id})])


def clean(text: str) -> str:
    """A text as people meant it: without control characters, at most 2000 letters; never interpreted."""
    kept = "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in text)
    return "\n".join(" ".join(line.split()) for line in kept.strip().splitlines())[:LONGEST].strip()


def record_call(
    journal: Journal, customer_id: str, day: dt.date, outcome: Outcome, manager: str | None, given: Given | None = None
) -> None:
    """A call of the script: the contact, the wish not to be contacted, and the answer where one was given; all or nothing."""
    at = dt.datetime.combine(day, now().time())
    touch = {
        "touch_id": new_id(),
        "customer_id": customer_id,
        "touched_at": at,
        "kind": Kind.CALL.value,
        "manager": manager or None,
        "outcome": outcome.value,
        "origin": "nps",
    }
    steps = journal.appending("touches", [touch])
    if given is not None:
        steps += journal.appending("nps_responses", [_row(given)])
    if outcome is Outcome.OPT_OUT and customer_id not in set(journal.frame("opt_outs")["customer_id"]):
        steps += journal.appending("opt_outs", [{"customer_id": customer_id, "opted_out_at": at}])
    journal.write(steps)


def record_many(journal: Journal, rows: Iterable[Mapping[Any, Any]], is_file: bool = True) -> tuple[int, int]:
    """Answers of a file or of paper sheets, all or none; returns how many were new and how many were there already.

    Rows have customer_id, answered_at, score, scale, improvement and asked_via. The same row of a file is recognised when
    the file is read again; two equal rows in one file are two answers. Sheets of paper are never taken for one another.
    """
    frame = pd.DataFrame(
        list(rows), columns=["customer_id", "answered_at", "score", "scale", "improvement", "asked_via"]
    )
    frame = frame.astype(object).where(frame.notna(), None)
    given = [
        _row(
            Given(
                int(row["score"]),
                Scale(row["scale"]),
                row["improvement"] or "",
                row["customer_id"],
                row["asked_via"] or "",
                row["answered_at"],
                response_id=name if is_file else "",
            )
        )
        for row, name in zip(frame.to_dict("records"), response_ids(frame), strict=True)
    ]
    known = set(journal.frame("nps_responses")["response_id"])
    fresh = [row for row in given if row["response_id"] not in known]
    journal.append("nps_responses", fresh)
    return len(fresh), len(given) - len(fresh)
