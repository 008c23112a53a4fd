"""What the sections of the products page share: the level, names of items, colours, the day after which counts."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ltvlib.outreach.contacts import with_dates
from ltvlib.products import items
from ltvlib.products.items import OTHER, UNKNOWN, Level
from ltvlib.products.journey import Part, Verdict
from ltvlib.settings import Filters
from ltvlib.subscriptions import paying_period
from pages.ui import choices, session
from pages.ui.components import downloads, table
from pages.ui.people import customer_columns
from pages.ui.plots import mode
from pages.ui.widgets import switch
from pages.ui.words import _, plural

SAMPLE = "electronics"
DAYS = (60, 90, 120, 180, 365)
COLORS = {
    "light": {
        "good": "#0b6e4f",
        "bad": "#b3372f",
        "plain": "#3a7ca5",
        "muted": "#7c8591",
        "flow": "rgba(58,124,165,.28)",
        "text": "#16251e",
    },
    "dark": {
        "good": "#4cc38a",
        "bad": "#ef7d74",
        "plain": "#6fb3dd",
        "muted": "#9aa5b1",
        "flow": "rgba(111,179,221,.28)",
        "text": "#f2f6f4",
    },
}


def colors() -> dict[str, str]:
    """Colours in the reader's theme."""
    return COLORS[mode()]


def offer_sample() -> None:
    """Open a sample that has order lines."""
    st.button(_("Open the electronics shop"), on_click=session.open_data, args=(SAMPLE,))


def level(key: str) -> Level:
    """Categories or products, where the data have both."""
    known = session.remember(items.levels)
    words = {Level.CATEGORY: _("Categories"), Level.PRODUCT: _("Products")}
    if len(known) == 1:
        return known[0]
    # a category of one or two things says little: a short list of products is read as it is
    first = Level.PRODUCT if len(names(Level.PRODUCT)) <= FEW else Level.CATEGORY
    return switch(_("Look at"), list(known), words.__getitem__, choices.key(key), first)


FEW = 25


def names(of: Level) -> dict[int, str]:
    """Name of every item by key, with those that are no item."""
    found = session.remember(items.names, of)
    return {**found, OTHER: _("other items"), UNKNOWN: _("not known")}


def days(key: str, default: int, question: str) -> int:
    """How long after a purchase customers are watched."""
    return switch(question, list(DAYS), lambda n: plural("{n} day", "{n} days", n), choices.key(key), default)


def pays_by_calendar(found: Filters) -> bool:
    """Whether the next payment says little."""
    return session.remember(paying_period, found) is not None


def part_name(part: Part) -> str:
    """What an item is in first orders."""
    return {Part.MAIN: _("main purchase"), Part.EXTRA: _("added to another")}[part]


def verdict_name(verdict: Verdict) -> str:
    """What beginning with an item does."""
    return {
        Verdict.GATEWAY: _("gateway: brings them back"),
        Verdict.DEAD_END: _("dead end: few come back"),
        Verdict.CHANCE: _("like the others"),
        Verdict.FEW: _("too few to say"),
    }[verdict]


LISTED = 500
"""Longest list on screen; files hold everybody."""


def people(frame: pd.DataFrame, key: str, title: str, last: str) -> None:
    """A list of customers with their last day under the title ``last``, as files too."""
    full = with_dates(frame)
    about = customer_columns(session.workspace().info.currency)
    columns = {name: about[name] for name in ("customer_id", "name", "manager") if full[name].notna().any()}
    columns["last_at"] = st.column_config.DateColumn(last, format="localized")
    columns |= {name: about[name] for name in ("orders", "lifetime_margin")}
    table(full.head(LISTED), f"products_{key}", title, columns, height=min(340, 80 + 35 * len(full)))
    titles = {name: str(column["label"]) for name, column in columns.items()}
    downloads(lambda: full[list(columns)].rename(columns=titles), key, key)
