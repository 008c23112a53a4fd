"""Discounts: what is given away, who buys only at one, and whether a deeper one brings customers back."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.products import discounts
from ltvlib.products.discounts import Discounts, Only
from ltvlib.settings import Filters
from pages.ui import products_words, session, tiles
from pages.ui.components import chart, nothing
from pages.ui.plots import laid_out
from pages.ui.words import _, count, number, percent, plural, short_money


def draw(found: Filters) -> None:
    """The whole tab."""
    days = products_words.days("discount_days", 90, _("Watch customers after the order for"))
    view = session.remember(discounts.discounts, days, found)
    if not view.orders["is_discounted"].any():
        nothing(_("No discount is seen: nothing was sold noticeably below its highest usual price of the quarter."))
        return
    only = discounts.only_buyers(view)
    _tiles(view, only)
    left, right = st.columns([3, 2])
    with left:
        _depth(view)
    with right:
        _words(view, only)
    _people(view, found)


def _tiles(view: Discounts, only: Only) -> None:
    currency = session.workspace().info.currency
    _value, low, high = view.given_away
    with st.grid(3, gap="small", min_column_width=180):
        st.metric(
            _("Discounts given in 12 months"),
            short_money(view.given_a_year, currency),
            border=True,
            height="stretch",
            help=_("The highest usual unit price of the product in that quarter less the price paid, from 3 % on."),
        )
        span = _("{low} to {high}", low=short_money(low, currency), high=short_money(high, currency))
        tiles.figure("discount_given_away", view.given_away[0], note=span)
        tiles.figure("discount_only_share", only.share, note=plural("{n} customer", "{n} customers", only.only))


def _depth(view: Discounts) -> None:
    """How many come back after a first order at each depth of discount."""
    rows = discounts.by_depth(view)
    rows = rows[rows["customers"] >= discounts.FEW]
    tone = products_words.colors()
    names = [_name(low, high) for low, high in zip(rows["low_depth"], rows["high_depth"], strict=True)]
    figure = go.Figure(
        go.Bar(
            x=names,
            y=rows["return_rate"],
            marker_color=[tone["good"], *[tone["plain"]] * (len(rows) - 1)],
            error_y={
                "array": rows["high"] - rows["return_rate"],
                "arrayminus": rows["return_rate"] - rows["low"],
                "color": tone["muted"],
            },
            text=[plural("{n} customer", "{n} customers", n) for n in rows["customers"]],
            textposition="inside",
            insidetextanchor="start",
            hovertemplate="%{x}: %{y:.0%}<extra></extra>",
        )
    )
    laid_out(
        figure,
        380,
        yaxis={"tickformat": ".0%", "rangemode": "tozero"},
        xaxis={"title": _("discount on the first order")},
    )
    came, _profit, is_shown = discounts.after_discount(view)
    title = _("A discount on the first order does not change how many come back, as far as can be seen")
    if is_shown:
        told = {"exposed": percent(came.exposed), "others": percent(came.others), "days": count(view.days)}
        title = _(
            "After a discounted first order {exposed} come back within {days} days, {others} after a like one at full price",
            **told,
        )
    chart(figure, "products_depth", title, title, view.answer, ("first_item_return",))


def _name(low: float, high: float) -> str:
    if low == 0:
        return _("full price")
    if high > 1:
        return _("more than {low}", low=percent(low))
    return _("{low} to {high}", low=percent(low), high=percent(high))


def _words(view: Discounts, only: Only) -> None:
    """What that means, in sentences."""
    currency = session.workspace().info.currency
    share, low, high = view.anyway
    with st.container(border=True):
        if share == share:
            st.markdown(
                _(
                    "**Given to those who would have come anyway.** Customers who pay the full price ordered again within {days} days in {share} of cases ({low} to {high}) without any discount. In 12 months they got {money} of discounts all the same.",
                    days=count(view.days),
                    share=percent(share),
                    low=percent(low),
                    high=percent(high),
                    money=short_money(view.regular_given, currency),
                )
            )
        if only.only:
            st.markdown(
                _(
                    "**Only at a discount:** {n} of {all} repeat customers never paid the full price. They bring {margin} of profit an order, the others {others}.",
                    n=count(only.only),
                    all=count(only.repeat_customers),
                    margin=short_money(only.margin, currency),
                    others=short_money(only.margin_others, currency),
                )
            )
        came, profit, is_shown = discounts.after_discount(view)
        if is_shown:
            st.markdown(
                _(
                    "**What comes after:** {difference} points in returns ({low} to {high}) and {money} of profit a customer against like first orders at full price.",
                    difference=number(100 * came.value, 0),
                    low=number(100 * came.low, 0),
                    high=number(100 * came.high, 0),
                    money=short_money(profit.value, currency),
                )
            )
        st.caption(
            _(
                "Nobody drew lots: whoever comes for a discount may be another kind of customer. Price rises within a quarter and prices by size or contract can look like discounts."
            )
        )


def _people(view: Discounts, found: Filters) -> None:
    """Who buys only at a discount."""
    frame = session.remember(_only_people, view.days, found)
    if frame.empty:
        return
    with st.container(border=True):
        title = _("They wait for the discount: offer something else before the next promotion")
        st.markdown(f"**{title}**")
        products_words.people(frame, "discount_only", title, _("Last order"))


def _only_people(workspace: Any, days: int, found: Filters) -> pd.DataFrame:
    return discounts.only_people(workspace, discounts.discounts(workspace, days, found), found)
