"""Bring a list of participants: matched to customers, with a report of who was not found."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ltvlib import matching
from ltvlib.errors import LtvError
from ltvlib.programmes import lists
from ltvlib.programmes.lists import Matched
from ltvlib.settings import Filters
from pages.ui import choices, dropped, outreach, session
from pages.ui.components import downloads, table
from pages.ui.widgets import accent
from pages.ui.words import _, plural, say

KINDS = ("loyalty", "webinar", "seminar", "conference", "content", "campaign")


def kind_names() -> dict[str, str]:
    """What a programme can be."""
    return {
        "loyalty": _("loyalty programme"),
        "webinar": _("webinar"),
        "seminar": _("seminar"),
        "conference": _("conference"),
        "content": _("content, mailing"),
        "campaign": _("campaign"),
    }


def bring(found: Filters) -> None:
    """Upload a CSV of participants, look at what was matched, keep it."""
    with st.expander(_("Bring a list of participants"), icon=":material/upload:"):
        st.caption(
            _(
                "A CSV with a customer's number, phone, e-mail or name in each line; a date of joining and a column Control (yes = kept aside by lot) where there are any."
            )
        )
        left, right = st.columns(2)
        with left:
            name = st.text_input(_("Name of the programme"), max_chars=80, key=choices.key("list_name"))
        with right:
            names = kind_names()
            kind = st.selectbox(_("What it is"), KINDS, format_func=names.__getitem__, key=choices.key("list_kind"))
        matched = _matched()
        if matched is None:
            return
        _report(matched)
        if st.button(_("Keep the list"), type=accent(), disabled=not matched.found):
            if not name.strip():
                st.error(_("Give the programme a name."), icon=":material/error:")
                return
            lists.write(session.journal(), name, str(kind), matched)
            del st.session_state[choices.key("list_matched")]
            st.toast(_("Written down."), icon=":material/check:")
            st.rerun(scope="app")


def _matched() -> Matched | None:
    """Who is on the list that was dropped last; ``None`` before there is one, or where it cannot be read."""
    place, key = choices.key("list_matched"), choices.key("list_file")
    file = dropped.field(_("The list, CSV"), ["csv", "txt", "tsv"], key)
    if file is not None:
        try:
            known, codes = session.remember(matching.known_keys), session.hidden_codes()
            st.session_state[place] = lists.read_list(file.getvalue(), outreach.day(), known, codes)
        except LtvError as error:
            st.session_state[place] = error
        dropped.let_go(file, key)  # not before: another click may end this run while it reads
        st.rerun(scope="app")
    found = st.session_state.get(place)
    if isinstance(found, LtvError):
        st.error(say(found), icon=":material/error:")
    return found if isinstance(found, Matched) else None


def _report(matched: Matched) -> None:
    """Rows read = found + not found + repeated."""
    st.markdown(
        _(
            "{rows}: {found} found, {lost} not found, {repeated} repeated.",
            rows=plural("{n} line", "{n} lines", matched.rows),
            found=len(matched.found),
            lost=len(matched.lost),
            repeated=matched.repeated,
        )
    )
    if matched.lost:
        frame = pd.DataFrame(matched.lost, columns=["line", "text"])
        columns = {
            "line": st.column_config.NumberColumn(_("Line"), format="%d"),
            "text": st.column_config.TextColumn(_("As written")),
        }
        table(frame.head(200), "not_found", _("Lines nobody was found for"), columns)
        downloads(lambda: frame, "not_found", "not_found")
