"""Sections of the morning list: whose list, the customer in focus, the table with its files, what was done."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import export
from ltvlib.journal import Journal
from ltvlib.outreach import files, worklist
from ltvlib.outreach.contacts import Contacts, with_dates
from ltvlib.outreach.regulation import Regulation
from ltvlib.outreach.words import Kind, Outcome
from ltvlib.workspace import Workspace
from pages.ui import calls_story, choices, outreach, session
from pages.ui.components import definition, label, plain, table
from pages.ui.widgets import accent, choose
from pages.ui.words import _, plural, symbol

ALL = "*"
MOST_MANAGERS = 200


def picker(view: Contacts) -> str | None:
    """Whose list: all managers or one, who has the most customers first; ``None`` = all."""
    names = session.once(_managers, view.frame)
    if len(names) < 2:
        return None
    chosen = choose(
        _("Manager"),
        [ALL, *names],
        lambda name: _("All managers") if name == ALL else outreach.manager_name(name),
        choices.key("calls_of"),
    )
    return None if chosen == ALL else chosen


def _managers(frame: pd.DataFrame) -> list[str]:
    return list(frame["manager"].fillna(worklist.NOBODY).value_counts().index[:MOST_MANAGERS])


def logged(_space: Workspace, journal: Journal, at: dt.date, manager: str | None) -> pd.DataFrame:
    """Contacts written down for the day; see :func:`ltvlib.outreach.worklist.logged`."""
    return worklist.logged(journal, at, manager)


def summary(
    view: Contacts,
    people: pd.DataFrame,
    everyone: pd.DataFrame,
    done: pd.DataFrame,
    manager: str | None,
    regulation: Regulation,
) -> None:
    """The day in one sentence, and the share of customers contacted in time."""
    currency = session.workspace().info.currency
    mine = everyone if manager is None else everyone[everyone["manager"].fillna("") == manager]
    base = view.frame if manager is None else view.frame[view.frame["manager"].fillna("") == manager]
    who = plain(_("All managers") if manager is None else outreach.manager_name(manager))
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        st.markdown(calls_story.headline(people, len(mine), len(done), who, currency))
        notes = [outreach.fresh_words(), _capacity(regulation), outreach.risk_words()]
        st.caption(" ".join(filter(None, notes)))
    with right:
        st.metric(label("coverage"), calls_story.covered(base), help=definition("coverage"), border=True)


def _capacity(regulation: Regulation) -> str:
    return plural(
        "A manager makes {n} contact a day; the number is set on the page “Touches and roles”.",
        "A manager makes {n} contacts a day; the number is set on the page “Touches and roles”.",
        regulation.capacity,
    )


def focus(view: Contacts, people: pd.DataFrame, manager: str | None) -> None:
    """The customer to contact now: who, why, what to say, and what came of it."""
    ids = list(people["customer_id"])
    names = dict(zip(ids, people["name"], strict=True))
    key = choices.key("call_now")
    if st.session_state.get(key) not in ids:
        st.session_state[key] = ids[0]
    with st.container(border=True):
        one = st.selectbox(
            _("Contact now"),
            ids,
            format_func=lambda customer: f"{names.get(customer) or ''} {customer}".strip(),
            key=key,
        )
        row = people[people["customer_id"] == one].iloc[0]
        reason = calls_story.reasons(people[people["customer_id"] == one], session.workspace().info.currency)[0]
        st.markdown(f"**{plain(row['name'] or one)}** · {choices.segment_name(row['segment'])} · {reason}")
        st.markdown(f":material/chat: {calls_story.to_say(row['stage'])}")
        if isinstance(row["offer"], str):
            st.markdown(f":material/sell: {_('Offer')}: **{plain(row['offer'])}** · {plain(row['because'], 300)}")
        address(row)
        _outcome(view, row, manager)


def address(row: pd.Series) -> None:
    """Phone and e-mail, hidden until asked for."""
    known = {name: row[name] for name in ("phone", "email") if isinstance(row[name], str) and row[name]}
    if not known:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        is_open = st.toggle(_("Show phone and e-mail"), key=choices.key("show_address"))
        for name, value in known.items():
            icon = ":material/call:" if name == "phone" else ":material/mail:"
            st.markdown(f"{icon} {plain(value if is_open else files.masked(value))}")


def _outcome(view: Contacts, row: pd.Series, manager: str | None) -> None:
    """What came of the contact; one click writes it down and the next customer follows."""
    kinds = [kind.value for kind in Kind if kind is not Kind.OTHER]
    wanted = row["kind"] if row["kind"] in kinds else Kind.CALL.value
    customer = str(row["customer_id"])
    left, right = st.columns(2)
    with left:
        kind = st.segmented_control(
            _("By"), kinds, format_func=outreach.kind_name, default=wanted, required=True, key=f"by_{customer}"
        )
    with right:
        note = st.text_input(_("Note"), key=f"note_{customer}", max_chars=500, placeholder=_("optional"))
    st.caption(_("What came of it? A click writes it down and brings the next customer."))
    with st.container(horizontal=True):
        for outcome in Outcome:
            st.button(
                outreach.outcome_name(outcome.value),
                key=f"log_{outcome.value.replace(' ', '_')}",
                type=accent() if outcome is Outcome.ORDERED else "secondary",
                on_click=_log,
                args=(customer, view.day, str(kind), outcome, manager or row["manager"], note),
            )


def _log(customer: str, day: dt.date, kind: str, outcome: Outcome, manager: object, note: str) -> None:
    who = manager if isinstance(manager, str) else None
    worklist.log_touch(session.journal(), customer, day, Kind(kind), outcome, who, note)
    st.session_state.pop(choices.key("call_now"), None)
    st.toast(_("Written down."), icon=":material/check:")


def listed(view: Contacts, people: pd.DataFrame) -> None:
    """The whole list with its files."""
    currency = session.workspace().info.currency
    shown = session.once(_told, people, currency)
    columns = _columns(symbol(currency))
    if not people["offer"].notna().any():
        columns.pop("offer")
    with st.container(border=True):
        st.markdown("**" + plural("Today's list: {n} customer", "Today's list: {n} customers", len(people)) + "**")
        brief = session.once(_brief, shown, people)
        table(brief, "calls", _("Today's list"), columns, height=min(560, 80 + 35 * len(shown)))
        _files(view, shown, columns)


def _told(people: pd.DataFrame, currency: str) -> pd.DataFrame:
    """The list with the reason for each, what to say and by what."""
    return with_dates(people).assign(
        reason=calls_story.reasons(people, currency),
        say=[calls_story.to_say(stage) for stage in people["stage"]],
        by=[outreach.kind_name(kind) for kind in people["kind"]],
    )


def _brief(shown: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """For the screen: the whole sentence does not fit a cell; files have it."""
    return shown.assign(reason=calls_story.brief(people)).round({"profit_at_risk": 0})


def _columns(sign: str) -> dict[str, Any]:
    text, number, day = st.column_config.TextColumn, st.column_config.NumberColumn, st.column_config.DateColumn
    return {
        "name": text(_("Name"), pinned=True),
        "customer_id": text(_("Customer")),
        "reason": text(_("Why")),
        "profit_at_risk": number(
            f"{label('profit_at_risk')}, {sign}", format="localized", help=definition("profit_at_risk")
        ),
        "by": text(_("By")),
        "overdue_at": day(_("Contact by"), format="localized"),
        "manager": text(_("Manager")),
        "offer": text(_("Offer")),
        "segment": text(_("Segment"), width="small"),
        "say": text(_("What to say"), width="large"),
    }


def _files(view: Contacts, shown: pd.DataFrame, columns: dict[str, Any]) -> None:
    """The list for other systems; phones and e-mails are in the files, for the owner's own computer."""
    full = shown.assign(title=[_("Call: {name}", name=name or "") for name in shown["name"]])
    titles = {name: str(column["label"]) for name, column in columns.items()}
    sheet = full[[*columns, "phone", "email"]].rename(columns={**titles, "phone": _("Phone"), "email": _("E-mail")})
    say, day = (
        [
            f"{by}: {name or customer}"
            for by, name, customer in zip(full["by"], full["name"], full["customer_id"], strict=True)
        ],
        view.day,
    )
    made = dt.datetime.now()
    makers = {
        "xlsx": ("XLSX", "table_view", lambda: export.to_xlsx(sheet)),
        "amo.csv": ("amoCRM", "upload_file", lambda: files.to_amo(full, day)),
        "bitrix.csv": ("Bitrix24", "upload_file", lambda: files.to_bitrix(full, day)),
        "ics": (_("Calendar"), "calendar_month", lambda: files.to_calendar(full, day, made, say)),
    }
    with st.container(horizontal=True):
        for ending, (name, icon, make) in makers.items():
            st.download_button(
                name, make, f"calls_{day}.{ending}", key=f"calls_{ending}", on_click="ignore", icon=f":material/{icon}:"
            )


def done_today(done: pd.DataFrame, view: Contacts) -> None:
    """What was written down for the day, with a way back."""
    if done.empty:
        return
    names = dict(zip(view.frame["customer_id"], view.frame["name"], strict=True))
    with st.expander(
        plural("{n} contact done today", "{n} contacts done today", len(done)), icon=":material/task_alt:"
    ):
        for row in done.head(50).to_dict("records"):
            with st.container(horizontal=True, vertical_alignment="center"):
                who = plain(names.get(row["customer_id"]) or row["customer_id"])
                st.markdown(f"{who}: {outreach.kind_name(row['kind'])}, {outreach.outcome_name(row['outcome'])}")
                st.button(
                    _("Undo"),
                    key=f"undo_{row['touch_id']}",
                    type="tertiary",
                    on_click=worklist.take_back,
                    args=(session.journal(), row["touch_id"]),
                )
