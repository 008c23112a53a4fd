"""Sections of the LTV laboratory: definitions, horizons, beyond what was seen."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import forecast, ltv
from ltvlib.errors import N_
from ltvlib.ltv import Definition, Historic
from ltvlib.settings import Filters
from pages.ui import choices, forecast_story, ltv_charts, ltv_story, money, session
from pages.ui.components import chart, definition, downloads, figure, label, nothing, table
from pages.ui.widgets import switch
from pages.ui.words import _, count, symbol

FURTHER = (24, 36, 60)
SLUGS = {
    Definition.REVENUE: "revenue",
    Definition.MARGIN: "margin",
    Definition.CONTRIBUTION: "contribution_margin",
    Definition.AFTER_CAC: "ltv_after_cac",
}
OLD_ENOUGH = N_("Customers whose months are complete; of those the ones won in the newest 12 months.")


def discount_rate() -> float:
    """Yearly rate at which later money is worth less; a share."""
    percent = st.number_input(
        _("Discount a year, %"),
        0.0,
        200.0,
        0.0,
        1.0,
        key=choices.key("discount"),
        persist_state="session",
        help=_("Money that comes later is worth less: 20 % a year is 1.5 % a month, compounded. 0 = not counted."),
    )
    return percent / 100


def shown_definitions() -> list[Definition]:
    """Without variable costs the contribution margin is the gross margin: one row says it."""
    return [name for name in Definition if name is not Definition.CONTRIBUTION or not money.costs().is_empty]


def definitions(found: Historic) -> None:
    """The same customers under every definition."""
    currency = session.workspace().info.currency
    title = ltv_story.title(found, currency, money.margin_name())
    slugs = ("ltv_m", "contribution_margin", "ltv_after_cac", "cac")
    picture = session.once(ltv_charts.definitions, found, shown_definitions(), currency)
    chart(picture, "definitions", title, title, found.answer, slugs)


def horizons(found: list[Historic]) -> None:
    """All horizons as a table; each with the customers old enough for it. The files carry the intervals too."""
    frame = session.once(_horizons, found)
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    sign = symbol(session.workspace().info.currency)

    def money_column(title: str, about: str | None = None) -> Any:
        return number(f"{title}, {sign}", format="localized", help=about)

    columns: dict[str, Any] = {
        "months": text(_("Horizon"), pinned=True),
        "customers": number(label("customers"), format="localized", help=_(OLD_ENOUGH)),
        **{
            name.value: money_column(ltv_story.definition_name(name), definition(SLUGS[name]))
            for name in shown_definitions()
        },
        "cac": money_column(label("cac"), definition("cac")),
    }
    ends = {"low": _("{name}, lower end of 95 %"), "high": _("{name}, upper end of 95 %")}
    titles = {name: str(column["label"]) for name, column in columns.items()}
    for name in shown_definitions():
        titles |= {f"{name}_{end}": words.format(name=ltv_story.definition_name(name)) for end, words in ends.items()}
    with st.container(border=True):
        st.markdown("**" + _("Every horizon with the customers old enough for it") + "**")
        table(frame, "horizons", _("LTV by horizon and definition"), columns)
        downloads(lambda: frame[list(titles)].rename(columns=titles), "ltv", "horizons")


def _horizons(found: list[Historic]) -> pd.DataFrame:
    """What the table shows: whole currency, horizons in words."""
    frame = ltv.table(found)
    frame = frame.round(dict.fromkeys(frame.columns.drop(["months", "customers"]), 0))
    return frame.assign(months=[ltv_story.horizon(months) for months in frame["months"]])


def beyond(found: Filters, annual_rate: float) -> None:
    """What a customer may bring beyond what was seen: the textbook formula and the curve carried on."""
    currency = session.workspace().info.currency
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.markdown(f"**{label('ltv_simple')}**", help=definition("ltv_simple"))
        simple = session.remember(ltv.simple_formula, money.costs(), filters=found)
        st.markdown(ltv_story.simple(simple, currency))
    with left:
        _predicted(found, annual_rate, currency)
    with right:
        measured = session.remember(ltv.extension, money.costs(), annual_rate=annual_rate, filters=found)
        if measured.measured != measured.measured:
            nothing(ltv_story.extended(measured, 0, currency))
            return
        _extended(found, annual_rate, measured.measured, currency)


def _predicted(found: Filters, annual_rate: float, currency: str) -> None:
    """What a customer of today's base will still bring, by the model of the forecast page; fitted only when opened."""
    box = st.expander(
        _("Predicted by a purchase model"), icon=":material/insights:", key=choices.key("predicted"), on_change="rerun"
    )
    if not box.open:
        return
    with box:
        exam = None
        if not session.remember(forecast.what_is_missing, found):
            exam = session.remember(forecast.exam, found)
        if exam is None or exam.model is None or not exam.is_trusted:
            nothing(_("Not predicted: the page Forecast says what is missing, or how far the model was off."))
            return
        with st.spinner(_("Reckoning what every customer may still bring")):
            known = session.remember(forecast.fitted, exam.model, found)
            view = session.remember(forecast.forecast, exam.model, annual_rate=annual_rate, filters=found, known=known)
        st.markdown(forecast_story.per_customer(view, exam, currency))


def _extended(found: Filters, annual_rate: float, measured: float, currency: str) -> None:
    with st.container(border=True):
        st.markdown(f"**{label('ltv_extrapolated')}**", help=definition("ltv_extrapolated"))
        months = switch(_("Carry the curve on to month"), FURTHER, count, choices.key("further"), 36)
        keeps = st.slider(
            _("Every further month brings, % of the month before"),
            50.0,
            100.0,
            round(measured * 100, 1),
            0.5,
            key=choices.key(f"keeps_{round(measured * 1000)}"),
        )
        chosen = None if keeps == round(measured * 100, 1) else keeps / 100
        curve = session.remember(ltv.extension, money.costs(), chosen, annual_rate, filters=found)
        st.markdown(ltv_story.extended(curve, months, currency))
        figure(session.once(ltv_charts.extended, curve, months, currency), "extended", label("ltv_extrapolated"))
