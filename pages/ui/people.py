"""Lists of customers: the columns in the order people read them, what is expected of each, and files of everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib.engine import Answer
from pages.ui import outlook, session
from pages.ui.components import downloads, label, table
from pages.ui.words import _, count, plural, symbol

SHOWN_PEOPLE = 10_000
"""Longest list on screen."""
ALL = 5_000_000
"""Longest list in a file."""


def customer_columns(currency: str) -> dict[str, Any]:
    """Columns of a list of customers, in the order people read them."""
    money, sign = st.column_config.NumberColumn, symbol(currency)
    fmt = "localized"
    return {
        "segment": st.column_config.TextColumn(_("Segment"), width="small"),
        "customer_id": st.column_config.TextColumn(_("Customer")),
        "name": st.column_config.TextColumn(_("Name")),
        "channel": st.column_config.TextColumn(_("Channel")),
        "manager": st.column_config.TextColumn(_("Manager")),
        "orders": st.column_config.NumberColumn(_("Orders"), format=fmt),
        "average_order_value": money(f"{label('average_order_value')}, {sign}", format="localized"),
        "revenue": money(f"{label('revenue')}, {sign}", format="localized"),
        "margin": money(f"{label('margin')}, {sign}", format="localized"),
        "cumulative_margin": money(_("Profit so far, {currency}", currency=sign), format="localized"),
        "lifetime_margin": money(_("Profit to date, {currency}", currency=sign), format="localized"),
        "first_day": st.column_config.DateColumn(_("First order"), format="localized"),
        "last_day": st.column_config.DateColumn(_("Last order"), format="localized"),
        "days_since_last_order": st.column_config.NumberColumn(_("Days silent"), format="%d"),
    }


def people_heading(title: str, answer: Answer, limit: int) -> None:
    """Whose list it is and how many they are; says so where the screen shows only the first."""
    if answer.rows < limit:
        st.markdown(f"**{title}: {plural('{n} customer', '{n} customers', answer.rows)}**")
        return
    st.markdown(f"**{title}**")
    st.caption(_("The first {n} are shown; the files hold all of them.", n=count(limit)))


def customer_list(answer: Answer, name: str, key: str, everyone: Callable[[], Answer]) -> None:
    """A list of people with what is expected of each; no empty columns. Files hold ``everyone`` in the words of the screen."""
    with st.spinner(_("Reckoning what every customer may still bring")):  # once a session
        view = outlook.outlook()
        frame = outlook.predictions(view, answer.frame)
    frame = session.once(_told, frame) if len(frame) else frame
    sign = symbol(session.workspace().info.currency)
    about = customer_columns(session.workspace().info.currency)
    first = {k: about.pop(k) for k in ("segment", "customer_id", "name")}  # then what is to come, without scrolling
    columns = {k: v for k, v in {**first, **outlook.columns(sign), **about}.items() if k in frame.columns}
    table(frame, key, _("List of customers"), columns, height=min(420, 80 + 35 * len(frame)))
    titles, added = {k: str(v["label"]) for k, v in columns.items()}, outlook.for_file(view)

    def rows() -> pd.DataFrame:
        return added(everyone().frame)[list(columns)].rename(columns=titles)

    downloads(rows, name, key)
    outlook.under_list(view)


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """The list without columns in which nothing stands."""
    return frame.dropna(axis="columns", how="all")
