"""Tiles of single figures with their definition on hover, for pages that compare nothing with a period before."""

from __future__ import annotations

import streamlit as st

from ltvlib.definitions import METRICS
from pages.ui import session
from pages.ui.components import definition, label
from pages.ui.words import by_unit


def figure(slug: str, value: float, text: str | None = None, note: str | None = None, **params: object) -> None:
    """One figure: value in its unit (or ``text`` where it is better said in words), a note below, definition on hover."""
    shown = by_unit(value, METRICS[slug].unit, session.workspace().info.currency) if text is None else text
    st.metric(
        label(slug, **params),
        shown,
        help=definition(slug, **params),
        border=True,
        height="stretch",
        delta=note,
        delta_color="off",
        delta_arrow="off",
    )
