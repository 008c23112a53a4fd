"""What the pages about working the base share: the regulation of this data set, its day, and every customer against it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import streamlit as st

from ltvlib import forecast_lists
from ltvlib.forecast_people import usual_gap
from ltvlib.outreach import contacts, nps_low, roles
from ltvlib.outreach.contacts import Contacts
from ltvlib.outreach.regulation import Line, Regulation, Role, Stage, default_regulation, line_of
from ltvlib.outreach.words import Kind, Outcome
from ltvlib.samples import samples
from ltvlib.settings import AbcdxRules, Filters
from pages.ui import choices, outlook, session
from pages.ui.words import _

REGULATION = "regulation"
"""Where the journal keeps the regulation."""


def guessed_line() -> Line:
    """The line of business the defaults are for, until somebody says otherwise."""
    sample = samples().get(session.chosen())
    gap = session.remember(usual_gap, Filters())
    return line_of(sample.industry if sample else None, gap, session.workspace().facts().customers)


def defaults(line: Line) -> Regulation:
    """The default rules for a line of business, in this business's own rhythm."""
    return default_regulation(line, session.remember(usual_gap, Filters()))


def regulation() -> Regulation:
    """The rules as edited, else the defaults."""
    written = session.journal().setting(REGULATION)
    return Regulation.from_dict(written) if written else defaults(guessed_line())


def day() -> dt.date:
    """The day of the list: today with fresh data, else the end of the data."""
    return contacts.list_day(session.workspace().as_of(choices.filters()), dt.date.today())


def standing(rules: AbcdxRules, filters: Filters) -> Contacts:
    """Every customer against the regulation; profit at risk is the forecast's where it passed its exam."""
    found = session.remember(contacts.contacts, session.journal(), regulation(), rules, day(), filters)
    view = outlook.outlook()
    if view.known is None:
        return found
    return session.once(_with_money, found, outlook.everybody(view))


def _with_money(found: Contacts, everybody: pd.DataFrame) -> Contacts:
    """The contacts with what is expected of each."""
    money = forecast_lists.with_predicted(found.frame[["customer_id"]], everybody)
    frame = contacts.with_forecast(found.frame, money["predicted_ltv"], money["probability_alive"])
    return replace(found, frame=frame)


def risk_words() -> str:
    """What the profit at risk rests on."""
    if outlook.outlook().known is not None:
        return _("Profit at risk by the forecast, which passed its exam on your data.")
    return _("Profit at risk by a rule of thumb: no forecast passed its exam on your data.")


def manager_roles(filters: Filters) -> dict[str, str]:
    """Role by manager."""
    guessed = session.remember(roles.managers, session.workspace().as_of(filters), Filters())
    return roles.roles_of(session.journal(), guessed)


def kept_words() -> str:
    """Where what is written here is kept."""
    if session.journal().is_kept:
        return _("What you write down here is kept on this computer.")
    return _("What you write down here lives in this tab only: download it before you close the tab.")


def stage_name(stage: object) -> str:
    """A stage of life in a word."""
    return {
        Stage.NEW: _("new"),
        Stage.ACTIVE: _("active"),
        Stage.SLIPPING: _("slipping"),
        Stage.LOST: _("lost"),
    }[Stage(str(stage))]


def kind_name(kind: object) -> str:
    """By what a customer is contacted."""
    return {
        Kind.CALL: _("call"),
        Kind.VISIT: _("visit"),
        Kind.MESSAGE: _("message"),
        Kind.EMAIL: _("e-mail"),
        Kind.OTHER: _("any contact"),
    }[Kind(str(kind))]


def role_name(role: object) -> str:
    """What a manager does."""
    return {
        Role.HUNTER: _("hunter: wins customers"),
        Role.FARMER: _("farmer: looks after them"),
        Role.BOTH: _("both"),
        Role.LEFT: _("has left"),
    }[Role(str(role))]


def role_words() -> str:
    """What the words of the method mean, for whoever hears them for the first time."""
    return _("Hunter: who wins new customers. Farmer: who looks after the base, so that customers come again.")


def line_name(line: Line) -> str:
    """A line of business."""
    return {
        Line.SALON: _("Salon, services"),
        Line.LEISURE: _("Leisure, children"),
        Line.RETAIL: _("Shop"),
        Line.B2B: _("Sales to companies"),
        Line.SUBSCRIPTION: _("Subscription"),
    }[line]


def outcome_name(outcome: object) -> str:
    """What came of a contact."""
    return {
        Outcome.ORDERED: _("ordered or booked"),
        Outcome.TALKED: _("talked"),
        Outcome.LATER: _("call later"),
        Outcome.REFUSED: _("not interested"),
        Outcome.NO_ANSWER: _("no answer"),
        Outcome.OPT_OUT: _("do not contact again"),
    }[Outcome(str(outcome))]


def manager_name(manager: str | None) -> str:
    """A manager, or that there is none."""
    return manager or _("nobody's")


def fresh_words() -> str:
    """For which day the list is, and on which data."""
    as_of, listed = session.workspace().as_of(choices.filters()), day()
    if listed == as_of:
        return _("The list is for the day after your last data. Upload fresh orders to get today's.")
    return ""


def rerun() -> None:
    """Start the page again after something was written."""
    st.rerun(scope="app")


def detractors(at: dt.date) -> dict[str, float]:
    """Day of the last low answer by customer, from the data and from the app's own survey."""
    return session.remember(nps_low.low_answers, session.journal(), at)
