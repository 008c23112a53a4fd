"""Does my first sale pay for the marketing, or do I live on repeat purchases?"""

import streamlit as st

from ltvlib import economics
from pages.ui import (
    acquisition_story,
    acquisition_view,
    beginning_note,
    choices,
    forecast_more,
    money,
    money_view,
    session,
)
from pages.ui.components import heading, nothing, plain
from pages.ui.widgets import switch
from pages.ui.words import _

heading(_("Acquisition"), _("Does my first sale pay for the marketing, or do I live on repeat purchases?"))
found, spend, costs = choices.filters(), money.spend(), money.costs()
facts = session.remember(economics.facts_of, spend, costs, filters=found)
known = economics.known_horizons(facts)
if not known:
    nothing(_("No month of new customers is complete yet, so nothing can be said about payback."))
    money_view.forms()
    st.stop()

with st.container(horizontal=True):
    horizon = switch(
        _("Judge customers after"),
        list(known),
        acquisition_view.horizon_name,
        choices.key("horizon"),
        economics.usual_horizon(known),
    )
    times = acquisition_view.back_by(horizon)
    back = switch(_("The money must be back by month"), times, str, choices.key("back_by"), times[-1])
view = session.once(economics.judged, facts, horizon)
currency = session.workspace().info.currency

st.markdown(acquisition_story.summary(view.company, currency))
if view.ignored:
    st.caption(_("Spend is known by channel and month only: other filters are left aside on this page."))
acquisition_view.tiles(view.company)
acquisition_view.channels(view, back)
forecast_more.on_acquisition(found)
st.caption(_("All figures in {margin}.", margin=plain(money.margin_words())) + " " + money_view.spend_line(view))
beginning_note.draw()

acquisition_view.payback(view)
acquisition_view.months(view)
money_view.forms()
