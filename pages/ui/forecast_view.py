"""Sections of the forecast page: the exam, the value of the base, the slipping customers, one customer."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import forecast
from ltvlib.forecast import Exam, Forecast
from ltvlib.settings import AbcdxRules, Attribute, Filters
from pages.ui import choices, forecast_charts, forecast_story, session
from pages.ui.components import chart, definition, downloads, label, nothing, plain, table
from pages.ui.tiles import figure
from pages.ui.widgets import choose
from pages.ui.words import _, percent, plural, symbol

SHOWN = 200
SEGMENT = "segment"


def missing(found: tuple[Any, ...]) -> None:
    """What the data lack, and what helps meanwhile."""
    nothing(_("Nothing is forecast: the data do not carry it yet."))
    for message in found:
        st.markdown("- " + forecast_story.sentence(message))
    st.markdown(
        _("Until then the cohorts show who comes back, and the segments whom to keep close: both need no model.")
    )


def trust(found: Exam) -> None:
    """The exam: in words, week by week, and by method."""
    st.markdown(forecast_story.track_record(found))
    if forecast_story.rival(found):
        st.caption(forecast_story.rival(found))
    score = found.score
    if score is None:
        return
    left, right = st.columns(2)
    with left:
        title = forecast_story.tracking_title(found)
        chart(forecast_charts.tracking(found, score), "tracking", title, title)
    with right:
        title = _("Ten groups of customers: what was expected of them, and what they did")
        chart(forecast_charts.deciles(score), "deciles", title, title)
    with st.expander(_("All methods in the exam"), icon=":material/leaderboard:"):
        _methods(found)


def _methods(found: Exam) -> None:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    rows = [
        {
            "method": forecast_story.method_name(s.method),
            "expected": round(s.expected),
            "happened": round(s.happened),
            "miss": percent(s.miss, 1),
            "mae": s.mae,
            "chosen": "✓" if s is found.score else "",
        }
        for s in found.result.scores
    ]
    columns = {
        "method": text(_("Method")),
        "expected": number(_("Expected orders"), format="localized"),
        "happened": number(_("Happened"), format="localized"),
        "miss": text(_("Total off by")),
        "mae": number(
            _("Off by a customer, orders"),
            format="%.2f",
            help=_("Mean of the misses of single customers, whatever their sign."),
        ),
        "chosen": text(_("Used here")),
    }
    table(pd.DataFrame(rows), "methods", _("Methods and how they did in the exam"), columns)
    st.caption(definition("exam"))


def base(found: Forecast, record: Exam) -> None:
    """The value of the base by horizon."""
    currency = session.workspace().info.currency
    st.markdown(forecast_story.base(found, currency))
    st.caption(forecast_story.beyond_chance(record))
    if found.fit.problem is not None:
        st.caption(forecast_story.sentence(found.fit.problem))
    if found.spending.note is not None:
        st.caption(forecast_story.sentence(found.spending.note))
    with st.grid(4, gap="small", min_column_width=150):
        for months in forecast.HORIZONS:
            total = found.totals[months].total
            figure("expected_margin", total.value, note=forecast_story.spread(total, currency), months=months)


def parts(found: Forecast, rules: AbcdxRules, filters: Filters, with_money: bool) -> None:
    """The value of the base by segment or attribute."""
    kinds = [SEGMENT, *(attribute.value for attribute in choices.attributes())]
    names = {kind: choices.attribute_name(Attribute(kind)) if kind != SEGMENT else _("Segment") for kind in kinds}
    by = choose(_("Where it will come from, by"), kinds, names.__getitem__, choices.key("forecast_by"))
    attribute = None if by == SEGMENT else Attribute(by)
    frame = forecast.base_by(session.workspace(), found, attribute, rules, filters=filters)
    frame.insert(0, "name", [choices.segment_name(g) if by == SEGMENT else g or _("not known") for g in frame["group"]])
    number, sign = st.column_config.NumberColumn, symbol(session.workspace().info.currency)
    columns: dict[str, Any] = {
        "name": st.column_config.TextColumn(names[by], pinned=True),
        "customers": number(label("customers"), format="localized"),
        "alive": number(_("May still buy"), format="localized", help=definition("probability_alive")),
        "expected_margin": number(
            f"{label('expected_margin', months=found.months)}, {sign}",
            format="localized",
            help=definition("expected_margin", months=found.months),
        ),
    }
    if not with_money:
        columns.pop("expected_margin")
    shown = frame.round({"alive": 0, "expected_margin": 0})
    table(shown, "forecast_parts", _("Value of the base by group"), columns)
    titles = {name: str(column["label"]) for name, column in columns.items()}
    downloads(lambda: shown[list(columns)].rename(columns=titles), "forecast", "forecast_parts")


def slipping(found: Forecast) -> str | None:
    """Valuable customers who are late; returns the one whose row was clicked."""
    people, currency = forecast.slipping(found), session.workspace().info.currency
    with st.container(border=True):
        title = plural(
            "Call first: {n} valuable customer is slipping away",
            "Call first: {n} valuable customers are slipping away",
            len(people),
        )
        st.markdown(f"**{title}**", help=definition("margin_at_risk"))
        if not len(people):
            nothing(_("Nobody with a past profit is late against the own rhythm."))
            return None
        people.insert(0, "reason", forecast_story.reasons(people, currency))
        shown = people.head(SHOWN).round(
            {"margin": 0, "margin_at_risk": 0, "expected_margin": 0, "late_factor": 1, "probability_alive": 3}
        )
        columns = _people_columns(symbol(currency), found.months)
        event = table(shown, "slipping", title, columns, on_select="rerun", selection_mode="single-row", height=360)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: people[list(columns)].rename(columns=titles), "slipping", "slipping")
    rows = event["selection"]["rows"]
    return str(shown.iloc[rows[0]]["customer_id"]) if rows and rows[0] < len(shown) else None


def _people_columns(sign: str, months: int) -> dict[str, Any]:
    number, text, day = st.column_config.NumberColumn, st.column_config.TextColumn, st.column_config.DateColumn
    return {
        "customer_id": text(_("Customer"), pinned=True),
        "name": text(_("Name")),
        "reason": text(_("Why"), width="large"),
        "manager": text(_("Manager")),
        "probability_alive": number(label("probability_alive"), format="percent", help=definition("probability_alive")),
        "late_factor": number(label("late_factor"), format="%.1f", help=definition("late_factor")),
        "margin_at_risk": number(
            f"{label('margin_at_risk')}, {sign}", format="localized", help=definition("margin_at_risk")
        ),
        "next_order_at": day(_("Was due"), format="localized"),
        "last_day": day(_("Last order"), format="localized"),
    }


def pictures(found: Forecast, picked: str | None, filters: Filters) -> None:
    """The map of customers, and one customer over time."""
    left, right = st.columns(2)
    currency = session.workspace().info.currency
    with left:
        title = _("Who may still buy, and what they would bring")
        slugs = ("probability_alive", "expected_margin")
        chart(
            forecast_charts.people(found.people, currency, found.months),
            "forecast_map",
            title,
            title,
            found.answer,
            slugs,
        )
    with right:
        people = found.people.head(SHOWN)
        known = dict(zip(people["customer_id"], people["name"], strict=True))
        options = list(dict.fromkeys([*([picked] if picked else []), *known]))
        one = st.selectbox(
            _("One customer over time"), options, format_func=lambda key: f"{known.get(key) or ''} {key}".strip()
        )
        line, orders = forecast.alive_over_time(session.workspace(), found, str(one), filters)
        title = _("{name}: how the chance fell and rose", name=plain(known.get(one) or one))
        chart(forecast_charts.one_customer(line, orders), "one_customer", title, title)
