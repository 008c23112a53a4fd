"""What do late deliveries, wrong documents and complaints cost me?"""

import streamlit as st

from ltvlib import service
from pages.ui import choices, service_view, session
from pages.ui.components import heading, nothing
from pages.ui.words import _

heading(_("Service quality"), _("What do late deliveries, wrong documents and complaints cost me?"))
found = choices.filters()
if "fulfilments" not in session.workspace().present:
    nothing(
        _(
            "This page needs a table of what became of each order: promised and delivered, documents, complaints. The samples with deliveries show what it looks like."
        )
    )
    service_view.offer_sample()
    st.stop()

days, still = service_view.horizon(found)
harms = session.remember(service.harms, days, days, still, found)
service_view.verdict(harms)
service_view.compared(harms)
left, right = st.columns(2)
with left:
    service_view.months(found)
with right:
    service_view.tables(found)
