"""Answers written down by hand: the phone script with its next customer, and paper sheets."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib.nps import asking, links
from ltvlib.nps.answers import Answers
from ltvlib.nps.asking import Given
from ltvlib.nps.score import TOP, Scale
from ltvlib.outreach.words import Outcome
from ltvlib.settings import Filters
from pages.survey import html
from pages.ui import calls_view, choices, outreach, session
from pages.ui.components import nothing, plain
from pages.ui.words import _, count, language, plural


def askable(found: Answers, filters: Filters) -> pd.DataFrame:
    """Whom to ask today."""
    view, regulation = outreach.standing(choices.rules(filters), filters), outreach.regulation()
    again = links.settings(session.journal()).again_days
    return asking.may_be_asked(view, found, session.journal(), regulation.quiet_days, again)


def rule(people: pd.DataFrame) -> None:
    """Who is among them and why."""
    st.caption(
        plural(
            "{n} customer may be asked today: bought within 120 days, was not contacted within the quiet days, not asked lately, did not opt out. The order is drawn by lot, so that nobody picks the friendly ones.",
            "{n} customers may be asked today: bought within 120 days, were not contacted within the quiet days, not asked lately, did not opt out. The order is drawn by lot, so that nobody picks the friendly ones.",
            len(people),
        )
    )


def phone(found: Answers, filters: Filters, scale: Scale) -> None:
    """The script for the operator: the next customer, what to say, one click for what came of it."""
    people = askable(found, filters)
    rule(people)
    if people.empty:
        nothing(_("Nobody may be asked today: all were asked or contacted lately, or nobody bought within 120 days."))
        return
    ids, names = list(people["customer_id"].head(300)), dict(zip(people["customer_id"], people["name"], strict=True))
    key = choices.key("nps_call")
    if st.session_state.get(key) not in ids:
        st.session_state[key] = ids[0]
    with st.container(border=True):
        customer = st.selectbox(
            _("Customer"), ids, format_func=lambda one: f"{names.get(one) or ''} {one}".strip(), key=key
        )
        row = people[people["customer_id"] == customer].iloc[0]
        calls_view.address(row)
        business = links.settings(session.journal()).business
        st.markdown(_("“Good day! Two short questions, it takes a minute. May I?”"))
        st.markdown(f":material/chat: **{plain(html.question(language(), business), 200)}**")
        st.caption(_("{low} means not at all likely, {high} very likely.", low=count(scale.low), high=count(TOP)))
        score = st.segmented_control(
            _("Score"), list(scale.scores), key=f"nps_score_{customer}", label_visibility="collapsed"
        )
        improvement = ""
        if score is not None and score < TOP:
            improvement = st.text_area(
                _("What should we improve?"), key=f"nps_say_{customer}", max_chars=asking.LONGEST
            )
        _called(str(customer), row, scale, score, improvement)


def _called(customer: str, row: pd.Series, scale: Scale, score: int | None, improvement: str) -> None:
    manager = row["manager"] if isinstance(row["manager"], str) else None
    texts = {
        Outcome.TALKED: _("Write the answer down"),
        Outcome.NO_ANSWER: outreach.outcome_name(Outcome.NO_ANSWER.value),
        Outcome.REFUSED: outreach.outcome_name(Outcome.REFUSED.value),
        Outcome.OPT_OUT: outreach.outcome_name(Outcome.OPT_OUT.value),
    }
    given = Given(score, scale, improvement, customer, _("phone")) if score is not None else None
    with st.container(horizontal=True):
        for outcome, text in texts.items():
            is_answer = outcome is Outcome.TALKED
            st.button(
                text,
                key=f"nps_call_{outcome.value.replace(' ', '_')}",
                disabled=is_answer and given is None,
                on_click=_write_call,
                args=(customer, outcome, manager, given if is_answer else None),
            )


def _write_call(customer: str, outcome: Outcome, manager: str | None, given: Given | None) -> None:
    asking.record_call(session.journal(), customer, outreach.day(), outcome, manager, given)
    st.session_state.pop(choices.key("nps_call"), None)
    st.toast(_("Written down."), icon=":material/check:")


def paper(scale: Scale) -> None:
    """Sheets typed in, as many at once as there are."""
    st.markdown(_("One line a sheet. A customer may stay empty; a score may not."))
    number = st.session_state.setdefault("nps_paper_number", 0)
    empty = pd.DataFrame(
        {
            "answered_at": pd.Series([dt.date.today()] * 5, dtype=object),
            "score": pd.Series([None] * 5, dtype="Int64"),
            "customer_id": pd.Series([None] * 5, dtype=object),
            "improvement": pd.Series([None] * 5, dtype=object),
        }
    )
    columns: dict[str, Any] = {
        "answered_at": st.column_config.DateColumn(_("Answered on"), default=dt.date.today()),
        "score": st.column_config.NumberColumn(_("Score"), min_value=scale.low, max_value=TOP, step=1),
        "customer_id": st.column_config.TextColumn(_("Customer")),
        "improvement": st.column_config.TextColumn(
            _("What should we improve?"), width="large", max_chars=asking.LONGEST
        ),
    }
    typed = st.data_editor(
        empty,
        num_rows="dynamic",
        hide_index=True,
        column_config=columns,
        key=f"nps_paper_{number}",
        width="stretch",
        placeholder="",
    )
    full = typed.dropna(subset=["score", "answered_at"])
    if st.button(plural("Write {n} sheet down", "Write {n} sheets down", len(full)), disabled=full.empty):
        rows = full.assign(scale=scale.value, asked_via=_("paper"))
        rows["answered_at"] = pd.to_datetime(rows["answered_at"])
        asking.record_many(session.journal(), rows.to_dict("records"), is_file=False)
        st.session_state["nps_paper_number"] = number + 1
        st.toast(_("Written down."), icon=":material/check:")
        st.rerun(scope="app")
