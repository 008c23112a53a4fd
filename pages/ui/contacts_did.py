"""What our contacts did: those contacted against like customers who were not, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.outreach import contact_effect
from ltvlib.outreach.contact_effect import ContactEffect
from ltvlib.settings import Filters
from pages.ui import choices, contacts_words, session
from pages.ui.components import chart, definition, downloads, label, nothing, table
from pages.ui.plots import laid_out, line_at, mode
from pages.ui.widgets import switch
from pages.ui.words import _, plural, symbol

DAYS = (30, 60, 90, 180)
COLORS = {"light": {True: "#0b6e4f", False: "#7c8591"}, "dark": {True: "#4cc38a", False: "#9aa5b1"}}


def section(by_manager: Mapping[str, str], found: Filters) -> None:
    """Verdicts in words, the picture, the figures behind."""
    days = switch(
        _("Watch customers after the contact for"),
        list(DAYS),
        lambda days: plural("{n} day", "{n} days", days),
        choices.key("contacts_days"),
        90,
    )
    with st.spinner(_("Comparing those contacted with like customers ...")):
        rows = session.remember(contact_effect.contact_effects, session.journal(), dict(by_manager), days, found)
    if not rows:
        nothing(
            _(
                "Fewer than twenty customers are on record as contacted. Bring the contacts you have already made below, or log them on the page “Who to call today”."
            )
        )
        return
    _verdicts(rows, days)
    _picture(rows)
    _figures(rows)


def _verdicts(rows: tuple[ContactEffect, ...], days: int) -> None:
    currency = session.workspace().info.currency
    for one in rows:
        if one.is_shown:
            st.markdown(contacts_words.sentence(one, days, currency))
    silent: dict[str, list[str]] = {}
    for one in rows:
        if not one.is_shown:
            silent.setdefault(contacts_words.silence(one), []).append(contacts_words.name(one.what))
    for reason, names in silent.items():
        st.markdown(f"{', '.join(names)}: {reason}.")
    st.caption(
        _(
            "A comparison, not an experiment: customers contacted are held against others of the same silence, number of orders, profit, season and rhythm who were not contacted then. The first contact of a kind counts, also one nobody answered."
        )
    )


def _picture(rows: tuple[ContactEffect, ...]) -> None:
    """How many more came back, with the interval, for the kinds that can be judged."""
    judged = _judged(rows)
    if not judged or judged[0][0].effect is None:
        return
    title = contacts_words.title(rows)
    figure = session.once(_differences, rows)
    chart(figure, "contacts_did", title, title, judged[0][0].effect.answer, ("contact_returns",))


def _judged(rows: tuple[ContactEffect, ...]) -> list[tuple[ContactEffect, Any]]:
    """Those that can be judged, from below."""
    judged = [(one, one.effect.returned) for one in rows if one.effect is not None and one.effect.doubt is None]
    return [(one, returned) for one, returned in judged if returned.low == returned.low][::-1]


def _differences(rows: tuple[ContactEffect, ...]) -> go.Figure:
    judged, colors = _judged(rows), COLORS[mode()]
    figure = go.Figure(
        go.Scatter(
            x=[returned.value for _one, returned in judged],
            y=[contacts_words.name(one.what) for one, _returned in judged],
            mode="markers",
            marker={
                "size": 12,
                "color": [colors[one.is_shown and contacts_words.is_clear(seen)] for one, seen in judged],
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [returned.high - returned.value for _one, returned in judged],
                "arrayminus": [returned.value - returned.low for _one, returned in judged],
            },
        )
    )
    line_at(figure, x=0, dash="dot", width=1)
    axis = {"title": _("Difference in who ordered again"), "tickformat": "+.0%"}
    return laid_out(figure, 110 + 45 * len(judged), xaxis=axis)


def _figures(rows: tuple[ContactEffect, ...]) -> None:
    sign = symbol(session.workspace().info.currency)
    text, amount = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "what": text(_("Contacts"), pinned=True),
        "customers": amount(label("customers"), format="localized"),
        "exposed": amount(_("Ordered again"), format="percent"),
        "others": amount(_("Like customers"), format="percent"),
        "points": text(label("contact_returns"), help=definition("contact_returns")),
        "orders": amount(_("Orders a customer, difference"), format="%.1f"),
        "profit": amount(f"{label('contact_profit')}, {sign}", format="localized", help=definition("contact_profit")),
        "compared": text(_("Compared"), help=_("Customers contacted / states of like customers.")),
        "verdict": text(_("Verdict"), width="large"),
    }
    frame = pd.DataFrame([contacts_words.row(one) for one in rows], columns=list(columns))
    with st.expander(_("The figures behind"), icon=":material/table_rows:"):
        shown = frame.astype({"orders": float, "profit": float}).round({"profit": 0, "orders": 2})
        table(shown, "contacts_figures", _("The figures behind"), columns)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: frame.rename(columns=titles), "contacts", "contacts")
