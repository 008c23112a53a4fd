"""After a long form has been sent, what came of it is brought into sight: the browser stays where the button was."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.serving.scripts import LOOK, SHOW

_MADE = "just_made"


def show() -> NoReturn:
    """Something was made: end this run; the next one brings it into sight."""
    st.session_state[_MADE] = True
    st.rerun()


def is_expected() -> bool:
    """Whether the last click made something; asked once a run, so that a later one does not jump."""
    return bool(st.session_state.pop(_MADE, False))


def place(is_made: bool) -> DeltaGenerator:
    """A container, brought into sight with its top if it was made by the last click."""
    found = st.container(key=LOOK)
    if is_made:
        found.html(f"<script>{SHOW}</script>", unsafe_allow_javascript=True)
    return found
