"""Moving up: who buys a dearer variant next, what it did to the margin, and to whom the next rung can be offered."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.products import ladders
from ltvlib.products.items import Level
from ltvlib.products.ladders import Ladders, Way
from ltvlib.settings import Filters
from pages.ui import choices, products_words, session
from pages.ui.components import chart, downloads, nothing, plain, table
from pages.ui.plots import heat, laid_out, safe
from pages.ui.widgets import choose
from pages.ui.words import _, count, percent, plural, short_money, symbol

SHOWN = 10
LISTED = 300


def draw(found: Filters) -> None:
    """The whole section."""
    view = session.remember(ladders.ladders, found)
    if view.steps.empty:
        nothing(_("Nobody bought twice in one category, or the products have no categories."))
        return
    left, right = st.columns([3, 2])
    with left:
        _ways(view)
    with right:
        _bands(view)
    _rungs(view, found)


def _way_name(way: Way) -> str:
    return {Way.UP: _("dearer"), Way.SAME: _("about the same price"), Way.DOWN: _("cheaper")}[way]


def _ways(view: Ladders) -> None:
    """By category: does the next purchase go up, stay or go down?"""
    table_ = ladders.by_category(view.steps).head(SHOWN).iloc[::-1]
    called, tone = products_words.names(Level.CATEGORY), products_words.colors()
    paint = {Way.UP: tone["good"], Way.SAME: tone["muted"], Way.DOWN: tone["bad"]}
    figure = go.Figure(
        [
            go.Bar(
                y=[safe(called[key]) for key in table_["category_key"]],
                x=table_[f"{way.value}_share"],
                name=_way_name(way),
                orientation="h",
                marker_color=paint[way],
                hovertemplate="%{y}: %{x:.0%}<extra></extra>",
            )
            for way in Way
        ]
    )
    laid_out(figure, 140 + 36 * len(table_), barmode="stack", xaxis={"tickformat": ".0%", "range": [0, 1]})
    gain = ladders.gain(view.steps[view.steps["way"] == Way.UP.value])
    currency = session.workspace().info.currency
    title = _("Nobody has moved up to a dearer variant yet")
    if gain.n:
        title = _(
            "{moves} to a dearer variant brought {money} of margin each ({low} to {high})",
            moves=plural("{n} move", "{n} moves", gain.n),
            money=short_money(gain.value, currency),
            low=short_money(gain.low, currency),
            high=short_money(gain.high, currency),
        )
    chart(figure, "products_ways", title, title, view.answer)
    down = ladders.gain(view.steps[view.steps["way"] == Way.DOWN.value])
    text = _("The next purchase in the same category, by the usual price of the products; a tenth more or less counts.")
    if down.n:
        moves = plural("{n} move", "{n} moves", down.n)
        text += " " + _(
            "{moves} to a cheaper one changed the margin by {money} each.",
            moves=moves,
            money=short_money(down.value, currency),
        )
    st.caption(text)


def _bands(view: Ladders) -> None:
    """From which third of the prices to which."""
    moves = ladders.bands(view.steps)
    words = [_("cheap third"), _("middle third"), _("dear third")]
    figure = go.Figure(
        go.Heatmap(
            z=moves.to_numpy(),
            x=words,
            y=words,
            text=[[count(n) for n in row] for row in moves.to_numpy()],
            texttemplate="%{text}",
            **heat(),
            hovertemplate="%{y} → %{x}: %{text}<extra></extra>",
        )
    )
    laid_out(figure, 300, xaxis={"title": _("the next purchase")}, yaxis={"title": _("a purchase")})
    title = _(
        "{share} of purchases are followed by one from a dearer third of the category",
        share=percent(ladders.upward_share(moves)),
    )
    chart(figure, "products_bands", title, title, view.answer)


def _rungs(view: Ladders, found: Filters) -> None:
    """Ladders that customers really climb, and who stands on the lower rung now."""
    up = ladders.climbed(view.steps).head(LISTED)
    if up.empty:
        return
    called = products_words.names(Level.PRODUCT)
    sign = symbol(session.workspace().info.currency)
    title = _("Ladders that customers climb")
    shown = up.assign(a=up["product_key"].map(called), b=up["next_key"].map(called)).round({"gain": 0, "share": 3})
    text, num = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "a": text(_("From"), pinned=True),
        "b": text(_("To")),
        "customers": num(_("Customers"), format="localized"),
        "share": num(_("Share of next purchases"), format="percent"),
        "gap": num(_("Days between, median"), format="%d"),
        "gain": num(_("Margin a move, {currency}", currency=sign), format="localized"),
    }
    with st.container(border=True):
        st.markdown(f"**{title}**")
        table(shown, "products_climbed", title, columns, height=min(330, 80 + 35 * len(shown)))
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: shown[list(columns)].rename(columns=titles), "ladders", "ladders")
        _people(up, called, found)


def _people(up: pd.DataFrame, called: dict[int, str], found: Filters) -> None:
    keys = list(range(len(up)))
    words = [
        _("{a}, next {b}", a=called[a], b=called[b]) for a, b in zip(up["product_key"], up["next_key"], strict=True)
    ]
    place = choose(_("Who stands on the lower rung now"), keys, words.__getitem__, choices.key("rung"))
    row = up.iloc[place]
    answer = session.remember(ladders.rung, int(row["category_key"]), int(row["product_key"]), found)
    st.markdown(
        _(
            "{customers}: the last thing they bought in the category is {name}.",
            customers=plural("{n} customer", "{n} customers", answer.rows),
            name=plain(called[row["product_key"]]),
        )
    )
    products_words.people(answer.frame, "rung", _("Who stands on the lower rung now"), _("Bought it"))
