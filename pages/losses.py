"""Why do customers leave, what did they take with them, and whom has nobody asked?"""

import streamlit as st

from ltvlib import losses
from pages.ui import choices, losses_view, outreach, session
from pages.ui.components import heading, nothing
from pages.ui.words import _

heading(_("Losses"), _("Why do customers leave, what did they take with them, and whom has nobody asked?"))
found = choices.filters()
view = outreach.standing(choices.rules(found), found)
register = session.remember(losses.register, session.journal(), choices.rules(found), found)

if len(register.frame):
    losses_view.summary(register, view)
    left, right = st.columns(2)
    with left:
        losses_view.reasons(register)
    with right:
        losses_view.over_time(register)
else:
    nothing(_("No loss is written down yet. Ask those who fell silent and write the reason down below."))
losses_view.ask(view, register)
losses_view.fates(found)
losses_view.listed(register)
st.caption(outreach.kept_words())
