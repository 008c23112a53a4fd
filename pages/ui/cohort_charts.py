"""Figures of the cohorts page: the triangle as a heatmap, and the curves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ltvlib.cohorts import CohortTable, Measure
from pages.ui.plots import MUTED, color, heat, laid_out, mode, money_axis, safe
from pages.ui.words import _, by_unit, count, percent, period, short_money

READABLE_AGES = 26
TOP, ROW, BOTTOM = 64, 27, 8
"""Pixels above, of and below the rows: the names stand in a figure of their own that does not scroll."""
LETTER, AROUND, NARROW = 5.7, 14, 9
"""Pixels that a character takes, those around a word, and the least width of a column without words."""
RETENTIONS = (Measure.RETENTION, Measure.ROLLING_RETENTION)
TOTALS = (Measure.CUSTOMERS, Measure.REVENUE, Measure.MARGIN)


@dataclass(frozen=True)
class View:
    """A cohort table with the words to show it in."""

    table: CohortTable
    unit: str
    currency: str
    label: str

    @property
    def is_crowded(self) -> bool:
        """Whether cells are too narrow for text."""
        return self.table.ages > READABLE_AGES

    def row(self, place: int) -> str:
        """Name of a row."""
        value = self.table.rows[place]
        return period(value, self.table.grain) if isinstance(value, dt.date) else safe(value) or _("not known")

    @property
    def names_width(self) -> int:
        """Pixels that the longest name of a row takes."""
        return AROUND + round(LETTER * max((len(name) for name in self.rows()), default=1))

    @property
    def least_width(self) -> int:
        """Pixels below which the words in the cells could not be read: a narrower screen scrolls."""
        rows, ages = self.table.known_cells
        cells = [len(self.short(int(row), int(age))) for row, age in zip(rows, ages, strict=True)]
        column = NARROW if self.is_crowded else AROUND + round(LETTER * max(cells, default=1))
        return self.table.ages * column

    def rows(self) -> list[str]:
        """Names of the rows with their size."""
        return [f"{self.row(place)} · {count(size)}" for place, size in enumerate(self.table.sizes)]

    def hover(self, place: int, age: int) -> str:
        """Value, what it is, and n."""
        value = float(self.table.values[place, age])
        if np.isnan(value):
            return ""
        n = count(float(self.table.denominators[place, age]))
        return f"{self.row(place)}, {age}<br>{self.label}: {by_unit(value, self.unit, self.currency)}<br>n = {n}"

    def short(self, place: int, age: int) -> str:
        """A cell's text: as few characters as can be read at a glance."""
        value = float(self.table.values[place, age])
        if np.isnan(value):
            return ""
        if self.unit == "share":
            return percent(value)
        if self.unit == "money":
            return short_money(value, "") if abs(value) >= 100 else count(value)
        return by_unit(value, self.unit, "")

    def ages(self) -> dict[str, object]:
        """The axis of ages."""
        return {"dtick": 4 if self.is_crowded else 1, "title": {"text": age_title(self.table)}}


def age_title(table: CohortTable) -> str:
    """What the columns count."""
    return {
        "week": _("Weeks since the first order"),
        "month": _("Months since the first order"),
        "quarter": _("Quarters since the first order"),
        "year": _("Years since the first order"),
    }[table.grain.value]


def names(view: View) -> go.Figure:
    """The names of the rows, beside :func:`heatmap` and at its heights."""
    shown = view.rows()
    figure = go.Figure(go.Scatter(x=[None], y=[None], mode="lines", hoverinfo="skip"))
    yaxis = {**_down(len(shown)), "tickvals": list(range(len(shown))), "ticktext": shown, "ticks": ""}
    laid_out(figure, _height(len(shown)), xaxis={"visible": False}, yaxis=yaxis)
    return figure.update_layout(margin={"l": view.names_width, "r": 0, "t": TOP, "b": BOTTOM})


def _height(rows: int) -> int:
    return TOP + ROW * max(rows, 3) + BOTTOM


def _down(rows: int) -> dict[str, object]:
    """The axis of the rows, the first at the top, every row equally high."""
    return {"range": [max(rows, 3) - 0.5, -0.5], "showgrid": False, "zeroline": False, "automargin": False}


def heatmap(view: View) -> go.Figure:
    """The triangle; immature cells are empty. Invisible markers make every known cell clickable, in order."""
    figure = go.Figure([_colours(view), _targets(view)])
    place = {"x": 0, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    figure.add_annotation(text=age_title(view.table), yshift=TOP - 32, showarrow=False, **place)
    ages, rows = view.table.ages, len(view.rows())
    xaxis = {**view.ages(), "side": "top", "showgrid": False, "range": [-0.5, ages - 0.5], "automargin": False}
    xaxis["title"] = None
    yaxis = {**_down(rows), "showticklabels": False, "ticks": ""}
    laid_out(figure, _height(rows), clickmode="event+select", hoverdistance=60, xaxis=xaxis, yaxis=yaxis)
    return figure.update_layout(margin={"l": 4, "r": 4, "t": TOP, "b": BOTTOM})


def _colours(view: View) -> go.Heatmap:
    """The cells, with their values where there is room for words."""
    ages, rows = range(view.table.ages), range(len(view.rows()))
    texts = None if view.is_crowded else [[view.short(row, age) for age in ages] for row in rows]
    return go.Heatmap(
        z=view.table.values,
        x=list(ages),
        y=list(rows),
        text=texts,
        texttemplate=None if view.is_crowded else "%{text}",
        zmin=0,
        zmax=_strongest(view.table),
        xgap=2,
        ygap=2,
        **heat(),
        hoverinfo="skip",
    )


def _targets(view: View) -> go.Scatter:
    """What can be pointed at and clicked: an invisible marker on every known cell."""
    rows, ages = view.table.known_cells
    return go.Scatter(
        x=ages,
        y=rows,
        mode="markers",
        marker={"size": 18, "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0.25}},
        unselected={"marker": {"opacity": 0}},
        text=[view.hover(int(row), int(age)) for row, age in zip(rows, ages, strict=True)],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def _strongest(table: CohortTable) -> float:
    """Top of the colour scale: period 0 of retention is 100 % by definition and would wash out the rest."""
    values = table.values[:, 1:] if table.measure in RETENTIONS and table.ages > 1 else table.values
    return float(np.nanmax(values)) if np.isfinite(values).any() else 1.0


def curves(view: View) -> go.Figure:
    """One thin line a row; thick the size-weighted average, for sums the total."""
    figure, table = go.Figure(), view.table
    ages = list(range(table.ages))
    is_date = bool(table.rows) and isinstance(table.rows[0], dt.date)
    for row, name in enumerate(view.rows()):
        figure.add_scatter(
            x=ages,
            y=table.values[row],
            mode="lines",
            name=name,
            line={"width": 1, "color": MUTED[mode()]} if is_date else {"width": 2},
            text=[view.hover(row, age) for age in ages],
            hovertemplate="%{text}<extra></extra>",
            showlegend=not is_date,
        )
    is_total = table.measure in TOTALS
    word = _("All rows together") if is_total else _("Average")
    figure.add_scatter(
        x=ages,
        y=table.average,
        mode="lines+markers",
        name=word if is_total else _("Average, weighted by size"),
        line={"width": 4, "color": color("A")},
        text=[
            f"{word}, {age}<br>{by_unit(float(v), view.unit, view.currency)}<br>n = {count(float(n))}"
            for age, v, n in zip(ages, table.average, table.average_n, strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    # retention at age 0 is 100 % by definition; starting at 1 leaves the scale to what differs
    start = 1 if table.measure in RETENTIONS and table.ages > 2 else 0
    xaxis = {**view.ages(), "range": [start - 0.3, table.ages - 0.7]}
    return laid_out(figure, 360, xaxis=xaxis, yaxis=_values_axis(view))


def _values_axis(view: View) -> dict[str, object]:
    """From zero to a little above the strongest value."""
    top = _strongest(view.table)
    if view.unit == "share":
        return {"tickformat": ".0%", "range": [0, min(1.05, top * 1.15)]}
    return money_axis(0.0, float(np.nanmax(view.table.values))) if np.isfinite(view.table.values).any() else {}
