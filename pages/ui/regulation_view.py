"""Sections of the page on touches: how well the regulation is kept, and its rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.outreach import contacts, roles
from ltvlib.outreach.contacts import Contacts, State
from ltvlib.outreach.regulation import Line, Regulation, Role, Stage
from ltvlib.outreach.words import Kind
from ltvlib.settings import AbcdxSegment
from pages.ui import choices, outreach, session
from pages.ui.components import chart, definition, label
from pages.ui.plots import laid_out, mode
from pages.ui.widgets import accent
from pages.ui.words import _, count, percent, plural

COLORS = {
    "light": {State.FINE: "#0b6e4f", State.DUE: "#e0a526", State.OVERDUE: "#b3372f"},
    "dark": {State.FINE: "#4cc38a", State.DUE: "#f0b04f", State.OVERDUE: "#ef7d74"},
}


def summary(view: Contacts, by_manager: Mapping[str, str], regulation: Regulation) -> None:
    """Coverage, who is due and overdue, hand-overs and orphans."""
    states = session.once(_states, view.frame)
    waiting = session.once(roles.hand_overs, view.frame, by_manager, regulation, view.day)
    alone = session.once(roles.orphans, view.frame, by_manager)
    figures = [
        (label("coverage"), percent(session.once(contacts.coverage, view.frame), 1), definition("coverage")),
        (_("Due"), count(states.get(State.DUE.value, 0)), _("The ideal time for the next contact has come.")),
        (_("Overdue"), count(states.get(State.OVERDUE.value, 0)), _("The longest gap allowed has passed.")),
        (
            _("Late hand-overs"),
            count(int(waiting["is_overdue"].sum())),
            _("Still with a hunter later than the regulation allows.") + " " + outreach.role_words(),
        ),
        (_("Without an owner"), count(len(alone)), _("Nobody's customers, or those of a manager who has left.")),
    ]
    with st.grid(5, gap="small", min_column_width=150):
        for name, value, words in figures:
            st.metric(name, value, help=words, border=True)
    if outreach.fresh_words():
        st.caption(outreach.fresh_words())


def picture(view: Contacts) -> None:
    """Customers by segment: in time, due, overdue."""
    worst = session.once(_states, view.frame).get(State.OVERDUE.value, 0)
    title = plural(
        "{n} customer has waited too long for a contact", "{n} customers have waited too long for a contact", worst
    )
    chart(session.once(_by_segment, view.frame), "regulation_states", title, title, view.answer, ("coverage",))


def _states(frame: pd.DataFrame) -> dict[str, int]:
    """Customers by state."""
    return {str(state): int(n) for state, n in frame["state"].value_counts().items()}


def _by_segment(frame: pd.DataFrame) -> go.Figure:
    ruled = frame[frame["state"] != State.NO_RULE.value]
    counts = ruled.groupby(["segment", "state"]).size().unstack(fill_value=0)
    names = {State.FINE: _("in time"), State.DUE: _("due"), State.OVERDUE: _("overdue")}
    order = [segment.value for segment in AbcdxSegment if segment.value in counts.index][::-1]
    figure = go.Figure(
        [
            go.Bar(
                y=[choices.segment_name(segment) for segment in order],
                x=counts.reindex(order)[state.value] if state.value in counts else [0] * len(order),
                name=words,
                orientation="h",
                marker_color=COLORS[mode()][state],
            )
            for state, words in names.items()
        ]
    )
    legend = {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top", "traceorder": "normal"}
    return laid_out(figure, 120 + 42 * max(1, len(order)), barmode="stack", legend=legend)


def rules(regulation: Regulation) -> None:
    """The rules as a table to edit, defaults for a line of business, and the numbers that hold for all."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        line = st.selectbox(
            _("Defaults for"), list(Line), list(Line).index(outreach.guessed_line()), format_func=outreach.line_name
        )
        st.button(
            _("Take these defaults"),
            on_click=_save,
            args=(outreach.defaults(line or outreach.guessed_line()),),
            icon=":material/restart_alt:",
        )
    st.caption(
        _(
            "Days count from the last contact of any kind. The defaults follow the usual time between two orders of your customers; change any cell. An empty cell means no contact by rule."
        )
    )
    version = st.session_state.get("rules_version", 0)
    edited = st.data_editor(
        _rows(regulation), hide_index=True, key=f"rules_{version}", column_config=_columns(), height=430, alt=_("Rules")
    )
    with st.form("regulation_numbers", border=False):
        content = {**regulation.to_dict(), **_numbers(regulation)}
        if st.form_submit_button(_("Save the regulation"), type=accent()):
            names = ["segment", "stage", "ideal_days", "maximum_days", "kind", "role"]
            _save(Regulation.from_dict({**content, "rules": edited[names].to_dict("records")}))
            outreach.rerun()


def _numbers(regulation: Regulation) -> dict[str, Any]:
    """The numbers of the regulation as inputs; returns what stands in them."""
    words = {
        "capacity": _("Contacts a manager makes a day"),
        "retry_days": _("Days before trying again after no answer"),
        "quiet_days": _("Days between two automatic messages"),
        "handover_order": _("Hand over to a farmer after order number"),
        "handover_days": _("Days a hand-over may take"),
    }
    found: dict[str, Any] = {}
    with st.grid(5, gap="small", min_column_width=170):
        for name, text in words.items():
            low = 1 if name in ("handover_order", "capacity") else 0
            about = outreach.role_words() if name == "handover_order" else None
            found[name] = st.number_input(
                text, low, 1000, getattr(regulation, name), key=f"regulation_{name}", help=about
            )
    found["orders_count"] = st.toggle(
        _("An order is a contact too"),
        regulation.orders_count,
        help=_("In a salon the customer was here and was spoken to; in a web shop nobody was."),
    )
    return found


def _save(regulation: Regulation) -> None:
    session.journal().put(outreach.REGULATION, regulation.to_dict())
    st.session_state["rules_version"] = st.session_state.get("rules_version", 0) + 1
    for name in [str(key) for key in st.session_state if str(key).startswith("regulation_")]:
        if name != "regulation_tabs":
            del st.session_state[name]
    st.toast(_("The regulation is saved."), icon=":material/check:")


def _rows(regulation: Regulation) -> pd.DataFrame:
    rows = [
        {
            "segment": rule.segment.value,
            "stage": rule.stage.value,
            "who": f"{choices.short_segment(rule.segment.value)}, {outreach.stage_name(rule.stage.value)}",
            "ideal_days": rule.ideal_days,
            "maximum_days": rule.maximum_days,
            "kind": rule.kind.value,
            "role": rule.role.value,
        }
        for rule in regulation.rules
    ]
    return pd.DataFrame(rows).astype({"ideal_days": "Int64", "maximum_days": "Int64"})


def _columns() -> dict[str, Any]:
    number, column = st.column_config.NumberColumn, st.column_config
    kinds, owners = [kind.value for kind in Kind], [role.value for role in Role if role is not Role.LEFT]
    stages = ", ".join(outreach.stage_name(stage.value) for stage in Stage)
    return {
        "segment": None,
        "stage": None,
        "who": column.TextColumn(
            _("Segment and stage"),
            disabled=True,
            help=_(
                "Stages: {stages}. Slipping = silent for one and a half usual gaps between orders, lost = for three.",
                stages=stages,
            ),
        ),
        "ideal_days": number(_("Contact after, days"), min_value=1, max_value=3650),
        "maximum_days": number(_("At the latest, days"), min_value=1, max_value=3650),
        "kind": column.SelectboxColumn(_("By"), options=kinds, format_func=outreach.kind_name, required=True),
        "role": column.SelectboxColumn(
            _("By whom"),
            options=owners,
            format_func=outreach.role_name,
            required=True,
            help=outreach.role_words(),
        ),
    }
