"""What is a customer worth, and which definition should I decide by?"""

import streamlit as st

from ltvlib import ltv
from pages.ui import beginning_note, choices, ltv_story, ltv_view, money, money_view, session
from pages.ui.components import heading, nothing, plain
from pages.ui.widgets import switch
from pages.ui.words import _

heading(_("LTV laboratory"), _("What is a customer worth, and which definition should I decide by?"))
found, spend, costs = choices.filters(), money.spend(), money.costs()
known = session.remember(ltv.known_horizons, filters=found)
with st.container(horizontal=True, vertical_alignment="bottom"):
    if known:
        usual = 12 if 12 in known else known[-1]
        months = switch(_("Horizon"), known, ltv_story.horizon, choices.key("ltv_horizon"), usual)
    rate = ltv_view.discount_rate()
every = [session.remember(ltv.historic, horizon, spend, costs, rate, filters=found) for horizon in known]
chosen = next((one for one in every if one.months == months), None) if known else None
if chosen is None or not chosen.n:
    nothing(_("No customer has completed three months of life yet, so there is nothing to compare."))
    money_view.forms()
    st.stop()

st.markdown(ltv_story.verdict(chosen, session.workspace().info.currency))
beginning_note.draw()
ltv_view.definitions(chosen)
if costs.is_empty:
    st.caption(_("Name the variable costs of a sale below to see the contribution margin as well."))
else:
    st.caption(_("Contribution here means: {margin}.", margin=plain(money.margin_words())))
ltv_view.horizons(every)
st.subheader(_("Beyond what was seen"))
st.markdown(_("Two ways to look further than the data reach. Both assume; neither is a fact."))
ltv_view.beyond(found, rate)
money_view.forms()
