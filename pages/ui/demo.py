"""Demo mode for strangers: people in files become codes, nothing is kept, and one click starts afresh.

``LTV_DEMO=1`` takes files and hides the people in them; ``LTV_DEMO=samples`` takes no files.
"""

from __future__ import annotations

import os

import streamlit as st

from pages.serving.room import is_demo
from pages.ui import receive, session
from pages.ui.words import _

SAMPLES_ONLY = "samples"


def takes_files() -> bool:
    """Whether visitors may bring a file."""
    return os.environ.get("LTV_DEMO") != SAMPLES_ONLY


def banner() -> None:
    """What a stranger has to know, and the way back to the beginning."""
    if not is_demo():
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _("Demo. People in your file become codes, and everything is deleted when you close the tab.")
            if takes_files()
            else _("Demo with sample data; what you write is deleted when you close the tab.")
        )
        st.button(_("Start afresh"), key="demo_reset", icon=":material/restart_alt:", on_click=_reset)


def _reset() -> None:
    """Delete the file, all notes and all choices of this tab (callback)."""
    session.me().start_afresh()
    receive.forget()
    for key in [str(key) for key in st.session_state if key not in ("uid", "lang")]:
        del st.session_state[key]
    st.query_params.clear()
