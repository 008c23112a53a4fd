"""Where do the numbers come from? Open a sample, or drop an export and see what became of every row."""

import streamlit as st

from pages.ui import data_view, database_view, demo, home_view, report_view, session
from pages.ui.words import _

st.title(_("Know what your customers are worth"))
st.markdown(
    _("Drop an export of orders from any system: 1C, Bitrix24, amoCRM, YCLIENTS, Shopify, a spreadsheet.")
    + " "
    + home_view.how_long()
)
if demo.takes_files():
    data_view.upload()
mine = session.me()
if database_view.is_offered():
    database_view.connect(mine)
data_view.mapping(mine)
if mine.coming is None:
    home_view.offer(mine)
    report_view.draw(mine)
home_view.kept()
data_view.sample_cards(mine)
