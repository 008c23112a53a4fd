"""The morning list in words: the day in one sentence, why each customer is on it, and what to say."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd

from ltvlib.outreach.contacts import coverage
from ltvlib.outreach.regulation import Stage
from pages.ui.words import _, count, number, percent, plural, short_money


def headline(people: pd.DataFrame, waiting: int, done: int, who: str, currency: str) -> str:
    """How many contacts today, for whom, and what is at stake."""
    money = short_money(float(people["profit_at_risk"].sum()), currency)
    return _(
        "**{who}**: {contacts} for today, {money} of yearly profit at risk among them. {waiting} are due in all; {done} done today.",
        who=who,
        contacts=plural("{n} contact", "{n} contacts", len(people)),
        money=money,
        waiting=count(waiting),
        done=count(done),
    )


def covered(frame: pd.DataFrame) -> str:
    """The share of customers contacted in time."""
    return percent(coverage(frame), 1)


def reasons(people: pd.DataFrame, currency: str) -> list[str]:
    """Why each customer is on the list, one sentence a customer."""
    return [_reason(row, currency) for row in people.to_dict("records")]


def _reason(row: dict[Hashable, Any], currency: str) -> str:
    silent = plural("{n} day", "{n} days", round(row["days_silent"]))
    profit = short_money(row["window_margin"], currency)
    if row["occasions"] <= 1:
        text = _("first order {silent} ago; {profit} of profit in the last 12 months", silent=silent, profit=profit)
    else:
        text = _(
            "usually orders every {rhythm} days, silent for {silent}; {profit} of profit in the last 12 months",
            rhythm=number(row["rhythm_days"], 0),
            silent=silent,
            profit=profit,
        )
    overdue = row["days_overdue"]
    if math.isfinite(overdue) and overdue >= 1:
        text += "; " + plural("contact overdue by {n} day", "contact overdue by {n} days", round(overdue))
    return text


def brief(people: pd.DataFrame) -> list[str]:
    """Why each customer is on the list, short enough for a cell: rhythm and silence."""
    lines = []
    for silent, rhythm, occasions in zip(
        people["days_silent"], people["rhythm_days"], people["occasions"], strict=True
    ):
        days = plural("{n} day", "{n} days", round(silent))
        if occasions <= 1:
            lines.append(_("first order {silent} ago", silent=days))
        else:
            lines.append(_("silent for {silent}, usually {rhythm}", silent=days, rhythm=number(rhythm, 0)))
    return lines


def to_say(stage: str) -> str:
    """What to offer or say at a stage of life, until the owner writes something better."""
    return {
        Stage.NEW: _("Thank them for the first order, ask how it went, and agree on the next one."),
        Stage.ACTIVE: _("Keep in touch: ask what is coming up and offer what goes with the last purchase."),
        Stage.SLIPPING: _("Ask what changed before offering anything; then propose a definite day for the next order."),
        Stage.LOST: _("Ask openly why they left and write the reason down; offer one good reason to come back."),
    }[Stage(stage)]
