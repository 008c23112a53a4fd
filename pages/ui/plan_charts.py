"""Figures of the what-if plan: bridge from today to the plan, levers by strength, plan against fact by month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ltvlib.plan import Step
from ltvlib.plan_levers import Lever, LeverKind
from ltvlib.settings import month_start
from pages.ui import plan_story
from pages.ui.plots import MUTED, color, laid_out, mode, money_axis, month_axis
from pages.ui.words import _, month, short_money


def signed(value: float, currency: str) -> str:
    """Money with its sign."""
    return ("+" if value > 0 else "") + short_money(value, currency)


def bridge(today: float, steps: Sequence[Step], plan: float, currency: str) -> go.Figure:
    """Today, one bar a lever, the cost of the levers, the plan. The axis begins near the lowest point."""
    parts = [step.money for step in steps]
    names = [_("Today"), *(plan_story.title(s.kind) if s.kind else _("Cost of the levers") for s in steps), _("Plan")]
    ends = np.cumsum([today, *parts])
    low, high = _window([today, plan, *ends])
    tops, bottoms = np.maximum(ends[:-1], ends[1:]), np.minimum(ends[:-1], ends[1:])
    lengths = [today - low, *(tops - bottoms), plan - low]
    shades = [MUTED[mode()], *(color("A") if part >= 0 else color("C") for part in parts), color("B")]
    texts = [short_money(today, currency), *(signed(part, currency) for part in parts), short_money(plan, currency)]
    figure = go.Figure()
    figure.add_bar(
        y=np.arange(len(names)), x=lengths, base=[low, *bottoms, low], orientation="h", marker={"color": shades},
        text=texts, textposition="outside", cliponaxis=False, showlegend=False,
        customdata=names, hovertemplate="%{customdata}: %{text}<extra></extra>",
    )  # fmt: skip
    axis = {"tickvals": list(range(len(names))), "ticktext": names, "autorange": "reversed", "ticksuffix": " "}
    xaxis = {"visible": False, "range": [low, high + (high - low) * 0.35]}
    return laid_out(figure, 40 + 34 * len(names), bargap=0.25, xaxis=xaxis, yaxis=axis)


def _window(values: Sequence[float]) -> tuple[float, float]:
    """Where the axis begins and ends: at zero, unless all bars would then look alike."""
    lowest, highest = min(values), max(values)
    if lowest > 0 and highest - lowest < lowest / 2:
        return lowest - max(highest - lowest, lowest * 0.02) * 0.6, highest
    return min(0.0, lowest), max(0.0, highest)


def begins_at_zero(today: float, steps: Sequence[Step], plan: float) -> bool:
    """Whether the bars of the bridge stand on zero."""
    return _window([today, plan, *np.cumsum([today, *(step.money for step in steps)])])[0] <= 0


def tornado(rows: Sequence[tuple[LeverKind, Lever, float]], currency: str) -> go.Figure:
    """Every lever alone, the strongest on top."""
    shown = list(reversed(rows))
    values = [money for _kind, _lever, money in shown]
    names = [f"{plan_story.title(kind)}<br>{plan_story.effect(kind, lever.effect)}" for kind, lever, _money in shown]
    figure = go.Figure()
    figure.add_bar(
        y=names, x=values, orientation="h", text=[signed(value, currency) for value in values], textposition="outside",
        marker={"color": [color("A") if value >= 0 else color("C") for value in values]},
        cliponaxis=False, showlegend=False, hovertemplate="%{y}: %{text}<extra></extra>",
    )  # fmt: skip
    low, high = min([0.0, *values]), max([0.0, *values])
    room = (high - low or 1.0) * 0.4
    xaxis = {"visible": False, "range": [low - (room if low < 0 else 0), high + room]}
    return laid_out(figure, 40 + 42 * len(shown), bargap=0.35, xaxis=xaxis, yaxis={"ticksuffix": " "})


def months(frame: pd.DataFrame, currency: str) -> go.Figure:
    """Profit by month: planned as a line, actual (where known) as bars."""
    names = [month(month_start(int(number))) for number in frame["month"]]
    figure = go.Figure()
    shown = [pair for pair in (("actual", _("Fact")), ("planned", _("Plan"))) if pair[0] in frame]
    for column, name in shown:
        texts = [
            f"{label}<br>{name}: {short_money(v, currency)}" for label, v in zip(names, frame[column], strict=True)
        ]
        common = {"x": np.arange(len(frame)), "y": frame[column].to_numpy(dtype=float), "name": name, "text": texts}
        hover = {"hovertemplate": "%{text}<extra></extra>"}
        if column == "actual":
            figure.add_bar(**common, **hover, textposition="none", marker={"color": color("A")})
        else:
            figure.add_scatter(**common, **hover, mode="lines+markers", line={"width": 3, "color": color("C")})
    values = np.nan_to_num(frame[[column for column, _name in shown]].to_numpy(dtype=float))
    axis = month_axis(month_start(int(number)) for number in frame["month"])
    return laid_out(figure, 300, xaxis=axis, yaxis=money_axis(float(values.min()), float(values.max())))
