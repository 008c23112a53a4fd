"""How is every number counted?"""

import streamlit as st

from ltvlib.definitions import METRICS
from pages.ui.components import definition_rows
from pages.ui.words import _

st.title(_("How the numbers are counted"))
st.markdown(_("Every figure on the pages has one definition, the same in tooltips, passports and downloads."))
for row in definition_rows(METRICS.values()):
    with st.container(border=True):
        st.markdown(f"**{row['label']}**: {row['meaning']}")
        st.markdown(_("How it is counted: {formula}", formula=row["formula"]))
        if row["undefined"]:
            st.caption(_("A dash means: {reason}", reason=row["undefined"]))
        if row["source"]:
            st.caption(_("Source: {source}", source=row["source"]))
