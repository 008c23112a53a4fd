"""Sections of the service page: the verdict in money, the comparison, the months, who and what is late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib import service
from ltvlib.service import Harm
from ltvlib.settings import Filters, month_start
from ltvlib.subscriptions import paying_period
from pages.ui import choices, service_words, session
from pages.ui.components import chart, definition, downloads, label, nothing, table
from pages.ui.plots import laid_out, mode
from pages.ui.widgets import switch
from pages.ui.words import _, percent, plural, symbol

DAYS = (60, 90, 120, 180, 365)
SAMPLE = "electronics"
COLORS = {
    "light": {"exposed": "#b3372f", "others": "#0b6e4f", "line": "#3a7ca5"},
    "dark": {"exposed": "#ef7d74", "others": "#4cc38a", "line": "#6fb3dd"},
}


def offer_sample() -> None:
    """Open a sample that has deliveries."""
    st.button(_("Open the electronics shop"), on_click=session.open_data, args=(SAMPLE,))


def horizon(found: Filters) -> tuple[int, bool]:
    """How long after an order customers are watched, and whether they pay by the calendar."""
    still = session.remember(paying_period, found) is not None
    days = switch(
        _("Watch customers after the order for"),
        list(DAYS),
        lambda days: plural("{n} day", "{n} days", days),
        choices.key("service_days"),
        365 if still else 180,
    )
    return days, still


def verdict(harms: Sequence[Harm]) -> None:
    """What is more than chance, in money, the dearest first."""
    shown = sorted((harm for harm in harms if harm.is_shown), key=lambda harm: -abs(harm.cost_a_year[0]))
    if not harms:
        nothing(_("Nothing went wrong with any order, or everything did: there is nothing to compare."))
        return
    currency = session.workspace().info.currency
    if not shown:
        st.markdown(_("Nothing that went wrong is seen in the orders that follow: what differs is within chance."))
    for harm in shown:
        st.markdown(service_words.sentence(harm, currency))
    st.caption(
        _(
            "Nobody drew lots here: like orders are compared, but what the data do not know (a difficult customer, a difficult order) stays in the difference."
        )
    )


def compared(harms: Sequence[Harm]) -> None:
    """Returns after an order with and without the trouble, and the figures behind."""
    if not harms:
        return
    first = [harm for harm in harms if harm.returned.n_exposed]
    names = [service_words.short(harm) for harm in first]
    colors = COLORS[mode()]
    sides = {"exposed": _("with the trouble"), "others": _("like orders without it")}
    figure = go.Figure(
        [
            go.Bar(
                x=names,
                y=[getattr(harm.returned, side) for harm in first],
                name=words,
                marker_color=colors[side],
                text=[percent(getattr(harm.returned, side)) for harm in first],
                textposition="outside",
                cliponaxis=False,
            )
            for side, words in sides.items()
        ]
    )
    laid_out(figure, 330, barmode="group", yaxis={"tickformat": ".0%", "range": [0, 1.12]})
    title = service_words.chart_title(first)
    chart(figure, "service_compared", title, title, harms[0].answer, ("return_after", "service_cost"))
    with st.expander(_("The figures behind"), icon=":material/table_rows:"):
        _figures(harms)


def _figures(harms: Sequence[Harm]) -> None:
    sign = symbol(session.workspace().info.currency)
    rows = [service_words.row(harm, session.workspace().info.currency) for harm in harms]
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "name": text(_("What went wrong"), pinned=True),
        "exposed": number(label("return_after"), format="percent", help=definition("return_after")),
        "others": number(_("Like orders"), format="percent"),
        "interval": text(_("Difference, 95 % interval"), help=_("In percentage points.")),
        "profit": number(_("Profit after, difference, {currency}", currency=sign), format="localized"),
        "orders": text(_("Orders compared")),
        "a_year": number(_("In 12 months"), format="localized"),
        "cost": text(label("service_cost"), help=definition("service_cost")),
        "verdict": text(_("Verdict")),
    }
    frame = pd.DataFrame(rows)
    table(frame, "service_figures", _("The figures behind"), columns)
    titles = {name: str(column["label"]) for name, column in columns.items()}
    downloads(lambda: frame.rename(columns=titles), "service", "service")


def months(found: Filters) -> None:
    """The share of late orders by month."""
    answer = session.remember(service.by_month, found)
    frame = service.rates(answer.frame, ["month"]).sort_values("month")
    what, name, title = service_words.worst_rate(frame)
    figure = go.Figure(
        go.Scatter(
            x=[month_start(int(month)) for month in frame["month"]],
            y=frame[what],
            mode="lines+markers",
            line={"color": COLORS[mode()]["line"]},
            name=name,
        )
    )
    laid_out(figure, 300, yaxis={"tickformat": ".0%", "rangemode": "tozero"})
    chart(figure, "service_months", title, title, answer, ("late_share",))


def tables(found: Filters) -> None:
    """Who delivers late, and which first products are late."""
    by = {"manager": _("By manager"), "product": _("By first product")}
    with st.container(border=True):
        chosen = switch(_("Show"), list(by), by.__getitem__, choices.key("service_by"))
        sums = session.remember(service.by_month if chosen == "manager" else service.by_product, found).frame
        frame = service.rates(sums.dropna(subset=[chosen]), [chosen]).sort_values("late_share", ascending=False)
        if frame.empty:
            nothing(_("The data do not say who made these orders."))
            return
        columns = {
            chosen: st.column_config.TextColumn(by[chosen], pinned=True),
            "orders": st.column_config.NumberColumn(_("Orders"), format="localized"),
            "late_share": st.column_config.NumberColumn(
                label("late_share"), format="percent", help=definition("late_share")
            ),
            "wrong_documents_share": st.column_config.NumberColumn(_("Wrong documents"), format="percent"),
            "complaint_share": st.column_config.NumberColumn(_("Complaints"), format="percent"),
        }
        table(frame.round(3), f"service_{chosen}", by[chosen], columns, height=min(330, 80 + 35 * len(frame)))
