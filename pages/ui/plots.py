"""What all figures share: layout, colours, axes in the reader's language, escaped labels."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.ui.words import separators, short_money

SEGMENT_COLORS = {
    "light": {"A": "#0b6e4f", "B": "#3a7ca5", "C": "#c8811a", "D": "#7c8591", "X": "#a23b72", "inactive": "#b9c0c7"},
    "dark": {"A": "#4cc38a", "B": "#6fb3dd", "C": "#f0b04f", "D": "#9aa5b1", "X": "#dd7fb3", "inactive": "#5d6770"},
}
MUTED = {"light": "#b9c4be", "dark": "#4a5852"}


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


def laid_out(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    """The figure with the common layout; no zooming by accident on a phone. What ``layout`` names is set anew as a whole."""
    common = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "y": 1.12, "x": 0},
        "hoverlabel": {"align": "left"},
        "dragmode": False,
        "separators": separators(),
    }
    figure.layout.update({**common, **layout}, overwrite=True)  # merging piece by piece takes six times as long
    return figure


def line_at(figure: go.Figure, x: object = None, y: object = None, **line: object) -> None:
    """A line through the whole panel at ``x`` or at ``y``."""
    across = {"xref": "x", "x0": x, "x1": x, "yref": "y domain", "y0": 0, "y1": 1}
    along = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y}
    figure.add_shape(type="line", line=line, **(along if x is None else across))


def log_ticks(values: np.ndarray, words: Callable[[float], str]) -> dict[str, object]:
    """Labels at 1, 2 and 5 times powers of ten inside the data: readable on a logarithmic axis."""
    if not values.size:
        return {}
    low, high = values.min() / 1.3, values.max() * 1.3
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    places = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    return {"tickvals": places, "ticktext": [words(place) for place in places]}


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
