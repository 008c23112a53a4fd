"""Sections of the losses page: what they cost, why and to whom, whom to ask, how long customers stay after a bad start."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib import losses
from ltvlib.losses import Register
from ltvlib.outreach.contacts import Contacts, with_dates
from ltvlib.settings import Filters
from pages.ui import choices, session, tiles
from pages.ui.components import chart, downloads, nothing, plain, table
from pages.ui.plots import laid_out, mode, money_axis, safe
from pages.ui.widgets import accent, switch
from pages.ui.words import _, count, percent, plural, short_money, symbol

SHOWN = 300
COLORS = {"light": ("#b3372f", "#0b6e4f", "#3a7ca5"), "dark": ("#ef7d74", "#4cc38a", "#6fb3dd")}
SERIES = {
    "light": ("#0b6e4f", "#3a7ca5", "#c8811a", "#a23b72", "#7c8591", "#b9c0c7"),
    "dark": ("#4cc38a", "#6fb3dd", "#f0b04f", "#dd7fb3", "#9aa5b1", "#5d6770"),
}


def summary(register: Register, view: Contacts) -> None:
    """How many, why, what it cost, who came back, whom nobody asked."""
    frame, currency = register.frame, session.workspace().info.currency
    dearest = session.once(losses.by, frame, "reason").iloc[0]
    st.markdown(
        _(
            "**{losses}** on record took {money} of yearly profit with them. The dearest reason is **{reason}**: {part} of it.",
            losses=plural("{n} loss", "{n} losses", len(frame)),
            money=short_money(float(frame["margin_before"].sum()), currency),
            reason=plain(dearest["reason"]),
            part=short_money(float(dearest["margin_before"]), currency),
        )
    )
    silent = session.once(losses.unasked, view.frame)
    with st.grid(3, gap="small", min_column_width=180):
        tiles.figure("won_back_share", register.won_back_share, percent(register.won_back_share))
        back = float(frame["margin_after"].sum())
        st.metric(_("Profit of those who came back"), short_money(back, currency), border=True, height="stretch")
        st.metric(
            _("Silent, and nobody asked why"),
            count(len(silent)),
            border=True,
            height="stretch",
            help=_(
                "Silent for three usual gaps between orders or longer, and no loss is on record since the last order."
            ),
        )


def reasons(register: Register) -> None:
    """Profit lost by reason or by rival."""
    words = {"reason": _("By reason"), "competitor": _("By rival"), "segment": _("By segment")}
    with st.container(border=True):
        column = switch(_("Show"), list(words), words.__getitem__, choices.key("losses_by"))
        figure = session.once(_dearest, register.frame, column, session.workspace().info.currency)
        title = _("What each reason took with it")
        chart(figure, "losses_by_chart", title, title, register.answer)


def _dearest(losses_frame: pd.DataFrame, column: str, currency: str) -> go.Figure:
    """Bars of the profit that each reason, rival or segment took along."""
    frame = losses.by(losses_frame, column).head(12).iloc[::-1]
    figure = go.Figure(
        go.Bar(
            y=[safe(_value_name(column, value) or _("not said")) for value in frame[column]],
            x=frame["margin_before"],
            orientation="h",
            marker_color=COLORS[mode()][0],
            text=[plural("{n} customer", "{n} customers", n) for n in frame["losses"]],
            textposition="auto",
        )
    )
    taken = frame["margin_before"].fillna(0)
    axis = {
        "title": _("Profit of the year before, {currency}", currency=symbol(currency)),
        **money_axis(min(taken, default=0.0), max(taken, default=0.0)),
    }
    return laid_out(figure, 90 + 34 * len(frame), xaxis=axis)


def _value_name(column: str, value: str) -> str:
    """A reason or rival as written, a segment in words."""
    return choices.segment_name(value) if column == "segment" and value else value


def over_time(register: Register) -> None:
    """Losses by quarter and reason or rival: whether something has begun."""
    column = st.session_state.get(choices.key("losses_by"), "reason")
    figure = session.once(_by_quarter, register.frame, str(column))
    title = _("Losses by quarter: has something begun?")
    chart(figure, "losses_time", title, title, register.answer)


def _by_quarter(losses_frame: pd.DataFrame, column: str) -> go.Figure:
    """Bars by quarter, stacked by the most frequent values."""
    frame = losses.by_quarter(losses_frame, column)
    values = [value for value in frame.groupby("value")["losses"].sum().sort_values(ascending=False).index if value]
    colors = SERIES[mode()]
    figure = go.Figure(
        [
            go.Bar(
                x=rows["quarter"],
                y=rows["losses"],
                name=safe(_value_name(column, value) or _("other, or not said")),
                marker_color=colors[min(place, len(colors) - 1)],
            )
            for place, value in enumerate([*values, ""])
            if len(rows := frame[frame["value"] == value])
        ]
    )
    return laid_out(figure, 420, barmode="stack")


def ask(view: Contacts, register: Register) -> None:
    """Who fell silent without a reason, and a form to write the reason down."""
    people = session.once(losses.unasked, view.frame)
    with st.container(border=True):
        title = plural(
            "Ask why: {n} customer left without a word", "Ask why: {n} customers left without a word", len(people)
        )
        st.markdown(f"**{title}**")
        if people.empty:
            nothing(_("Everybody who fell silent has been asked, or nobody fell silent."))
            return
        shown = session.once(_first, people)
        columns = _people_columns()
        table(shown, "unasked", title, columns, height=min(320, 80 + 35 * len(shown)))
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: with_dates(people)[list(columns)].rename(columns=titles), "ask_why", "ask_why")
        _form(view, people, register)


def _first(people: pd.DataFrame) -> pd.DataFrame:
    """Whom the screen shows."""
    return with_dates(people.head(SHOWN))


def _people_columns() -> dict[str, Any]:
    text, number, column = st.column_config.TextColumn, st.column_config.NumberColumn, st.column_config
    sign = symbol(session.workspace().info.currency)
    return {
        "name": text(_("Name"), pinned=True),
        "customer_id": text(_("Customer")),
        "manager": text(_("Manager")),
        "occasions": number(_("Orders"), format="localized"),
        "margin": number(_("Profit to date, {currency}", currency=sign), format="localized"),
        "last_at": column.DateColumn(_("Last order"), format="localized"),
        "days_silent": number(_("Days silent"), format="%d"),
    }


def _form(view: Contacts, people: pd.DataFrame, register: Register) -> None:
    """Customer, reason, rival: one click writes it down."""
    names = dict(zip(people["customer_id"], people["name"], strict=True))
    known, rivals = session.once(_said, register.frame, "reason"), session.once(_said, register.frame, "competitor")
    with st.form("loss_form", clear_on_submit=True):
        left, middle, right = st.columns(3)
        with left:
            customer = st.selectbox(
                _("Customer"),
                list(people["customer_id"].head(SHOWN)),
                format_func=lambda c: f"{names.get(c) or ''} {c}".strip(),
            )
        with middle:
            reason = st.selectbox(
                _("Reason"), known, index=None, accept_new_options=True, placeholder=_("choose or write")
            )
        with right:
            rival = st.selectbox(
                _("Went to"), rivals, index=None, accept_new_options=True, placeholder=_("nobody, or not known")
            )
        if st.form_submit_button(_("Write it down"), type=accent()):
            if not (reason or "").strip():
                st.error(_("Choose a reason or write one."), icon=":material/error:")
                return
            losses.write(session.journal(), str(customer), view.day, str(reason), str(rival or ""))
            st.toast(_("Written down."), icon=":material/check:")
            st.rerun(scope="app")


def _said(losses_frame: pd.DataFrame, column: str) -> list[str]:
    """What was written down so far, the dearest first."""
    return [str(value) for value in losses.by(losses_frame, column)[column] if value] if len(losses_frame) else []


def fates(found: Filters) -> None:
    """How long customers stay after a first order that was late, and after one on time."""
    curves = session.remember(losses.fates, "is_late", found)
    if curves is None:
        return
    figure = session.once(_stays, curves)
    half = (curves.troubled.still_here(182)[0], curves.untroubled.still_here(182)[0])
    late, good_side = curves.troubled.still_here(182), curves.untroubled.still_here(182)
    if not (late[2] < good_side[1] or good_side[2] < late[1]):
        title = _(
            "Customers stay about as long after a late first order as after one on time: the difference is within chance"
        )
        chart(figure, "fates", title, title, curves.answer)
        return
    title = _(
        "Half a year after a late first order {late} are still here, after one on time {good}",
        late=percent(half[0]),
        good=percent(half[1]),
    )
    chart(figure, "fates", title, title, curves.answer)


def _stays(curves: losses.Fates) -> go.Figure:
    """Both curves of who is still here."""
    bad, good, _line = COLORS[mode()]
    figure = go.Figure(
        [
            go.Scatter(x=curve.days, y=curve.survival, name=name, line={"shape": "hv", "color": color})
            for curve, name, color in (
                (curves.untroubled, _("first order on time"), good),
                (curves.troubled, _("first order late"), bad),
            )
        ]
    )
    return laid_out(
        figure,
        330,
        yaxis={"tickformat": ".0%", "range": [0, 1]},
        xaxis={"title": _("Days after the first order")},
    )


def listed(register: Register) -> None:
    """The register itself."""
    if register.frame.empty:
        return
    text, number, column = st.column_config.TextColumn, st.column_config.NumberColumn, st.column_config
    sign = symbol(session.workspace().info.currency)
    columns: dict[str, Any] = {
        "name": text(_("Name"), pinned=True),
        "customer_id": text(_("Customer")),
        "lost_at": column.DateColumn(_("Lost"), format="localized"),
        "reason": text(_("Reason")),
        "competitor": text(_("Went to")),
        "manager": text(_("Manager")),
        "margin_before": number(_("Profit of the year before, {currency}", currency=sign), format="localized"),
        "orders_after": number(_("Orders since"), format="localized"),
        "margin_after": number(_("Profit since, {currency}", currency=sign), format="localized"),
    }
    with st.expander(_("The register of losses"), icon=":material/list:"):
        shown = register.frame.round({"margin_before": 0, "margin_after": 0})
        table(shown, "losses", _("The register of losses"), columns)
        titles = {name: str(item["label"]) for name, item in columns.items()}
        downloads(lambda: register.frame[list(columns)].rename(columns=titles), "losses", "losses")
