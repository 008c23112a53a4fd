"""Figures of the page about what moves the profit. Immutable inputs in, a Plotly figure out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ltvlib.control import Judged
from ltvlib.survival import AFTER, Curve, Lifetime
from pages.ui.drivers_lifetimes import DAYS_A_MONTH
from pages.ui.drivers_story import signed
from pages.ui.plots import MUTED, color, laid_out, line_at, mode, money_axis, safe
from pages.ui.words import _, by_unit, month, percent, short_money

FALL = {"light": "#b3432b", "dark": "#f08a70"}
BAND = {"light": "rgba(58,124,165,0.16)", "dark": "rgba(111,179,221,0.20)"}
BAND_2 = {"light": "rgba(11,110,79,0.16)", "dark": "rgba(76,195,138,0.20)"}
INK = {"light": "#27332d", "dark": "#e3ebe6"}
ROW = 58
Step = tuple[str, float]


def waterfall(start: Step, steps: list[Step], end: Step, currency: str) -> go.Figure:
    """Bars from the profit before over its parts to the profit now; each row says in words what moved."""
    running = start[1] + np.concatenate([[0.0], np.cumsum([money for _name, money in steps])])
    rows = [(start[0], 0.0, start[1], short_money(start[1], currency), color("D"))]
    rows += [
        (name, float(running[k]), money, signed(money, currency), color("A") if money > 0 else FALL[mode()])
        for k, (name, money) in enumerate(steps)
    ]
    rows.append((end[0], 0.0, end[1], short_money(end[1], currency), color("D")))
    places = np.arange(len(rows))[::-1]
    figure = go.Figure(
        go.Bar(
            x=[length for _name, _base, length, _text, _shade in rows],
            base=[base for _name, base, _length, _text, _shade in rows],
            y=places,
            orientation="h",
            width=0.42,
            marker={"color": [shade for *_rest, shade in rows]},
            hoverinfo="skip",
        )
    )
    low = min(0.0, *(min(base, base + length) for _name, base, length, _text, _shade in rows))
    high = max(0.0, *(max(base, base + length) for _name, base, length, _text, _shade in rows))
    words = [
        part
        for place, (name, base, length, text, _shade) in zip(places, rows, strict=True)
        for part in (_words(int(place), safe(name, 90), low), _value(int(place), max(base, base + length), text))
    ]
    reach = (high - low) or 1.0
    across = {"visible": False, "range": [low - 0.01 * reach, high + 0.32 * reach]}
    up = {"visible": False, "range": [-0.5, len(rows) - 0.2]}
    return laid_out(figure, ROW * len(rows) + 20, xaxis=across, yaxis=up, showlegend=False, annotations=words)


def _words(place: int, text: str, left: float) -> dict[str, Any]:
    """The row's words above its bar."""
    at = {"x": left, "y": place + 0.22, "xanchor": "left", "yanchor": "bottom", "showarrow": False}
    return {"text": text, "font": {"size": 13, "color": INK[mode()]}, **at}


def _value(place: int, right: float, text: str) -> dict[str, Any]:
    """The row's money beside its bar."""
    at = {"x": right, "y": place, "xanchor": "left", "yanchor": "middle", "xshift": 6, "showarrow": False}
    return {"text": f"<b>{text}</b>", "font": {"size": 13, "color": INK[mode()]}, **at}


def control(found: Judged, unit: str, currency: str) -> go.Figure:
    """A figure by month, its usual range as a band, months that are news as large marks."""
    x, names = np.arange(len(found.months)), [month(day) for day in found.months]
    figure = go.Figure()
    _band(figure, x, found.lower, found.upper, BAND[mode()])
    level = {"width": 1, "dash": "dot", "color": MUTED[mode()]}
    figure.add_scatter(x=x, y=found.centre, mode="lines", line=level, hoverinfo="skip")
    texts = [f"{name}: {by_unit(float(v), unit, currency)}" for name, v in zip(names, found.values, strict=True)]
    look = {"mode": "lines+markers", "line": {"width": 2, "color": color("B")}, "marker": {"size": 4}}
    figure.add_scatter(x=x, y=found.values, text=texts, hovertemplate="%{text}<extra></extra>", **look)
    at = np.flatnonzero(found.news)
    figure.add_scatter(
        x=x[at],
        y=found.values[at],
        mode="markers",
        marker={"size": 10, "color": FALL[mode()], "symbol": "diamond"},
        text=[texts[k] + "<br>" + _("news") for k in at],
        hovertemplate="%{text}<extra></extra>",
    )
    every = max(1, -(-len(names) // 3))
    across = {"tickvals": list(range(0, len(names), every)), "ticktext": names[::every], "tickangle": 0}
    return laid_out(figure, 200, xaxis=across, yaxis=_up(found, unit), showlegend=False)


def _band(figure: go.Figure, x: np.ndarray, lower: np.ndarray, upper: np.ndarray, shade: str) -> None:
    known = ~(np.isnan(lower) | np.isnan(upper))
    across = np.concatenate([x[known], x[known][::-1]])
    along = np.concatenate([upper[known], lower[known][::-1]])
    look = {"fill": "toself", "fillcolor": shade, "line": {"width": 0}, "mode": "lines"}
    figure.add_scatter(x=across, y=along, hoverinfo="skip", showlegend=False, **look)


def _up(found: Judged, unit: str) -> dict[str, object]:
    """The axis of values: from 0 unless they all lie far above it, with the reader's words for money."""
    every = np.concatenate([found.values, found.upper, found.lower])
    known = every[~np.isnan(every)]
    if not len(known):
        return {}
    high, low = float(known.max()), float(known.min())
    if low < 0.5 * high:
        low = min(0.0, float(np.nanmin(found.values)))
    room = 0.06 * (high - low)
    axis: dict[str, object] = {"range": [low - room * (low != 0), high + room], "nticks": 4}
    if unit == "money":
        axis |= money_axis(low, high)
    if unit == "share":
        axis["tickformat"] = ".0%"
    return axis


def survival(curves: dict[str, Curve]) -> go.Figure:
    """Share of customers still here by months, one line a clock, the 95 % range as a band."""
    figure = go.Figure()
    looks = ((color("B"), BAND[mode()]), (color("A"), BAND_2[mode()]))
    for (name, curve), (shade, band) in zip(curves.items(), looks, strict=False):
        x = curve.days / DAYS_A_MONTH
        _band(figure, *_stairs(x, curve.lower, curve.upper), band)
        texts = [
            _("after {n} months {share} are still here", n=round(float(at)), share=percent(float(share)))
            for at, share in zip(x, curve.survival, strict=True)
        ]
        figure.add_scatter(
            x=x,
            y=curve.survival,
            name=name,
            mode="lines",
            line={"shape": "hv", "width": 3, "color": shade},
            text=[f"{safe(name, 60)}: {text}" for text in texts],
            hovertemplate="%{text}<extra></extra>",
        )
    line_at(figure, y=0.5, dash="dot", width=1, color=MUTED[mode()])
    across = {"title": {"text": _("Months since then")}, "rangemode": "tozero"}
    return laid_out(figure, 380, xaxis=across, yaxis={"tickformat": ".0%", "range": [0, 1.03]})


def newcomers(points: tuple[Lifetime, ...]) -> go.Figure:
    """Share of the newcomers of 12 months still here half a year later, by the end of the 12 months, with its range."""
    share, low, high = np.array([point.curve.still_here(AFTER) for point in points]).T
    names = [month(point.cut - dt.timedelta(days=1)) for point in points]
    reach = {"type": "data", "symmetric": False, "thickness": 2, "width": 5}
    reach |= {"array": high - share, "arrayminus": share - low}
    figure = go.Figure(
        go.Scatter(
            x=names,
            y=share,
            error_y=reach,
            mode="lines+markers",
            line={"color": color("A"), "width": 2},
            marker={"size": 8},
            text=[f"{name}: {percent(float(part))}" for name, part in zip(names, share, strict=True)],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    top = min(1.03, float(np.nanmax(high)) * 1.1)
    across = {"title": {"text": _("12 months up to")}, "tickangle": 0, "nticks": 4}
    return laid_out(figure, 260, xaxis=across, yaxis={"tickformat": ".0%", "range": [0, top]})


def _stairs(x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The limits as steps: every value holds until the next."""
    return np.repeat(x, 2)[1:], np.repeat(lower, 2)[:-1], np.repeat(upper, 2)[:-1]
