"""What earlier messages brought, against the customers kept aside."""

from __future__ import annotations

import streamlit as st

from ltvlib.outreach import runs
from ltvlib.outreach.contacts import Contacts
from pages.ui import session, triggers_words
from pages.ui.words import _


def draw(view: Contacts) -> None:
    """One card a trigger that was run: how many, extra orders, and the verdict in words."""
    st.subheader(_("Did it work?"))
    found = session.remember(runs.effects, session.journal())
    if not found:
        st.caption(
            _(
                "Nothing has been sent yet. Once a list is made and newer orders are uploaded, this place compares those who got the message with those kept aside."
            )
        )
        return
    currency = session.workspace().info.currency
    with st.grid(2, gap="small", min_column_width=360):
        for effect in found:
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{triggers_words.event_name(effect.rule)}**")
                st.markdown(triggers_words.verdict(effect, currency))
                lines = [triggers_words.sizes(effect), triggers_words.difference(effect)]
                st.caption(" · ".join(filter(None, lines)))
