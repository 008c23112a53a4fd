"""NPS in money: what promoters, passives and detractors did after answering, and among like customers."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from ltvlib.nps import money
from ltvlib.nps.answers import Answers
from ltvlib.nps.money import COMPARED, Worth
from ltvlib.nps.score import Group
from ltvlib.settings import Filters
from ltvlib.subscriptions import paying_period
from pages.ui import choices, nps_words, session
from pages.ui.components import chart, nothing
from pages.ui.nps_view import GROUP_COLORS
from pages.ui.plots import laid_out, mode
from pages.ui.widgets import switch
from pages.ui.words import _, count, percent, plural, short_money, symbol

DAYS = (90, 180, 365)


def worth(found: Answers, filters: Filters) -> Worth | None:
    """What came after the answers; of those who pay by the calendar the second half of the time counts."""
    key = choices.key("nps_days")
    wanted = str(st.session_state.get(key, st.query_params.get(key)))  # the switch is drawn further down
    days = next((days for days in DAYS if str(days) == wanted), DAYS[1])
    still = session.remember(paying_period, filters) is not None
    return session.once(money.worth, session.workspace(), found, days, days // 2 if still else 0, filters)


def draw(worth: Worth | None) -> None:
    """The time watched, the chart, and the comparison in words."""
    switch(
        _("Watch customers after the answer for"),
        list(DAYS),
        lambda days: plural("{n} day", "{n} days", days),
        choices.key("nps_days"),
        DAYS[1],
    )
    if worth is None:
        nothing(_("No answer of a known customer is old enough to see what came after it."))
        return
    currency = session.workspace().info.currency
    left, right = st.columns(2)
    with left:
        _bars(worth, currency, of_money=True)
    with right:
        _bars(worth, currency, of_money=False)
    for group in COMPARED:
        st.markdown(nps_words.money_sentence(group, worth, currency))
    notes = [nps_words.alike(worth)]
    if worth.after:
        notes.append(
            _(
                "Your customers pay by the calendar, so only what comes after day {days} counts: the next payment says little.",
                days=count(worth.after),
            )
        )
    st.caption(" ".join(notes))


def _bars(worth: Worth, currency: str, of_money: bool) -> None:
    """Profit or returns after the answer by group, as they are, with intervals."""
    title = nps_words.money_title(worth, currency) if of_money else _bought_again(worth)
    figure, slugs = session.once(_fates, worth, currency, of_money), ("nps_money",) if of_money else ()
    chart(figure, f"nps_money_{of_money}", title, title, worth.answer, slugs)


def _fates(worth: Worth, currency: str, of_money: bool) -> go.Figure:
    colors = GROUP_COLORS[mode()]
    fates = {group: fate for group, fate in worth.fates.items() if fate.answers}
    values = [fate.profit.value if of_money else fate.return_rate for fate in fates.values()]
    highs = [fate.profit.high if of_money else fate.high for fate in fates.values()]
    lows = [fate.profit.low if of_money else fate.low for fate in fates.values()]
    texts = [short_money(value, currency) if of_money else percent(value) for value in values]
    figure = go.Figure(
        go.Bar(
            x=[f"{nps_words.group_name(group)}<br>n = {count(fate.answers)}" for group, fate in fates.items()],
            y=values,
            marker_color=[colors[group] for group in fates],
            text=texts,
            textposition="inside",
            insidetextanchor="start",
            error_y={
                "type": "data",
                "array": [high - value for high, value in zip(highs, values, strict=True)],
                "arrayminus": [value - low for low, value in zip(lows, values, strict=True)],
            },
        )
    )
    axis = {"title": {"text": symbol(currency)}} if of_money else {"tickformat": ".0%", "rangemode": "tozero"}
    return laid_out(figure, 320, yaxis=axis)


def _bought_again(worth: Worth) -> str:
    low, high = worth.fates[Group.DETRACTOR], worth.fates[Group.PROMOTER]
    return _(
        "Bought again: {low} of the detractors, {high} of the promoters",
        low=percent(low.return_rate),
        high=percent(high.return_rate),
    )
