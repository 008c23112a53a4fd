"""The X register on the segments page: edit in place, upload, download."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import xregister
from ltvlib.errors import LtvError
from pages.ui import choices, session
from pages.ui.components import downloads
from pages.ui.dropped import handed_over
from pages.ui.widgets import accent
from pages.ui.words import _, count, say, short_money, symbol


def draw() -> None:
    """The register, editable in place; what is written here stays in this session."""
    st.markdown(
        _(
            "Who could be huge if the product were developed? Customers listed here stand in X whatever their orders say."
        )
    )
    currency = session.workspace().info.currency
    start = session.remember(xregister.registered)
    rows = st.session_state.get(choices.key("x_register"))
    frame = start if rows is None else pd.DataFrame(rows, columns=start.columns)
    titles = _titles(symbol(currency))
    edited = st.data_editor(
        frame,
        num_rows="dynamic",
        hide_index=True,
        key=choices.key(f"x_editor_{st.session_state.get('x_version', 0)}"),
        alt=_("X register"),
        column_config=_columns(titles),
    )
    if st.button(_("Apply the register"), type=accent(), key="x_apply"):
        _keep(edited)
    expected = xregister.expected_potential(edited)
    if expected == expected:
        words = _("Potential a year, weighted by the chance to win: {money}, on {n} lines.")
        st.caption(words.format(money=short_money(expected, currency), n=count(xregister.weighted_lines(edited))))
    downloads(lambda: edited.rename(columns=titles), "x_register", "x_register")
    _upload({title: name for name, title in titles.items()})


def _titles(sign: str) -> dict[str, str]:
    return {
        "customer_id": _("Customer or prospect"),
        "potential_revenue_per_year": _("Potential revenue a year, {currency}", currency=sign),
        "product_gap": _("What is missing in the product"),
        "development_cost": _("Cost to develop, {currency}", currency=sign),
        "months_to_build": _("Months to build"),
        "probability": _("Chance to win"),
    }


def _columns(titles: dict[str, str]) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "customer_id": text(titles["customer_id"], required=True),
        "potential_revenue_per_year": number(titles["potential_revenue_per_year"], min_value=0, format="localized"),
        "product_gap": text(titles["product_gap"]),
        "development_cost": number(titles["development_cost"], min_value=0, format="localized"),
        "months_to_build": number(titles["months_to_build"], min_value=0, format="%d"),
        "probability": number(titles["probability"], min_value=0.0, max_value=1.0, format="percent"),
    }


def _keep(frame: pd.DataFrame) -> None:
    """Make the edited register the one that counts and draw the page again."""
    st.session_state[choices.key("x_register")] = frame.dropna(subset=["customer_id"]).to_dict("records")
    st.session_state["x_version"] = st.session_state.get("x_version", 0) + 1
    st.rerun(scope="app")


def _upload(titles: dict[str, str]) -> None:
    """A register filled in elsewhere, as CSV with the headers of the download."""
    with st.popover(_("Upload a register"), icon=":material/upload:"):
        found = handed_over(_("CSV with the columns of the download"), ["csv"], _("Apply"), "x_upload")
        if found is None:
            return
        try:
            frame = xregister.read_register(found, titles)
        except LtvError as error:
            st.error(say(error), icon=":material/error:")
        else:
            _keep(frame)
