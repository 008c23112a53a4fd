"""Sections of the triggers page: rules and their audience, the editor, the discount that pays, the list itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import abcdx, export
from ltvlib.errors import LtvError
from ltvlib.forecast_people import usual_gap
from ltvlib.journal import Journal
from ltvlib.outreach import files, runs, triggers, webhook
from ltvlib.outreach.contacts import Contacts
from ltvlib.outreach.discount import largest_discount, margin_rate, returns
from ltvlib.outreach.regulation import Regulation
from ltvlib.outreach.triggers import Event, Rule
from ltvlib.outreach.words import Kind
from ltvlib.settings import AbcdxRules, Filters
from ltvlib.workspace import Workspace
from pages.ui import choices, outreach, session, triggers_words
from pages.ui.components import definition, label, nothing, plain, table
from pages.ui.widgets import accent, choose
from pages.ui.words import _, count, percent, plural, say, symbol

RULES = "triggers"
LATENESS = {Event.LATE: (1.5, 2.0), Event.VERY_LATE: (2.0, 3.0), Event.FELL: (1.0, 3.0), Event.BEFORE_DUE: (0.7, 1.0)}
PREVIEW = 5


def rules() -> list[Rule]:
    """The rules as edited, else those to begin with."""
    written = session.journal().setting(RULES)
    return [Rule.from_dict(row) for row in written] if written else triggers_words.defaults()


def audience(found: Sequence[Rule], view: Contacts, regulation: Regulation) -> pd.DataFrame:
    """Who would get a message today, by rule."""
    aside = session.remember(_busy, session.journal(), view.day)
    low = outreach.detractors(view.day)
    return session.once(triggers.audience, tuple(found), view, regulation.quiet_days, aside, low)


def _busy(_space: Workspace, journal: Journal, at: dt.date) -> set[str]:
    """Customers who belong to an earlier list; see :func:`ltvlib.outreach.runs.busy`."""
    return runs.busy(journal, at)


def summary(found: Sequence[Rule], people: pd.DataFrame) -> None:
    """How many each rule would reach today."""
    text, number, column = st.column_config.TextColumn, st.column_config.NumberColumn, st.column_config
    sign = symbol(session.workspace().info.currency)
    columns: dict[str, Any] = {
        "name": text(_("Trigger"), pinned=True),
        "customers": number(_("Customers today"), format="localized"),
        "risk": number(f"{label('profit_at_risk')}, {sign}", format="localized", help=definition("profit_at_risk")),
        "offer": text(_("Offer")),
        "is_on": column.CheckboxColumn(_("On")),
    }
    title = plural(
        "Today {n} customer would get a message, nobody two",
        "Today {n} customers would get a message, nobody two",
        len(people),
    )
    with st.container(border=True):
        st.markdown(f"**{title}**")
        table(session.once(_reach, tuple(found), people), "trigger_rules", title, columns)
        st.caption(
            _(
                "Left out: who was in contact lately, who asked for silence, and who belongs to an earlier list of the last {days} days.",
                days=count(runs.HORIZON_DAYS),
            )
        )


def _reach(found: tuple[Rule, ...], people: pd.DataFrame) -> pd.DataFrame:
    """The rules with customers and profit at risk today."""
    counts = people["event"].value_counts()
    risk = people.groupby("event")["profit_at_risk"].sum()
    rows = [
        {
            "name": triggers_words.event_name(rule.event),
            "customers": int(counts.get(rule.event, 0)) if rule.is_on else None,
            "risk": round(float(risk.get(rule.event, 0.0))) if rule.is_on else None,
            "offer": rule.offer,
            "is_on": rule.is_on,
        }
        for rule in found
    ]
    return pd.DataFrame(rows)


def picker(found: Sequence[Rule]) -> Rule:
    """The rule looked at."""
    events = [rule.event.value for rule in found]
    wanted = choose(_("Trigger"), events, triggers_words.event_name, choices.key("trigger"), Event.LATE.value)
    return next(rule for rule in found if rule.event.value == wanted)


def editor(found: Sequence[Rule], rule: Rule) -> None:
    """What a rule says and offers."""
    key = f"{choices.key('rule')}_{rule.event.value}"
    with st.form(key):
        is_on = st.toggle(_("On"), rule.is_on)
        days = rule.days
        if rule.event in (Event.AFTER_FIRST, Event.BEFORE_DUE, Event.ANNIVERSARY):
            word = _("Days after the order") if rule.event is Event.AFTER_FIRST else _("Days ahead")
            days = st.number_input(word, 0, 90, rule.days)
        message = st.text_area(
            _("Message"),
            rule.message,
            height=110,
            max_chars=1000,
            help=_("{name}, {days} of silence, {orders} so far, {manager} and {offer} are filled in."),
        )
        left, right = st.columns([2, 1])
        with left:
            offer = st.text_input(_("Offer"), rule.offer, max_chars=200, placeholder=_("nothing"))
        with right:
            cost = st.number_input(
                _("Its cost, {currency}", currency=symbol(session.workspace().info.currency)),
                0.0,
                value=rule.offer_cost,
                help=_(
                    "Money for each customer who orders, beyond what the order shows: a gift, bonus points. A discount lowers the order itself and is counted there."
                ),
            )
        kinds = [kind.value for kind in Kind if kind is not Kind.OTHER]
        kind = st.segmented_control(
            _("By"), kinds, format_func=outreach.kind_name, default=rule.kind.value, required=True
        )
        if st.form_submit_button(_("Save the trigger"), type=accent()):
            changed = replace(
                rule, is_on=is_on, days=int(days), message=message, offer=offer, offer_cost=cost, kind=Kind(str(kind))
            )
            _save(found, changed)


def _save(found: Sequence[Rule], changed: Rule) -> None:
    try:
        wrong = triggers.problem(changed.message)
    except LtvError as error:
        st.error(say(error), icon=":material/error:")
        return
    if wrong:
        names = ", ".join("{" + name + "}" for name in triggers.PLACEHOLDERS)
        st.error(
            _(
                "The message names {wrong}, which does not exist; there are {names}.",
                wrong="{" + plain(wrong) + "}",
                names=names,
            ),
            icon=":material/error:",
        )
        return
    kept = [changed if rule.event is changed.event else rule for rule in found]
    session.journal().put(RULES, [rule.to_dict() for rule in kept])
    outreach.rerun()


def discount(rule: Rule, segments: AbcdxRules, filters: Filters) -> None:
    """The largest discount that still pays, from margin and the chance of return."""
    sums = session.remember(abcdx.segment_table, segments, filters).frame[["margin", "revenue"]].sum()
    rate = margin_rate(float(sums["margin"]), float(sums["revenue"]))
    gap = session.remember(usual_gap, filters)
    alone = session.remember(returns, LATENESS.get(rule.event, (0.7, 3.0)), gap, runs.HORIZON_DAYS, filters)
    with st.container(border=True):
        st.markdown("**" + _("How large may a discount be?") + "**")
        lift = st.slider(
            _("The message brings back, of 100 customers, more than without it"), 1, 40, 5, key=choices.key("lift")
        )
        largest = largest_discount(alone.rate, lift / 100, rate)
        st.metric(_("Largest discount that still pays"), percent(largest, 1), border=True)
        if largest != largest:
            st.caption(_("Your history has nobody to learn this from, or the margin is not known."))
            return
        st.caption(
            _(
                "{returned} of {customers} such customers ordered within {days} days by themselves ({rate}). They would take the discount too: that is what it costs. Margin of an order: {margin}.",
                returned=count(alone.returned),
                customers=count(alone.customers),
                days=count(alone.days),
                rate=percent(alone.rate),
                margin=percent(rate, 1),
            )
        )


def launch(rule: Rule, people: pd.DataFrame, view: Contacts) -> None:
    """The messages of a rule, and the button that makes the list of them."""
    chosen = session.once(_of_event, people, rule.event.value)
    with st.container(border=True):
        st.markdown(
            f"**{triggers_words.event_name(rule.event)}: " + plural("{n} customer", "{n} customers", len(chosen)) + "**"
        )
        last = st.session_state.get(choices.key("last_run"))
        if len(chosen):
            _preview(rule, chosen)
            share = st.slider(
                _("Kept aside without a message, to see whether it works"),
                0,
                50,
                10,
                format="%d %%",
                key=choices.key("aside"),
            )
            args = (rule, chosen, view, share / 100)
            st.button(
                _("Make the list"), type=accent(), on_click=_start, args=args, icon=":material/send:", key="make_list"
            )
        elif not last:
            nothing(_("Nobody today: the event has come for no customer who may be contacted."))
        if last:
            _downloads(str(last), rule, view)


def _of_event(people: pd.DataFrame, event: str) -> pd.DataFrame:
    return people[people["event"] == event].reset_index(drop=True)


def _messages(rule: Rule, chosen: pd.DataFrame) -> pd.DataFrame:
    shown = chosen.head(PREVIEW)
    return shown[["name", "customer_id"]].assign(message=triggers.texts(rule, shown))


def _preview(rule: Rule, chosen: pd.DataFrame) -> None:
    rows = session.once(_messages, rule, chosen)
    text = st.column_config.TextColumn
    columns = {
        "name": text(_("Name")),
        "customer_id": text(_("Customer")),
        "message": text(_("Message"), width="large"),
    }
    table(rows, "trigger_preview", _("The first messages"), columns)


def _start(rule: Rule, chosen: pd.DataFrame, view: Contacts, share: float) -> None:
    run = runs.start(session.journal(), rule, chosen, view.day, session.workspace().info.as_of, share)
    st.session_state[choices.key("last_run")] = run
    st.toast(_("The list is made; download it below."), icon=":material/check:")


def _downloads(run: str, rule: Rule, view: Contacts) -> None:
    """The list just made, for the system that sends it."""
    sheet = runs.sheet(session.journal(), run, view.frame)
    st.markdown(plural("The list holds {n} message.", "The list holds {n} messages.", len(sheet)))
    full = sheet.assign(title=sheet["message"].str[:60], reason=sheet["message"])
    titles = {
        "customer_id": _("Customer"),
        "name": _("Name"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "message": _("Message"),
        "manager": _("Manager"),
        "segment": _("Segment"),
    }
    named = sheet[list(titles)].rename(columns=titles)
    makers = {
        "csv": ("CSV", lambda: export.to_csv(named)),
        "xlsx": ("XLSX", lambda: export.to_xlsx(named)),
        "amo.csv": ("amoCRM", lambda: files.to_amo(full, view.day)),
        "bitrix.csv": ("Bitrix24", lambda: files.to_bitrix(full, view.day)),
    }
    with st.container(horizontal=True):
        for ending, (name, make) in makers.items():
            st.download_button(name, make, f"messages_{view.day}.{ending}", key=f"run_{ending}", on_click="ignore")
        _webhook(run, rule.event.value, sheet)


def _webhook(run: str, rule: str, sheet: pd.DataFrame) -> None:
    """Send the list to the address the server's owner named, where there is one."""
    try:
        to = webhook.address()
    except LtvError as error:
        st.caption(say(error))
        return
    if to is not None and st.button(_("Send to the other system"), icon=":material/webhook:", key="run_webhook"):
        rows = sheet.astype(object).where(sheet.notna(), None).to_dict("records")
        try:
            webhook.send(to, run, rule, [{str(k): v for k, v in row.items()} for row in rows])
        except LtvError as error:
            st.error(say(error), icon=":material/error:")
        else:
            st.toast(_("Sent."), icon=":material/check:")
