"""Sections of the programmes page: which one, the verdict in money, the estimates side by side, why to trust them, costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from ltvlib.engine import Answer
from ltvlib.journal import Journal
from ltvlib.like_with_like import Difference
from ltvlib.programmes import effect as effects
from ltvlib.programmes import lists, trial
from ltvlib.programmes.account import DAYS_A_MONTH, Account, Costs, account
from ltvlib.programmes.effect import Effect
from ltvlib.programmes.lists import Programme
from ltvlib.samples import samples
from ltvlib.settings import EPOCH, Filters
from ltvlib.workspace import Workspace
from pages.ui import choices, programmes_words, session, tiles
from pages.ui.components import chart, table
from pages.ui.plots import laid_out, line_at, mode
from pages.ui.widgets import accent, choose, switch
from pages.ui.words import _, number, percent, plural, short_money, symbol

DAYS = (30, 90, 180, 365)
COLORS = {"light": ("#7c8591", "#0b6e4f"), "dark": ("#9aa5b1", "#4cc38a")}


@dataclass(frozen=True, eq=False)
class View:
    """What is known of a programme: the effect (``None`` for an experiment), the differences, the money."""

    effect: Effect | None
    found: dict[str, Difference]
    money: Account
    days: int
    answer: Answer


def every(found: Filters) -> tuple[Programme, ...]:
    """All programmes of the data and of the app."""
    return session.remember(lists.programmes, session.journal(), found)


def picker(found: tuple[Programme, ...]) -> Programme:
    """The programme looked at."""
    names = [one.name for one in found]
    sizes = {one.name: plural("{n} participant", "{n} participants", len(one.frame)) for one in found}
    name = choose(_("Programme"), names, lambda name: f"{name} · {sizes[name]}", choices.key("programme"))
    return next(one for one in found if one.name == name)


def choices_of(one: Programme) -> tuple[int, bool]:
    """How long after joining customers are watched, and whether lots decided who could join."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = switch(
            _("Watch participants for"),
            list(DAYS),
            lambda days: plural("{n} day", "{n} days", days),
            choices.key("programme_days"),
            90,
        )
        by_lot = st.toggle(
            _("Who could join was drawn by lot"),
            bool(_given(one).get("by_lot", 0)) or one.has_control,
            disabled=one.has_control,
            key=f"{choices.key('by_lot')}_{one.name}",
            help=_("Then nothing but chance is between participants and others, and the plain comparison is fair."),
        )
    return days, bool(by_lot)


def effect(one: Programme, days: int, by_lot: bool, found: Filters) -> View | None:
    """The comparison and the account of a programme; ``None`` where nothing can be compared."""
    paid = _costs(one)
    took = one.frame[~one.frame["is_control"].astype(bool)]
    end = (session.workspace().as_of(found) - EPOCH).days
    months = float(end - took["day"].min()) / DAYS_A_MONTH if len(took) else 0.0
    all_days = float((end - took["day"]).sum())
    if one.has_control:
        sides, answer = session.remember(_trial, session.journal(), one.name, days, found)
        return View(None, sides, account(sides["profit"], paid, days, months, all_days), days, answer)
    seen = session.remember(_effect, session.journal(), one.name, days, by_lot, found)
    if seen is None:
        return None
    sides = {"returned": seen.returned, "orders": seen.orders, "profit": seen.profit}
    return View(seen, sides, account(seen.profit, paid, days, months, all_days), days, seen.answer)


def _effect(
    workspace: Workspace, journal: Journal, name: str, days: int, by_lot: bool, found: Filters
) -> Effect | None:
    frame = next(one for one in lists.programmes(workspace, journal, found) if one.name == name).frame
    return effects.effect(workspace, frame["customer_id"].tolist(), frame["day"].tolist(), days, by_lot, found)


def _trial(
    workspace: Workspace, journal: Journal, name: str, days: int, found: Filters
) -> tuple[dict[str, Difference], Answer]:
    frame = next(one for one in lists.programmes(workspace, journal, found) if one.name == name).frame
    return trial.trial(workspace, frame, days, found)


def verdict(one: Programme, view: View) -> None:
    """Earned, lost or cannot tell, in words and three figures."""
    currency = session.workspace().info.currency
    st.markdown(programmes_words.verdict(one, view.effect, view.money, view.days, currency))
    st.caption(programmes_words.kind_of_proof(view.effect))
    profit, returned = view.found["profit"], view.found["returned"]
    with st.grid(3, gap="small", min_column_width=220):
        tiles.figure(
            "programme_effect",
            profit.value,
            short_money(profit.value, currency),
            programmes_words.interval(profit.low, profit.high, currency),
        )
        tiles.figure(
            "programme_result",
            view.money.result,
            short_money(view.money.result, currency),
            programmes_words.interval(view.money.low, view.money.high, currency),
        )
        st.metric(
            _("Ordered again within {days} days", days=number(view.days, 0)),
            percent(returned.exposed),
            delta=_("like customers: {share}", share=percent(returned.others)),
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
        )


def estimates(view: View) -> None:
    """What a hasty table says, what is left among like customers, and against their own past."""
    if view.effect is None:
        return
    rows = [
        (_("participants against everybody"), view.effect.naive),
        (_("against like customers"), view.effect.profit),
        (_("change against like customers' change"), view.effect.change),
    ]
    grey, green = COLORS[mode()]
    figure = go.Figure(
        go.Scatter(
            x=[found.value for _name, found in rows][::-1],
            y=[name for name, _found in rows][::-1],
            mode="markers",
            marker={"size": 12, "color": [green, green, grey]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [found.high - found.value for _name, found in rows][::-1],
                "arrayminus": [found.value - found.low for _name, found in rows][::-1],
            },
        )
    )
    line_at(figure, x=0, dash="dot", width=1)
    sign = symbol(session.workspace().info.currency)
    laid_out(figure, 240, xaxis={"title": _("Extra profit a participant, {currency}", currency=sign)})
    title = programmes_words.estimates_title(view.effect)
    chart(figure, "programme_estimates", title, title, view.answer, ("programme_effect",))


def trust(view: View) -> None:
    """Balance, the time before joining, and what a hidden trait would have to do."""
    if view.effect is None:
        return
    found, currency = view.effect, session.workspace().info.currency
    with st.expander(_("Can I trust it?"), icon=":material/balance:", expanded=found.doubt is not None):
        for line in programmes_words.checks(found, currency):
            st.markdown(f"- {line}")
        if not found.is_experiment:
            tiles.figure("hidden_trait", found.hidden_trait, number(found.hidden_trait, 1))
        names = programmes_words.trait_names()
        shown = found.balance.assign(trait=[names[trait] for trait in found.balance["trait"]]).round(2)
        columns = {
            "trait": st.column_config.TextColumn(_("Trait")),
            "before": st.column_config.NumberColumn(_("Difference before"), format="%.2f"),
            "after": st.column_config.NumberColumn(
                _("among like customers"), format="%.2f", help=_("In standard deviations; up to 0.1 counts as alike.")
            ),
        }
        table(shown, "programme_balance", _("How alike the groups are"), columns)


def _given(one: Programme) -> dict[str, Any]:
    """What the sample says of a programme."""
    sample = samples().get(session.chosen())
    return dict(sample.programmes.get(one.name, {})) if sample else {}


def _costs(one: Programme) -> Costs:
    written = session.journal().setting(f"programme {one.name}")
    return Costs.from_dict(written if written is not None else _given(one))


def costs(one: Programme) -> None:
    """What the programme costs, points included; kept in the journal."""
    paid = _costs(one)
    sign = symbol(session.workspace().info.currency)
    words = {
        "per_participant": _("A participant costs once (gift, card, seat), {currency}", currency=sign),
        "per_month": _("Running cost a month, {currency}", currency=sign),
        "redeemed": _("Points and cashback paid out, not seen in orders, {currency}", currency=sign),
        "issued": _("Points issued so far"),
        "burned": _("Points burned"),
        "expired": _("Points expired"),
        "point_value": _("A point is worth, {currency}", currency=sign),
        "burn_share": _("Part of the open points that will be burned, 0 to 1"),
    }
    with st.expander(
        _("What the programme costs"), icon=":material/payments:", expanded=not any(paid.to_dict().values())
    ):
        with st.form(f"programme_costs_{one.name}", border=False):
            values = {}
            with st.grid(4, gap="small", min_column_width=200):
                for name, text in words.items():
                    most = 1.0 if name == "burn_share" else None
                    values[name] = st.number_input(text, 0.0, most, float(getattr(paid, name)))
            st.caption(
                _("A discount lowers the orders themselves and is in their profit already; do not enter it again.")
            )
            if st.form_submit_button(_("Count with these costs"), type=accent()):
                session.journal().put(f"programme {one.name}", values)
                st.rerun(scope="app")
        owed = short_money(paid.liability, session.workspace().info.currency)
        st.markdown(_("Owed for open points: **{money}**", money=owed))
