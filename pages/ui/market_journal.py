"""The journal of rivals' offers: what is to be checked again, the form, all checks, which direction is better."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib.market import offers
from ltvlib.market.offers import Checks, MarketSettings
from ltvlib.market.values import Better
from pages.ui import market_words, outreach, session
from pages.ui.components import downloads, table
from pages.ui.widgets import accent
from pages.ui.words import _, plural


def reminder(checks: Checks, day: dt.date, settings: MarketSettings) -> None:
    """What was not checked for too long, and the form to write a check down."""
    rows = session.once(offers.due, checks, day, settings.days)
    with st.container(border=True):
        if len(rows):
            title = plural("Check again: {n} offer has grown old", "Check again: {n} offers have grown old", len(rows))
            st.markdown(f"**{title}**")
            table(rows, "market_due", title, _due_columns(), height=min(250, 38 + 35 * len(rows)))
        elif len(checks.frame):
            words = plural(
                "Every offer was checked within {n} day", "Every offer was checked within {n} days", settings.days
            )
            st.markdown(f"**{words}**")
        else:
            st.markdown("**" + _("Write the first check down") + "**")
        _form(checks, rows, day)


def _due_columns() -> dict[str, Any]:
    text, column = st.column_config.TextColumn, st.column_config
    return {
        "competitor": text(_("Rival"), pinned=True),
        "criterion": text(_("Criterion")),
        "their_value": text(_("Theirs")),
        "our_value": text(_("Ours")),
        "checked_at": column.DateColumn(_("Checked"), format="localized"),
        "days_ago": column.NumberColumn(_("Days ago"), format="%d"),
        "source": text(_("Source")),
        "checked_by": text(_("Checked by")),
    }


def _form(checks: Checks, due: pd.DataFrame, day: dt.date) -> None:
    """Rival, criterion, theirs, ours, source, who, when; the oldest check is filled in already."""
    first = due.iloc[0] if len(due) else None
    rivals, criteria = (_known(checks.frame[name]) for name in ("competitor", "criterion"))
    with st.form("market_form", clear_on_submit=True):
        one, two, three, four = st.columns(4)
        with one:
            rival = _pick(_("Rival"), rivals, None if first is None else str(first["competitor"]))
        with two:
            criterion = _pick(_("Criterion"), criteria, None if first is None else str(first["criterion"]))
        with three:
            theirs = st.text_input(_("Theirs"), max_chars=100, placeholder=_("a number, or yes or no"))
        with four:
            ours = st.text_input(_("Ours"), max_chars=100, placeholder=_("empty = as at the last check"))
        one, two, three, four = st.columns(4, vertical_alignment="bottom")
        with one:
            source = st.text_input(_("Source"), max_chars=200, placeholder=_("site, call, customer"))
        with two:
            who = st.text_input(_("Checked by"), max_chars=100)
        with three:
            at = st.date_input(_("Checked on"), day, max_value=max(day, dt.date.today()))
        with four:
            is_sent = st.form_submit_button(_("Write it down"), type=accent(), width="stretch")
        if is_sent:
            ours = ours or offers.last_ours(checks, criterion)
            _write(rival, criterion, theirs, ours, at, source, who)


def _pick(words: str, known: Sequence[str], value: str | None) -> str:
    index = list(known).index(value) if value is not None and value in known else None
    chosen = st.selectbox(words, known, index=index, accept_new_options=True, placeholder=_("choose or write"))
    return str(chosen or "")


def _known(column: pd.Series) -> list[str]:
    return sorted(str(value) for value in column.dropna().unique())


def _write(rival: str, criterion: str, theirs: str, ours: str, at: Any, source: str, who: str) -> None:
    if not rival.strip() or not criterion.strip():
        st.error(_("Name the rival and the criterion."), icon=":material/error:")
    elif not theirs.strip():
        st.error(_("Write down what the rival offers."), icon=":material/error:")
    else:
        offers.write(session.journal(), rival, criterion, theirs, ours, at, source, who)
        st.toast(_("Written down."), icon=":material/check:")
        outreach.rerun()


def listed(checks: Checks, settings: MarketSettings) -> None:
    """All checks, the latest first, and the decisions of the owner."""
    rows = session.once(_latest_first, checks)
    columns = {name: column for name, column in _due_columns().items() if name != "days_ago"}
    columns["side"] = st.column_config.TextColumn(_("Better"))
    with st.expander(_("The journal of offers"), icon=":material/list:"):
        table(rows, "market_journal", _("The journal of offers"), columns)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: rows[list(columns)].rename(columns=titles), "offers", "offers")
    with st.expander(_("What is better, and how often to check"), icon=":material/tune:"):
        _settings(checks, settings)


def _latest_first(checks: Checks) -> pd.DataFrame:
    """All checks with the side in words."""
    return checks.frame.iloc[::-1].assign(side=[market_words.side_name(side) for side in checks.frame["side"][::-1]])


def _settings(checks: Checks, settings: MarketSettings) -> None:
    """Direction by criterion, guessed from its words and corrected here; days of the reminder."""
    st.caption(_("Guessed from the words of the criterion. Correct it here; the gaps follow."))
    criteria = _known(checks.frame["criterion"])
    rows = pd.DataFrame({"criterion": criteria, "better": [settings.better(name).value for name in criteria]})
    column = st.column_config
    columns = {
        "criterion": column.TextColumn(_("Criterion"), disabled=True),
        "better": column.SelectboxColumn(
            _("Better for a customer"),
            options=[better.value for better in Better],
            format_func=market_words.better_name,
            required=True,
        ),
    }
    edited = st.data_editor(rows, hide_index=True, key="market_better", column_config=columns, alt=_("What is better"))
    days = st.number_input(_("Check every so many days"), 1, 3650, settings.days)
    if st.button(_("Save"), type=accent(), key="market_save"):
        said = {name: Better(value) for name, value in zip(edited["criterion"], edited["better"], strict=True)}
        replace(settings, directions={**settings.directions, **said}, days=int(days)).keep(session.journal())
        outreach.rerun()
