"""Scenarios of the plan page: save, compare, open, make the plan, write and read as a file."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ltvlib.errors import LtvError
from ltvlib.plan import Outcome, against, outcome
from ltvlib.plan_fact import plan_of
from ltvlib.plan_file import MAX_NAME, MAX_SCENARIOS, Plan, PlanFile, Scenario, clean_name, read_plan, together
from ltvlib.plan_levers import Levers
from ltvlib.plan_today import Today
from pages.ui import choices, plan_controls, plan_story, session
from pages.ui.components import definition, label, plain, table
from pages.ui.dropped import handed_over
from pages.ui.words import DASH, _, count, percent, say, short_money

PLAN = "the_plan"
"""Kept under a name of its own: the plan outlives the data set it was made on."""


def scenarios() -> list[Scenario]:
    """Scenarios saved for the open data set in this session."""
    return list(st.session_state.get(choices.key("plan_scenarios")) or [])


def kept_plan() -> Plan | None:
    """The plan of this session, whatever data set is open."""
    plan = st.session_state.get(PLAN)
    return plan if isinstance(plan, Plan) else None


def draw(today: Today, levers: Levers) -> None:
    """Save, compare and choose scenarios; the plan; the file."""
    said = st.session_state.pop("plan_said", None)
    if said:
        st.toast(said)
    _save(levers)
    rows = scenarios()
    _table(today, levers, rows)
    if rows:
        _choose(today, rows)
    plan = kept_plan()
    if plan is not None:
        st.caption(_("The plan is “{name}”; see Plan against fact.", name=plain(plan.name)))
    _file(rows)


def _say(text: str) -> None:
    """A short message on the next run (callbacks must not draw)."""
    st.session_state["plan_said"] = text


def _save(levers: Levers) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("Name of the scenario"),
            key="plan_name",
            max_chars=MAX_NAME,
            placeholder=_("for example: loyalty programme"),
            width=360,
        )
        st.button(
            _("Save the levers"),
            key="plan_save",
            icon=":material/save:",
            on_click=_keep,
            args=(levers,),
        )
    st.caption(
        _("The link in the address bar holds the levers too: whoever opens it sees the same plan on the same data.")
    )


def _keep(levers: Levers) -> None:
    """Save the levers under the name; the same name is written over (callback)."""
    rows = scenarios()
    name = clean_name(st.session_state.get("plan_name") or "") or _("Scenario {n}", n=len(rows) + 1)
    others = [row for row in rows if row.name != name]
    if len(others) >= MAX_SCENARIOS:
        _say(_("There are {n} scenarios already; delete one first.", n=MAX_SCENARIOS))
        return
    st.session_state[choices.key("plan_scenarios")] = [*others, Scenario(name, levers)]
    st.session_state["plan_name"] = ""
    _say(_("Saved: {name}", name=plain(name)))


def _table(today: Today, levers: Levers, rows: list[Scenario]) -> None:
    columns = [(_("Today"), Levers()), (_("Levers now"), levers), *((row.name, row.levers) for row in rows)]
    if not levers.by_kind or any(row.levers == levers for row in rows):
        columns.pop(1)
    found = [(name, given, outcome(today, given)) for name, given in columns]
    first = found[0][2]
    frame = pd.DataFrame([_line(name, given, year, first) for name, given, year in found])
    names: dict[str, Any] = {
        "name": _("Scenario"), "profit": label("plan_profit"), "change": _("against today"),
        "costs": _("Cost of the levers"), "cac": label("cac"), "payback": label("payback_months"), "gap": label("cash_gap"),
        "again": label("came_again_rate"), "orders": _("Orders"), "revenue": label("revenue"), "levers": _("Levers"),
    }  # fmt: skip
    helps = {
        "profit": "plan_profit",
        "cac": "cac",
        "payback": "payback_months",
        "gap": "cash_gap",
        "again": "came_again_rate",
    }
    text = st.column_config.TextColumn
    shown = {key: text(name, help=definition(helps[key]) if key in helps else None) for key, name in names.items()}
    table(frame, "plan_scenarios", _("Scenarios side by side"), shown)


def _line(name: str, levers: Levers, year: Outcome, first: Outcome) -> dict[str, str]:
    currency = session.workspace().info.currency
    change = against(first, year).profit
    return {
        "name": name,
        "levers": "; ".join(f"{plan_story.title(k)} {plan_story.effect(k, v.effect)}" for k, v in levers.by_kind if v.effect) or DASH,
        "profit": short_money(year.profit, currency),
        "change": DASH if not change else ("+" if change > 0 else "") + short_money(change, currency),
        "costs": short_money(year.lever_costs, currency) if year.lever_costs else DASH,
        "cac": short_money(year.cac, currency),
        "payback": plan_story.payback(year.payback_month),
        "gap": short_money(year.cash_gap.money, currency),
        "again": percent(year.came_again_rate, 1),
        "orders": count(year.orders),
        "revenue": short_money(year.revenue, currency),
    }  # fmt: skip


def _choose(today: Today, rows: list[Scenario]) -> None:
    names = [row.name for row in rows]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(_("Scenario"), names, key=choices.key("plan_chosen"), width=360)
        chosen = rows[names.index(name)] if name in names else rows[0]
        st.button(
            _("Set the levers like this"),
            key="plan_open",
            icon=":material/tune:",
            on_click=plan_controls.put,
            args=(chosen.levers,),
        )
        st.button(_("Make it the plan"), key="plan_make", icon=":material/flag:", on_click=_make, args=(today, chosen))
        st.button(
            _("Delete"),
            key="plan_delete",
            icon=":material/delete:",
            type="tertiary",
            on_click=_drop,
            args=(chosen.name,),
        )


def _make(today: Today, chosen: Scenario) -> None:
    """Keep the scenario as the plan, with what it promises month by month (callback)."""
    st.session_state[PLAN] = plan_of(session.workspace(), today, chosen.name, chosen.levers, choices.filters())
    _say(_("This is the plan now: {name}", name=plain(chosen.name)))


def _drop(name: str) -> None:
    st.session_state[choices.key("plan_scenarios")] = [row for row in scenarios() if row.name != name]


def _file(rows: list[Scenario]) -> None:
    plan = kept_plan()
    with st.container(horizontal=True):
        if rows or plan is not None:
            st.download_button(
                _("Download scenarios and plan"), PlanFile(tuple(rows), plan).to_json(), "ltv_plan.json", "application/json",
                key="plan_download", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
        with st.popover(_("Open a plan file"), icon=":material/upload:"):
            asked = _("Plan saved here before (JSON)")
            found = handed_over(asked, ["json"], _("Apply"), "plan_upload", max_upload_size=1)
            if found is not None:
                _open(found)


def _open(data: bytes) -> None:
    try:
        found = read_plan(data)
        rows = together(scenarios(), found.scenarios)
    except LtvError as error:
        st.error(say(error), icon=":material/error:")
        return
    st.session_state[choices.key("plan_scenarios")] = list(rows)
    if found.plan is not None:
        st.session_state[PLAN] = found.plan
    st.rerun(scope="app")
