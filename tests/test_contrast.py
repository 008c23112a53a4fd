"""Words in figures can be read where they stand: 4.5 to 1 (WCAG 2.2, 1.4.3) on every mark of both themes."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go
import pytest
import streamlit as st

from pages.ui import plots
from tests.conftest import ROOT
from tests.test_pages import healthy, visit

ENOUGH = 4.5
THEMES = ["light", "dark"]


def page_color(theme: str) -> str:
    """The background as the product's own configuration has it."""
    import tomllib

    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][theme]["backgroundColor"]


def ratio(one: str, other: str) -> float:
    """Contrast of two colours, by the formula of the recommendation."""

    def light(shade: str) -> float:
        parts = [int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_formula_by_published_pairs():
    """Pairs and ratios as the recommendation's own tools print them."""
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert ratio("#0000ff", "#ffffff") == pytest.approx(8.59, abs=0.005)


def test_one_of_two_inks_can_be_read_on_every_colour():
    shades = [f"#{red:02x}{green:02x}{blue:02x}" for red in range(0, 256, 15) for green in range(0, 256, 15) for blue in (0, 77, 140, 255)]  # fmt: skip
    assert min(ratio(plots.ink_on(shade), shade) for shade in shades) >= ENOUGH


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(plots, "mode", lambda: request.param)
    monkeypatch.setattr(plots, "separators", lambda: ".,")
    return request.param


def test_words_beside_marks_and_in_tables_of_colours(theme: str):
    assert ratio(plots.INK[theme], page_color(theme)) >= ENOUGH
    assert min(ratio(plots.STRONG_INK[theme], shade) for shade in plots.HEAT[theme]) >= ENOUGH
    assert min(ratio(plots.letter(name), page_color(theme)) for name in "ABCDX") >= ENOUGH


def test_words_on_bars(theme: str):
    shades = list(plots.SEGMENT_COLORS[theme].values())
    several = go.Bar(x=shades, y=shades, text=shades, textposition="inside", marker_color=shades)
    single = go.Bar(x=[1], y=[1], text=["a"], textposition="auto", marker_color=shades[2])
    bare = go.Bar(x=[1], y=[1], text=["a"], textposition="auto")
    figure = plots.laid_out(go.Figure([several, single, bare]), 200)
    for trace in figure.data:
        judge_bar(trace.to_plotly_json(), theme)


def judge_bar(trace: dict[str, Any], theme: str) -> None:
    fills, inks = trace["marker"]["color"], trace["insidetextfont"]["color"]
    fills = [fills] * len(inks) if isinstance(fills, str) else fills
    inks = [inks] * len(fills) if isinstance(inks, str) else inks
    assert min(ratio(ink, fill) for ink, fill in zip(inks, fills, strict=True)) >= ENOUGH
    assert ratio(trace["outsidetextfont"]["color"], page_color(theme)) >= ENOUGH


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("page", ["overview", "segments", "cohorts", "ltv", "losses", "service", "plan", "market"])
def test_words_in_the_figures_of_pages(page: str, theme: str, monkeypatch: pytest.MonkeyPatch):
    class Theme:
        type = theme

    monkeypatch.setattr(type(st.context), "theme", property(lambda self: Theme))
    at = healthy(visit(page, "electronics"))
    charts = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
    assert charts
    for chart in charts:
        layout = chart["layout"]
        assert ratio(layout["font"]["color"], page_color(theme)) >= ENOUGH
        axes = [value for name, value in layout.items() if name.startswith(("xaxis", "yaxis"))]
        inks = [axis["tickfont"]["color"] for axis in axes if axis.get("visible", True)]
        inks += [note["font"]["color"] for note in layout.get("annotations", ())]
        assert all(ratio(ink, page_color(theme)) >= ENOUGH for ink in inks)
        for trace in chart["data"]:
            if trace["type"] == "bar" and "text" in trace and trace.get("textposition") != "none":
                judge_bar(trace, theme)
            if trace["type"] == "heatmap":
                shades = [shade for _place, shade in trace["colorscale"]]
                assert min(ratio(trace["textfont"]["color"], shade) for shade in shades) >= ENOUGH
