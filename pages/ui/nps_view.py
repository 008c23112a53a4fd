"""Sections of the NPS page: the verdict, the tiles, the score over time and by group, who answers, what to improve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.nps import answers as nps_answers
from ltvlib.nps import bias, themes
from ltvlib.nps.answers import Answers
from ltvlib.nps.money import Worth
from ltvlib.nps.score import Group, Nps, Scale
from ltvlib.nps.themes import Theme
from ltvlib.settings import Filters
from pages.ui import choices, nps_queue, nps_words, session, tiles
from pages.ui.components import chart, definition, downloads, label, nothing, plain, table
from pages.ui.plots import MUTED, laid_out, mode, safe
from pages.ui.widgets import choose, switch
from pages.ui.words import _, count, percent, plural

COLORS = {
    "light": {"line": "#3a7ca5", "band": "rgba(58,124,165,.18)", "mark": "#c8811a"},
    "dark": {"line": "#6fb3dd", "band": "rgba(111,179,221,.22)", "mark": "#f0b04f"},
}
GROUP_COLORS = {
    "light": {Group.DETRACTOR: "#b3372f", Group.PASSIVE: "#b9c0c7", Group.PROMOTER: "#0b6e4f"},
    "dark": {Group.DETRACTOR: "#ef7d74", Group.PASSIVE: "#5d6770", Group.PROMOTER: "#4cc38a"},
}
LEAST = 10
"""Answers of a group below which it is not drawn."""
MOST_GROUPS = 12


def answers(filters: Filters) -> Answers:
    """The answers on one scale; a switch where there are answers on both."""
    rules, journal = choices.rules(filters), session.journal()
    found = session.remember(nps_answers.answers, journal, rules, filters, None)
    if not found.others:
        return found
    chosen = switch(
        _("Scale"),
        [found.scale, *(one for one in Scale if one is not found.scale)],
        lambda one: str(one.value),
        choices.key("nps_scale"),
        found.scale,
        help=_("Answers on two scales are not added up: the same opinion gets different numbers on them."),
    )
    return session.remember(nps_answers.answers, journal, rules, filters, chosen)


def verdict(found: Answers, worth: Worth | None) -> None:
    """The score and what it has done in a year, and what it is worth where that is more than chance."""
    if found.frame.empty:
        nothing(
            _("Nobody has answered yet. Begin on the tab “Collect answers”: a link, a QR code, a phone script, a file.")
        )
        return
    now, before = session.once(_lately, found, 0), session.once(_lately, found, 12)
    lines = [nps_words.standing(now), nps_words.change(now, before), nps_words.in_money(worth)]
    st.markdown(" ".join(line for line in lines if line))
    if found.refused:
        st.caption(
            plural(
                "{n} answer with a score that the scale does not have is left out.",
                "{n} answers with a score that the scale does not have are left out.",
                found.refused,
            )
        )


def _lately(found: Answers, back: int) -> Nps:
    """The score of the 12 months that ended ``back`` months ago."""
    return nps_answers.score_of(nps_answers.lately(found, 12, back))


def tiles_row(found: Answers, filters: Filters, worth: Worth | None) -> None:
    """The score, who answers, who waits for a call, what a detractor costs."""
    now = session.once(_lately, found, 0)
    check = session.once(bias.bias, found)
    with st.grid(4, gap="small", min_column_width=180):
        tiles.figure("nps", now.value, nps_words.points(now.value), nps_words.range_and_n(now))
        reached = _(
            "{answered} of {customers} customers", answered=count(check.answered), customers=count(check.customers)
        )
        tiles.figure("nps_answered_share", check.share, None, reached if check.customers else None)
        nps_queue.waiting()
        text, note = nps_words.money_tile(worth, session.workspace().info.currency)
        tiles.figure("nps_money", float("nan"), text, note)


def over_time(found: Answers) -> None:
    """The score by quarter with its interval."""
    frame = session.once(nps_answers.by_quarter, found.frame)
    if len(frame):
        title = nps_words.time_title(frame)
        chart(session.once(_quarters, frame), "nps_time", title, title, found.answer, ("nps",))


def _quarters(frame: pd.DataFrame) -> go.Figure:
    colors = COLORS[mode()]
    known = frame.dropna(subset=["low"])
    texts = [nps_words.quarter_line(row) for row in frame.to_dict("records")]
    figure = go.Figure(
        [
            go.Scatter(
                x=[*known["quarter"], *known["quarter"][::-1]],
                y=[*known["high"], *known["low"][::-1]],
                fill="toself",
                fillcolor=colors["band"],
                line={"width": 0},
                hoverinfo="skip",
                name=_("95 % interval"),
            ),
            go.Scatter(
                x=frame["quarter"],
                y=frame["value"],
                mode="lines+markers",
                line={"color": colors["line"], "width": 3},
                name=label("nps"),
                text=texts,
                hovertemplate="%{text}<extra></extra>",
            ),
        ]
    )
    axis = {"zeroline": True, "zerolinecolor": MUTED[mode()], "title": {"text": _("points")}}
    return laid_out(figure, 320, yaxis=axis)


def compared(found: Answers) -> None:
    """The score by segment, channel, manager, product or way of asking."""
    known = session.once(nps_answers.attributes_of, found.frame)
    if not known:
        return
    by = choose(_("Compare by"), known, nps_words.attribute_name, choices.key("nps_by"))
    frame = session.once(_groups, found.frame, by)
    if frame.empty:
        nothing(_("No group has ten answers yet."))
        return
    title = nps_words.group_title(frame, by)
    chart(session.once(_group_figure, frame, by), "nps_groups", title, title, found.answer, ("nps",))


def _groups(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """The groups drawn, the most answers on top."""
    return nps_answers.by_attribute(frame, by, LEAST).head(MOST_GROUPS).iloc[::-1]


def _group_figure(frame: pd.DataFrame, by: str) -> go.Figure:
    names = [safe(nps_words.value_name(by, name)) for name in frame["name"]]
    colors = COLORS[mode()]
    figure = go.Figure(
        go.Scatter(
            x=frame["value"],
            y=names,
            mode="markers+text",
            marker={
                "size": 12,
                "color": [colors["mark"] if mark else colors["line"] for mark in frame["stands_out"]],
            },
            error_x={
                "type": "data",
                "array": frame["high"] - frame["value"],
                "arrayminus": frame["value"] - frame["low"],
                "color": colors["line"],
            },
            text=[
                f"{nps_words.points(value)} · {plural('{n} answer', '{n} answers', n)}"
                for value, n in zip(frame["value"], frame["n"], strict=True)
            ],
            textposition="top center",
            hoverinfo="skip",
            showlegend=False,
        )
    )
    return laid_out(figure, 110 + 44 * len(frame), xaxis={"title": {"text": _("points")}, "zeroline": True})


def who_answers(found: Answers) -> None:
    """Whether those who answer are like those who do not."""
    check = session.once(bias.bias, found)
    if not check.answered:
        return
    with st.container(border=True):
        st.markdown(f"**{nps_words.bias_title(check, session.workspace().info.currency)}**")
        st.markdown(nps_words.bias_text(check))
        share = st.column_config.NumberColumn
        columns: dict[str, Any] = {
            "name": st.column_config.TextColumn(_("Segment"), pinned=True),
            "customers": share(_("Bought in 12 months"), format="localized"),
            "answered": share(_("Answered"), format="localized"),
            "share": share(label("nps_answered_share"), format="percent", help=definition("nps_answered_share")),
            "interval": st.column_config.TextColumn(_("95 % interval")),
        }
        shown = check.by_segment.assign(
            name=[choices.segment_name(segment) for segment in check.by_segment["segment"]],
            interval=[
                nps_words.shares(low, high)
                for low, high in zip(check.by_segment["low"], check.by_segment["high"], strict=True)
            ],
        ).round({"share": 3})
        table(shown, "nps_bias", _("Who answers"), columns)


def improve(found: Answers) -> None:
    """What people want improved, by theme, with names that people may change."""
    said = session.once(_said, found)
    if said.empty:
        nothing(_("Nobody has written what to improve in the last 12 months."))
        return
    names = themes.named(session.journal())
    groups = session.once(_themes, said, tuple(sorted(names.items())))
    _theme_chart(found, said, groups)
    with st.expander(_("The words themselves, and other names for the themes"), icon=":material/edit:"):
        _rename([theme for theme in groups if theme.root])
        columns: dict[str, Any] = {
            "theme": st.column_config.TextColumn(_("Theme"), pinned=True),
            "score": st.column_config.NumberColumn(_("Score"), format="%d"),
            "improvement": st.column_config.TextColumn(_("What should we improve?"), width="large"),
            "customer_id": st.column_config.TextColumn(_("Customer")),
            "answered_at": st.column_config.DateColumn(_("Answered on"), format="localized"),
        }
        listed = said.assign(theme=_theme_of(groups, len(said))).sort_values("score")
        table(listed, "nps_words", _("The words themselves"), columns, height=320)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: listed[list(columns)].rename(columns=titles), "nps_words", "nps_words")
    st.caption(
        _(
            "Answers are grouped by words with the same root; an answer stands in one theme only, the one whose word is shared by most. Themes with the same name are one."
        )
    )


def _said(found: Answers) -> pd.DataFrame:
    """Answers of the last 12 months with words."""
    return nps_answers.lately(found).dropna(subset=["improvement"])


def _themes(said: pd.DataFrame, names: tuple[tuple[str, str], ...]) -> list[Theme]:
    return list(themes.themes([str(text) for text in said["improvement"]], dict(names)))


def _theme_of(groups: Sequence[Theme], size: int) -> list[str]:
    names = [""] * size
    for theme in groups:
        for place in theme.places:
            names[place] = nps_words.theme_name(theme)
    return names


def _theme_chart(found: Answers, said: pd.DataFrame, groups: Sequence[Theme]) -> None:
    shown, colors = list(groups)[::-1], GROUP_COLORS[mode()]
    texts = [safe(nps_words.theme_name(theme), 44) for theme in shown]
    parts = {
        group: [int((said["group"].iloc[list(theme.places)] == group.value).sum()) for theme in shown]
        for group in Group
    }
    figure = go.Figure(
        [
            go.Bar(y=texts, x=values, name=nps_words.group_name(group), orientation="h", marker_color=colors[group])
            for group, values in parts.items()
        ]
    )
    axis = {"title": {"text": _("answers")}}
    laid_out(figure, 120 + 40 * len(shown), barmode="stack", xaxis=axis, legend_traceorder="normal")
    largest = next((theme for theme in groups if theme.root), groups[0])
    share = percent(len(largest.places) / len(said))
    title = _(
        "What to improve first: “{theme}”, {share} of the words of 12 months",
        theme=plain(nps_words.theme_name(largest)),
        share=share,
    )
    chart(figure, "nps_themes", title, title, found.answer)


def _rename(groups: Sequence[Theme]) -> None:
    if not groups:
        return
    with st.form("nps_rename", clear_on_submit=True, border=False):
        left, right, last = st.columns([2, 2, 1], vertical_alignment="bottom")
        with left:
            place = st.selectbox(_("Theme"), range(len(groups)), format_func=lambda n: nps_words.theme_name(groups[n]))
        with right:
            name = st.text_input(_("Call it"), max_chars=80, placeholder=_("empty = as found"))
        with last:
            is_sent = st.form_submit_button(_("Rename"), width="stretch")
        if is_sent:
            themes.rename(session.journal(), groups[int(place)], name)
            st.rerun(scope="app")
