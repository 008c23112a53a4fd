"""Who are my best customers, and whom should I keep, grow or bring back?"""

import streamlit as st

from ltvlib import abcdx
from pages.ui import choices, register_view, segment_charts, segments_view, session, story, thresholds, whole_view
from pages.ui.components import chart, definition, heading, nothing
from pages.ui.words import _, short_money

heading(_("Segments (ABCDX)"), _("Who are my best customers, and whom should I keep, grow or bring back?"))


@st.fragment
def live() -> None:
    """Thresholds, map, table and people; redrawn alone while a slider moves."""
    found = choices.filters(with_segments=False)
    rules = thresholds.controls(found)
    table = session.remember(abcdx.segment_table, rules, found)
    if not table.frame["customers"].sum():
        nothing(_("No customer passes the filters. Clear some of them in the sidebar."))
        return
    currency = session.workspace().info.currency
    cells = session.remember(abcdx.density, rules, found)
    if cells.rows:
        title = _("Each circle is a group of customers; dashed lines are your borders")
        alt = _(
            "Map of customers by order value and number of orders, borders at {value} and {orders} orders",
            value=short_money(rules.value_threshold, currency),
            orders=rules.often_threshold,
        )
        chart(
            session.once(segment_charts.segment_map, cells.frame, rules, currency), "map", title, alt, cells, ("abcdx",)
        )
    firm = session.remember(abcdx.stability, rules, found)
    st.caption(story.stability(firm), help=definition("abcdx"))
    before = session.remember(abcdx.segment_table, rules, found, rules.window_months)
    clicked = segments_view.segments(table, before)
    if whole_view.is_sample():
        whole_view.segments(rules, found)
    listed = st.container()
    moves, register = st.tabs([_("Who moved"), _("X register")], on_change="rerun", key="segment_tabs")
    if moves.open:
        with moves:
            chosen = segments_view.movement(rules, found)
            if chosen is not None and whole_view.is_sample():
                whole_view.movement(rules, *chosen, found)
    if register.open:
        with register:
            register_view.draw()
    with listed:  # last: the first list of a session waits a moment for the forecast
        segments_view.people(clicked, rules, found)


live()
