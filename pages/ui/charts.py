"""Figures: immutable inputs in, a Plotly figure out. No queries, no ratios, no widgets.

Built with ``graph_objects`` and numpy arrays (small and fast to send). Text from files is escaped, because
Plotly reads ``<b>`` and ``<a>`` in labels.
"""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.cohorts import CohortTable, Measure
from ltvlib.kpis import Pareto
from ltvlib.settings import AbcdxRules
from pages.ui.words import _, by_unit, count, month, percent, period, plural, short_money

SEGMENT_COLORS = {
    "light": {"A": "#0b6e4f", "B": "#3a7ca5", "C": "#c8811a", "D": "#7c8591", "X": "#a23b72", "inactive": "#b9c0c7"},
    "dark": {"A": "#4cc38a", "B": "#6fb3dd", "C": "#f0b04f", "D": "#9aa5b1", "X": "#dd7fb3", "inactive": "#5d6770"},
}
MUTED = {"light": "#b9c4be", "dark": "#4a5852"}


def _mode() -> str:
    return "dark" if st.context.theme.type == "dark" else "light"


def _safe(text: object, limit: int = 28) -> str:
    short = str(text)
    return html.escape(short[:limit] + ("..." if len(short) > limit else ""))


def _layout(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    figure.update_layout(
        height=height,
        dragmode=False,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.08, "x": 0},
        hoverlabel={"align": "left"},
        separators=", " if _("decimal point") == "decimal comma" else ".,",
        **layout,
    )
    return figure


def months(frame: pd.DataFrame, column: str, currency: str) -> go.Figure:
    """Bars by month: first orders below, returning customers above. An incomplete last month is faded."""
    figure = go.Figure()
    opacity = np.where(frame["is_complete"], 1.0, 0.45)
    parts = (
        (_("First orders"), frame[f"first_{column}"], "#3a7ca5"),
        (_("Returning customers"), frame[f"repeat_{column}"], "#0b6e4f"),
    )
    names = [month(day) for day in frame["month"]]
    for name, values, color in parts:
        texts = [
            f"{label}<br>{name}: {short_money(value, currency)}" for label, value in zip(names, values, strict=True)
        ]
        figure.add_bar(
            x=frame["month"],
            y=values.to_numpy(),
            name=name,
            marker={"color": color, "opacity": opacity},
            text=texts,
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    return _layout(figure, 300, barmode="relative", bargap=0.25, yaxis={"tickformat": "~s"})


def pareto(curve: Pareto) -> go.Figure:
    """Concentration curve of profit with the top fifth marked."""
    x, y = np.concatenate([[0.0], curve.customer_share]), np.concatenate([[0.0], curve.margin_share])
    figure = go.Figure()
    texts = [
        _("Best {customers} of customers: {profit} of profit", customers=percent(a, 1), profit=percent(b, 1))
        for a, b in zip(x, y, strict=True)
    ]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"width": 3, "color": SEGMENT_COLORS[_mode()]["A"]},
        text=texts,
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dot", "color": MUTED[_mode()]},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=[0.2],
        y=[curve.top20],
        mode="markers+text",
        text=[percent(curve.top20)],
        textposition="middle right",
        marker={"size": 10, "color": SEGMENT_COLORS[_mode()]["C"]},
        hoverinfo="skip",
        showlegend=False,
    )
    axis = {"tickformat": ".0%", "range": [0, 1.02]}
    return _layout(
        figure,
        300,
        xaxis={**axis, "title": {"text": _("Share of customers, the best first")}},
        yaxis={"tickformat": ".0%", "title": {"text": _("Share of profit")}},
    )


def segment_map(cells: pd.DataFrame, rules: AbcdxRules, currency: str) -> go.Figure:
    """Where the customers are: order value across, orders up, size = customers, colour = segment, borders drawn."""
    value = np.sqrt(cells["value_from"].to_numpy() * cells["value_to"].to_numpy())
    orders = np.sqrt(cells["orders_from"].to_numpy(dtype=float) * cells["orders_to"].to_numpy(dtype=float))
    is_high, is_often = value >= rules.value_threshold, cells["orders_from"].to_numpy() >= rules.often_threshold
    segment = np.where(is_high, np.where(is_often, "A", "B"), np.where(is_often, "C", "D"))
    colors = SEGMENT_COLORS[_mode()]
    size = 6 + 30 * np.sqrt(cells["customers"].to_numpy() / max(1, cells["customers"].max()))
    texts = np.array(
        [
            f"{plural('{n} customer', '{n} customers', c)}<br>{_('order value about {money}', money=short_money(v, currency))}<br>{_('orders: {n}', n=count(o))}<br>{_('profit: {money}', money=short_money(m, currency))}"
            for c, v, o, m in zip(cells["customers"], value, orders, cells["margin"], strict=True)
        ]
    )
    figure = go.Figure()
    for name in ("A", "B", "C", "D"):
        at = segment == name
        if at.any():
            figure.add_scatter(
                x=value[at],
                y=orders[at],
                mode="markers",
                name=name,
                text=texts[at],
                marker={"size": size[at], "color": colors[name], "opacity": 0.75, "line": {"width": 0}},
                hovertemplate="%{text}<extra></extra>",
                showlegend=False,
            )
    _borders(figure, rules, value, orders, colors)
    return _layout(
        figure,
        430,
        xaxis={
            "type": "log",
            "title": {"text": f"{_('Average order value')}, {currency} →"},
            **_ticks(value, count),
        },
        yaxis={"type": "log", "title": {"text": _("Orders in the window") + " →"}, **_ticks(orders, count)},
    )


def _ticks(values: np.ndarray, words: Callable[[float], str]) -> dict[str, object]:
    """Labels at 1, 2 and 5 times powers of ten inside the data: readable on a logarithmic axis."""
    if not values.size:
        return {}
    low, high = values.min() / 1.3, values.max() * 1.3
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    places = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    return {"tickvals": places, "ticktext": [words(place) for place in places]}


def _borders(
    figure: go.Figure, rules: AbcdxRules, value: np.ndarray, orders: np.ndarray, colors: dict[str, str]
) -> None:
    """Threshold lines (the order line just below its border, since the border belongs to the upper side) and letters."""
    line = {"dash": "dash", "width": 2, "color": MUTED[_mode()]}
    if rules.value_threshold > 0:
        figure.add_vline(x=rules.value_threshold, line=line)
    figure.add_hline(y=max(0.75, rules.often_threshold - 0.5), line=line)
    if not value.size:
        return
    corners = {"A": (0.98, 0.98), "B": (0.98, 0.02), "C": (0.02, 0.98), "D": (0.02, 0.02)}
    for name, (x, y) in corners.items():
        figure.add_annotation(
            x=x,
            y=y,
            xref="paper",
            yref="paper",
            text=f"<b>{name}</b>",
            showarrow=False,
            font={"size": 26, "color": colors[name]},
        )


def row_names(table: CohortTable) -> list[str]:
    """Names of the rows of a cohort table, with their size."""
    return [f"{_row_name(row, table)} · {count(size)}" for row, size in zip(table.rows, table.sizes, strict=True)]


def _row_name(row: object, table: CohortTable) -> str:
    if isinstance(row, str):
        return _safe(row) if row else _("not known")
    return period(row, table.grain)  # type: ignore[arg-type]


def cohort_heatmap(table: CohortTable, unit: str, currency: str, label: str) -> go.Figure:
    """The cohort triangle as a heatmap; immature cells are empty. Invisible markers make every cell clickable."""
    names = row_names(table)
    ages = np.arange(table.ages)
    texts = [[_cell(table, r, a, unit, currency, label) for a in range(table.ages)] for r in range(len(names))]
    shown = [[_short(float(table.values[r, a]), unit) for a in range(table.ages)] for r in range(len(names))]
    few = table.ages <= 26
    colored = table.values.copy()
    if table.measure in (Measure.RETENTION, Measure.ROLLING_RETENTION) and table.ages > 1:
        colored[:, 0] = np.nan  # month 0 is 100 % by definition and would wash out the rest
    top = np.nanmax(colored) if np.isfinite(colored).any() else 1
    figure = go.Figure(
        go.Heatmap(
            z=np.where(np.isnan(colored), table.values, colored),
            x=ages,
            y=names,
            text=shown if few else None,
            texttemplate="%{text}" if few else None,
            zmin=0,
            zmax=top,
            xgap=2,
            ygap=2,
            showscale=False,
            hoverinfo="skip",
        )
    )
    rows, columns = table.known_cells
    figure.add_scatter(
        x=columns,
        y=[names[r] for r in rows],
        mode="markers",
        marker={"size": 18, "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0.25}},
        unselected={"marker": {"opacity": 0}},
        text=[texts[r][c] for r, c in zip(rows, columns, strict=True)],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    height = max(180, 70 + 27 * len(names))
    return _layout(
        figure,
        height,
        clickmode="event+select",
        hoverdistance=60,
        xaxis={
            "side": "top",
            "dtick": 1 if few else 4,
            "title": {"text": age_title(table)},
            "showgrid": False,
            "range": [-0.5, table.ages - 0.5],
        },
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category"},
    )


def age_title(table: CohortTable) -> str:
    """What the columns count."""
    return {
        "week": _("Weeks since the first order"),
        "month": _("Months since the first order"),
        "quarter": _("Quarters since the first order"),
        "year": _("Years since the first order"),
    }[table.grain.value]


def _cell(table: CohortTable, row: int, age: int, unit: str, currency: str, label: str) -> str:
    value = table.values[row, age]
    if np.isnan(value):
        return ""
    return f"{_row_name(table.rows[row], table)}, {age}<br>{label}: {by_unit(float(value), unit, currency)}<br>n = {count(float(table.denominators[row, age]))}"


def _short(value: float, unit: str) -> str:
    """A cell's text: as few characters as can be read at a glance."""
    if np.isnan(value):
        return ""
    if unit == "share":
        return percent(value)
    return (
        short_money(value, "")
        if unit == "money" and abs(value) >= 100
        else by_unit(value, "count" if unit == "money" else unit, "")
    )


def cohort_curves(table: CohortTable, unit: str, currency: str, label: str) -> go.Figure:
    """One thin line a row, the size-weighted average thick."""
    figure = go.Figure()
    ages = np.arange(table.ages)
    is_date = bool(table.rows) and not isinstance(table.rows[0], str)
    for row, name in enumerate(row_names(table)):
        texts = [_cell(table, row, a, unit, currency, label) for a in range(table.ages)]
        style = {"width": 1, "color": MUTED[_mode()]} if is_date else {"width": 2}
        figure.add_scatter(
            x=ages,
            y=table.values[row],
            mode="lines",
            name=name,
            line=style,
            text=texts,
            hovertemplate="%{text}<extra></extra>",
            showlegend=not is_date,
        )
    texts = [
        f"{_('Average')}, {a}<br>{by_unit(float(v), unit, currency)}<br>n = {count(float(n))}"
        for a, v, n in zip(ages, table.average, table.average_n, strict=True)
    ]
    figure.add_scatter(
        x=ages,
        y=table.average,
        mode="lines+markers",
        name=_("Average, weighted by size"),
        line={"width": 4, "color": SEGMENT_COLORS[_mode()]["A"]},
        text=texts,
        hovertemplate="%{text}<extra></extra>",
    )
    form = {"tickformat": ".0%"} if unit == "share" else {"tickformat": "~s"}
    top = (
        {"range": [0, float(np.nanmax(table.values[:, 1:])) * 1.15]}
        if unit == "share" and table.ages > 1 and np.isfinite(table.values[:, 1:]).any()
        else {"rangemode": "tozero"}
    )
    return _layout(
        figure,
        340,
        xaxis={"title": {"text": age_title(table)}, "dtick": 1 if table.ages <= 26 else 4},
        yaxis={**form, **top},
    )


def movement(frame: pd.DataFrame, states: list[str], names: list[str], value: str, currency: str) -> go.Figure:
    """Migration matrix: rows = segment then, columns = segment now."""
    matrix = frame.pivot_table(index="segment_then", columns="segment_now", values=value, aggfunc="sum", fill_value=0)
    matrix = matrix.reindex(index=states, columns=[s for s in states if s != "new"], fill_value=0)
    z = matrix.to_numpy(dtype=float)
    shown = [[(count(v) if value == "customers" else short_money(v, currency)) if v else "" for v in row] for row in z]
    labels = dict(zip(states, names, strict=True))
    figure = go.Figure(
        go.Heatmap(
            z=np.log1p(np.abs(z)),
            x=[labels[c] for c in matrix.columns],
            y=[labels[r] for r in matrix.index],
            text=shown,
            texttemplate="%{text}",
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate="%{y} → %{x}: %{text}<extra></extra>",
        )
    )
    return _layout(figure, 340, xaxis={"side": "top"}, yaxis={"autorange": "reversed"})
