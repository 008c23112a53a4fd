"""Which customers are leaving, what is my base worth over the next year, and can I trust the number?"""

import streamlit as st

from ltvlib import forecast
from pages.ui import choices, forecast_view, session
from pages.ui.components import heading
from pages.ui.words import _

heading(
    _("Forecast"),
    _("Which customers are leaving, what is my base worth over the next year, and can I trust the number?"),
)
found = choices.filters()
missing = session.remember(forecast.what_is_missing, found)
exam = None if missing else session.remember(forecast.exam, found)
if exam is None:
    forecast_view.missing(missing)
    st.stop()

st.subheader(_("Can I trust it?"))
forecast_view.trust(exam)
if exam.model is None:
    st.stop()
with st.spinner(_("Reckoning what every customer may still bring")):
    view = session.remember(
        forecast.forecast, exam.model, annual_rate=0.0, filters=found
    )  # as the laboratory asks: fitted once

if exam.is_trusted:
    st.subheader(_("What is my base worth?"))
    forecast_view.base(view, exam)
forecast_view.parts(view, choices.rules(found), found, exam.is_trusted)
st.subheader(_("Whom to call?"))
picked = forecast_view.slipping(view)
forecast_view.pictures(view, picked, found)
