"""Every customer against the touch regulation: stage, last contact, when the next one is due, and the profit at risk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from ltvlib import ratios, rhythm
from ltvlib.days import dates_of, day_numbers
from ltvlib.engine import Answer
from ltvlib.forecast_people import margin_at_risk, usual_gap
from ltvlib.journal import Journal
from ltvlib.outreach.regulation import Regulation, TouchRule, stages
from ltvlib.outreach.words import Kind, is_reached
from ltvlib.populations import classified, rule_params
from ltvlib.settings import EPOCH, AbcdxRules, Filters
from ltvlib.workspace import Workspace

LIMIT = 200_000
"""Customers looked at, the best margin first: more than any team can call."""
FRESH_DAYS = 45
"""Data older than this are no basis for today's calls; the list is then made for the end of the data."""


class State(StrEnum):
    """Where a customer stands against the regulation."""

    FINE = "fine"
    DUE = "due"
    OVERDUE = "overdue"
    NO_RULE = "no rule"


@dataclass(frozen=True, eq=False)
class Contacts:
    """The base against its regulation on one day.

    Attributes:
        day: the day the table is for.
        frame: one row a customer: customer_id, name, phone, email, channel, manager (the owner, after hand-overs),
            past_manager (the owner in the data), segment, stage, is_known_lost (why is on record), occasions, first_day,
            last_day, days_silent, rhythm_days, late_factor, margin, window_margin, before_margin, before_segment, handover_day, last_contact_day, last_attempt_day, kind, role, due_day,
            overdue_day, state, days_overdue, profit_at_risk. Days are since 1970, nan where there is none.
        answer: the query behind it.
    """

    day: dt.date
    frame: pd.DataFrame
    answer: Answer


def list_day(as_of: dt.date, today: dt.date) -> dt.date:
    """The day a list of calls is made for: today where the data are fresh, else the end of the data."""
    return today if as_of <= today <= as_of + dt.timedelta(days=FRESH_DAYS) else as_of


def contacts(
    workspace: Workspace,
    journal: Journal,
    regulation: Regulation,
    rules: AbcdxRules,
    day: dt.date,
    filters: Filters | None = None,
    limit: int = LIMIT,
) -> Contacts:
    """Every customer that passes ``filters`` with what the regulation wants, on ``day``.

    An attempt that reached nobody is no contact. An order is one where the regulation says so; somebody who was never
    contacted counts from the first order.
    """
    filters = filters or Filters()
    answer = _facts(workspace, regulation, rules, day, filters, limit)
    frame = _with_journal(answer.frame, journal, day)
    if workspace.info.is_hidden:  # codes that nobody can be called by
        frame["phone"] = frame["email"] = None
    frame["is_known_lost"] = _known_lost(workspace, journal, frame)
    frame = _with_rhythm(frame, day, usual_gap(workspace, filters))
    return Contacts(day, _against(frame, regulation, day), answer)


def _facts(
    workspace: Workspace, regulation: Regulation, rules: AbcdxRules, day: dt.date, filters: Filters, limit: int
) -> Answer:
    words = workspace.ask("touch_words").frame
    unreached = [str(text) for text in words["outcome"].dropna().unique() if not is_reached(str(text))]
    params = {
        **rule_params(rules),
        "known_day": (workspace.as_of(filters) - EPOCH).days,
        "list_day": (day - EPOCH).days,
        "handover_number": max(1, regulation.handover_order),
        "unreached": unreached,
        "limit": limit,
    }
    parts = {
        "classified": classified(rules, filters.until, workspace),
        "classified_before": classified(rules, filters.until, workspace, rules.window_months),
    }
    return workspace.ask("contacts", params, filters=filters, expressions=parts)


def _with_journal(frame: pd.DataFrame, journal: Journal, day: dt.date) -> pd.DataFrame:
    """Contacts, owners and refusals written in the app, on top of those in the data."""
    frame = frame.copy()
    touches, end = journal.frame("touches"), (day - EPOCH).days
    touches = touches[touches["origin"] != VOID]
    days = day_numbers(touches["touched_at"])
    touches = touches.assign(day=days)[days <= end]
    reached = touches[np.array([is_reached(text) for text in touches["outcome"]], dtype=bool)]
    for name, rows in (("last_contact_day", reached), ("last_attempt_day", touches)):
        written = frame["customer_id"].map(rows.groupby("customer_id")["day"].max())
        frame[name] = np.fmax(frame[name].astype(float), written.astype(float))
    owners = journal.frame("owners").drop_duplicates("customer_id", keep="last").set_index("customer_id")["manager"]
    frame["past_manager"] = frame["manager"]
    frame["manager"] = frame["customer_id"].map(owners).fillna(frame["manager"])
    frame["is_opted_out"] = frame["customer_id"].isin(set(journal.frame("opt_outs")["customer_id"]))
    return frame


def _known_lost(workspace: Workspace, journal: Journal, frame: pd.DataFrame) -> np.ndarray:
    """Whether a loss with its reason is on record since the last order: nobody asks such a customer why."""
    lost = loss_days(workspace, journal)
    last = frame["customer_id"].map(lost.groupby(level=0).max()).to_numpy(dtype=float)
    return np.asarray(last >= frame["last_day"].to_numpy(dtype=float))


def loss_days(workspace: Workspace, journal: Journal) -> pd.Series:
    """Days (since 1970) on which losses with their reason were put on record, in the data and in the app; by customer_id."""
    data = workspace.database.query("select customer_id, lost_at from losses").frame
    rows = pd.concat([data, journal.frame("losses")[["customer_id", "lost_at"]]], ignore_index=True)
    return day_numbers(rows["lost_at"]).astype(float).set_axis(rows["customer_id"])


VOID = "void"
"""Origin of a touch that was taken back."""


def _with_rhythm(frame: pd.DataFrame, day: dt.date, base: float) -> pd.DataFrame:
    own, gaps = frame["usual_gap"].to_numpy(dtype=float), frame["gaps"].to_numpy(dtype=float)
    frame["days_silent"] = (day - EPOCH).days - frame["last_day"].astype(float)
    frame["rhythm_days"] = rhythm.own_rhythm(np.nan_to_num(own), gaps, base)
    frame["late_factor"] = rhythm.late_factor(frame["days_silent"], frame["rhythm_days"])
    frame["stage"] = stages(frame["occasions"], frame["late_factor"])
    frame["profit_at_risk"] = profit_at_risk(frame["window_margin"], frame["late_factor"])
    return frame


def profit_at_risk(window_margin: pd.Series, late_factor: pd.Series) -> np.ndarray:
    """Profit of the last window x how far the silence has gone from usual (0) to lost (1); money a window, at least 0.

    The share rises in a straight line from one usual gap to three (:data:`ltvlib.rhythm.LOST`). A rule of thumb for
    ranking where no forecast passed its exam, not a probability.
    """
    late = np.nan_to_num(np.asarray(late_factor, dtype=float))
    share = np.clip((late - 1) / (rhythm.LOST - 1), 0, 1)
    return np.asarray(np.maximum(np.asarray(window_margin, dtype=float), 0) * share)


def with_forecast(frame: pd.DataFrame, predicted_ltv: pd.Series, probability_alive: pd.Series) -> pd.DataFrame:
    """The same with the forecast's profit at risk where it knows the customer; the rule of thumb stays for the others.

    What would be expected of a customer known to be here, less what is expected now
    (:func:`ltvlib.forecast_people.margin_at_risk`), at least 0 and no more than the last window really brought: nobody
    can take away more than there was. The series are aligned with ``frame``.
    """
    risk = margin_at_risk(predicted_ltv.to_numpy(dtype=float), probability_alive.to_numpy(dtype=float))
    most = np.maximum(frame["window_margin"].to_numpy(dtype=float), 0)
    return frame.assign(profit_at_risk=np.where(np.isfinite(risk), np.clip(risk, 0, most), frame["profit_at_risk"]))


def _against(frame: pd.DataFrame, regulation: Regulation, day: dt.date) -> pd.DataFrame:
    """The rule of every customer and what follows from it."""
    today = float((day - EPOCH).days)
    pairs = list(zip(frame["segment"], frame["stage"], strict=True))
    known = {pair: _wanted(regulation.rule(*pair)) for pair in set(pairs)}
    wanted = pd.DataFrame([known[pair] for pair in pairs], columns=list(_NOTHING), index=frame.index)
    frame[wanted.columns] = wanted
    contact = frame["last_contact_day"].to_numpy(dtype=float)
    start = frame["last_day" if regulation.orders_count else "first_day"].to_numpy(dtype=float)
    frame["last_contact_day"] = np.fmax(contact, start)
    frame["due_day"] = frame["last_contact_day"] + frame["ideal_days"]
    frame["overdue_day"] = frame["last_contact_day"] + frame["maximum_days"]
    frame["days_overdue"] = np.maximum(today - frame["overdue_day"], 0)
    late = np.where(frame["due_day"] <= today, State.DUE.value, State.FINE.value)
    late = np.where(frame["overdue_day"] <= today, State.OVERDUE.value, late)
    frame["state"] = np.where(frame["ideal_days"].isna(), State.NO_RULE.value, late)
    return frame


_NOTHING = {"ideal_days": np.nan, "maximum_days": np.nan, "kind": Kind.OTHER.value, "role": ""}


def _wanted(rule: TouchRule | None) -> dict[str, object]:
    """What a rule wants, as values of a row."""
    if rule is None or rule.ideal_days is None or rule.maximum_days is None:
        return _NOTHING if rule is None else {**_NOTHING, "kind": rule.kind.value, "role": rule.role.value}
    days = {"ideal_days": float(rule.ideal_days), "maximum_days": float(rule.maximum_days)}
    return {**days, "kind": rule.kind.value, "role": rule.role.value}


def coverage(frame: pd.DataFrame) -> float:
    """Customers contacted within the longest gap of their rule / customers with a rule; nan without any."""
    ruled = frame["state"] != State.NO_RULE.value
    return float(ratios.divide((ruled & (frame["state"] != State.OVERDUE.value)).sum(), ruled.sum()))


def with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with dates for people instead of day numbers: ``due_at`` for ``due_day`` and so on."""
    shown = frame.copy()
    for name in [name for name in shown.columns if name.endswith("_day")]:
        shown[name.removesuffix("_day") + "_at"] = dates_of(shown.pop(name).to_numpy(dtype=float))
    return shown
