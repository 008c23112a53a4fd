"""Collecting answers: a QR code and link, personal links, a phone script, paper sheets, a file."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import segno
import streamlit as st

from ltvlib.nps import links
from ltvlib.nps.answers import Answers
from ltvlib.nps.score import Scale
from ltvlib.settings import Filters
from pages.serving.room import LOCAL
from pages.survey import routes
from pages.ui import choices, nps_file, nps_hand, outreach, session
from pages.ui.components import downloads, nothing, table
from pages.ui.widgets import switch
from pages.ui.words import LANGUAGES, _, language, plural

MOST_LINKS = 500
AGAIN = (30, 60, 90, 180, 365)


def draw(found: Answers, filters: Filters) -> None:
    """What the survey says, then one way of asking at a time."""
    ways = {
        "qr": _("QR code and link"),
        "personal": _("Personal links"),
        "phone": _("By phone"),
        "paper": _("Paper sheets"),
        "file": _("From a file"),
    }
    way = switch(_("How to ask"), list(ways), ways.__getitem__, choices.key("nps_way"))
    scale = _settings(found) if way != "file" else found.scale
    if way == "qr":
        _counter(scale)
    elif way == "personal":
        _personal(found, filters, scale)
    elif way == "phone":
        nps_hand.phone(found, filters, scale)
    elif way == "paper":
        nps_hand.paper(scale)
    else:
        nps_file.draw(found)


def _settings(found: Answers) -> Scale:
    """Scale, name on the form, how often nobody is asked again."""
    known = links.settings(session.journal())
    with st.expander(_("Scale, name on the form, how often to ask"), icon=":material/tune:"):
        scale = switch(_("Scale"), list(Scale), lambda one: one.value, choices.key("nps_ask_scale"), found.scale)
        with st.form("nps_settings", border=False):
            left, right, last = st.columns([2, 1, 1], vertical_alignment="bottom")
            with left:
                business = st.text_input(
                    _("Name of your business on the form"), known.business, max_chars=60, placeholder=_("optional")
                )
            with right:
                days = sorted({*AGAIN, known.again_days})
                again = st.selectbox(
                    _("Nobody is asked again within"),
                    days,
                    index=days.index(known.again_days),
                    format_func=lambda n: plural("{n} day", "{n} days", n),
                )
            with last:
                is_sent = st.form_submit_button(_("Save"), width="stretch")
        if is_sent:
            links.keep(session.journal(), links.SurveySettings(business, int(again)))
            st.rerun(scope="app")
    return scale


# -- links -----------------------------------------------------------------------------------------


def _address() -> str:
    """Where this program is reached, as the reader's browser has it, to be changed by hand."""
    parts = urlsplit(st.context.url or "http://127.0.0.1:8501/")
    usual = f"{parts.scheme}://{parts.netloc}{parts.path.rsplit('/', 1)[0]}"
    typed = st.text_input(
        _("Address of this program"),
        usual,
        key=choices.key("nps_address"),
        persist_state="session",
        help=_("What stands in the link before /s/. Change it where customers reach this program by another name."),
    )
    base = urlsplit((typed or usual).strip())
    if base.scheme not in ("http", "https") or not base.netloc:
        st.error(_("An address begins with http:// or https://."), icon=":material/error:")
        return usual
    if base.hostname in LOCAL:
        st.warning(
            _(
                "This address works on this computer only. For phones start the program with LTV_HOST=0.0.0.0 and write the address of this computer in your network here, such as http://192.168.0.10:8501."
            ),
            icon=":material/smartphone:",
        )
    return base.geturl().rstrip("/")


def _notes() -> None:
    """How long answers arrive."""
    if not routes.is_served():
        st.warning(
            _("The form is not served by “streamlit run”. Start the program with “make run” or “python server.py”."),
            icon=":material/warning:",
        )
    if not session.journal().is_kept:
        st.caption(
            _("The data of this tab are not kept: answers arrive as long as this tab is open, then the links end.")
        )


def _language_choice() -> str:
    return switch(
        _("Language of the form"), list(LANGUAGES), LANGUAGES.__getitem__, choices.key("nps_language"), language()
    )


def _counter(scale: Scale) -> None:
    """A link for many with its QR code: nobody is known, so it belongs on the counter or on the receipt."""
    base, chosen = _address(), _language_choice()
    one = links.counter(session.journal(), "QR", scale, chosen)
    address = f"{base}/s/{links.token(session.journal(), one)}"
    left, right = st.columns([1, 2], vertical_alignment="center")
    with left:
        picture = _qr(address)
        st.image(picture, width=260, caption=_("Scan with a phone"), alt=_("QR code of the link to the form"))
    with right:
        st.markdown(_("Anybody who has this link answers without a name. Put it on the counter, a receipt, your site."))
        st.code(address, language=None, wrap_lines=True)
        st.link_button(_("Open the form"), address, icon=":material/open_in_new:")
        st.download_button(
            _("Download the QR code"),
            picture.encode(),
            "nps_qr.svg",
            "image/svg+xml",
            icon=":material/qr_code:",
            on_click="ignore",
        )
        _notes()


def _qr(address: str) -> str:
    """The code as SVG on white, so that it reads on a dark screen too."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=6, border=3, light="#fff", xmldecl=False)
    return out.getvalue().decode()


def _personal(found: Answers, filters: Filters, scale: Scale) -> None:
    """One link a customer, for the CRM to send."""
    base, chosen, people = _address(), _language_choice(), nps_hand.askable(found, filters)
    nps_hand.rule(people)
    _notes()
    key = choices.key("nps_made")
    if len(people):
        most, count_key = min(MOST_LINKS, len(people)), choices.key("nps_many")
        st.session_state[count_key] = min(most, st.session_state.get(count_key, 50))
        many = st.number_input(_("How many links"), 1, most, key=count_key)
        if st.button(plural("Make {n} link", "Make {n} links", int(many))):
            first = people.head(int(many))
            made = links.invite(
                session.journal(), [str(one) for one in first["customer_id"]], _("link"), scale, chosen, outreach.day()
            )
            tokens = [links.token(session.journal(), one) for one in made]
            st.session_state[key] = first[["customer_id", "name", "phone", "email"]].assign(token=tokens)
            st.rerun(scope="app")
    else:
        nothing(_("Nobody may be asked today: all were asked or contacted lately, or nobody bought within 120 days."))
    if key in st.session_state:
        _made(st.session_state[key], base)


def _made(sheet: pd.DataFrame, base: str) -> None:
    """The links just made; phones and e-mails are in the file only."""
    shown = sheet.assign(link=[f"{base}/s/{token}" for token in sheet["token"]])
    columns: dict[str, Any] = {
        "name": st.column_config.TextColumn(_("Name"), pinned=True),
        "customer_id": st.column_config.TextColumn(_("Customer")),
        "link": st.column_config.TextColumn(_("Link"), width="large"),
    }
    title = plural(
        "{n} link, open for 30 days, one answer each", "{n} links, open for 30 days, one answer each", len(shown)
    )
    st.markdown(f"**{title}**")
    table(shown, "nps_links", title, columns, height=min(320, 80 + 35 * len(shown)))
    titles = {
        "customer_id": _("Customer"),
        "name": _("Name"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "link": _("Link"),
    }
    downloads(lambda: shown[list(titles)].rename(columns=titles), "nps_links", "nps_links")
