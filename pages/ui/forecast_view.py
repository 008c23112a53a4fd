"""Sections of the forecast page: the exam, the value of the base, the slipping customers, one customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import forecast
from ltvlib.forecast import Exam, Forecast
from ltvlib.forecast_people import with_intervals
from ltvlib.settings import AbcdxRules, Attribute, Filters
from pages.ui import choices, forecast_calls, forecast_charts, forecast_story, session
from pages.ui.components import chart, definition, downloads, label, nothing, plain, table
from pages.ui.tiles import figure
from pages.ui.widgets import choose, switch
from pages.ui.words import _, count, percent, plural, symbol

SHOWN = 200
MOST_CALLS = 2_000
"""Longest list of calls in a file: nobody calls more before the next upload."""
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
    st.markdown(forecast_story.against_naive(found))
    if forecast_story.rival(found):
        st.caption(forecast_story.rival(found))
    score = found.score
    if score is None:
        return
    left, right = st.columns(2)
    with left:
        title = forecast_story.tracking_title(found)
        chart(session.once(forecast_charts.tracking, found, score), "tracking", title, title)
    with right:
        title = _("Ten groups of customers: what was expected of them, and what they did")
        chart(session.once(forecast_charts.deciles, score), "deciles", title, title)
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


def horizon() -> int:
    """How far to look ahead, in months; one choice for the whole page."""
    return switch(
        _("Look ahead"),
        forecast.HORIZONS,
        lambda months: plural("{n} month", "{n} months", months),
        choices.key("ahead"),
        12,
    )


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
    frame = session.remember(forecast.base_by, found, attribute, rules, filters=filters).copy()
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


def slipping(found: Forecast, with_money: bool, places: pd.Series) -> str | None:
    """Valuable customers who are late; returns the one whose row was clicked. Money only after a passed exam.

    ``places``: place on the list of today by customer_id.
    """
    people, currency = session.once(forecast.slipping, found), session.workspace().info.currency
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
        shown, columns = session.once(_shown, found, currency), _people_columns(found.months, currency, with_money)
        shown = shown.assign(place=shown["customer_id"].astype(str).map(places).to_numpy())
        event = table(shown, "slipping", title, columns, on_select="rerun", selection_mode="single-row", height=360)
        if len(people) > MOST_CALLS:
            st.caption(
                _("The first {n} are shown; the files hold the first {most}.", n=count(SHOWN), most=count(MOST_CALLS))
            )
        elif len(people) > SHOWN:
            st.caption(_("The first {n} are shown; the files hold all of them.", n=count(SHOWN)))
        downloads(_slipping_file(found, with_money), "slipping", "slipping")
        forecast_calls.about()
    rows = event["selection"]["rows"]
    return str(shown.iloc[rows[0]]["customer_id"]) if rows and rows[0] < len(shown) else None


def _shown(found: Forecast, currency: str) -> pd.DataFrame:
    """The first of the list with reason and intervals, rounded for the eye."""
    frame = with_intervals(forecast.slipping(found).head(SHOWN), found.known, found.as_of, found.months)
    frame.insert(0, "reason", forecast_story.reasons(frame, currency))
    frame["orders_range"] = [
        f"{count(low)} – {count(high)}" for low, high in zip(frame["orders_low"], frame["orders_high"], strict=True)
    ]
    frame["margin_range"] = [
        forecast_story.range_of(float(low), float(high), currency)
        for low, high in zip(frame["margin_low"], frame["margin_high"], strict=True)
    ]
    digits = {"margin_at_risk": 0, "expected_margin": 0, "expected_orders": 1, "late_factor": 1, "probability_alive": 3}
    return frame.round(digits)


def _called(found: Forecast, currency: str) -> pd.DataFrame:
    """All of the list that goes into a file, with the reason for each."""
    people = forecast.slipping(found).head(MOST_CALLS)
    return people.assign(reason=forecast_story.reasons(people, currency))


def _slipping_file(found: Forecast, with_money: bool) -> Callable[[], pd.DataFrame]:
    """All of the list with the bounds as numbers; words are said now, because a file is made outside the session."""
    currency = session.workspace().info.currency
    people = session.once(_called, found, currency)
    columns = _people_columns(found.months, currency, with_money)
    names = {"orders_low": _("Orders, from"), "orders_high": _("Orders, to")}
    if with_money:
        names |= {"margin_low": _("Expected profit, from"), "margin_high": _("Expected profit, to")}
    titles = {k: str(v["label"]) for k, v in columns.items() if not k.endswith("_range") and k != "place"} | names

    def rows() -> pd.DataFrame:
        frame = with_intervals(people, found.known, found.as_of, found.months)
        frame = frame.astype({"orders_low": "Int64", "orders_high": "Int64"})
        return frame[list(titles)].rename(columns=titles)

    return rows


def _people_columns(months: int, currency: str, with_money: bool) -> dict[str, Any]:
    number, text, date = st.column_config.NumberColumn, st.column_config.TextColumn, st.column_config.DateColumn
    sign, wide = (
        symbol(currency),
        _("What this one customer may do, in 95 of 100 cases; wide, because it is one person."),
    )
    expected = f"{label('expected_margin', months=months)}, {sign}"
    columns = {
        "customer_id": text(_("Customer"), pinned=True),
        "name": text(_("Name")),
        "place": number(_("Place today"), format="%d", help=_("Place on the list “Who to call today”.")),
        "probability_alive": number(label("probability_alive"), format="percent", help=definition("probability_alive")),
        "margin_at_risk": number(
            f"{label('margin_at_risk')}, {sign}", format="localized", help=definition("margin_at_risk")
        ),
        "reason": text(_("Why"), width="large"),
        "expected_margin": number(expected, format="localized", help=definition("expected_margin", months=months)),
        "margin_range": text(_("Profit: 95 % interval"), help=wide),
        "expected_orders": number(_("Expected orders, {months} months", months=months), format="%.1f"),
        "orders_range": text(_("Orders: 95 % interval"), help=wide),
        "manager": text(_("Manager")),
        "late_factor": number(label("late_factor"), format="%.1f", help=definition("late_factor")),
        "next_order_at": date(_("Was due"), format="localized"),
        "last_day": date(_("Last order"), format="localized"),
    }
    money = ("margin_at_risk", "expected_margin", "margin_range")
    return {name: column for name, column in columns.items() if with_money or name not in money}


def pictures(found: Forecast, picked: str | None, filters: Filters, with_money: bool) -> None:
    """The map of customers, and one customer over time."""
    if not with_money:
        _one_customer(found, picked, filters, with_money)
        return
    left, right = st.columns(2)
    with left:
        title = _("Who may still buy, and what they would bring")
        slugs = ("probability_alive", "expected_margin")
        figure = session.once(forecast_charts.people, found.people, session.workspace().info.currency, found.months)
        chart(figure, "forecast_map", title, title, found.answer, slugs)
    with right:
        _one_customer(found, picked, filters, with_money)


def _one_customer(found: Forecast, picked: str | None, filters: Filters, with_money: bool) -> None:
    """One customer: the chance over time, and what to expect with intervals."""
    known = session.once(_choosable, found)
    names = dict(zip(known.index, known["name"], strict=True))
    options = list(dict.fromkeys([*([picked] if picked else []), *found.people["customer_id"].head(SHOWN)]))
    one = st.selectbox(
        _("One customer over time"), options, format_func=lambda key: f"{names.get(key) or ''} {key}".strip()
    )
    line, orders = session.once(forecast.alive_over_time, session.workspace(), found, str(one), filters)
    title = _("{name}: how the chance fell and rose", name=plain(names.get(one) or one))
    chart(session.once(forecast_charts.one_customer, line, orders), "one_customer", title, title)
    if one in known.index:
        row = session.once(_alone, found, str(one)).iloc[0]
        st.markdown(forecast_story.one_person(row, found.months, session.workspace().info.currency, with_money))


def _choosable(found: Forecast) -> pd.DataFrame:
    """Whom one can look at: the late and the most valuable."""
    return pd.concat([found.late, found.people.head(SHOWN)]).drop_duplicates("customer_id").set_index("customer_id")


def _alone(found: Forecast, customer: str) -> pd.DataFrame:
    """One of them with intervals."""
    return with_intervals(_choosable(found).loc[[customer]], found.known, found.as_of, found.months)
