"""Sections of the segments page: table, people of a segment, movement, X register."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib import abcdx
from ltvlib.settings import AbcdxRules, AbcdxSegment, Filters, Window, months_before
from pages.ui import choices, segment_charts, session
from pages.ui.components import (
    chart,
    definition,
    downloads,
    label,
    nothing,
    table,
)
from pages.ui.people import ALL, SHOWN_PEOPLE, customer_list, people_heading
from pages.ui.widgets import choose, switch
from pages.ui.words import _, day, symbol


def segment_columns(sign: str) -> dict[str, Any]:
    """Columns of the segment table."""
    number, column = st.column_config.NumberColumn, st.column_config
    return {
        "name": column.TextColumn(_("Segment"), help=definition("abcdx")),
        "customers": number(label("customers"), format="localized"),
        "moved": number(
            _("since the window before"),
            format="%+d",
            help=_("Change in the number of customers against the window of the same length before."),
        ),
        "customer_share": number(label("customer_share"), format="percent", help=definition("customer_share")),
        "margin_share": number(label("margin_share"), format="percent", help=definition("margin_share")),
        "revenue": number(f"{label('revenue')}, {sign}", format="localized", help=definition("revenue")),
        "margin": number(f"{label('margin')}, {sign}", format="localized", help=definition("margin")),
        "average_order_value": number(
            f"{label('average_order_value')}, {sign}", format="localized", help=definition("average_order_value")
        ),
        "orders_per_customer": number(
            label("orders_per_customer"), format="%.1f", help=definition("orders_per_customer")
        ),
        "ltv": number(f"{label('ltv')}, {sign}", format="localized", help=definition("ltv")),
        "mean_last_order": column.DateColumn(_("Last order, on average"), format="localized"),
    }


def segments(found: abcdx.SegmentTable, before: abcdx.SegmentTable) -> AbcdxSegment | None:
    """The segment table; returns the segment whose row was clicked."""
    frame = session.once(_named, found, before)
    with st.container(border=True):
        st.markdown("**" + _("Who they are and what they bring. Click a row to see the people.") + "**")
        columns = segment_columns(symbol(session.workspace().info.currency))
        event = table(
            frame,
            "segment_table",
            _("Segments with customers, revenue, profit and movement"),
            columns,
            on_select="rerun",
            selection_mode="single-row",
        )
        offer_rows(frame, columns, "segments")
    rows = event["selection"]["rows"]
    return AbcdxSegment(frame["segment"].iloc[rows[0]]) if rows else None


def offer_rows(frame: pd.DataFrame, columns: dict[str, Any], name: str) -> None:
    """The rows of a segment table as files, under the titles of its columns."""
    titles = {column: str(columns[column]["label"]) for column in columns if column in frame.columns}
    downloads(lambda: frame[list(titles)].rename(columns=titles), name, name)


def _named(found: abcdx.SegmentTable, before: abcdx.SegmentTable) -> pd.DataFrame:
    """The table with the segments in words."""
    frame = abcdx.with_movement(found, before)
    return frame.assign(name=[choices.segment_name(segment) for segment in frame["segment"]])


def people(segment: AbcdxSegment | None, rules: AbcdxRules, found: Filters) -> None:
    """The customers of a segment with downloads; A where nothing was clicked."""
    shown = segment or AbcdxSegment.A
    space, name = session.workspace(), choices.segment_name(shown.value)
    answer = session.remember(abcdx.customers, rules, (shown,), found, limit=SHOWN_PEOPLE)
    with st.container(border=True):
        people_heading(name, answer, SHOWN_PEOPLE)
        if answer.rows:
            key = f"people_{shown.value}"
            customer_list(
                answer, f"customers_{shown.value}", key, lambda: abcdx.customers(space, rules, (shown,), found, ALL)
            )
        else:
            nothing(_("Nobody is in this segment with these borders."))


def movement(rules: AbcdxRules, found: Filters) -> tuple[int, int, str] | None:
    """Migration matrix between two dates, in customers or in money; the dates, in months back, and what is counted."""
    space = session.workspace()
    steps = [k for k in range(37) if space.covers(Window(rules.window_months, k, found.until))]
    if len(steps) < 2:
        nothing(_("The file does not reach back far enough to compare with the period before."))
        return None
    name = {k: day(months_before(space.as_of(found), k)) for k in steps}
    left, middle, right = st.columns([2, 2, 3])
    words = {"customers": _("Customers"), "margin_now": _("Gross margin now")}
    with left:
        then = choose(
            _("Then: window up to"), steps[1:], name.__getitem__, "moves_then", min(12, rules.window_months, steps[-1])
        )
    with middle:
        now = choose(_("Now: window up to"), steps, name.__getitem__, "moves_now")
    with right:
        value = switch(_("Count"), list(words), words.__getitem__, "moves_value")
    if then <= now:
        nothing(_("Choose an earlier date on the left than on the right."))
        return None
    answer = session.remember(abcdx.moves, rules, then, now, found)
    if not answer.rows:
        nothing(_("Nobody was a customer at that time."))
        return None
    figure = session.once(matrix, answer.frame, value, session.workspace().info.currency)
    title = _(
        "Rows: segment at {then}. Columns: segment at {now}. Same borders for both.", then=name[then], now=name[now]
    )
    chart(figure, "moves", title, title, answer, ("abcdx",))
    return then, now, value


def matrix(frame: pd.DataFrame, value: str, currency: str) -> go.Figure:
    """The migration matrix with the segments in words."""
    states = ["new", *(segment.value for segment in AbcdxSegment)]
    return segment_charts.movement(frame, {state: choices.segment_name(state) for state in states}, value, currency)
