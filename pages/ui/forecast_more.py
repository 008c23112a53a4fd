"""Further sections of the forecast page: what makes it doubtful, newcomers by channel, subscriptions."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import economics, forecast_checks, forecast_newcomers, subscriptions
from ltvlib.economics import Acquisition
from ltvlib.forecast_data import Fitted
from ltvlib.forecast_exam import Exam
from ltvlib.forecast_newcomers import Newcomer
from ltvlib.models.holdout import Method
from ltvlib.settings import Filters
from ltvlib.spend import spelling
from pages.ui import (
    acquisition_view,
    beginning_note,
    forecast_charts,
    forecast_story,
    forecast_words,
    money,
    outlook,
    patience,
    session,
)
from pages.ui.components import chart, definition, downloads, label, plain, table
from pages.ui.words import _, plural, symbol

MONTHS = 12


def doubts(record: Exam, months: int, found: Filters) -> None:
    """Season and independence, each in a sentence with its number."""
    season = session.remember(forecast_checks.season_check, record, found)
    related = session.remember(forecast_checks.independence_check, found)
    with st.container(border=True):
        st.markdown("**" + _("What may make it doubtful") + "**")
        st.markdown("- " + forecast_words.season(season, months))
        st.markdown("- " + forecast_words.unrelated(related))


def newcomers(known: Fitted, record: Exam, found: Filters) -> None:
    """What a newcomer of each channel is expected to bring, beside what winning one costs."""
    rows = patience.patiently(forecast_newcomers.newcomers, known, MONTHS, found)
    currency = session.workspace().info.currency
    if not rows:
        return
    costs = _cost_of_winning(found)
    names = [acquisition_view.channel_name(row.channel) for row in rows]
    known_values = [(name, row.value.value) for name, row in zip(names, rows, strict=True)]
    with st.container(border=True):
        st.markdown("**" + plain(forecast_words.newcomers(known_values, MONTHS, currency), 300) + "**")
        frame, columns = _frame(rows, names, costs), _columns(symbol(currency))
        if frame["cac"].isna().all():
            columns = {name: column for name, column in columns.items() if name not in ("cac", "ratio")}
        shown = frame.round({"value": 0, "cac": 0, "low": 0, "high": 0, "orders": 1})
        table(shown, "newcomers", _("Expected profit of a newcomer by channel"), columns)
        titles = {name: str(column["label"]) for name, column in columns.items() if name != "range"}
        titles |= {"low": _("Expected profit, from"), "high": _("Expected profit, to")}
        downloads(lambda: shown[list(titles)].rename(columns=titles), "newcomers", "newcomers")
        text = _(
            "Gross margin before the cost of winning, by the model {model}. The interval is of the mean of many newcomers, not of one.",
            model=forecast_story.method_name(Method(known.fit.model.value)),
        )
        if frame["cac"].isna().all():
            text += " " + _("What winning a customer costs is not on record: enter the spend on the page Acquisition.")
        st.caption(text)
        beginning_note.draw()


def _cost_of_winning(found: Filters) -> Acquisition | None:
    facts = session.remember(economics.facts_of, money.spend(), money.costs(), filters=found)
    horizons = economics.known_horizons(facts)
    return session.once(economics.judged, facts, economics.usual_horizon(horizons)) if horizons else None


def _frame(rows: tuple[Newcomer, ...], names: list[str], costs: Acquisition | None) -> pd.DataFrame:
    """Rows of the table; what winning costs is that of the last three months, else of all months judged."""
    currency = session.workspace().info.currency
    found = {spelling(row.name or ""): row for row in costs.channels} if costs else {}
    lines = []
    for row, name in zip(rows, names, strict=True):
        paid = found.get(spelling(row.channel))
        cac = float("nan") if paid is None else paid.recent_cac if paid.recent_cac == paid.recent_cac else paid.cac
        low, high = row.value.low, row.value.high
        lines.append(
            {
                "name": name,
                "value": row.value.value,
                "range": forecast_story.range_of(low, high, currency),
                "cac": cac,
                "ratio": row.ratio(cac),
                "orders": row.orders,
                "customers": row.customers,
                "learnt": _("its own customers") if row.is_own else _("all customers"),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(lines)


def _columns(sign: str) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    about = definition("newcomer_margin", months=MONTHS)
    return {
        "name": text(_("Channel"), pinned=True),
        "value": number(f"{label('newcomer_margin', months=MONTHS)}, {sign}", format="localized", help=about),
        "range": text(_("95 % interval")),
        "cac": number(f"{label('cac')}, {sign}", format="localized", help=definition("cac")),
        "ratio": number(_("Brings / costs"), format="%.1f"),
        "orders": number(_("Orders, the first included"), format="%.1f"),
        "customers": number(label("customers"), format="localized"),
        "learnt": text(_("Pace learnt from")),
    }


def on_acquisition(found: Filters) -> None:
    """The newcomers under the channels of the acquisition page; reckoned only when opened."""
    box = st.expander(
        _("What a newcomer is expected to bring in {months} months", months=MONTHS),
        icon=":material/insights:",
        key=f"{session.chosen()}_newcomers",
        on_change="rerun",
    )
    if not box.open:
        return
    plainly = economics.usable_filters(found)[0]
    with box:
        view = outlook.outlook(plainly)
        if view.known is None or view.exam is None:
            st.caption(view.reason)
        else:
            newcomers(view.known, view.exam, plainly)
        st.page_link("pages/forecast.py", label=_("How the forecast did in its exam"), icon=":material/arrow_forward:")


def renewals(record: Exam, found: Filters) -> None:
    """Subscribers: how many renew, what was expected of them, and how long those of today will stay."""
    view = session.remember(subscriptions.subscriptions, record.split, found)
    if view is None:
        return
    st.subheader(_("How long do subscribers stay?"), help=definition("renewals"))
    st.markdown(forecast_words.renewals(view))
    ages = len(view.happened) - 1
    title = plural(
        "Of 100 new subscribers {kept} still pay after {n} renewal",
        "Of 100 new subscribers {kept} still pay after {n} renewals",
        ages,
        kept=round(100 * float(view.happened[-1])),
    )
    axis = forecast_words.period_axis(view.period)
    chart(forecast_charts.renewals(view, axis), "renewals", title, title)
    st.caption(_("Right of the dashed line nothing was known yet when the expected curve was learnt."))
