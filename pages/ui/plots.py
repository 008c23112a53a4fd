"""What all figures share: layout, colours, axes in the reader's language, escaped labels."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.ui.words import language, narrow_month, separators, short_money

SEGMENT_COLORS = {
    "light": {"A": "#0b6e4f", "B": "#3a7ca5", "C": "#c8811a", "D": "#7c8591", "X": "#a23b72", "inactive": "#b9c0c7"},
    "dark": {"A": "#4cc38a", "B": "#6fb3dd", "C": "#f0b04f", "D": "#9aa5b1", "X": "#dd7fb3", "inactive": "#5d6770"},
}
LETTERS = {"C": "#96600f", "D": "#636a74"}
MUTED = {"light": "#b9c4be", "dark": "#4a5852"}
INK = {"light": "#3f4a45", "dark": "#c6d0cb"}
"""Words beside the marks: axes, legends, values behind bars."""
STRONG_INK = {"light": "#0b120f", "dark": "#f2f7f4"}
"""Words on the colours of ``HEAT``, the weakest and the strongest alike."""
HEAT = {
    "light": ["#f0f7f3", "#dcede4", "#c2e0d1", "#a3d0ba", "#80bda0", "#5ba886"],
    "dark": ["#16211d", "#17342a", "#194737", "#1b5b45", "#1d6a4f", "#1f7758"],
}
"""From little to much in a table of colours; one ink can be read on all of them."""


def mode() -> str:
    """Light or dark, as the reader has it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def color(segment: str) -> str:
    """Colour of a segment in the reader's theme."""
    return SEGMENT_COLORS[mode()][segment]


def safe(text: object, limit: int = 28) -> str:
    """A label from a file: short, and without effect in Plotly, which reads ``<b>`` and ``<a>``."""
    short = str(text)
    return html.escape(short[:limit] + ("..." if len(short) > limit else ""))


NUMBERED = {
    "tickformatstops": [
        {"dtickrange": [None, "M1"], "value": "%d.%m.%y"},
        {"dtickrange": ["M1", "M12"], "value": "%m.%Y"},
        {"dtickrange": ["M12", None], "value": "%Y"},
    ],
    "hoverformat": "%d.%m.%Y",
}
"""An axis of dates in numbers, for the names of months that Plotly writes are English."""


def laid_out(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    """The figure with the common layout; no zooming by accident on a phone. What ``layout`` names is set anew as a whole.

    Every word stands in an ink that can be read there: at least 4.5 to 1 in both themes.
    """
    ink, made = {"color": INK[mode()]}, figure.layout.to_plotly_json()
    common: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "y": 1.12, "x": 0, "font": ink},
        "hoverlabel": {"align": "left", "font": ink},
        "dragmode": False,
        "separators": separators(),
        "font": ink,
        "annotations": made.get("annotations", ()),
    }
    given = {**common, **layout}
    given["legend"] = {"font": ink, **given["legend"]}
    for name in _dated(figure) if language() != "en" else ():
        given[name] = {**NUMBERED, **given.get(name, {})}
    given["annotations"] = [{**note, "font": {**ink, **note.get("font", {})}} for note in given["annotations"]]
    axes = _axes(made, given, ink)
    figure.layout.update({**given, **axes}, overwrite=True)  # merging piece by piece takes six times as long
    for trace in figure.data:
        _write(trace, ink)
    return figure


def _dated(figure: go.Figure) -> set[str]:
    """Axes that hold dates."""
    return {f"xaxis{(trace.xaxis or 'x')[1:]}" for trace in figure.data if "xaxis" in trace and _is_date(trace.x)}


def _is_date(values: Any) -> bool:
    return values is not None and len(values) > 0 and isinstance(values[0], dt.date | np.datetime64)


def _axes(made: dict[str, Any], given: dict[str, Any], ink: dict[str, str]) -> dict[str, Any]:
    """Every axis as it was ``made`` with what is ``given`` for it, its words in ink."""
    found = {}
    for name in {"xaxis", "yaxis", *(name for name in made if name[1:5] == "axis")}:
        axis = {**made.get(name, {}), **given.get(name, {})}
        title = axis.get("title") or {}
        words = {"text": title} if isinstance(title, str) else title
        found[name] = {**axis, "tickfont": {**ink, **axis.get("tickfont", {})}, "title": {"font": ink, **words}}
    return found


def _write(trace: Any, ink: dict[str, str]) -> None:
    """The words and whiskers of a trace in ink; words on a bar in what can be read on its colour."""
    for name in ("error_x", "error_y"):
        if name in trace and trace[name].array is not None and trace[name].color is None:
            trace[name].color = ink["color"]
    if trace.type == "bar" and trace.text is not None and trace.textposition != "none":
        fills = trace.marker.color
        several = not isinstance(fills, str) and fills is not None
        inside = [ink_on(fill) for fill in fills] if several else ink_on(fills or color("A"))
        trace.update(insidetextfont={"color": inside}, outsidetextfont=ink)
        if fills is None:
            trace.update(marker={"color": color("A")})
    elif trace.type == "scatter" and "text" in (trace.mode or "") and trace.textfont.color is None:
        trace.update(textfont=ink)


def line_at(figure: go.Figure, x: object = None, y: object = None, **line: object) -> None:
    """A line through the whole panel at ``x`` or at ``y``."""
    across = {"xref": "x", "x0": x, "x1": x, "yref": "y domain", "y0": 0, "y1": 1}
    along = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y}
    figure.add_shape(type="line", line=line, **(along if x is None else across))


def heat() -> dict[str, object]:
    """What every table of colours has: its scale, and words that can be read on all of it."""
    return {"colorscale": HEAT[mode()], "textfont": {"color": STRONG_INK[mode()]}, "showscale": False}


def ink_on(fill: str) -> str:
    """Black or white, whichever can be read better on a colour (#rrggbb)."""
    light = luminance(fill)
    return "#000000" if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) else "#ffffff"


def letter(segment: str) -> str:
    """The colour of a segment for its letter: on white a little darker, so that it can be read."""
    return LETTERS.get(segment, color(segment)) if mode() == "light" else color(segment)


def luminance(shade: str) -> float:
    """Relative luminance of a colour (#rrggbb), 0 for black to 1 for white; WCAG 2.2."""
    parts = [int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def log_ticks(values: np.ndarray, words: Callable[[float], str]) -> dict[str, object]:
    """Labels at 1, 2 and 5 times powers of ten inside the data: readable on a logarithmic axis."""
    if not values.size:
        return {}
    low, high = values.min() / 1.3, values.max() * 1.3
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    places = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    return {"tickvals": places, "ticktext": [words(place) for place in places]}


def month_axis(months: Iterable[dt.date]) -> dict[str, object]:
    """At most eight labels under bars that stand at 0, 1, 2 ...: each narrow enough for a phone."""
    names = [narrow_month(value) for value in months]
    every = max(1, -(-len(names) // 8))
    return {"tickvals": list(range(0, len(names), every)), "ticktext": names[::every], "tickangle": 0}


def money_axis(low: float, high: float) -> dict[str, object]:
    """About five labels from ``low`` (or 0) to ``high`` in the reader's words: 200K, 1.2M."""
    low, high = min(0.0, low), max(high, 0.0)
    if not high > low:
        return {}
    raw = (high - low) / 4
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw)
    places = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    return {"tickvals": places, "ticktext": [short_money(float(place), "") for place in places]}
