"""The ABCDX controls: two thresholds, the window, and suggested borders one click away."""

from __future__ import annotations

import streamlit as st

from ltvlib import abcdx
from ltvlib.settings import AbcdxRules, Filters, Window
from pages.ui import choices, session
from pages.ui.widgets import slide, switch
from pages.ui.words import _, count, short_money, symbol


def controls(found: Filters) -> AbcdxRules:
    """Draw the sliders and return the rules they stand for. Their values live in the URL."""
    currency = session.workspace().info.currency
    months = switch(
        _("Window before the end of the data"), choices.WINDOWS, choices.window_name, choices.key("window"), 12
    )
    window = Window(months, 0, found.until)
    tips = session.remember(abcdx.suggest, window, found)
    if not tips.value:
        return choices.rules(found)
    default, rules = session.remember(abcdx.default_rules, months, Filters(until=found.until)), choices.rules(found)
    reach = session.remember(abcdx.reach, window, found)
    left, right = st.columns(2)
    with left:
        slide(
            _("High value from: average order value, {currency}", currency=symbol(currency)),
            0.0,
            max(reach.value, rules.value_threshold, 1.0),
            default.value_threshold,
            reach.value_step,
            choices.key("value"),
            format="%.0f",
        )
        _suggestions("value", {name: short_money(border, currency) for name, border in tips.value.items()}, tips.value)
    with right:
        slide(
            _("Often from: orders in the window"),
            1,
            max(reach.orders, rules.often_threshold, 2),
            default.often_threshold,
            1,
            choices.key("often"),
        )
        _suggestions("often", {name: count(border) for name, border in tips.often.items()}, tips.often)
    return choices.rules(found)


def _suggestions(name: str, shown: dict[str, str], borders: dict[str, float] | dict[str, int]) -> None:
    words = {"median": _("median"), "mean": _("mean"), "pareto": _("80 % of profit"), "natural": _("natural break")}
    helps = {
        "median": _("Half of the customers are above it."),
        "mean": _("Revenue / orders of all, or orders / customers."),
        "pareto": _("Customers at or above it bring 80 % of the profit."),
        "natural": _("The border that separates two groups best."),
    }
    with st.container(horizontal=True, gap="small"):
        for kind, border in borders.items():
            st.button(
                f"{words[kind]}: {shown[kind]}",
                key=f"{choices.key(name)}_{kind}",
                type="tertiary",
                help=helps[kind],
                on_click=_set,
                args=(choices.key(name), border),
            )


def _set(key: str, border: float) -> None:
    """Move a slider (callback)."""
    st.session_state[key] = border
