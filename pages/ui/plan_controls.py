"""The levers of the plan page: a slider, a cost and "for whom" each; their values stand in the link."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ltvlib.plan import Outcome
from ltvlib.plan_levers import BOUNDS, KINDS, LIMITED, TARGETS, Lever, LeverKind, Levers, segments_of
from pages.ui import choices, plan_story, session
from pages.ui.widgets import fixed
from pages.ui.words import _, symbol

LINK = "plan"
LETTERS = [segment.value for segment in TARGETS]
EXAMPLES: dict[LeverKind, float] = {
    LeverKind.FREQUENCY: 0.1,
    LeverKind.ORDER_VALUE: 0.05,
    LeverKind.RETENTION: 0.02,
    LeverKind.MARGIN: 0.01,
    LeverKind.CAC: -0.1,
    LeverKind.NEW_CUSTOMERS: 0.1,
}
"""What one click on an example sets."""


def _key(kind: LeverKind, part: str = "effect") -> str:
    return choices.key(f"plan_{kind.value}_{part}")


def draw(now: Outcome) -> Levers:
    """Draw all levers and return where they stand."""
    _prepare()
    levers = Levers.of({kind: _lever(kind, now) for kind in KINDS})
    _linked(levers)
    return levers


def put(levers: Levers) -> None:
    """Move all levers to where a plan has them (before they are drawn, or from a callback)."""
    for kind in KINDS:
        lever = levers[kind]
        st.session_state[_key(kind)] = round(lever.effect * 100, 6)
        st.session_state[_key(kind, "cost")] = lever.cost
        if kind in LIMITED:
            st.session_state[_key(kind, "for")] = [segment.value for segment in lever.segments]


def add(kind: LeverKind) -> None:
    """One of the examples: move one lever, leave the others (callback)."""
    st.session_state[_key(kind)] = round(EXAMPLES[kind] * 100, 6)


def clear() -> None:
    """All levers back to zero (callback)."""
    put(Levers())


def examples() -> None:
    """One-click examples, each moving one lever."""
    with st.container(horizontal=True, gap="small"):
        for kind, effect in EXAMPLES.items():
            name = plan_story.effect(kind, effect)
            st.button(f"{plan_story.title(kind)}: {name}", key=f"plan_try_{kind.value}", on_click=add, args=(kind,))


def _prepare() -> None:
    """Levers from the link, where they were not drawn yet in this session."""
    if _key(KINDS[0]) not in st.session_state:
        put(Levers.from_text(st.query_params.get(choices.key(LINK), "")))


def _lever(kind: LeverKind, now: Outcome) -> Lever:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{plan_story.title(kind)}**", help=plan_story.help_text(kind), width="content")
            letters = _for_whom(kind) if kind in LIMITED else []
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        with left:
            effect = _slider(kind, now)
        with right:
            cost = _cost(kind)
    return Lever(round(effect / 100, 8), cost, segments_of(kind, letters))


def _slider(kind: LeverKind, now: Outcome) -> float:
    low, high = (bound * 100 for bound in BOUNDS[kind])
    step = 0.5 if kind in (LeverKind.RETENTION, LeverKind.MARGIN) else 1.0
    known = plan_story.today_words(kind, now, session.workspace().info.currency)
    return float(
        st.slider(
            known,
            low,
            high,
            step=step,
            format=plan_story.slider_format(kind),
            key=_key(kind),
            persist_state="session",
        )
    )


def _cost(kind: LeverKind) -> float:
    sign = symbol(session.workspace().info.currency)
    options: dict[str, Any] = {"min_value": 0.0, "max_value": 1e12, "step": 1000.0, "format": "%.0f"}
    value = st.number_input(
        _("Cost a month, {currency}", currency=sign),
        key=_key(kind, "cost"),
        persist_state="session",
        help=_("What moving this lever costs every month: people, bonuses, software, mailings."),
        **options,
    )
    return float(value or 0.0)


def _for_whom(kind: LeverKind) -> list[str]:
    chosen = list(st.session_state.get(_key(kind, "for")) or [])
    name = ", ".join(chosen) if chosen else _("everybody")
    with st.popover(_("For: {whom}", whom=name), type="tertiary", key=_key(kind, "who")):
        found = st.pills(
            plan_story.for_whom(kind),
            LETTERS,
            selection_mode="multi",
            format_func=fixed(LETTERS, choices.segment_name),
            key=_key(kind, "for"),
            persist_state="session",
        )
        st.caption(_("Nothing chosen: everybody."))
    return list(found or [])


def _linked(levers: Levers) -> None:
    """The levers stand in the link; no levers, nothing in it."""
    text, key = levers.to_text(), choices.key(LINK)
    if text:
        if st.query_params.get(key) != text:
            st.query_params[key] = text
    elif key in st.query_params:
        del st.query_params[key]
