"""Figures of the overview: months and concentration. Immutable inputs in, a Plotly figure out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ltvlib.kpis import Pareto
from pages.ui.plots import MUTED, color, laid_out, mode, money_axis, month_axis
from pages.ui.words import _, month, percent, short_money


def months(frame: pd.DataFrame, column: str, currency: str) -> go.Figure:
    """Bars by month: first orders below, returning customers above. An incomplete last month is faded."""
    figure = go.Figure()
    opacity = np.where(frame["is_complete"], 1.0, 0.45)
    first, repeat = frame[f"first_{column}"], frame[f"repeat_{column}"]
    names = [month(day) for day in frame["month"]]
    for name, values, shade in ((_("First orders"), first, "#3a7ca5"), (_("Returning customers"), repeat, color("A"))):
        texts = [f"{label}<br>{name}: {short_money(v, currency)}" for label, v in zip(names, values, strict=True)]
        figure.add_bar(
            x=np.arange(len(frame)),
            y=values.to_numpy(dtype=float),
            name=name,
            marker={"color": shade, "opacity": opacity},
            text=texts,
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    low = float((first.clip(upper=0) + repeat.clip(upper=0)).min())
    high = float((first.clip(lower=0) + repeat.clip(lower=0)).max())
    return laid_out(
        figure, 320, barmode="relative", bargap=0.25, xaxis=month_axis(frame["month"]), yaxis=money_axis(low, high)
    )


def pareto(curve: Pareto) -> go.Figure:
    """Concentration curve of profit with the top fifth marked."""
    x, y = np.concatenate([[0.0], curve.customer_share]), np.concatenate([[0.0], curve.margin_share])
    say = _("Best {customers} of customers: {profit} of profit")
    texts = [say.format(customers=percent(a, 1), profit=percent(b, 1)) for a, b in zip(x, y, strict=True)]
    figure = go.Figure()
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"width": 3, "color": color("A")},
        text=texts,
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    even = {"dash": "dot", "color": MUTED[mode()]}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=even, hoverinfo="skip", showlegend=False)
    figure.add_scatter(
        x=[0.2],
        y=[curve.top20],
        mode="markers+text",
        text=[percent(curve.top20)],
        textposition="middle right",
        marker={"size": 10, "color": color("C")},
        hoverinfo="skip",
        showlegend=False,
    )
    return laid_out(
        figure,
        320,
        xaxis={"tickformat": ".0%", "range": [0, 1.02], "title": {"text": _("Share of customers, the best first")}},
        yaxis={"tickformat": ".0%", "title": {"text": _("Share of profit")}},
    )
