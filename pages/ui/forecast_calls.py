"""How the forecast's list and the morning list belong together: the place of each customer on the list of today."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ltvlib.outreach import worklist
from ltvlib.outreach.contacts import Contacts
from ltvlib.settings import Filters
from pages.ui import choices, outlook, outreach, session
from pages.ui.words import _


def places(found: Filters) -> pd.Series:
    """Place on the list of today, all managers together, by customer_id; who is not on it has none."""
    if session.workspace().facts().customers > outlook.AT_ONCE:  # the list is made on its own page
        return pd.Series(dtype=float)
    view = outreach.standing(choices.rules(found), found)
    return session.once(_places, view, outreach.regulation().retry_days)


def _places(view: Contacts, retry_days: int) -> pd.Series:
    listed = worklist.candidates(view, retry_days)
    return pd.Series(range(1, len(listed) + 1), index=listed["customer_id"].astype(str))


def about() -> None:
    """Why the two lists are in another order, and the way to the other."""
    st.caption(
        _(
            "Here everybody valuable who is late stands in the order of what may be lost for good. The list “Who to call today” takes no more than the last 12 months brought, puts overdue contacts first, and leaves out whoever was contacted in time, said why they left or asked not to be called: the column “Place today” shows where a customer stands there."
        )
    )
    st.page_link("pages/calls.py", label=_("Who to call today"), icon=":material/call:")
