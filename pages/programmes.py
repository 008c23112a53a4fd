"""Did the programme earn more than it cost?"""

import streamlit as st

from pages.ui import choices, outreach, programmes_lists, programmes_view
from pages.ui.components import heading, nothing
from pages.ui.words import _

heading(_("Did the programme work?"), _("Loyalty, webinars, content, campaigns: did they earn more than they cost?"))
found = choices.filters()
every = programmes_view.every(found)
if not every:
    nothing(_("Nobody is on record as a participant yet. Bring a list below: a loyalty card, a webinar, a mailing."))
    programmes_lists.bring(found)
    st.stop()

one = programmes_view.picker(every)
days, by_lot = programmes_view.choices_of(one)
view = programmes_view.effect(one, days, by_lot, found)
if view is None:
    nothing(
        _("Nobody has been a participant for that long yet, or nobody was there to compare with. Choose fewer days.")
    )
else:
    programmes_view.verdict(one, view)
    programmes_view.estimates(view)
    programmes_view.trust(view)
programmes_view.costs(one)
programmes_lists.bring(found)
st.caption(outreach.kept_words())
