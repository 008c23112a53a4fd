"""Which lever earns most, and what would a plan bring?"""

import streamlit as st

from ltvlib.plan import outcome
from ltvlib.plan_today import today_of
from pages.ui import beginning_note, choices, money, plan_controls, plan_scenarios, plan_view, session
from pages.ui.components import heading, nothing
from pages.ui.words import _

heading(_("What-if plan"), _("Which lever earns most, and what would a plan bring?"))
found = choices.filters()
today = session.remember(today_of, money.spend(), money.costs(), choices.rules(found), found)
if not today.customers:
    nothing(
        _("Nobody bought in these months, so there is nothing to plan from. Clear the filters or open another file.")
    )
    st.stop()
plan_view.grounds(today)
beginning_note.draw(today.first_day)


@st.fragment
def live() -> None:
    """Levers on the left, what they bring on the right; redrawn alone while a slider moves."""
    top = st.container()
    left, right = st.columns([2, 3], gap="medium")
    with left:
        levers = plan_controls.draw(outcome(today))
    with top:
        plan_view.result(today, levers)
    with right:
        plan_view.pictures(today, levers)
    names = [_("What pays for itself"), _("Scenarios"), _("Plan against fact")]
    pays, scenarios, fact = st.tabs(names, on_change="rerun", key="plan_tabs")
    if pays.open:
        with pays:
            plan_view.pays(today, levers)
    if scenarios.open:
        with scenarios:
            plan_scenarios.draw(today, levers)
    if fact.open:
        with fact:
            plan_view.fact()


live()
