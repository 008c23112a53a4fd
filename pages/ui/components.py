"""What pages share: headings that say the basis, metric tiles, charts with a passport, tables with downloads."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib import export
from ltvlib.definitions import METRICS, Metric
from ltvlib.engine import Answer
from ltvlib.errors import LtvError
from ltvlib.kpis import Figure
from pages.ui import choices, session
from pages.ui.words import DASH, _, by_unit, count, day, language, number, percent, say

MONEY_COLUMNS = {
    "revenue",
    "margin",
    "average_order_value",
    "ltv",
    "lifetime_margin",
    "cumulative_margin",
    "predicted_ltv",
}
SHARE_COLUMNS = {"customer_share", "margin_share", "probability_alive"}
ALT_LIMIT = 500
"""Characters of a text alternative that names every row."""
FILE_DIGITS = 4
"""Decimals of ratios in files: more are noise."""
PLOT = {"displayModeBar": False, "scrollZoom": False}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~:])")
_LINKED = re.compile(r"(?i)(:(?=//)|www(?=\.)|@)")
"""Where Markdown makes links by itself; an invisible word joiner keeps it from doing so."""


def plain(text: object, limit: int = 120) -> str:
    """Text from a file made harmless inside Markdown: nothing in it is a link, an image or formatting."""
    short = " ".join(str(text).split())
    return _MARKDOWN.sub(r"\\\1", _LINKED.sub("\\1\u2060", short[:limit] + ("..." if len(short) > limit else "")))


def heading(title: str, question: str) -> None:
    """Page title, the owner's question, and on which data and basis the page stands."""
    st.title(title)
    st.markdown(question)
    info = session.workspace().info
    line = [
        plain(session.title_of(session.chosen())),
        _("data to {day}", day=day(info.as_of - dt.timedelta(days=1))),
        basis_words(),
    ]
    active = choices.describe(choices.filters())
    if active:
        line.append(_("filtered: {filters}", filters=plain("; ".join(active))))
    st.caption(" · ".join(line))


def basis_words() -> str:
    """Which margin the profit figures rest on."""
    info = session.workspace().info
    if info.margin_source == "rate":
        return _("profit = gross margin assumed at {rate} of revenue", rate=percent(info.margin_rate))
    if info.margin_source == "none":
        return _("margin not known: profit figures show revenue")
    if info.unknown_margins:
        return _(
            "profit = gross margin from the costs in the data; documents without a cost: {n}, counted at {rate} of revenue",
            n=count(info.unknown_margins),
            rate=percent(info.margin_rate, 1),
        )
    if info.margin_source == "margin":
        return _("profit = gross margin from the profit column of the data")
    return _("profit = gross margin from the costs in the data")


def definition(slug: str, **params: object) -> str:
    """Tooltip of a metric: meaning, formula, and when it is a dash."""
    metric = METRICS[slug]
    lines = [_(metric.meaning, **params), _("How it is counted: {formula}", formula=_(metric.formula, **params))]
    if metric.undefined:
        lines.append(_("A dash means: {reason}", reason=_(metric.undefined, **params)))
    return "\n\n".join(lines)


def definition_rows(metrics: Iterable[Metric]) -> list[dict[str, str]]:
    """Definitions in the reader's language, one row a metric."""
    fields = ("label", "meaning", "formula", "undefined", "source")
    return [{name: _(getattr(metric, name), months=12) for name in fields} for metric in metrics]


def label(slug: str, **params: object) -> str:
    """Name of a metric."""
    return _(METRICS[slug].label, **params)


def tile(figure: Figure, compared: str) -> None:
    """One key figure: value, change against the period before, sparkline, definition on hover."""
    metric = METRICS[figure.slug]
    currency = session.workspace().info.currency
    change = _change(figure, metric.unit)
    st.metric(
        label(figure.slug, months=figure.months),
        by_unit(figure.value, metric.unit, currency),
        change,
        delta_color="inverse" if metric.good == "down" else "normal",
        delta_description=compared if change else None,
        help=_grounds(figure),
        chart_data=list(figure.series) if len(figure.series) > 2 else None,
        chart_type="area",
        border=True,
        height="stretch",
    )


def _grounds(figure: Figure) -> str:
    """The definition, and how many customers, orders or gaps the value rests on."""
    text = definition(figure.slug, months=figure.months)
    return text + ("\n\nn = " + count(figure.n) if figure.n else "")


def _change(figure: Figure, unit: str) -> str | None:
    """Shares change by points, everything else in percent."""
    if unit == "share":
        points = figure.difference * 100
        return None if math.isnan(points) else _("{points} points", points=number(points))
    return None if math.isnan(figure.change) else percent(figure.change, 1)


def chart(
    picture: go.Figure,
    key: str,
    title: str,
    alt: str,
    answer: Answer | None = None,
    slugs: tuple[str, ...] = (),
    counted: tuple[int, int] | None = None,
    **options: Any,
) -> Any:
    """A chart in a card: one message as title, text alternative, passport."""
    with st.container(border=True):
        _titled(title, key, answer, slugs, counted)
        return figure(picture, key, alt, **options)


def figure(picture: go.Figure, key: str, alt: str, **options: Any) -> Any:
    """A chart without a card.

    A picture that :func:`session.once` keeps is turned into plain data once: Plotly copies and packs all of it at every showing.
    """
    if session.is_made(picture) and "to_dict" not in vars(picture):
        plain_data = picture.to_dict()
        picture.to_dict = lambda: plain_data  # type: ignore[method-assign]
    return st.plotly_chart(picture, key=key, alt=alt, config=PLOT, **options)


def wide_chart(
    names: go.Figure,
    picture: go.Figure,
    key: str,
    title: str,
    alt: str,
    answer: Answer,
    slugs: tuple[str, ...],
    widths: tuple[int, int],
    **options: Any,
) -> Any:
    """A chart that scrolls sideways where the screen is too narrow for it; the names of its rows stand still beside it.

    ``widths`` are the pixels of the names, and those below which the chart scrolls.
    """
    box = f".st-key-{key}_wide"
    with st.container(border=True):
        _titled(title, key, answer, slugs)
        st.html(
            f"<style>{box} {{overflow-x: auto; min-width: 0}} {box} > div {{min-width: {widths[1]}px}}"
            f" {box} .drag {{touch-action: manipulation !important}}</style>"
        )
        with st.container(horizontal=True, wrap=False, gap=None):
            listed = ", ".join(names.layout.yaxis.ticktext or ())
            figure(names, f"{key}_names", listed[:ALT_LIMIT], width=widths[0])
            with st.container(key=f"{key}_wide"):
                return figure(picture, key, alt, **options)


def _titled(
    title: str, key: str, answer: Answer | None, slugs: tuple[str, ...], counted: tuple[int, int] | None = None
) -> None:
    with st.container(horizontal=True, vertical_alignment="top", wrap=False):
        st.markdown(f"**{title}**", width="stretch")
        if answer is not None:
            passport(key, answer, slugs, counted)


def passport(key: str, answer: Answer, slugs: tuple[str, ...], counted: tuple[int, int] | None = None) -> None:
    """Where a number comes from: definition, SQL, rows, filters, file; built only when opened.

    ``counted``: orders and customers, where they are others than those that are open; filters do not touch those.
    """
    box = st.popover(
        "",
        icon=":material/fingerprint:",
        type="tertiary",
        help=_("Passport: where this number comes from"),
        key=f"pass_{key}",
        on_change="rerun",
    )
    if not box.open:
        return
    info = session.workspace().info
    with box:
        for slug in slugs:
            st.markdown(f"**{label(slug, months=12)}**: {_(METRICS[slug].formula, months=12)}")
            if METRICS[slug].source:
                st.caption(_("Source: {source}", source=_(METRICS[slug].source)))
        active = choices.describe(choices.filters()) if counted is None else []
        facts = session.workspace().facts()
        orders, customers = counted or (facts.orders, facts.customers)
        st.markdown(_("File: {file}", file=plain(info.source or info.title)))
        st.markdown(
            _(
                "Data: {orders} orders of {customers} customers, {rows} rows fetched in {ms} ms",
                orders=count(orders),
                customers=count(customers),
                rows=count(answer.rows),
                ms=count(answer.seconds * 1000),
            )
        )
        st.markdown(_("Filters: {filters}", filters=plain("; ".join(active)) if active else _("none")))
        st.markdown(basis_words())
        st.code(answer.sql, language="sql")


def table(frame: pd.DataFrame, key: str, alt: str, columns: dict[str, Any] | None = None, **options: Any) -> Any:
    """A table; ``columns`` names, orders and formats what is shown."""
    names = tuple(name for name in columns if name in frame.columns) if columns else tuple(frame.columns)
    shown = session.once(_shown, frame, names) if session.is_made(frame) else _shown(frame, names)
    return st.dataframe(shown, key=key, alt=alt, hide_index=True, column_config=columns, placeholder=DASH, **options)


def _shown(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """The columns in order, money without cents and shares to a tenth of a percent: only the reader's grouping is left to do."""
    frame = frame[list(names)]
    digits = {
        name: 0 if name in MONEY_COLUMNS else 3 for name in frame.columns if name in MONEY_COLUMNS | SHARE_COLUMNS
    }
    return frame.round(digits) if digits else frame


def downloads(make: Callable[[], pd.DataFrame], name: str, key: str) -> None:
    """Buttons that write the rows as CSV and XLSX when clicked; dangerous cells are neutralised."""
    european = {"delimiter": ";", "decimal": ","} if language() == "ru" else {}
    with st.container(horizontal=True):
        st.download_button(
            _("Download CSV"),
            lambda: export.to_csv(make().round(FILE_DIGITS), **european),
            f"{name}.csv",
            "text/csv",
            key=f"{key}_csv",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            _("Download XLSX"),
            lambda: export.to_xlsx(make().round(FILE_DIGITS)),
            f"{name}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            key=f"{key}_xlsx",
            on_click="ignore",
            icon=":material/table_view:",
        )


def guard(draw: Callable[[], None]) -> None:
    """Run a page body; an expected failure becomes one sentence."""
    try:
        draw()
    except LtvError as error:
        st.error(say(error), icon=":material/error:")


def nothing(reason: str) -> None:
    """An empty state that says why there is nothing and what to do."""
    st.info(reason, icon=":material/hourglass_empty:")


def digits(value: float, places: int = 1) -> str:
    """A plain number for sentences."""
    return number(value, places)
