"""Whether people in a file stay readable or become codes, and what lists say where they are codes."""

from __future__ import annotations

import os

import streamlit as st

from ltvlib.ingest.hiding import KEEP, personal_columns
from ltvlib.ingest.model import Inspection, Mapping
from pages.serving.room import is_demo
from pages.ui import session
from pages.ui.components import plain
from pages.ui.widgets import fixed
from pages.ui.words import _

HIDE = "hide"


def usual() -> str:
    """What is preselected: hidden, unless the owner of this computer said otherwise (``LTV_PEOPLE=keep``)."""
    return KEEP if os.environ.get("LTV_PEOPLE") == KEEP and not is_demo() else HIDE


def draw(found: Inspection, start: Mapping) -> str:
    """The choice, where the file has personal data; what a mapping says of people."""
    columns = [column.name for column in personal_columns(found.raw, start)]
    if not columns:
        return start.people
    st.markdown("**" + _("Names, phones and e-mails in {columns}", columns=plain(", ".join(columns), 200)) + "**")
    if is_demo():
        st.caption(_("This is a demo: people become codes, names and contacts are not kept."))
        return HIDE
    words = {
        HIDE: _("Hide: every person becomes a code"),
        KEEP: _("Keep readable, to call people from this computer"),
    }
    return str(
        st.radio(
            _("Names, phones and e-mails"),
            list(words),
            index=list(words).index(start.people or usual()),
            format_func=fixed(list(words), words.__getitem__),
            key=f"map_people_{found.raw.path}",  # a key of this file: the browser keeps what it knows of others
            horizontal=True,
            label_visibility="collapsed",
            help=_(
                "A code is the same for the same person, and nobody can find the person from it: its key lives only in this tab, or with the data kept on this computer. Lists then name codes, and nobody can be called from them."
            ),
        )
    )


def hint() -> None:
    """Above a list of people to call, where the open data set shows codes."""
    if session.workspace().info.is_hidden:
        st.info(
            _(
                "Names and contacts are hidden in this data set. To call people, open Data, choose “Keep readable” and build it again."
            ),
            icon=":material/visibility_off:",
        )
