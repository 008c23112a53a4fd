"""What is added to each main purchase, who adds the most, and what baskets lack."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from ltvlib.engine import Answer
from ltvlib.products import attach
from ltvlib.products.items import Level
from ltvlib.settings import Filters
from pages.ui import choices, products_words, session
from pages.ui.components import chart, definition, downloads, nothing, plain, table
from pages.ui.plots import laid_out, safe
from pages.ui.widgets import choose
from pages.ui.words import _, percent, plural, short_money, symbol

SHOWN = 12
LISTED = 300


def draw(level: Level, found: Filters) -> None:
    """Attach rates by main purchase and by manager, and what that leaves on the table."""
    answer = session.remember(attach.facts, level, found)
    if answer.frame.empty:
        nothing(_("No order in the chosen period has lines."))
        return
    called = products_words.names(level)
    left, right = st.columns(2)
    with left:
        _rates(answer, called)
    with right:
        _sellers(answer, called)
    _lacking(answer, called)


def _dots(rates: list[float], low: list[float], high: list[float], names: list[str], notes: list[str]) -> go.Figure:
    tone = products_words.colors()
    error = {
        "array": [h - r for h, r in zip(high, rates, strict=True)],
        "arrayminus": [r - x for x, r in zip(low, rates, strict=True)],
        "color": tone["muted"],
    }
    figure = go.Figure(
        go.Scatter(
            x=rates,
            y=names,
            mode="markers",
            marker={"size": 11, "color": tone["plain"]},
            error_x=error,
            customdata=notes,
            hovertemplate="%{y}: %{x:.0%}<br>%{customdata}<extra></extra>",
        )
    )
    axis = {"tickformat": ".0%", "rangemode": "tozero"}
    return laid_out(figure, 130 + 30 * len(names), xaxis=axis, yaxis={"automargin": True})


def _rates(answer: Answer, called: dict[int, str]) -> None:
    rows = attach.any_extra(answer.frame).head(SHOWN).sort_values("attach_rate")
    notes = [plural("{n} order", "{n} orders", n) for n in rows["orders"]]
    names = [safe(called[item]) for item in rows["item"]]
    figure = _dots(list(rows["attach_rate"]), list(rows["low"]), list(rows["high"]), names, notes)
    usual = rows.sort_values("orders").iloc[-1]
    title = _(
        "Something is added to {share} of the orders of {name}",
        share=percent(usual["attach_rate"]),
        name=plain(called[usual["item"]]),
    )
    chart(figure, "products_attach", title, title, answer, ("attach_rate",))


def _sellers(answer: Answer, called: dict[int, str]) -> None:
    """Who adds how often to one main purchase."""
    items = [int(item) for item in attach.any_extra(answer.frame)["item"]]
    with st.container(border=True):
        item = choose(_("Added to"), items, called.__getitem__, choices.key("attach_to"))
        rows = attach.by_seller(answer.frame, item)
        if len(rows) < 2:
            nothing(_("The data do not name two managers with thirty such orders each."))
            return
        who = session.remember(attach.sellers)
        rows = rows.iloc[::-1]
        notes = [plural("{n} order", "{n} orders", n) for n in rows["orders"]]
        names = [safe(who[key]) for key in rows["seller_key"]]
        figure = _dots(list(rows["attach_rate"]), list(rows["low"]), list(rows["high"]), names, notes)
        best, last = rows.iloc[-1], rows.iloc[0]
        title = _(
            "{best} adds something to {high} of such orders, {last} to {low}",
            best=plain(who[best["seller_key"]]),
            high=percent(best["attach_rate"]),
            last=plain(who[last["seller_key"]]),
            low=percent(last["attach_rate"]),
        )
        chart(figure, "products_sellers", title, title, answer, ("attach_rate",))


def _lacking(answer: Answer, called: dict[int, str]) -> None:
    """What a typical basket lacks, and what it would bring if everybody added as much as the best."""
    rows = attach.lacking(answer.frame)
    if rows.empty:
        return
    currency = session.workspace().info.currency
    first = rows.iloc[0]
    title = _("What a typical basket lacks")
    with st.container(border=True):
        st.markdown(f"**{title}**")
        if first["gain"] > 0:
            st.markdown(
                _(
                    "The most is left at **{name}**: if everybody added **{extra}** as often as the best seller surely does, it would have brought {money} more.",
                    name=plain(called[first["item"]]),
                    extra=plain(called[first["extra"]]),
                    money=short_money(first["gain"], currency),
                )
            )
        sign = symbol(currency)
        shown = rows.assign(item=rows["item"].map(called), extra=rows["extra"].map(called))
        shown = shown.round({"attach_rate": 3, "reachable": 3, "profit": 0, "gain": 0})
        text, num = st.column_config.TextColumn, st.column_config.NumberColumn
        columns: dict[str, Any] = {
            "item": text(_("Main purchase"), pinned=True),
            "extra": text(_("What could be added")),
            "orders": num(_("Orders"), format="localized"),
            "attach_rate": num(_("Have it"), format="percent", help=definition("attach_rate")),
            "missing": num(_("Orders without it"), format="localized"),
            "profit": num(_("Profit of one, {currency}", currency=sign), format="localized"),
            "reachable": num(
                _("Best seller, at least"), format="percent", help=_("Lower limit of the best seller's 95 % interval.")
            ),
            "gain": num(_("Left on the table, {currency}", currency=sign), format="localized"),
        }
        table(shown.head(LISTED), "products_lacking", title, columns, height=min(380, 80 + 35 * len(shown)))
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: shown[list(columns)].rename(columns=titles), "lacking", "lacking")
