"""Which customers are leaving, what is my base worth over the next year, and can I trust the number?"""

import streamlit as st

from ltvlib import forecast
from pages.ui import choices, forecast_calls, forecast_more, forecast_view, patience, session
from pages.ui.components import heading
from pages.ui.words import _

heading(
    _("Forecast"),
    _("Which customers are leaving, what is my base worth over the next year, and can I trust the number?"),
)
found = choices.filters()
missing = session.remember(forecast.what_is_missing, found)
exam = None if missing else patience.patiently(forecast.exam, found)
if exam is None:
    forecast_view.missing(missing)
    st.stop()

st.subheader(_("Can I trust it?"))
forecast_view.trust(exam)
if exam.model is None:
    st.stop()
doubts = st.container()
known = patience.patiently(forecast.fitted, exam.model, found)
view = patience.patiently(forecast.forecast, exam.model, annual_rate=0.0, filters=found, known=known)
if exam.is_trusted:
    st.subheader(_("What is my base worth?"))
view = session.once(forecast.Forecast.at, view, forecast_view.horizon())
with doubts:
    forecast_more.doubts(exam, view.months, found)
if exam.is_trusted:
    forecast_view.base(view, exam)
forecast_view.parts(view, choices.rules(found), found, exam.is_trusted)
st.subheader(_("Whom to call?"))
picked = forecast_view.slipping(view, exam.is_trusted, forecast_calls.places(found))
forecast_view.pictures(view, picked, found, exam.is_trusted)
if exam.is_trusted:
    st.subheader(_("What will newcomers bring?"))
    forecast_more.newcomers(known, exam, found)
forecast_more.renewals(exam, found)
