"""What do customers buy first and next, what goes together, what to offer whom, and what do discounts do?"""

import streamlit as st

from ltvlib.products import items
from pages.ui import (
    choices,
    products_discounts,
    products_journey,
    products_offer,
    products_pairs,
    products_words,
    session,
)
from pages.ui.components import heading, nothing
from pages.ui.words import _

heading(_("Products"), _("What do customers buy first and next, what goes together, what to offer whom?"))
found = choices.filters()
if not session.remember(items.is_present):
    nothing(
        _("This page needs the lines of the orders: order number, product, quantity, amount. Upload a file with them.")
    )
    products_words.offer_sample()
    st.stop()

names = [_("Journey"), _("Goes together"), _("Next offer"), _("Discounts")]
journey, together, offer, discounts = st.tabs(names, on_change="rerun", key="products_tabs")
if journey.open:
    with journey:
        products_journey.draw(found)
if together.open:
    with together:
        products_pairs.draw(found)
if offer.open:
    with offer:
        products_offer.draw(found)
if discounts.open:
    with discounts:
        products_discounts.draw(found)
