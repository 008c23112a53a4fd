"""One sentence under what counts new customers, where the file begins in the middle of the business's life."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from ltvlib.beginning import Beginning, beginning
from ltvlib.settings import month_start
from pages.ui import choices, session
from pages.ui.components import definition
from pages.ui.words import _, count, month


def draw(since: dt.date | None = None) -> None:
    """Say so, if the page looks that far back; ``since`` is its first day, by default that of the chosen period."""
    chosen = choices.filters().since
    if since is None and chosen is not None:
        since = month_start(chosen)
    found = session.remember(beginning)
    if found is not None and found.reaches(since):
        st.caption(":material/history: " + _sentence(found), help=_about(found))


def _sentence(found: Beginning) -> str:
    if found.first == found.last:
        return _(
            "The file seems to begin in mid-life: in {first} many count as new who were customers before.",
            first=month(found.first),
        )
    return _(
        "The file seems to begin in mid-life: from {first} to {last} many count as new who were customers before.",
        first=month(found.first),
        last=month(found.last),
    )


def _about(found: Beginning) -> str:
    lines = [
        definition("new_customers"),
        _(
            "One of the first months has {n} of them, a usual later month {usual}. Earlier orders are not in the file, so nobody can say who of them was really new.",
            n=count(found.newcomers),
            usual=count(found.usual),
        ),
        _(
            "Export the orders from the first day of the business on, or choose a later beginning with the period in the sidebar."
        ),
    ]
    return "\n\n".join(lines)
