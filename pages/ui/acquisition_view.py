"""Sections of the acquisition page: tiles, channels, months, cash."""

from __future__ import annotations

from math import isnan
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from ltvlib import economics
from ltvlib.economics import Acquisition
from ltvlib.payback import Payback, cash_gap, cash_path
from pages.ui import acquisition_charts, acquisition_story, choices, session
from pages.ui.components import chart, definition, downloads, label, plain, table
from pages.ui.tiles import figure
from pages.ui.widgets import choose
from pages.ui.words import _, month, plural, symbol

COMPANY = "*"
"""The choice of the whole company; no channel is called so."""
BACK_BY = (0, 1, 3, 6, 9, 12, 18, 24)


def channel_name(name: str | None) -> str:
    """A channel, or the whole company, in words."""
    if name is None or name == COMPANY:
        return _("All channels")
    return _("Other channels") if name == economics.OTHER else name or _("Channel not known")


def horizon_name(months: int) -> str:
    """A horizon in words."""
    return plural("{n} month", "{n} months", months) if months else _("first month")


def back_by(horizon: int) -> list[int]:
    """Payback times that can be asked for under a horizon."""
    return [month for month in BACK_BY if month <= horizon]


def tiles(found: Payback) -> None:
    """The six figures of a verdict."""
    with st.grid(3, gap="small", min_column_width=160):
        figure("cac", found.cac)
        figure("first_order_margin", found.first_order_margin)
        figure("first_order_romi", found.first_order_romi)
        figure("payback_months", found.payback_month, acquisition_story.payback(found))
        figure("ltv_cac_ratio", found.ltv_cac_ratio, note=horizon_name(found.horizon))
        figure("romi", found.romi, note=horizon_name(found.horizon))


def channels(found: Acquisition, months: int) -> None:
    """The channels: verdict, what may be paid, what is paid."""
    frame = economics.channel_table(found, months)
    frame.insert(0, "name", [channel_name(row.name) for row in found.channels])
    frame.insert(1, "verdict", [acquisition_story.short_verdict(row) for row in found.channels])
    sign = symbol(session.workspace().info.currency)
    with st.container(border=True):
        st.markdown("**" + _("How much may a customer from each channel cost, and how much does one cost?") + "**")
        columns = _columns(sign, found.company.horizon)
        shown = frame.round(
            dict.fromkeys(
                ("affordable_cac", "cac", "recent_cac", "spend", "first_order_margin", "margin_at_horizon"), 0
            )
        )
        table(shown, "channels", _("Channels with cost, margin, payback and verdict"), columns)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: shown[list(columns)].rename(columns=titles), "channels", "channels")


def _columns(sign: str, horizon: int) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn

    def money(slug: str) -> Any:
        return number(f"{label(slug)}, {sign}", format="localized", help=definition(slug))

    return {
        "name": text(_("Channel"), pinned=True),
        "verdict": text(_("Verdict")),
        "affordable_cac": money("affordable_cac"),
        "cac": money("cac"),
        "recent_cac": money("recent_cac"),
        "new_customers": number(label("new_customers"), format="localized", help=definition("new_customers")),
        "spend": number(_("Spend, {currency}", currency=sign), format="localized"),
        "first_order_margin": money("first_order_margin"),
        "first_order_romi": number(label("first_order_romi"), format="percent", help=definition("first_order_romi")),
        "margin_at_horizon": number(
            _("Brought by month {n}, {currency}", n=horizon, currency=sign),
            format="localized",
            help=definition("cumulative_ltv"),
        ),
        "ltv_cac_ratio": number(label("ltv_cac_ratio"), format="%.1f", help=definition("ltv_cac_ratio")),
        "romi": number(label("romi"), format="percent", help=definition("romi")),
    }


def payback(found: Acquisition) -> None:
    """The curve, and beside it the money that is out on the way, where it is known what winning a customer costs."""
    if isnan(found.company.cac):
        curve(found)
        return
    left, right = st.columns(2)
    with left:
        curve(found)
    with right:
        cash(found)


def curve(found: Acquisition) -> None:
    """The payback curve of the company or of one channel."""
    options = [COMPANY, *(row.name or "" for row in found.channels if row.customers)]
    picked = choose(_("Channel"), options, channel_name, choices.key("payback_of"))
    row = found.company if picked == COMPANY else found.channel(picked)
    currency = session.workspace().info.currency
    title = acquisition_story.curve_title(row, plain(channel_name(row.name)), currency)
    slugs = ("cumulative_ltv", "cac", "payback_months")
    picture = session.once(acquisition_charts.payback_curve, row, currency)
    chart(picture, "payback_curve", title, title, found.answer, slugs)
    if picked != COMPANY:
        st.markdown(acquisition_story.verdict(row, currency))


def months(found: Acquisition) -> None:
    """Cost of a new customer and first-order margin by month, as a picture and as a table."""
    title = _("Every month: what a new customer cost, and what the first order left")
    currency = session.workspace().info.currency
    picture = session.once(acquisition_charts.months, found.months, currency)
    chart(picture, "cac_months", title, title, found.answer, ("cac", "first_order_margin"))
    with st.expander(_("The same by month as a table"), icon=":material/table:"):
        frame = found.months.round({"cac": 0, "first_order_margin": 0, "spend": 0})
        frame["month"] = [month(day) for day in frame["month"]]
        columns = _month_columns(symbol(currency))
        table(frame, "cac_table", title, columns)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: frame[list(columns)].rename(columns=titles), "months", "cac_table")


def _month_columns(sign: str) -> dict[str, Any]:
    column = st.column_config
    money = ("spend", "cac", "first_order_margin")
    names = {"spend": _("Spend, {currency}", currency=sign)}
    return {
        "month": column.TextColumn(_("Month"), pinned=True),
        "new_customers": column.NumberColumn(
            label("new_customers"), format="localized", help=definition("new_customers")
        ),
        **{
            name: column.NumberColumn(names.get(name) or f"{label(name)}, {sign}", format="localized") for name in money
        },
        "first_order_romi": column.NumberColumn(
            label("first_order_romi"), format="percent", help=definition("first_order_romi")
        ),
        "payback_month": column.NumberColumn(label("payback_months"), format="%d", help=definition("payback_months")),
    }


def cash(found: Acquisition) -> None:
    """Money that is out while the growth does not yet carry itself."""
    row, currency = found.company, session.workspace().info.currency
    planned = st.number_input(
        _("Planned new customers a month"),
        1,
        1_000_000,
        economics.planned_customers(found),
        key=choices.key("planned"),
        help=definition("cash_gap"),
    )
    path = cash_path(row.curve, row.cac, planned)
    words = acquisition_story.cash(cash_gap(path), planned, row.horizon, currency)
    if words:
        st.markdown(words)
        title = _("Money in hand if every month wins as many customers")
        chart(session.once(_cash, row, planned, currency), "cash_path", title, title, found.answer, ("cash_gap",))


def _cash(row: Payback, planned: int, currency: str) -> go.Figure:
    return acquisition_charts.cash(cash_path(row.curve, row.cac, planned), currency)
