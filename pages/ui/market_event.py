"""One event at a rival: how the offer moved, and orders before and after by segment."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.market import effect, offers
from ltvlib.market.effect import LENGTHS, Around, Shift
from ltvlib.market.offers import Checks
from ltvlib.settings import AbcdxRules, Filters
from pages.ui import choices, market_words, session
from pages.ui.components import chart, definition, downloads, label, nothing, table
from pages.ui.plots import MUTED, laid_out, mode, safe
from pages.ui.widgets import choose, switch
from pages.ui.words import _, count, day, plural

COLORS = {
    "light": {"fell": "#b3372f", "rose": "#0b6e4f", "chance": "#3a7ca5", "few": "#a9c3d6"},
    "dark": {"fell": "#ef7d74", "rose": "#4cc38a", "chance": "#6fb3dd", "few": "#3c566b"},
}
USUAL = 90


def event(checks: Checks, rules: AbcdxRules, found: Filters) -> None:
    """Choose an event; what the rival did, and what the customers did then."""
    rows = session.once(_events, checks)
    st.subheader(_("What happened after a rival moved"))
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with right:
        length = switch(_("Days before and after"), list(LENGTHS), count, choices.key("market_days"), USUAL)
    with left:
        name = choose(
            _("Event"),
            list(rows),
            lambda key: market_words.event_name(rows[key]),
            choices.key("market_event"),
            _first(rows, length, found),
        )
    row = rows[name]
    at = pd.Timestamp(row["checked_at"]).date()
    _compared(session.remember(effect.around, at, length, rules, found), at, length)
    st.caption(
        market_words.seen_words(row)
        + " "
        + _(
            "Many things change at once: your own prices, advertising, other rivals. What is seen here is no proof that the event did it."
        )
    )
    _history(checks, row)


def _events(checks: Checks) -> dict[str, dict[Hashable, Any]]:
    """The checks one can choose, by what they are called in the address."""
    return {_key(row): row for row in checks.events.head(200).to_dict("records")}


def _key(row: dict[Hashable, Any]) -> str:
    return f"{pd.Timestamp(row['checked_at']):%Y-%m-%d} {row['competitor']} {row['criterion']}"


def _first(rows: dict[str, dict[Hashable, Any]], length: int, found: Filters) -> str:
    """The latest change whose days after are all there, else the latest."""
    space = session.workspace()
    for name, row in rows.items():
        if row["mover"] and effect.is_measurable(space, pd.Timestamp(row["checked_at"]).date(), length, found):
            return name
    return next(iter(rows))


def _compared(around: Around | None, at: dt.date, length: int) -> None:
    """Orders by segment: what came against what the year before suggests."""
    if around is None or not around.shifts:
        end = effect.complete_on(at, length)
        if end > session.workspace().as_of(choices.filters()):
            nothing(
                _(
                    "Too early to say: the days after end on {day}. Choose fewer days or upload fresh orders then.",
                    day=day(end),
                )
            )
        else:
            nothing(_("The data begin too late to tell what was usual before this day."))
        return
    title = market_words.title(around)
    chart(session.once(_bars, around), "market_around", title, title, around.answer, ("market_shift",))
    st.caption(_("Whiskers: 95 % interval of the difference between the two bars."))
    if around.every > 1:
        st.caption(_("Counted on a sample: one customer of {n}.", n=count(around.every)))
    with st.expander(_("The figures behind"), icon=":material/table_rows:"):
        _figures(around)


def _bars(around: Around) -> go.Figure:
    """Two bars a segment: before, or what the year before suggests, and what came, with its interval."""
    shifts = {safe(market_words.segment_name(shift.segment)): shift for shift in around.shifts}
    first = _("as the year before suggests") if around.has_year_before else _("before")
    usual = [shift.after - shift.value for shift in shifts.values()]
    figure = go.Figure()
    figure.add_bar(
        x=list(shifts), y=usual, name=first, offsetgroup=0, marker_color=MUTED[mode()], hovertemplate="%{y:.2f}"
    )
    for verdict, words in _verdicts(around).items():
        chosen = {name: shift for name, shift in shifts.items() if _verdict(shift) == verdict}
        if chosen:
            figure.add_bar(
                x=list(chosen),
                y=[shift.after for shift in chosen.values()],
                name=words,
                offsetgroup=1,
                marker_color=COLORS[mode()][verdict],
                error_y=_whiskers(list(chosen.values())) if verdict != "few" else None,
                hovertemplate="%{y:.2f}",
            )
    axis = {"title": _("Orders a customer a month"), "rangemode": "tozero"}
    xaxis = {"categoryorder": "array", "categoryarray": list(shifts)}
    return laid_out(figure, 340, barmode="group", yaxis=axis, xaxis=xaxis)


def _whiskers(shifts: list[Shift]) -> dict[str, Any]:
    """The interval of the difference, drawn at the end of the bar."""
    up, down = [shift.high - shift.value for shift in shifts], [shift.value - shift.low for shift in shifts]
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down}


def _verdict(shift: Shift) -> str:
    """What can be said of a segment."""
    if not math.isfinite(shift.low):
        return "few"
    return "chance" if not shift.is_shown else "fell" if shift.value < 0 else "rose"


def _verdicts(around: Around) -> dict[str, str]:
    return {
        "fell": _("after: fewer, beyond chance"),
        "rose": _("after: more, beyond chance"),
        "chance": _("after: within chance") if around.has_year_before else _("after"),
        "few": _("after: too few customers to say"),
    }


def _figures(around: Around) -> None:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    columns: dict[str, Any] = {
        "segment": text(_("Segment"), pinned=True),
        "customers": number(_("Customers"), format="localized"),
        "before": number(_("Before"), format="%.2f"),
        "after": number(_("After"), format="%.2f"),
        "before_then": number(_("Before, a year earlier"), format="%.2f"),
        "after_then": number(_("After, a year earlier"), format="%.2f"),
        "difference": text(_("Difference, 95 % interval"), help=definition("market_shift")),
        "verdict": text(_("Verdict")),
    }
    if not around.has_year_before:
        columns = {name: column for name, column in columns.items() if not name.endswith("_then")}
    frame = pd.DataFrame([market_words.row(shift) for shift in around.shifts])
    table(frame, "market_figures", label("market_shift"), columns)
    titles = {name: str(column["label"]) for name, column in columns.items()}
    downloads(lambda: frame[list(columns)].rename(columns=titles), "market_event", "market_event")


def _history(checks: Checks, row: dict[Hashable, Any]) -> None:
    """Their value and ours over the checks, where they are numbers and there is more than one."""
    rows = session.once(_numbers, checks, str(row["competitor"]), str(row["criterion"]))
    if len(rows) < 2:
        return
    figure = session.once(_steps, rows, str(row["competitor"]))
    title = plural("{n} check", "{n} checks", len(rows)) + ": " + safe(row["criterion"], 60)
    chart(figure, "market_history", title.replace("$", "\\$"), title)


def _numbers(checks: Checks, competitor: str, criterion: str) -> pd.DataFrame:
    """The checks of one offer that are numbers."""
    rows = offers.history(checks, competitor, criterion)
    return rows[rows["their_number"].notna() | rows["our_number"].notna()]


def _steps(rows: pd.DataFrame, competitor: str) -> go.Figure:
    """Their value and ours over time."""
    shades = COLORS[mode()]
    colors = {"their_number": shades["fell"], "our_number": shades["rose"]}
    names = {"their_number": safe(competitor), "our_number": _("ours")}
    figure = go.Figure(
        [
            go.Scatter(
                x=rows["checked_at"],
                y=rows[name],
                name=words,
                mode="lines+markers",
                line={"shape": "hv", "color": colors[name]},
            )
            for name, words in names.items()
        ]
    )
    return laid_out(figure, 260)
