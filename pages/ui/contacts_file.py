"""Contacts made before: a list of calls, visits and messages brought from another system into the journal."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from ltvlib import matching
from ltvlib.errors import LtvError
from ltvlib.ingest.list_kinds import TOUCHES
from ltvlib.ingest.report import ListRead
from ltvlib.outreach import contact_file
from ltvlib.outreach.contact_file import Contacted
from ltvlib.outreach.words import Kind
from pages.ui import choices, list_file, outreach, session
from pages.ui.components import plain, table
from pages.ui.widgets import accent
from pages.ui.words import _, count, day, plural, say

KIND = TOUCHES.name


def bring() -> None:
    """The uploader of past contacts, and the way back for the last file."""
    with st.expander(_("Bring the contacts you have already made"), icon=":material/history:"):
        st.markdown(
            _(
                "Calls, visits and messages from amoCRM, Bitrix24, telephony or a table of your own: CSV, XLSX or ODS with a date and a customer number, phone, e-mail or name. They count as contacts made: for the regulation, today's list and what contacts did."
            )
        )
        _said()
        list_file.draw(KIND, _("File with contacts"), _judge)


def _judge(read: ListRead) -> None:
    """What the file says, every line accounted for, and the button that writes it down."""
    default = Kind.CALL
    if not read.columns.get("kind"):
        kinds = [kind for kind in Kind if kind is not Kind.OTHER]
        default = st.segmented_control(
            _("The file does not say by what. It was by"),
            kinds,
            format_func=outreach.kind_name,
            default=Kind.CALL,
            required=True,
            key=choices.key("touches_by"),
        )
    people = session.remember(matching.known_keys)
    space = session.workspace()
    codes = session.hidden_codes()
    told = contact_file.contacted(read, people, space, session.journal(), dt.date.today(), default or Kind.CALL, codes)
    lines = [
        list_file.account(told.records, told.used, told.merged, len(told.refused)),
        plural("{n} contact is new.", "{n} contacts are new.", len(told.rows)),
    ]
    if told.known:
        lines.append(plural("{n} was here already.", "{n} were here already.", told.known))
    st.markdown(" ".join(lines))
    _preview(told)
    list_file.refused(KIND, told.refused)
    with st.container(horizontal=True):
        if told.rows:
            text = plural("Write {n} contact down", "Write {n} contacts down", len(told.rows))
            st.button(text, type=accent(), on_click=_take, args=(told,), key="touches_take")
        st.button(_("Not this file"), on_click=list_file.drop, args=(KIND,), key="touches_drop")


def _preview(told: Contacted) -> None:
    if not told.rows:
        return
    shown = contact_file.frame_of(told.rows[:5])
    shown["touched_at"] = [day(at) for at in shown["touched_at"]]
    shown["kind"] = [outreach.kind_name(kind) for kind in shown["kind"]]
    names = {
        "customer_id": _("Customer"),
        "touched_at": _("When"),
        "kind": _("By"),
        "manager": _("Manager"),
        "outcome": _("What came of it"),
    }
    columns = {name: st.column_config.TextColumn(text) for name, text in names.items()}
    table(shown, "touches_preview", _("The first new contacts of the file"), columns)


def _take(told: Contacted) -> None:
    try:
        ids = contact_file.write(session.journal(), told)
    except LtvError as error:
        st.session_state[_last()] = error
        return
    one = list_file.waiting(KIND)
    st.session_state[_last()] = (one.name if one else "", ids)
    list_file.drop(KIND)


def _last() -> str:
    """Where the last file written down stands, to be taken back."""
    return choices.key("touches_last")


def _said() -> None:
    last = st.session_state.get(_last())
    if isinstance(last, LtvError):
        st.error(say(last), icon=":material/error:")
    elif last:
        name, ids = last
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                ":material/check: " + _("{n} contacts of {file} are written down.", n=count(len(ids)), file=plain(name))
            )
            st.button(_("Take them back"), on_click=_undo, args=(ids,), key="touches_undo", icon=":material/undo:")


def _undo(ids: list[str]) -> None:
    contact_file.take_back(session.journal(), ids)
    st.session_state.pop(_last(), None)
