"""Figures of the acquisition page: payback curve, months, cash."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ltvlib.payback import Payback
from pages.ui.plots import MUTED, color, laid_out, line_at, mode, money_axis, month_axis
from pages.ui.words import _, month, short_money


def payback_curve(found: Payback, currency: str) -> go.Figure:
    """Cumulative margin per customer by month, the CAC as a line, the month of payback marked."""
    ages = np.arange(len(found.curve))
    texts = [
        _("Month {n}: {money}", n=int(age), money=short_money(value, currency))
        for age, value in zip(ages, found.curve, strict=True)
    ]
    figure = go.Figure()
    figure.add_scatter(
        x=ages, y=found.curve, mode="lines+markers", name=_("Brought by a customer"), text=texts,
        line={"width": 3, "color": color("A")}, hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    if not np.isnan(found.cac):
        cost = _("Paid for a customer: {money}", money=short_money(found.cac, currency))
        figure.add_scatter(
            x=[-0.4, len(ages) - 0.6], y=[found.cac] * 2, mode="lines", name=cost, text=[cost] * 2,
            line={"width": 2, "dash": "dash", "color": color("C")}, hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    if not np.isnan(found.payback_month):
        place = int(found.payback_month)
        figure.add_scatter(
            x=[place], y=[found.curve[place]], mode="markers", showlegend=False, hoverinfo="skip",
            marker={"size": 14, "color": color("C"), "symbol": "circle-open", "line": {"width": 3}},
        )  # fmt: skip
    top = max([*found.curve, found.cac if not np.isnan(found.cac) else 0.0], default=0.0)
    xaxis = {
        "dtick": 1 if len(ages) <= 13 else 3,
        "title": {"text": _("Months since the first order")},
        "range": [-0.5, len(ages) - 0.5],
    }
    yaxis = {"rangemode": "tozero", **money_axis(min([0.0, *found.curve]), float(top))}
    return laid_out(figure, 340, xaxis=xaxis, yaxis=yaxis)


def months(frame: pd.DataFrame, currency: str) -> go.Figure:
    """CAC of every month beside what its first orders left; incomplete months are faded."""
    figure, names = go.Figure(), [month(day) for day in frame["month"]]
    opacity = np.where(frame["is_complete"], 1.0, 0.45)
    bars = (
        ("cac", _("Cost of a new customer"), color("C")),
        ("first_order_margin", _("First order leaves"), color("A")),
    )
    for column, name, shade in bars:
        figure.add_bar(
            x=np.arange(len(frame)),
            y=frame[column].to_numpy(dtype=float),
            name=name,
            marker={"color": shade, "opacity": opacity},
            text=[
                f"{label}<br>{name}: {short_money(value, currency)}"
                for label, value in zip(names, frame[column], strict=True)
            ],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    values = np.nan_to_num(frame[["cac", "first_order_margin"]].to_numpy(dtype=float))
    axis = month_axis(frame["month"])
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    return laid_out(figure, 320, barmode="group", bargap=0.2, xaxis=axis, yaxis=money_axis(low, high))


def cash(path: np.ndarray, currency: str) -> go.Figure:
    """Money in hand at the end of each month; below zero it is out."""
    figure = go.Figure()
    figure.add_bar(
        x=np.arange(len(path)),
        y=path,
        marker={"color": [color("C") if value < 0 else color("A") for value in path]},
        text=[
            _("Month {n}: {money}", n=age, money=short_money(float(value), currency)) for age, value in enumerate(path)
        ],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    line_at(figure, y=0, width=1, color=MUTED[mode()])
    xaxis = {"dtick": 1 if len(path) <= 13 else 3, "title": {"text": _("Months since the start")}}
    return laid_out(figure, 260, xaxis=xaxis, yaxis=money_axis(float(path.min()), float(path.max())))
