"""Where a database is too large to fetch, pages work on a sample of its customers and say so."""

from __future__ import annotations

import streamlit as st

from ltvlib.workspace import Workspace
from pages.ui.words import _, count, percent

ORDER_PAGES = frozenset(
    (
        *("overview", "forecast", "drivers", "calls", "regulation", "triggers", "service", "nps", "losses"),
        *("products", "programmes", "market"),
    )
)
"""Pages that ask single orders for something: gaps between them, lifetimes, days, products."""


def draw(space: Workspace, page: str) -> None:
    """What part of the customers a page looks at; nothing where it is all of them."""
    info = space.info
    if info.customer_share < 1:
        text = _(
            "This data set is a sample: {customers}, {share} of all. Averages and shares stand for everybody; counts and sums are those of the sample.",
            customers=count(space.facts().customers),
            share=percent(info.customer_share),
        )
        st.info(text, icon=":material/groups:")
    elif info.order_share < 1 and page in ORDER_PAGES:
        text = _(
            "Too many orders to fetch: what this page takes from single orders (time between them, lifetimes, products, forecasts) comes from {share} of the customers, drawn by lot. What it takes from sums of customers and months is complete.",
            share=percent(info.order_share),
        )
        st.info(text, icon=":material/groups:")
