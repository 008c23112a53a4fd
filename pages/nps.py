"""Would customers recommend us, what should get better, and whom do we call back?"""

import streamlit as st

from pages.ui import choices, nps_collect, nps_money_view, nps_queue, nps_view, outreach
from pages.ui.components import heading
from pages.ui.words import _

heading(_("NPS"), _("Would customers recommend us, what should get better, and whom do we call back?"))
filters = choices.filters()
found = nps_view.answers(filters)
worth = nps_money_view.worth(found, filters)
nps_view.verdict(found, worth)
nps_view.tiles_row(found, filters, worth)

names = [_("The score"), _("Call back"), _("In money"), _("What to improve"), _("Collect answers")]
score, back, money, improve, collect = st.tabs(names, on_change="rerun", key="nps_tabs")
if score.open:
    with score:
        nps_view.over_time(found)
        nps_view.compared(found)
        nps_view.who_answers(found)
if back.open:
    with back:
        nps_queue.live()
if money.open:
    with money:
        nps_money_view.draw(worth)
if improve.open:
    with improve:
        nps_view.improve(found)
if collect.open:
    with collect:
        nps_collect.draw(found, filters)
st.caption(outreach.kept_words())
