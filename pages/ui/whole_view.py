"""Where the open data set is a sample: the segments of all customers, counted in the database when they are asked for."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from ltvlib import abcdx
from ltvlib.codes import PREFIX
from ltvlib.engine import Answer
from ltvlib.remote import whole
from ltvlib.settings import AbcdxRules, Filters, Window
from pages.ui import choices, segments_view, session
from pages.ui.components import chart, passport, plain, table
from pages.ui.counting import Counting, Moves, Question, Table
from pages.ui.widgets import accent
from pages.ui.words import _, count, day, percent, plural, say, symbol

EVERY = 1
"""Seconds between two looks whether the database has finished."""


def is_sample() -> bool:
    """Whether only a part of the customers was fetched."""
    return session.workspace().info.customer_share < 1


def counting() -> Counting | None:
    """What asks the database of the open data set; ``None`` where it is not connected any more."""
    mine = session.me()
    found = mine.remote.counting if mine.remote is not None and session.chosen() == session.UPLOAD else None
    return found if found is not None and mine.upload is not None and found.path == mine.upload.path else None


def segments(rules: AbcdxRules, found: Filters) -> None:
    """The segment table of all customers under the borders chosen above."""
    window = rules.window_months
    is_covered = session.workspace().covers(Window(window, window))
    asked = (Table(rules), Moves(rules, window))
    there = counting()
    is_asked = there is not None and found.until is None
    known, moved = (there.table(rules), there.moves(rules, window)) if there and is_asked else (None, None)
    with st.container(border=True, key="whole_table"):
        title = _("The same table for all customers, counted in the database")
        if there is None or known is None or moved is None:
            st.markdown(f"**{title}**")
            _offer(there, asked, "table", found)
            return
        with st.container(horizontal=True, vertical_alignment="top", wrap=False):
            st.markdown(f"**{title}**", width="stretch")
            passport("whole_table", known.answer, ("abcdx",), there.extent)
        frame = session.once(_named, known, moved, is_covered)
        columns = segments_view.segment_columns(symbol(session.workspace().info.currency))
        table(frame, "whole_segments", _("Segments of all customers, counted in the database"), columns)
        st.caption(_told(known, rules, found))
        segments_view.offer_rows(frame, columns, "segments_all")


def movement(rules: AbcdxRules, then: int, now: int, value: str, found: Filters) -> None:
    """The movement of all customers between the two dates chosen above."""
    there = counting()
    known = there.moves(rules, then, now) if there and found.until is None else None
    title = _("All customers, counted in the database")
    if known is None:
        with st.container(border=True, key="whole_moves"):
            st.markdown(f"**{title}**")
            _offer(there, (Moves(rules, then, now),), "moves", found)
        return
    currency = session.workspace().info.currency
    chart(
        session.once(segments_view.matrix, known.frame, value, currency),
        "whole_matrix",
        title,
        title,
        known,
        ("abcdx",),
    )
    if _is_filtered(found):
        st.caption(_unfiltered())


def _offer(there: Counting | None, asked: tuple[Question, ...], key: str, found: Filters) -> None:
    """The button; while the database counts, how long it has been at it; where it is gone, what to do."""
    if there is None:
        st.caption(
            _(
                "Only the sample is here, and the database is not connected in this tab. To count all customers, connect it on the page Data and build the data set again."
            )
        )
        st.page_link("pages/data.py", label=_("To the page Data"), icon=":material/database:")
    elif found.until is not None:
        st.caption(
            _(
                "The database counts up to the last day of the data. Choose the whole period in the sidebar to count all."
            )
        )
    elif there.asked:
        _waiting(key)
    else:
        st.caption(
            _(
                "What stands above comes from a sample, {share} of the customers. The database can count all {customers} with the same borders and window; that takes a while, and the page can be used meanwhile.",
                share=percent(session.workspace().info.customer_share),
                customers=count(there.found.buyers),
            )
        )
        if there.failure is not None:
            st.error(plain(say(there.failure), 400), icon=":material/error:")
            st.caption(_("If the connection is gone, connect again on the page Data and build the data set again."))
        st.button(
            _("Count all customers"),
            key=f"whole_{key}_go",
            type=accent(),
            icon=":material/database:",
            on_click=there.ask,
            args=asked,
        )


@st.fragment(run_every=EVERY)
def _waiting(key: str) -> None:
    """How long the database has been counting, and the way to stop it; when it has finished the page is drawn again."""
    there = counting()
    if there is None or not there.asked:
        st.rerun()
        return
    seconds = int(there.seconds)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.status(plural("The database is counting: {n} second", "The database is counting: {n} seconds", seconds))
        st.button(_("Stop"), key=f"whole_{key}_stop", on_click=there.halt, icon=":material/stop:")


def _told(known: abcdx.SegmentTable, rules: AbcdxRules, found: Filters) -> str:
    """How many customers were counted and up to when, and what does not count here."""
    last = session.workspace().info.as_of - dt.timedelta(days=1)
    customers = int(known.frame["customers"].sum())
    lines = [plural("{n} customer", "{n} customers", customers), _("data to {day}", day=day(last))]
    if _is_filtered(found):
        lines.append(_unfiltered())
    if any(one.startswith(PREFIX) for one in rules.x_customers):
        lines.append(_("the X register holds codes that the database does not know: here they stand in A to D"))
    return " · ".join(lines)


def _is_filtered(found: Filters) -> bool:
    return bool(choices.describe(found))


def _unfiltered() -> str:
    return _("the filters in the sidebar do not count here")


def _named(known: abcdx.SegmentTable, moved: Answer, is_covered: bool) -> pd.DataFrame:
    """The table with the segments in words."""
    frame = whole.with_movement(known, moved, is_covered)
    return frame.assign(name=[choices.segment_name(segment) for segment in frame["segment"]])
