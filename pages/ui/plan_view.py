"""Sections of the plan page: what the plan stands on, what it brings, which lever earns most, plan against fact."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib.definitions import METRICS
from ltvlib.plan import Outcome, Step, against, bridge, outcome, tornado
from ltvlib.plan_fact import PlanAgainstFact, against_fact, months_passed, promised
from ltvlib.plan_file import Plan
from ltvlib.plan_levers import Levers
from ltvlib.plan_today import Today
from ltvlib.plan_worth import Worth, worth
from ltvlib.samples import samples
from ltvlib.settings import month_start
from pages.ui import choices, money, plan_charts, plan_controls, plan_scenarios, plan_story, session
from pages.ui.components import chart, definition, label, nothing, plain, table
from pages.ui.widgets import switch
from pages.ui.words import DASH, _, by_unit, day, month, number, short_money, symbol


def currency() -> str:
    """Currency of the open data set."""
    return session.workspace().info.currency


def grounds(today: Today) -> None:
    """On which months the plan stands, and what is missing in them."""
    first, *gaps = plan_story.grounds(today, money.margin_words())
    st.caption(plain(first, 600))
    for gap in gaps:
        st.caption(f":material/info: {gap}")


def result(today: Today, levers: Levers) -> None:
    """The plan in one sentence and four figures; examples where nothing is planned yet."""
    now, plan = outcome(today), outcome(today, levers)
    st.markdown(f"#### {plan_story.headline(now, plan, levers, currency())}")
    if levers.by_kind:
        clear = plan_controls.clear
        st.button(_("All levers to zero"), key="plan_clear", icon=":material/undo:", type="tertiary", on_click=clear)
    else:
        plan_controls.examples()
    with st.grid(4, gap="small", min_column_width=190):
        _tiles(now, plan)


def pictures(today: Today, levers: Levers) -> None:
    """The bridge from today to the plan, and every lever alone by strength."""
    steps = bridge(today, levers)
    if steps:
        _bridge(today, levers, steps)
    _strengths(today, levers)


def _bridge(today: Today, levers: Levers, steps: tuple[Step, ...]) -> None:
    before, after = outcome(today).profit, outcome(today, levers).profit
    title = _("From today's profit to the plan: what each lever adds in 12 months")
    alt = title + ": " + "; ".join(
        f"{plan_story.title(s.kind) if s.kind else _('Cost of the levers')} {plan_charts.signed(s.money, currency())}"
        for s in steps
    )  # fmt: skip
    figure = plan_charts.bridge(before, steps, after, currency())
    chart(figure, "plan_bridge", title, alt, today.answer, ("plan_profit", "lever_gain"))
    if not plan_charts.begins_at_zero(before, steps, after):
        st.caption(_("The bars do not begin at zero, so that the levers can be seen."))


def _tiles(now: Outcome, plan: Outcome) -> None:
    more = against(now, plan)
    _tile("plan_profit", plan.profit, more.profit)
    _tile("plan_ltv", plan.ltv, more.ltv, months=plan.ltv_month)
    _tile("payback_months", plan.payback_month, more.payback_months)
    _tile("cash_gap", plan.cash_gap.money, more.cash_gap)


def _tile(slug: str, value: float, change: float, **params: object) -> None:
    shown = None if math.isnan(change) or abs(change) < 0.5 else change
    unit, is_month = METRICS[slug].unit, slug == "payback_months"
    text = plan_story.payback(value) if is_month else by_unit(value, unit, currency())
    st.metric(
        label(slug, **params),
        text,
        None if shown is None else (f"{shown:+.0f}" if is_month else plan_charts.signed(shown, currency())),
        delta_color="inverse" if METRICS[slug].good == "down" else "normal",
        delta_description=_("against today") if shown is not None else None,
        help=definition(slug, **params),
        border=True,
        height="stretch",
    )


def _strengths(today: Today, levers: Levers) -> None:
    """Every lever alone, the strongest on top."""
    is_own = _own_values(levers)
    rows = tornado(today, levers if is_own else None)
    title = plan_story.strongest(rows[0][0], is_own)
    alt = title + ": " + "; ".join(
        f"{plan_story.title(kind)} {plan_story.effect(kind, lever.effect)}: {plan_charts.signed(gain, currency())}"
        for kind, lever, gain in rows
    )  # fmt: skip
    chart(plan_charts.tornado(rows, currency()), "plan_tornado", title, alt, today.answer, ("lever_gain",))
    st.caption(_("Each lever alone, its cost not taken off."))
    if not is_own:
        st.caption(
            _(
                "Orders, check, cost and number of newcomers are moved by 10%, customers who come back and margin by one of 100. These are different steps: how hard each is to make is for you to judge."
            )
        )


def _own_values(levers: Levers) -> bool:
    """Whether the levers are compared at the reader's values instead of common steps."""
    if not levers.active:
        return False
    words = {"same": _("10%, or one point"), "own": _("my values")}
    return switch(_("Each lever alone, by"), list(words), words.__getitem__, "plan_step") == "own"


def pays(today: Today, levers: Levers) -> None:
    """What the levers of the plan earn for their cost."""
    found = worth(today, levers)
    st.markdown(plan_story.best(found, currency()))
    if found:
        _costs(found)


def _costs(found: tuple[Worth, ...]) -> None:
    sign, column = symbol(currency()), st.column_config
    frame = pd.DataFrame(
        {
            "lever": [plan_story.title(row.kind) for row in found],
            "effect": [plan_story.effect(row.kind, row.lever.effect) if row.lever.effect else DASH for row in found],
            "gain": [round(row.gain) for row in found],
            "cost": [round(row.cost) if row.cost else None for row in found],
            "rate": [round(row.gain_per_cost, 2) for row in found],
            "from": [
                DASH if math.isnan(row.break_even) else plan_story.effect(row.kind, row.break_even) for row in found
            ],
        }
    )
    columns: dict[str, Any] = {
        "lever": column.TextColumn(_("Lever")),
        "effect": column.TextColumn(_("Your value")),
        "gain": column.NumberColumn(
            f"{label('lever_gain')}, {sign}", format="localized", help=definition("lever_gain")
        ),
        "cost": column.NumberColumn(_("Costs a year, {currency}", currency=sign), format="localized"),
        "rate": column.NumberColumn(label("gain_per_cost"), format="localized", help=definition("gain_per_cost")),
        "from": column.TextColumn(label("break_even_effect"), help=definition("break_even_effect")),
    }
    table(
        frame,
        "plan_worth",
        _("Levers of the plan with gain, cost and the effect from which they pay for themselves"),
        columns,
    )
    for row in found:
        if row.cost:
            mark = ":material/check_circle:" if row.gain >= row.cost else ":material/warning:"
            st.markdown(f"{mark} {plan_story.break_even(row)}")


def fact() -> None:
    """The plan kept in this session against the months since it was made."""
    plan = plan_scenarios.kept_plan()
    if plan is None:
        nothing(
            _(
                "There is no plan yet. Set the levers and make them the plan under Scenarios, or open a plan file there. When newer data are open, you will see here what came of it."
            )
        )
        return
    found = choices.filters()
    st.markdown(_about(plan))
    if not _same_business(plan):
        return
    if not months_passed(session.workspace(), plan, found):
        first = month(month_start(plan.expected.first_month))
        nothing(
            _(
                "The plan begins in {month}, and the open data hold no complete month of it yet. Open newer data in this tab, or load the plan file there.",
                month=first,
            )
        )
        title = _("What the plan promises: profit by month")
        chart(plan_charts.months(promised(plan), currency()), "plan_promise", title, title)
        return
    _against(session.remember(against_fact, plan, money.spend(), money.costs(), found), plan)


def _about(plan: Plan) -> str:
    return _(
        "Plan **{name}**, made on “{title}” with data to {day}.",
        name=plain(plan.name), title=plain(_title(plan.title)), day=day(plan.last_day),
    )  # fmt: skip


def _title(title: str) -> str:
    """Title of a data set, a sample's in the reader's language."""
    return next((session.title_of(name) for name, sample in samples().items() if sample.title["en"] == title), title)


def _same_business(plan: Plan) -> bool:
    """Whether plan and data may be compared: the same set, or the owner says so; never two currencies."""
    info = session.workspace().info
    if plan.currency != info.currency:
        st.warning(
            _("The plan is in another currency than the open data, so they cannot be compared."),
            icon=":material/warning:",
        )
        return False
    if plan.title == info.title:
        return True
    st.warning(
        _("The open data are “{title}”, the plan was made on another file.", title=plain(_title(info.title))),
        icon=":material/warning:",
    )
    return st.checkbox(_("It is the same business: compare"), key=choices.key("plan_same"), persist_state="session")


def _against(view: PlanAgainstFact, plan: Plan) -> None:
    st.markdown(f"#### {plan_story.verdict(view, currency())}")
    title = _("Profit by month: plan and fact")
    chart(plan_charts.months(view.by_month, currency()), "plan_fact", title, title)
    column = st.column_config.TextColumn
    frame = pd.DataFrame(
        {
            "lever": [plan_story.title(row.lever) if row.lever else _("Result") for row in view.rows],
            "figure": [_a_month(row.slug) for row in view.rows],
            "planned": [_shown(row.slug, row.planned) for row in view.rows],
            "actual": [_shown(row.slug, row.actual) for row in view.rows],
            "difference": [_difference(row.slug, row.difference) for row in view.rows],
            "reason": [plan_story.not_yet(row.reason) for row in view.rows],
        }
    )
    names = {
        "lever": _("Lever"), "figure": _("Figure"), "planned": _("Plan"), "actual": _("Fact"),
        "difference": _("Difference"), "reason": _("Why a dash"),
    }  # fmt: skip
    table(frame, "plan_fact_table", title, {name: column(text) for name, text in names.items()})
    for line in plan_story.same_ground(view, plan.has_spend):
        st.caption(plain(line, 600))
    st.caption(
        _(
            "The plan takes last year as it was. What would have grown or fallen anyway is in the difference too: only a group left without the programme can tell it apart."
        )
    )
    if plan.levers.monthly_cost:
        st.caption(_("The fact's profit is taken after the planned cost of the levers, {money} a month: what they really cost is not in the data.", money=short_money(plan.levers.monthly_cost, currency())))  # fmt: skip


def _a_month(slug: str) -> str:
    """Name of a figure; sums are a month on average."""
    own = {
        "new_customers": _("New customers a month"),
        "orders": _("Orders a month"),
        "revenue": _("Revenue a month"),
        "plan_profit": _("Profit a month"),
    }
    return own.get(slug) or label(slug)


def _unit(slug: str) -> str:
    return "number" if slug in ("new_customers", "orders") else METRICS[slug].unit


def _shown(slug: str, value: float) -> str:
    if _unit(slug) == "number":
        return number(value, 1)
    return by_unit(value, _unit(slug), currency())


def _difference(slug: str, value: float) -> str:
    if math.isnan(value):
        return DASH
    sign = "+" if value > 0 else ""
    return sign + (
        _("{points} points", points=number(value * 100, 1)) if _unit(slug) == "share" else _shown(slug, value)
    )
