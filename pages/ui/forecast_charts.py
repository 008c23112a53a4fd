"""Figures of the forecast: the exam week by week, by tenths, the map of customers, one customer's chance over time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ltvlib.forecast import Exam
from ltvlib.models.holdout import Score
from ltvlib.subscriptions import Subscriptions
from pages.ui.plots import MUTED, color, laid_out, line_at, log_ticks, mode, safe
from pages.ui.words import _, count, number, percent, short_money

MAP_POINTS = 1_500
"""Customers drawn on the map; more are a cloud that takes seconds to send."""
MAP_DEPTH = 1_000
"""Who is expected to bring less than a thousandth of the best stands on the floor of the map."""


def tracking(found: Exam, score: Score) -> go.Figure:
    """Orders so far in the exam: happened as a line, expected dotted."""
    weeks = found.result.ends * (score.fit.unit_days / 7 if score.fit else 1)
    figure = go.Figure()
    lines = ((_("Happened"), found.result.happened, "solid", "A"), (_("Expected"), score.tracking, "dot", "C"))
    for name, values, dash, shade in lines:
        texts = [
            _("Week {n}: {orders} orders", n=count(w), orders=count(v)) for w, v in zip(weeks, values, strict=True)
        ]
        figure.add_scatter(
            x=weeks, y=values, mode="lines", name=name, text=texts, line={"width": 3, "dash": dash, "color": color(shade)},
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    return laid_out(figure, 300, xaxis={"title": {"text": _("Weeks of the exam")}}, yaxis={"rangemode": "tozero"})


def deciles(score: Score) -> go.Figure:
    """Customers in ten groups by what was expected: expected beside happened."""
    groups = np.arange(1, len(score.decile_expected) + 1)
    figure = go.Figure()
    bars = ((_("Expected"), score.decile_expected, MUTED[mode()]), (_("Happened"), score.decile_happened, color("A")))
    for name, values, shade in bars:
        texts = [
            _("Group {n}: {orders} orders a customer", n=int(g), orders=number(v, 2))
            for g, v in zip(groups, values, strict=True)
        ]
        figure.add_bar(
            x=groups, y=values, name=name, marker={"color": shade}, text=texts, textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    xaxis = {"dtick": 1, "title": {"text": _("Ten equal groups, the least expected first")}}
    return laid_out(figure, 300, barmode="group", xaxis=xaxis)


def people(frame: pd.DataFrame, currency: str, months: int) -> go.Figure:
    """Chance still to be here against expected profit; the late ones stand out."""
    shown = frame[frame["expected_margin"] > 0].head(MAP_POINTS)
    floor = float(shown["expected_margin"].max()) / MAP_DEPTH if len(shown) else 1.0
    figure = go.Figure()
    for name, part, shade in (
        (_("In their rhythm"), shown[~(shown["late_factor"] >= 1.5)], color("A")),
        (_("Late against own rhythm"), shown[shown["late_factor"] >= 1.5], color("C")),
    ):
        named = part["name"].fillna(part["customer_id"])
        texts = [
            f"{safe(name)}<br>{percent(float(chance))} · {short_money(float(margin), currency)}"
            for name, chance, margin in zip(named, part["probability_alive"], part["expected_margin"], strict=True)
        ]
        figure.add_scatter(
            x=part["probability_alive"], y=part["expected_margin"].clip(lower=floor), mode="markers", name=name, text=texts,
            marker={"size": 7, "opacity": 0.6, "color": shade}, hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    xaxis = {"tickformat": ".0%", "range": [-0.02, 1.02], "title": {"text": _("Chance still to be here")}}
    title = {"title": {"text": _("Expected profit, {months} months", months=months)}}
    ticks = log_ticks(
        shown["expected_margin"].clip(lower=floor).to_numpy(dtype=float), lambda value: short_money(value, "")
    )
    return laid_out(figure, 380, xaxis=xaxis, yaxis={"type": "log", **title, **ticks})


def one_customer(line: pd.DataFrame, orders: list[dt.date]) -> go.Figure:
    """The chance still to be here over time, and the days with an order under it."""
    figure = go.Figure()
    figure.add_scatter(
        x=line["at"], y=line["probability_alive"], mode="lines", name=_("Chance still to be here"),
        line={"width": 3, "color": color("A")}, hovertemplate="%{x|%d.%m.%Y}: %{y:.0%}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=orders, y=[0] * len(orders), mode="markers", name=_("Orders"),
        marker={"symbol": "line-ns", "size": 12, "line": {"width": 2, "color": color("C")}}, hovertemplate="%{x|%d.%m.%Y}<extra></extra>",
    )  # fmt: skip
    return laid_out(figure, 260, yaxis={"tickformat": ".0%", "range": [-0.08, 1.05]})


def renewals(found: Subscriptions, axis: str) -> go.Figure:
    """Share of subscribers still here by age: happened as a line, expected by what was known before the exam dotted."""
    ages = np.arange(len(found.happened))
    figure = go.Figure()
    lines = (
        (_("Happened"), found.happened, "solid", "A"),
        (_("Expected from the earlier part"), found.learnt.survival(ages), "dot", "C"),
    )
    for name, values, dash, shade in lines:
        texts = [
            _("After {n}: {share} still here", n=count(float(age)), share=percent(float(value)))
            for age, value in zip(ages, values, strict=True)
        ]
        figure.add_scatter(
            x=ages, y=values, mode="lines", name=name, text=texts, line={"width": 3, "dash": dash, "color": color(shade)},
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    line_at(figure, x=found.longest, width=1, dash="dash", color=MUTED[mode()])
    return laid_out(figure, 300, xaxis={"title": {"text": axis}}, yaxis={"tickformat": ".0%", "rangemode": "tozero"})
