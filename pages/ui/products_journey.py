"""First, second, third purchase, and what customers become who begin with each item."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.engine import Answer
from ltvlib.like_with_like import LEAST
from ltvlib.products import journey
from ltvlib.products.items import Level
from ltvlib.products.journey import Start, Verdict
from ltvlib.settings import Filters
from pages.ui import beginning_note, products_words, session
from pages.ui.components import chart, definition, downloads, label, nothing, plain, table
from pages.ui.plots import laid_out, safe
from pages.ui.words import DASH, _, number, percent, plural, short_money, symbol

SHOWN = 12


def draw(found: Filters) -> None:
    """The whole tab."""
    still = products_words.pays_by_calendar(found)
    left, right = st.columns(2)
    with left:
        level = products_words.level("journey_level")
    with right:
        question = _("Watch customers after the first order for")
        days = products_words.days("journey_days", 365 if still else 180, question)
    starts, answer = session.remember(journey.starts, level, days, still, found)
    if not starts:
        nothing(_("No customer began long enough ago. Watch them for fewer days."))
        return
    called = products_words.names(level)
    _verdict(starts, called, days)
    beginning_note.draw()
    left, right = st.columns(2)
    with left:
        _returns(starts, called, answer)
    with right:
        _sankey(level, days, found, called)
    _figures(starts, called, days)
    _paths(level, days, found, called)


def _verdict(starts: list[Start], called: dict[int, str], days: int) -> None:
    """Gateways and dead ends in words."""
    currency = session.workspace().info.currency
    shown = sorted((s for s in starts if s.is_shown), key=lambda s: -abs(s.against.value))
    for start in [s for s in shown if s.verdict is Verdict.GATEWAY][:2]:
        st.markdown(":material/trending_up: " + _gateway(start, called, days, currency))
    for start in [s for s in shown if s.verdict is Verdict.DEAD_END][:2]:
        st.markdown(":material/trending_down: " + _dead_end(start, called, days, currency))
    if not shown:
        st.markdown(
            _(
                "With whatever customers begin, as many come back: no first purchase is better than chance would make it."
            )
        )
    st.caption(
        _(
            "A main purchase is compared with other first orders of the same channel and season, an addition with orders of the same main purchase without it. Nobody drew lots: a different kind of customer stays in the difference."
        )
    )


def _gateway(start: Start, called: dict[int, str], days: int, currency: str) -> str:
    return _(
        "**{name}** is a gateway: {share} of those who begin with it come back within {days} days, {others} of like customers; a customer brings {money}.",
        **_params(start, called, days, currency),
    )


def _dead_end(start: Start, called: dict[int, str], days: int, currency: str) -> str:
    return _(
        "**{name}** is a dead end: {share} of those who begin with it come back within {days} days, {others} of like customers; a customer brings {money}.",
        **_params(start, called, days, currency),
    )


def _params(start: Start, called: dict[int, str], days: int, currency: str) -> dict[str, Any]:
    return {
        "name": plain(called[start.item]),
        "share": percent(start.against.exposed),
        "others": percent(start.against.others),
        "days": days,
        "money": short_money(start.ltv.value, currency),
    }


def _returns(starts: list[Start], called: dict[int, str], answer: Answer) -> None:
    """Share that comes back by first item, with intervals."""
    rows = session.once(_outermost, starts)
    figure = session.once(_dots, rows, called)
    title = _(
        "After {best}, {high} of customers come back, after {worst} {low}",
        best=plain(called[rows[-1].item]),
        high=percent(rows[-1].return_rate),
        worst=plain(called[rows[0].item]),
        low=percent(rows[0].return_rate),
    )
    chart(figure, "products_returns", title, title, answer, ("first_item_return",))


def _outermost(starts: list[Start]) -> list[Start]:
    """The most frequent first items, the lowest share that comes back first."""
    known = [s for s in starts if s.customers >= LEAST] or starts
    return sorted(sorted(known, key=lambda s: -s.customers)[:SHOWN], key=lambda s: s.return_rate)


def _dots(rows: list[Start], called: dict[int, str]) -> go.Figure:
    tone = products_words.colors()
    paint = {Verdict.GATEWAY: tone["good"], Verdict.DEAD_END: tone["bad"]}
    figure = go.Figure(
        go.Scatter(
            x=[s.return_rate for s in rows],
            y=[safe(called[s.item]) for s in rows],
            mode="markers",
            marker={"size": 11, "color": [paint.get(s.verdict, tone["muted"]) for s in rows]},
            error_x={
                "array": [s.high - s.return_rate for s in rows],
                "arrayminus": [s.return_rate - s.low for s in rows],
                "color": tone["muted"],
            },
            customdata=[plural("{n} customer", "{n} customers", s.customers) for s in rows],
            hovertemplate="%{y}: %{x:.0%}<br>%{customdata}<extra></extra>",
        )
    )
    return laid_out(figure, 460, xaxis={"tickformat": ".0%", "rangemode": "tozero"}, yaxis={"automargin": True})


def _sankey(level: Level, days: int, found: Filters, called: dict[int, str]) -> None:
    """Who buys what first, second and third."""
    answer = session.remember(journey.paths, level, days, found)
    flow = session.once(journey.flows, answer.frame)
    if flow.empty:
        return
    second, third = journey.reached(answer.frame)
    title = _(
        "Within {days} days {second} of customers buy a second time, {third} a third time",
        days=days,
        second=percent(second),
        third=percent(third),
    )
    chart(session.once(_streams, flow, called), "products_sankey", title, title, answer)


def _streams(flow: pd.DataFrame, called: dict[int, str]) -> go.Figure:
    nodes = list(
        dict.fromkeys(
            [*zip(flow["step"], flow["item"], strict=True), *zip(flow["step"] + 1, flow["next_item"], strict=True)]
        )
    )
    place = {node: n for n, node in enumerate(nodes)}
    tone = products_words.colors()
    words = [_("no more") if item == journey.NONE else safe(called[item], 22) for _step, item in nodes]
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            textfont={"color": tone["text"]},
            node={
                "align": "left",
                "label": words,
                "pad": 12,
                "thickness": 14,
                "color": [tone["muted"] if item == journey.NONE else tone["good"] for _step, item in nodes],
            },
            link={
                "source": [place[node] for node in zip(flow["step"], flow["item"], strict=True)],
                "target": [place[node] for node in zip(flow["step"] + 1, flow["next_item"], strict=True)],
                "value": flow["customers"],
                "color": tone["flow"],
            },
        )
    )
    return laid_out(figure, 460)


def _figures(starts: list[Start], called: dict[int, str], days: int) -> None:
    """The table behind, as a file too."""
    sign = symbol(session.workspace().info.currency)
    frame = pd.DataFrame([_row(start, called) for start in starts])
    text, num = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "item": text(_("First item"), pinned=True),
        "verdict": text(_("Verdict")),
        "part": text(_("What it is")),
        "customers": num(_("Customers"), format="localized"),
        "return_rate": num(label("first_item_return"), format="percent", help=definition("first_item_return")),
        "interval": text(_("95 % interval")),
        "others": num(_("Like customers"), format="percent"),
        "difference": text(_("Difference, 95 % interval"), help=_("In percentage points.")),
        "ltv": num(f"{label('first_item_ltv')}, {sign}", format="localized", help=definition("first_item_ltv")),
        "ltv_interval": text(_("95 % interval of the profit")),
    }
    title = _("What customers bring within {days} days by what they begin with, the most profit first", days=days)
    with st.container(border=True):
        st.markdown(f"**{title}**")
        table(frame, "products_firsts", title, columns)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: frame.rename(columns=titles), "first_products", "first_products")


def _row(start: Start, called: dict[int, str]) -> dict[str, Any]:
    against, currency = start.against, session.workspace().info.currency
    points = [100 * x for x in (against.value, against.low, against.high)]
    is_known = points[1] == points[1]
    return {
        "item": called[start.item],
        "verdict": products_words.verdict_name(start.verdict),
        "part": products_words.part_name(start.part),
        "customers": start.customers,
        "return_rate": round(start.return_rate, 3),
        "interval": f"{percent(start.low)} … {percent(start.high)}",
        "others": round(against.others, 3),
        "difference": f"{number(points[0], 0)} ({number(points[1], 0)} … {number(points[2], 0)})" if is_known else DASH,
        "ltv": round(start.ltv.value),
        "ltv_interval": f"{short_money(start.ltv.low, currency)} … {short_money(start.ltv.high, currency)}",
    }


def _paths(level: Level, days: int, found: Filters, called: dict[int, str]) -> None:
    """First -> second -> third as a table."""
    frame = journey.shares(session.remember(journey.paths, level, days, found).frame)
    sign = symbol(session.workspace().info.currency)
    for name in ("first_item", "second_item", "third_item"):
        frame[name] = [_("no more") if pd.isna(item) else called[int(item)] for item in frame[name]]
    text, num = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "first_item": text(_("First purchase"), pinned=True),
        "second_item": text(_("Second")),
        "third_item": text(_("Third")),
        "customers": num(_("Customers"), format="localized"),
        "share": num(_("Share"), format="percent"),
        "days_to_second": num(_("Days to the second, median"), format="%d"),
        "days_to_third": num(_("Days to the third, median"), format="%d"),
        "profit_after": num(_("Profit after the first, {currency}", currency=sign), format="localized"),
    }
    with st.expander(_("Paths as a table"), icon=":material/table_rows:"):
        shown = frame.round({"share": 3, "profit_after": 0})
        table(shown, "products_paths", _("Paths as a table"), columns, height=420)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: shown[list(columns)].rename(columns=titles), "paths", "paths")
