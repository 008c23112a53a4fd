"""What goes together: pairs, additions and who sells them, moving up to dearer variants, whom to call."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.products import pairs
from ltvlib.products.items import Level
from ltvlib.products.pairs import Pairs
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace
from pages.ui import choices, products_attach, products_ladders, products_words, session
from pages.ui.components import chart, definition, downloads, label, nothing, plain, table
from pages.ui.plots import laid_out, safe
from pages.ui.widgets import choose, switch
from pages.ui.words import _, count, number, percent, plural, symbol

SHOWN = 12
LISTED = 500
RECENT = 365
CHOICES = 100


def draw(found: Filters) -> None:
    """The whole tab: one of four questions at a time."""
    words = {
        "order": _("In one order"),
        "later": _("One after the other"),
        "added": _("What is added, and by whom"),
        "up": _("Moving up"),
    }
    what = switch(_("Show"), list(words), words.__getitem__, choices.key("pairs_show"))
    if what == "up":
        products_ladders.draw(found)
        return
    level = products_words.level("pairs_level")
    if what == "added":
        products_attach.draw(level, found)
        return
    days = products_words.days("pairs_days", 90, _("Later means within")) if what == "later" else 0
    view = (
        session.remember(pairs.afterwards, level, days, found) if days else session.remember(pairs.within, level, found)
    )
    _pairs(view, level, days)
    _to_call(level, days, found)


def _pairs(view: Pairs, level: Level, days: int) -> None:
    """The strongest pairs as bars, all of them as a table."""
    frame, called = view.frame, products_words.names(level)
    shown = frame[frame["is_shown"] & (frame["lift"] > 1)]
    if shown.empty:
        nothing(_("No two things are bought together more often than by chance."))
    else:
        _bars(view, shown, called, days)
    if len(frame):
        _listed(view, called, days)


def _bars(view: Pairs, shown: pd.DataFrame, called: dict[int, str], days: int) -> None:
    # within an order A+B and B+A are one pair: who buys the greater takes the lesser
    one = pairs.downward(shown)
    one = one[one["item_a"] != one["item_b"]]
    top = one.head(SHOWN).iloc[::-1]
    if top.empty:
        nothing(_("Only repeats of the same item are more frequent than chance."))
        return
    arrow = " → " if days else " + "
    figure = go.Figure(
        go.Bar(
            x=top["lift"],
            y=[
                safe(called[a], 24) + arrow + safe(called[b], 24)
                for a, b in zip(top["item_a"], top["item_b"], strict=True)
            ],
            orientation="h",
            marker_color=products_words.colors()["good"],
            text=[
                f"{number(lift, 1)} · {percent(share)}"
                for lift, share in zip(top["lift"], top["confidence"], strict=True)
            ],
            textposition="auto",
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    laid_out(figure, 110 + 34 * len(top), xaxis={"title": label("pair_lift")}, yaxis={"automargin": True})
    best = top.iloc[-1]
    names = {"a": plain(called[best["item_a"]]), "b": plain(called[best["item_b"]])}
    told = {**names, "share": percent(best["confidence"]), "lift": number(best["lift"], 1), "days": days}
    if days:
        title = _(
            "After {a}, {share} buy {b} within {days} days, {lift} times as often as after other purchases", **told
        )
    else:
        title = _("{share} of orders with {a} hold {b} too, {lift} times as often as chance would make it", **told)
    chart(figure, "products_pairs", title, title, view.answer, ("pair_lift", "pair_confidence"))
    st.caption(_tested(view, len(shown), days))


def _tested(view: Pairs, shown: int, days: int) -> str:
    if days:
        return _(
            "Of {tests} possible pairs {shown} are shown as more than chance (Fisher's exact test; Benjamini and Hochberg's correction: at most 5 in 100 of those shown are expected to be chance).",
            tests=count(view.tests),
            shown=count(shown),
        )
    return _(
        "Of {tests} possible pairs {shown} rules are shown as more than chance: more than if items were dealt at random, also among orders of the same size, and with at least {people} different customers (Fisher's exact test; Benjamini and Hochberg's correction: at most 5 in 100 of those shown are expected to be chance).",
        tests=count(view.tests),
        shown=count(shown),
        people=count(pairs.PEOPLE),
    )


def _listed(view: Pairs, called: dict[int, str], days: int) -> None:
    sign = symbol(session.workspace().info.currency)
    full = view.frame.assign(
        a=view.frame["item_a"].map(called),
        b=view.frame["item_b"].map(called),
        verdict=view.frame["is_shown"].map({True: _("more than chance"), False: _("within chance")}),
        conviction=view.frame["conviction"].where(view.frame["conviction"] < float("inf")),
    )
    text, num = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "a": text(_("Who buys"), pinned=True),
        "b": text(_("Takes")),
        "both": num(_("Customers") if days else _("Orders with both"), format="localized"),
        "n_a": num(_("Customers with the first") if days else _("Orders with the first"), format="localized"),
        "confidence": num(label("pair_confidence"), format="percent", help=definition("pair_confidence")),
        "lift": num(label("pair_lift"), format="%.2f", help=definition("pair_lift")),
        "support": num(label("pair_support"), format="percent", help=definition("pair_support")),
        "conviction": num(label("pair_conviction"), format="%.2f", help=definition("pair_conviction")),
        "gap": num(_("Days between, median"), format="%d"),
        "profit": num(_("Profit of the second an order, {currency}", currency=sign), format="localized"),
        "p_value": num(_("p-value"), format="scientific"),
        "verdict": text(_("Verdict")),
    }
    columns = {name: column for name, column in columns.items() if name in full.columns}
    with st.expander(_("All pairs as a table"), icon=":material/table_rows:"):
        shown = full.head(LISTED).round({"confidence": 3, "support": 4, "profit": 0})
        table(shown, "products_pairs_table", _("All pairs as a table"), columns, height=420)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: full[list(columns)].rename(columns=titles), "pairs", "pairs")


def _to_call(level: Level, days: int, found: Filters) -> None:
    """Customers who bought the first within a year and never the second."""
    called = products_words.names(level)
    frame = session.remember(_offered, level, days, found).head(CHOICES)
    if frame.empty:
        return
    known = [f"{a}-{b}" for a, b in zip(frame["item_a"], frame["item_b"], strict=True)]
    words = {
        key: _("{a}, not yet {b}: {n}", a=called[a], b=called[b], n=count(n))
        for key, a, b, n in zip(known, frame["item_a"], frame["item_b"], frame["missing"], strict=True)
    }
    with st.container(border=True):
        st.markdown("**" + _("Whom to call: they have the first and never bought the second") + "**")
        chosen = choose(_("Bought within a year"), known, words.__getitem__, choices.key("pairs_call"))
        row = frame.iloc[known.index(chosen)]
        answer = session.remember(pairs.owners, level, int(row["item_a"]), int(row["item_b"]), RECENT, found)
        reason = _(
            "{share} of those who buy {a} take {b}.",
            share=percent(row["confidence"]),
            a=plain(called[row["item_a"]]),
            b=plain(called[row["item_b"]]),
        )
        st.markdown(plural("{n} customer", "{n} customers", answer.rows) + ". " + reason)
        products_words.people(answer.frame, "to_call", _("Whom to call"), _("Bought the first"))


def _offered(workspace: Workspace, level: Level, days: int, found: Filters) -> pd.DataFrame:
    view = pairs.afterwards(workspace, level, days, found) if days else pairs.within(workspace, level, found)
    return pairs.to_offer(workspace, level, RECENT, view, found)
