"""Sections of the market page: the dearest gap, the gaps by lost customers, the events over the months."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from ltvlib.losses import Register
from ltvlib.market import gaps as market_gaps
from ltvlib.market import offers
from ltvlib.market.offers import Checks
from ltvlib.market.overlay import Months, months
from ltvlib.settings import Filters
from pages.ui import beginning_note, choices, market_words, session, tiles
from pages.ui.components import chart, definition, downloads, label, nothing, plain, table
from pages.ui.plots import laid_out, mode, safe
from pages.ui.words import _, count, plural, short_money, symbol

COLORS = {
    "light": {"new": "#0b6e4f", "back": "#3a7ca5", "lost": "#b3372f", "event": "#7c5c1e"},
    "dark": {"new": "#4cc38a", "back": "#6fb3dd", "lost": "#ef7d74", "event": "#f0b04f"},
}
UNWATCHED = 2


def summary(checks: Checks, register: Register, due: pd.DataFrame, days: int) -> None:
    """The dearest gap in a sentence; how many gaps, what stands behind them, what is to be checked again."""
    currency, end = session.workspace().info.currency, session.workspace().as_of(choices.filters())
    found = session.once(market_gaps.gaps, checks, register.frame, end)
    behind = session.once(market_gaps.behind, checks, register.frame)
    st.markdown(market_words.verdict(found, currency))
    with st.grid(4, gap="small", min_column_width=180):
        compared = _("of {n} compared", n=count(session.once(offers.compared, checks)))
        tiles.figure("market_gaps", len(found), note=compared)
        tiles.figure("market_named", len(behind))
        tiles.figure("market_margin", float(behind["margin_before"].sum()))
        tiles.figure("market_due", len(due), note=plural("older than {n} day", "older than {n} days", days))


def gaps(checks: Checks, register: Register) -> None:
    """Offers of rivals that beat ours, the most named by lost customers first."""
    end = session.workspace().as_of(choices.filters())
    found = session.once(market_gaps.gaps, checks, register.frame, end)
    with st.container(border=True):
        st.markdown("**" + _("Where rivals are better, the reason named most on top") + "**")
        if found.empty:
            nothing(_("No offer on record is better than yours."))
        else:
            columns = _gap_columns()
            table(found.round({"margin_before": 0}), "market_gaps", _("Where rivals are better"), columns)
            st.caption(_("One customer may stand behind several rows: do not add them up."))
        _unwatched(checks, register)
        if len(found):
            titles = {name: str(column["label"]) for name, column in columns.items()}
            downloads(lambda: found[list(columns)].rename(columns=titles), "market_gaps", "market_gaps")


def _unwatched(checks: Checks, register: Register) -> None:
    """What lost customers name and nobody checks."""
    for row in session.once(market_gaps.unwatched, checks, register.frame).head(UNWATCHED).to_dict("records"):
        st.markdown(
            ":material/visibility_off: "
            + _(
                "Nobody checks this yet: **{rival}**, “{reason}”. Lost customers who named it: {losses}, with {money} of yearly profit.",
                rival=plain(row["competitor"]),
                reason=plain(row["reason"]),
                losses=count(row["losses"]),
                money=short_money(float(row["margin_before"]), session.workspace().info.currency),
            )
        )


def _gap_columns() -> dict[str, Any]:
    text, number, column = st.column_config.TextColumn, st.column_config.NumberColumn, st.column_config
    sign = symbol(session.workspace().info.currency)
    return {
        "competitor": text(_("Rival"), pinned=True),
        "criterion": text(_("Criterion")),
        "their_value": text(_("Theirs")),
        "our_value": text(_("Ours")),
        "reasons": text(_("Reason to leave")),
        "named": number(label("market_named"), format="localized", help=definition("market_named")),
        "named_last_year": number(_("Last 12 months"), format="localized"),
        "margin_before": number(
            f"{label('market_margin')}, {sign}", format="localized", help=definition("market_margin")
        ),
        "named_otherwise": number(
            _("To this rival for another reason"), format="localized", help=_("They are not counted in the row.")
        ),
        "checked_at": column.DateColumn(_("Checked"), format="localized"),
        "source": text(_("Source")),
        "checked_by": text(_("Checked by")),
    }


def overlay(checks: Checks, register: Register, found: Filters) -> None:
    """New customers, the return of their cohorts and losses by month, with the events as lines."""
    by_month = session.once(months, session.workspace(), register.frame, found)
    if by_month.frame.empty:
        return
    title = _("Rivals' moves over your months: new customers, their return, losses")
    chart(session.once(_overlay, by_month, checks), "market_overlay", title, title, by_month.answer)
    beginning_note.draw()


def _overlay(by_month: Months, checks: Checks) -> go.Figure:
    frame, colors = by_month.frame, COLORS[mode()]
    rows = {
        "new_customers": (_("New customers"), "new", "bar"),
        "return_rate": (
            plural("Came back within {n} day", "Came back within {n} days", by_month.days),
            "back",
            "line",
        ),
        "losses": (_("Losses on record"), "lost", "bar"),
    }
    titles = [words for words, _color, _kind in rows.values()]
    figure = make_subplots(len(rows), 1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.09)
    for place, (name, (words, color, kind)) in enumerate(rows.items(), 1):
        trace: Any = (
            go.Bar(x=frame["month"], y=frame[name], marker_color=colors[color], name=words)
            if kind == "bar"
            else go.Scatter(
                x=frame["month"], y=frame[name], mode="lines+markers", line={"color": colors[color]}, name=words
            )
        )
        figure.add_trace(trace.update(xperiod="M1", xperiodalignment="middle", showlegend=False), place, 1)
    _event_lines(figure, checks, float(frame["new_customers"].max()), colors["event"])
    laid_out(figure, 560, bargap=0.15)
    figure.update_layout(margin={"t": 34})
    figure.update_annotations(x=0, xanchor="left", font={"size": 13})
    figure.update_yaxes(rangemode="tozero")
    figure.update_yaxes(tickformat=".0%", row=2, col=1)
    return figure


def _event_lines(figure: go.Figure, checks: Checks, top: float, color: str) -> None:
    """A line through all panels at every change, with what it was on hover."""
    changes = checks.changes
    for at in changes["checked_at"]:
        figure.add_vline(x=at, line={"dash": "dot", "width": 1.5, "color": color})
    words = [safe(market_words.event_name(row), 90) for row in changes.to_dict("records")]
    marks = go.Scatter(
        x=changes["checked_at"],
        y=[top] * len(changes),
        mode="markers",
        marker={"symbol": "triangle-down", "size": 12, "color": color},
        text=words,
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )
    figure.add_trace(marks, 1, 1)
