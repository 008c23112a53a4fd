"""Figures of the LTV laboratory: definitions side by side, and the curve carried on."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ltvlib.ltv import Definition, Extension, Historic
from pages.ui.ltv_story import definition_name, interval
from pages.ui.plots import MUTED, color, laid_out, mode, money_axis
from pages.ui.words import _, count, short_money


def definitions(found: Historic, shown: list[Definition], currency: str) -> go.Figure:
    """One bar a definition with its interval; the cost of a customer as a line."""
    rows = [(name, found.rows[name]) for name in shown if not np.isnan(found.rows[name].value)]
    names = [definition_name(name) for name, _row in rows]
    values = [row.value for _name, row in rows]
    shades = {Definition.REVENUE: MUTED[mode()], Definition.AFTER_CAC: color("C")}
    figure = go.Figure()
    figure.add_bar(
        y=names,
        x=values,
        orientation="h",
        marker={"color": [shades.get(name, color("A")) for name, _row in rows]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [row.high - row.value for _name, row in rows],
            "arrayminus": [row.value - row.low for _name, row in rows],
        },
        text=[short_money(value, currency) for value in values],
        textposition="inside",
        insidetextanchor="start",
        textangle=0,
        hovertext=[
            f"{name}: {short_money(row.value, currency)}<br>{interval(row.low, row.high, currency)}<br>n = {count(row.n)}"
            for name, (_name, row) in zip(names, rows, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )
    if not np.isnan(found.cac):
        words = _("Paid for a customer: {money}", money=short_money(found.cac, currency))
        line = {"dash": "dash", "color": color("C")}
        figure.add_scatter(
            x=[found.cac] * 2, y=[names[0], names[-1]], mode="lines", name=words, line=line, hoverinfo="name"
        )
    ends = [end for _name, row in rows for end in (row.value, row.low, row.high) if not np.isnan(end)]
    axis = money_axis(min([0.0, *ends]), max([0.0, *ends]))
    return laid_out(figure, 120 + 50 * len(rows), xaxis=axis, yaxis={"autorange": "reversed"})


def extended(found: Extension, months: int, currency: str) -> go.Figure:
    """Cumulative contribution per customer: seen as a line, assumed as dots."""
    curve, seen = found.curve(months), min(len(found.seen), months)
    ages = np.arange(1, len(curve) + 1)
    texts = [
        _("{n} months: {money}", n=int(age), money=short_money(float(value), currency))
        for age, value in zip(ages, curve, strict=True)
    ]
    figure = go.Figure()
    for name, part, dash in (
        (_("Seen"), slice(0, seen), "solid"),
        (_("Assumed"), slice(max(0, seen - 1), None), "dot"),
    ):
        figure.add_scatter(
            x=ages[part],
            y=curve[part],
            mode="lines",
            name=name,
            text=texts[part],
            line={"width": 3, "dash": dash, "color": color("A")},
            hovertemplate="%{text}<extra></extra>",
        )
    xaxis = {"dtick": 6, "title": {"text": _("Months of life")}}
    yaxis = {"rangemode": "tozero", **money_axis(float(curve.min()), float(curve.max()))}
    return laid_out(figure, 280, xaxis=xaxis, yaxis=yaxis)
