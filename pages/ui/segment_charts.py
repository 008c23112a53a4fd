"""Figures of the segments page: the map of customers and the movement between two dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ltvlib.settings import AbcdxRules
from pages.ui.plots import MUTED, color, heat, laid_out, letter, line_at, log_ticks, mode
from pages.ui.words import _, count, number, plural, short_money, symbol

CORNERS = {"A": (0.98, 0.98), "B": (0.98, 0.02), "C": (0.02, 0.98), "D": (0.02, 0.02)}


def segment_map(cells: pd.DataFrame, rules: AbcdxRules, currency: str) -> go.Figure:
    """Where the customers are: order value across, orders up, size = customers, colour = segment, borders drawn."""
    value = cells["average_order_value"].to_numpy(dtype=float)
    orders = cells["orders_per_customer"].to_numpy(dtype=float)
    segment = cells["segment"].to_numpy()
    size = 6 + 30 * np.sqrt(cells["customers"].to_numpy() / max(1, cells["customers"].max()))
    texts = np.array(_hover(cells, value, orders, currency))
    figure = go.Figure()
    for name in (*CORNERS, "X"):
        at = segment == name
        if at.any():
            figure.add_scatter(
                x=value[at],
                y=orders[at],
                mode="markers",
                text=texts[at],
                marker={"size": size[at], "color": color(name), "opacity": 0.75, "line": {"width": 0}},
                hovertemplate="%{text}<extra></extra>",
                showlegend=False,
            )
    _borders(figure, rules)
    letters = [
        {"x": x, "y": y, "xref": "paper", "yref": "paper", "text": f"<b>{name}</b>", "showarrow": False,
         "font": {"size": 26, "color": letter(name)}}
        for name, (x, y) in CORNERS.items()
    ]  # fmt: skip
    across = _axis(f"{_('Average order value')}, {symbol(currency)} →", value, rules.value_threshold)
    up = _axis(_("Orders in the window") + " →", orders, rules.often_threshold)
    return laid_out(figure, 430, annotations=letters, xaxis=across, yaxis=up)


def _axis(title: str, values: np.ndarray, border: float) -> dict[str, Any]:
    """A logarithmic axis with readable ticks that reaches to all values and the border."""
    return {"type": "log", "title": {"text": title}, "range": _reach(values, border), **log_ticks(values, _tick)}


def _tick(place: float) -> str:
    """A number of an axis; services of a few cents have places below one."""
    return count(place) if place >= 1 else number(place, 3)


def _reach(values: np.ndarray, border: float) -> list[float]:
    """Ends of a logarithmic axis with room around the circles and for the border, also where there is only one circle."""
    known = np.append(values, border) if border > 0 else values
    if not known.size:
        return [0.0, 1.0]
    low, high = np.log10(known.min()), np.log10(known.max())
    room = max(0.15, 0.05 * (high - low))
    return [float(low - room), float(high + room)]


def _hover(cells: pd.DataFrame, value: np.ndarray, orders: np.ndarray, currency: str) -> list[str]:
    about, times, profit = _("order value about {money}"), _("orders: {n}"), _("profit: {money}")
    lines = []
    for c, v, o, m in zip(cells["customers"], value, orders, cells["margin"], strict=True):
        parts = (
            plural("{n} customer", "{n} customers", c),
            about.format(money=short_money(v, currency)),
            times.format(n=count(o)),
            profit.format(money=short_money(m, currency)),
        )
        lines.append("<br>".join(parts))
    return lines


def _borders(figure: go.Figure, rules: AbcdxRules) -> None:
    """Threshold lines; that of orders just below its border, which belongs to the upper side."""
    line = {"dash": "dash", "width": 2, "color": MUTED[mode()]}
    if rules.value_threshold > 0:
        line_at(figure, x=rules.value_threshold, **line)
    line_at(figure, y=max(0.75, rules.often_threshold - 0.5), **line)


def movement(frame: pd.DataFrame, names: dict[str, str], value: str, currency: str) -> go.Figure:
    """Migration matrix: rows = segment then, columns = segment now; ``names`` gives states in order with their words."""
    columns = [state for state in names if state != "new"]
    matrix = frame.pivot_table(index="segment_then", columns="segment_now", values=value, aggfunc="sum", fill_value=0)
    z = matrix.reindex(index=list(names), columns=columns, fill_value=0).to_numpy(dtype=float)
    shown = [[(count(v) if value == "customers" else short_money(v, currency)) if v else "" for v in row] for row in z]
    figure = go.Figure(
        go.Heatmap(
            z=np.log1p(np.abs(z)),
            x=[names[state] for state in columns],
            y=list(names.values()),
            text=shown,
            texttemplate="%{text}",
            xgap=2,
            ygap=2,
            **heat(),
            hovertemplate="%{y} → %{x}: %{text}<extra></extra>",
        )
    )
    return laid_out(figure, 340, xaxis={"side": "top"}, yaxis={"autorange": "reversed"})
