"""Who gave a low score lately, wherever it was given."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ltvlib.days import day_numbers
from ltvlib.journal import Journal
from ltvlib.workspace import Workspace

DETRACTOR = 6
"""The highest score of a detractor on both scales, 0-10 and 1-10."""


def low_answers(workspace: Workspace, journal: Journal, day: dt.date) -> dict[str, float]:
    """Day (since 1970) of the last answer of every customer whose last answer up to ``day`` was 6 or less."""
    columns = ["customer_id", "answered_at", "score"]
    data = workspace.database.query("select customer_id, answered_at, score from nps_responses").frame
    answers = pd.concat([data, journal.frame("nps_responses")[columns]], ignore_index=True).dropna(
        subset=["customer_id"]
    )
    answers["at"] = pd.to_datetime(answers["answered_at"])
    answers = answers[answers["at"] < pd.Timestamp(day) + pd.Timedelta(days=1)].sort_values("at")
    last = answers.drop_duplicates("customer_id", keep="last")
    low = last[last["score"].astype(float) <= DETRACTOR]
    days = day_numbers(low["at"])
    return dict(zip(low["customer_id"].astype(str), days.astype(float), strict=True))
