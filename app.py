"""LTV Workbench: the front door. Page config, language, navigation, which data set is open."""

import streamlit as st

from pages.ui import choices, demo, door, receive, sample_note, session
from pages.ui.widgets import choose, switch
from pages.ui.words import LANGUAGES, _, browser_language, listen

st.set_page_config(page_title="LTV Workbench", page_icon="pages/ui/icon.png", layout="wide")
listen()
door.enter()
session.begin_run()
session.settle()
session.come_back()
receive.open_local()

with st.sidebar:
    head = st.container()
    filters_place = st.container()
    switch("Language · Язык", list(LANGUAGES), LANGUAGES.__getitem__, "lang", browser_language())

pages = {
    "data": st.Page("pages/data.py", title=_("Data"), icon=":material/upload_file:", url_path="data", default=True),
    "overview": st.Page("pages/overview.py", title=_("Overview"), icon=":material/dashboard:", url_path="overview"),
    "segments": st.Page(
        "pages/segments.py", title=_("Segments (ABCDX)"), icon=":material/category:", url_path="segments"
    ),
    "definitions": st.Page(
        "pages/definitions.py", title=_("Definitions"), icon=":material/menu_book:", url_path="definitions"
    ),
    "cohorts": st.Page("pages/cohorts.py", title=_("Cohorts"), icon=":material/grid_on:", url_path="cohorts"),
    "ltv": st.Page("pages/ltv.py", title=_("LTV laboratory"), icon=":material/science:", url_path="ltv"),
    "acquisition": st.Page(
        "pages/acquisition.py", title=_("Acquisition"), icon=":material/campaign:", url_path="acquisition"
    ),
    "drivers": st.Page(
        "pages/drivers.py", title=_("What moves the profit"), icon=":material/account_tree:", url_path="drivers"
    ),
    "forecast": st.Page("pages/forecast.py", title=_("Forecast"), icon=":material/insights:", url_path="forecast"),
    "calls": st.Page("pages/calls.py", title=_("Who to call today"), icon=":material/call:", url_path="calls"),
    "regulation": st.Page(
        "pages/regulation.py", title=_("Touches and roles"), icon=":material/groups:", url_path="regulation"
    ),
    "triggers": st.Page("pages/triggers.py", title=_("Triggers"), icon=":material/bolt:", url_path="triggers"),
    "service": st.Page(
        "pages/service.py", title=_("Service quality"), icon=":material/local_shipping:", url_path="service"
    ),
    "nps": st.Page("pages/nps.py", title=_("NPS"), icon=":material/sentiment_satisfied:", url_path="nps"),
    "losses": st.Page("pages/losses.py", title=_("Losses"), icon=":material/person_off:", url_path="losses"),
    "products": st.Page("pages/products.py", title=_("Products"), icon=":material/inventory_2:", url_path="products"),
    "programmes": st.Page(
        "pages/programmes.py",
        title=_("Did the programme work?"),
        icon=":material/card_membership:",
        url_path="programmes",
    ),
    "market": st.Page("pages/market.py", title=_("Market"), icon=":material/storefront:", url_path="market"),
    "plan": st.Page("pages/plan.py", title=_("What-if plan"), icon=":material/tune:", url_path="plan"),
}
page = st.navigation(
    {
        _("Start"): [pages["data"]],
        _("Your customers"): [pages["overview"], pages["segments"], pages["cohorts"], pages["forecast"]],
        _("Work the base"): [
            pages["calls"],
            pages["regulation"],
            pages["triggers"],
            pages["service"],
            pages["nps"],
            pages["losses"],
        ],
        _("Raise the check"): [pages["products"], pages["programmes"], pages["market"]],
        _("Your money"): [pages["acquisition"], pages["ltv"], pages["drivers"], pages["plan"]],
        _("Help"): [pages["definitions"]],
    },
    expanded=True,
)

with head:
    options = session.choices()
    # an upload stands in the link as well: another tab then says that it does not have it
    choose(_("Data set"), options, session.title_of, "data", session.first_sample())
with filters_place:
    if page not in (pages["data"], pages["definitions"]):
        choices.sidebar()
demo.banner()
if page not in (pages["data"], pages["definitions"]):
    sample_note.draw(session.workspace(), page.url_path)
page.run()
