"""Whom do we contact today, who does it, and what do we say?"""

import streamlit as st

from ltvlib.outreach import worklist
from pages.ui import calls_offers, calls_view, choices, contacts_file, outreach, people_choice, session
from pages.ui.components import heading, nothing
from pages.ui.words import _

heading(_("Who to call today"), _("Whom do we contact today, who does it, and what do we say?"))
people_choice.hint()
found = choices.filters()
regulation = outreach.regulation()
with st.spinner(_("Looking up who is due, and what each is expected to bring ...")):
    view = outreach.standing(choices.rules(found), found)
manager = calls_view.picker(view)
done = session.remember(calls_view.logged, session.journal(), view.day, manager)
people = session.once(worklist.morning_list, view, regulation.retry_days, regulation.capacity, done, manager)
everyone = session.once(worklist.candidates, view, regulation.retry_days)

calls_view.summary(view, people, everyone, done, manager, regulation)
if len(people):
    with st.spinner(_("Choosing what to offer to each ...")):
        people = calls_offers.with_offers(people, found)
    calls_view.focus(view, people, manager)
    calls_view.listed(view, people)
else:
    nothing(_("Nobody is left to contact today: the regulation is kept, or today's capacity is used up."))
calls_view.done_today(done, view)
contacts_file.bring()
st.caption(outreach.kept_words())
