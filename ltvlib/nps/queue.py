"""Low scores to be called back: who gave them, what they are worth, who does it by when, and where it stands."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import pandas as pd

from ltvlib.journal import Journal
from ltvlib.journal.store import now
from ltvlib.nps.answers import COLUMNS, Answers, answers
from ltvlib.nps.score import PASSIVE, Scale, is_valid
from ltvlib.settings import AbcdxRules, Filters
from ltvlib.workspace import Workspace

RECALL_DAYS = 2
"""Days within which a low score is called back, unless somebody says otherwise."""
KEPT_DAYS = 90
"""Low scores of the file older than this at its end are history."""


class Status(StrEnum):
    """Where a low score stands."""

    NEW = "new"
    CALLED = "called"
    FIXED = "fixed"


def queue(found: Answers, journal: Journal, data_end: dt.date, day: dt.date) -> pd.DataFrame:
    """Low scores that are not fixed, the overdue and dearest first.

    Answers given in the app on any scale, and those of the file (on the scale shown) of its last 90 days. Columns: those of
    an answer, name, segment, margin (last 12 months), status, manager (who does it), due_at, note, is_late.
    """
    rows = low(found, journal, data_end)
    rows = rows[rows["status"] != Status.FIXED.value].copy()
    rows["is_late"] = rows["due_at"] < pd.Timestamp(max(day, data_end))
    return rows.sort_values(["is_late", "margin", "answered_at"], ascending=[False, False, False]).reset_index(
        drop=True
    )


def apart(people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The queue in two: who can be called back, and the answers nobody put a name to."""
    is_known = people["customer_id"].notna() & (people["customer_id"].astype(str) != "")
    return people[is_known].reset_index(drop=True), people[~is_known].reset_index(drop=True)


def low(found: Answers, journal: Journal, data_end: dt.date) -> pd.DataFrame:
    """All low scores that were ever a task, whatever became of them."""
    recent = pd.Timestamp(data_end) - pd.Timedelta(days=KEPT_DAYS)
    known = found.frame[found.frame["answered_at"] >= recent]
    written = journal.frame("nps_responses")[COLUMNS]
    elsewhere = written[~written["response_id"].isin(set(known["response_id"]))]
    valid = [bool(is_valid(s, Scale(c))) for s, c in zip(elsewhere["score"], elsewhere["scale"], strict=True)]
    elsewhere = elsewhere[pd.Series(valid, index=elsewhere.index, dtype=bool)]
    elsewhere = elsewhere.astype({"answered_at": "datetime64[us]", "score": float})
    if len(found.people) and len(elsewhere):
        people = found.people[["customer_id", "name", "segment", "manager"]]
        elsewhere = elsewhere.merge(people, on="customer_id", how="left")
    parts = [part for part in (known, elsewhere) if len(part)]
    rows = pd.concat(parts, ignore_index=True) if parts else known
    rows = rows[rows["score"] < PASSIVE].drop_duplicates("response_id").reset_index(drop=True)
    margins = found.people.set_index("customer_id")["margin"]
    rows["margin"] = rows["customer_id"].map(margins).astype(float)
    return _with_followups(rows, journal)


def _with_followups(rows: pd.DataFrame, journal: Journal) -> pd.DataFrame:
    """What was last written about each; owner and deadline stay where a later note does not name them."""
    notes = journal.frame("nps_followups")
    last = notes.groupby("response_id")[["status", "manager", "due_at", "note"]].last()  # last() skips the missing
    said = rows[["response_id"]].join(last, on="response_id")
    rows["status"] = said["status"].fillna(Status.NEW.value)
    rows["manager"] = said["manager"].where(said["manager"].notna(), rows["manager"])
    usual = rows["answered_at"] + pd.Timedelta(days=RECALL_DAYS)
    rows["due_at"] = pd.to_datetime(said["due_at"]).where(said["due_at"].notna(), usual.dt.normalize())
    rows["note"] = said["note"]
    return rows


def follow_up(
    journal: Journal,
    response_id: str,
    status: Status,
    manager: str | None = None,
    due: dt.date | None = None,
    note: str = "",
) -> None:
    """Write down where a low score stands; what is not given stays as it was."""
    row = {
        "response_id": response_id,
        "written_at": now(),
        "status": status.value,
        "manager": manager or None,
        "due_at": dt.datetime.combine(due, dt.time()) if due else None,
        "note": note.strip()[:500] or None,
    }
    journal.append("nps_followups", [row])


def waiting(
    workspace: Workspace, journal: Journal, rules: AbcdxRules, day: dt.date, filters: Filters | None = None
) -> pd.DataFrame:
    """The queue of a data set on a day."""
    return queue(answers(workspace, journal, rules, filters), journal, workspace.as_of(filters), day)
