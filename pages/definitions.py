"""How is every number counted?"""

import pandas as pd
import streamlit as st

from ltvlib.definitions import METRICS
from pages.ui.components import definition_rows, table
from pages.ui.words import _

st.title(_("How the numbers are counted"))
st.markdown(_("Every figure on the pages has one definition, the same in tooltips, passports and downloads."))
columns = {
    "label": st.column_config.TextColumn(_("Figure"), pinned=True),
    "meaning": st.column_config.TextColumn(_("What it tells you"), width="large"),
    "formula": st.column_config.TextColumn(_("How it is counted"), width="large"),
    "undefined": st.column_config.TextColumn(_("When it is a dash")),
    "source": st.column_config.TextColumn(_("Source")),
}
table(
    pd.DataFrame(definition_rows(METRICS.values())),
    "definitions",
    _("Definitions of all figures"),
    columns,
    height="content",
    row_height=60,
)
