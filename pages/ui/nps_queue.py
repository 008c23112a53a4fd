"""The queue of low scores: it looks for new answers by itself, so that a detractor on a phone is a task within seconds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib.nps import queue
from ltvlib.nps.queue import Status
from ltvlib.settings import Filters
from pages.ui import calls_view, choices, nps_words, outreach, session
from pages.ui.components import downloads, nothing, plain, table
from pages.ui.words import _, count, day, plural, short_money, symbol

NAMELESS = 20
"""Answers without a name shown at a time."""
EVERY = 4
"""Seconds between two looks for new answers."""


def rows() -> pd.DataFrame:
    """Everybody who waits, whatever the filters say: a customer who is angry is not filtered away."""
    return session.remember(queue.waiting, session.journal(), choices.rules(Filters()), outreach.day(), Filters())


@st.fragment(run_every=EVERY)
def waiting() -> None:
    """The tile: how many low scores wait, and how many of them are late."""
    people, nameless = session.once(queue.apart, rows())
    late = int(people["is_late"].sum())
    notes = [plural("{n} overdue", "{n} overdue", late)] if late else []
    if len(nameless):
        notes.append(plural("{n} more without a name", "{n} more without a name", len(nameless)))
    st.metric(
        _("Low scores to call back"),
        count(len(people)),
        delta=", ".join(notes) or None,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help=_(
            "Answers of 6 and below that nobody has marked as fixed: those given through this page, and those of the last 90 days of your data."
        ),
    )


@st.fragment(run_every=EVERY)
def live() -> None:
    """Who waits, the one to call now with what to write down, and the whole list."""
    people, nameless = session.once(queue.apart, rows())
    if people.empty:
        nothing(_("Nobody waits: there is no low score that is not fixed."))
    else:
        _focus(people)
        _listed(people)
    _nameless(nameless)


def _nameless(people: pd.DataFrame) -> None:
    """Low answers of people nobody can call: what they say, and a click that puts them away."""
    if people.empty:
        return
    people = people.sort_values("answered_at", ascending=False)
    with st.container(border=True):
        title = plural("Without a name: {n} low answer", "Without a name: {n} low answers", len(people))
        st.markdown(f"**{title}**")
        st.caption(_("Nobody can be called back for these; what they say counts all the same."))
        for row in people.head(NAMELESS).to_dict("records"):
            words = row["improvement"]
            said = f"“{plain(words, 400)}”" if isinstance(words, str) and words else _("no words")
            st.markdown(f"- **{int(row['score'])}** · {day(pd.Timestamp(row['answered_at']).date())} · {said}")
        if len(people) > NAMELESS:
            st.caption(_("The latest {n} are shown.", n=count(NAMELESS)))
        st.button(
            _("Read, put them away"), key="nps_nameless_read", on_click=_put_away, args=(list(people["response_id"]),)
        )


def _put_away(responses: list[str]) -> None:
    for response in responses:
        queue.follow_up(session.journal(), response, Status.FIXED)


def _focus(people: pd.DataFrame) -> None:
    """One customer: what was said, by whom it is worth how much, and where the call stands."""
    ids = list(people["response_id"])
    key = choices.key("nps_now")
    if st.session_state.get(key) not in ids:
        st.session_state[key] = ids[0]
    names = {row["response_id"]: _who(row) for row in people.to_dict("records")}
    with st.container(border=True):
        one = st.selectbox(_("Call back now"), ids, format_func=names.__getitem__, key=key)
        row = people[people["response_id"] == one].iloc[0]
        st.markdown(_said(row))
        _address(str(row["customer_id"]))
        _form(row, sorted({str(name) for name in people["manager"].dropna()}))


def _who(row: Any) -> str:
    """A customer in the list of choices."""
    names = [row[column] for column in ("name", "customer_id") if isinstance(row[column], str)]
    who = names[0] if names else _("not known")
    return f"{int(row['score'])} · {who} · {day(pd.Timestamp(row['answered_at']).date())}"


def _said(row: pd.Series) -> str:
    """Score, words, segment and worth of one answer."""
    parts = [f"**{int(row['score'])}** / {row['scale']}"]
    said = row["improvement"]
    parts.append(f"“{plain(said, 400)}”" if isinstance(said, str) and said else _("no words"))
    if isinstance(row["segment"], str):
        parts.append(choices.segment_name(row["segment"]))
    if pd.notna(row["margin"]):
        money = short_money(float(row["margin"]), session.workspace().info.currency)
        parts.append(_("{money} of profit in 12 months", money=money))
    if isinstance(row["note"], str):
        parts.append(_("note: {note}", note=plain(row["note"], 200)))
    return " · ".join(parts)


def _address(customer: str) -> None:
    """Phone and e-mail of a known customer, hidden until asked for."""
    found = outreach.standing(choices.rules(Filters()), Filters()).frame
    found = found[found["customer_id"] == customer]
    if len(found):
        calls_view.address(found.iloc[0])


def _form(row: pd.Series, managers: list[str]) -> None:
    """Owner, deadline, note, and a click that says where it stands."""
    response = str(row["response_id"])
    owner = row["manager"] if isinstance(row["manager"], str) else None
    left, middle, right = st.columns([2, 1, 3])
    with left:
        manager = st.selectbox(
            _("Who does it"),
            managers,
            index=managers.index(owner) if owner in managers else None,
            accept_new_options=True,
            placeholder=_("choose or write"),
            key=f"nps_owner_{response}",
        )
    with middle:
        due = st.date_input(_("By when"), value=row["due_at"].date(), key=f"nps_due_{response}")
    with right:
        note = st.text_input(_("Note"), key=f"nps_note_{response}", max_chars=500, placeholder=_("optional"))
    texts = {Status.CALLED: _("Called"), Status.FIXED: _("Fixed"), Status.NEW: _("Save only")}
    with st.container(horizontal=True):
        for status, text in texts.items():
            st.button(
                text,
                key=f"nps_{status.value}",
                on_click=_write,
                args=(response, row["status"] if status is Status.NEW else status.value, manager, due, note),
            )


def _write(response: str, status: str, manager: str | None, due: Any, note: str) -> None:
    when = due if isinstance(due, dt.date) else None
    queue.follow_up(session.journal(), response, Status(status), manager, when, note)
    st.session_state.pop(f"nps_note_{response}", None)
    st.toast(_("Written down."), icon=":material/check:")


def _listed(people: pd.DataFrame) -> None:
    text, number, date = st.column_config.TextColumn, st.column_config.NumberColumn, st.column_config.DateColumn
    sign = symbol(session.workspace().info.currency)
    columns: dict[str, Any] = {
        "name": text(_("Name"), pinned=True),
        "customer_id": text(_("Customer")),
        "score": number(_("Score"), format="%d"),
        "improvement": text(_("What should we improve?"), width="large"),
        "answered_at": date(_("Answered on"), format="localized"),
        "state": text(_("Status")),
        "due_at": date(_("By when"), format="localized"),
        "manager": text(_("Who does it")),
        "margin": number(_("Profit in 12 months, {currency}", currency=sign), format="localized"),
        "segment": text(_("Segment")),
        "note": text(_("Note")),
    }
    shown = people.assign(
        state=[_("{status}, overdue", status=nps_words.status_name(status)) if late else nps_words.status_name(status)
               for status, late in zip(people["status"], people["is_late"], strict=True)]
    ).round({"margin": 0})  # fmt: skip
    title = plural("{n} low score waits", "{n} low scores wait", len(shown))
    st.markdown(f"**{title}**")
    table(shown, "nps_queue", title, columns, height=min(420, 80 + 35 * len(shown)))
    titles = {name: str(column["label"]) for name, column in columns.items()}
    downloads(lambda: shown[list(columns)].rename(columns=titles), "nps_queue", "nps_queue")
