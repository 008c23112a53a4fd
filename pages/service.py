"""What do late deliveries, wrong documents and complaints cost me?"""

import streamlit as st

from ltvlib import service
from pages.ui import choices, deliveries_file, service_view, session
from pages.ui.components import heading, nothing
from pages.ui.words import _

heading(_("Service quality"), _("What do late deliveries, wrong documents and complaints cost me?"))
found = choices.filters()
if "fulfilments" not in session.workspace().present:
    nothing(
        _(
            "Nobody has said yet what became of the orders: promised and delivered, documents, complaints. Bring a list of deliveries below."
        )
    )
    deliveries_file.bring(is_open=True)
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
deliveries_file.bring()
