"""What this session knows about money beside the orders: marketing spend, variable costs, what is inside the spend.

Kept per data set in session state; pages read it here, :mod:`pages.ui.money_view` draws the forms.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import spend as spend_of
from ltvlib.costs import CostKind, CostLine, VariableCosts
from ltvlib.spend import CostPart, Spend
from pages.ui import choices, session
from pages.ui.words import _

Rows = Sequence[dict[Hashable, Any]]


def spend() -> Spend:
    """The spend typed or uploaded in this session, else what came with the data set."""
    own = st.session_state.get(choices.key("spend"))
    return own if isinstance(own, Spend) else session.remember(spend_of.of_workspace)


def has_own_spend() -> bool:
    """Whether the spend was typed or uploaded here."""
    return isinstance(st.session_state.get(choices.key("spend")), Spend)


def keep_spend(found: Spend | None) -> None:
    """Count with this spend from now on; ``None`` = with what came with the data set."""
    st.session_state[choices.key("spend")] = found


def costs() -> VariableCosts:
    """The variable costs named in this session; none at first."""
    return st.session_state.get(choices.key("costs")) or VariableCosts()


def keep_costs(found: VariableCosts) -> None:
    """Count with these costs from now on."""
    st.session_state[choices.key("costs")] = found


def parts() -> tuple[CostPart, ...]:
    """Which costs the user says are inside the spend."""
    return tuple(st.session_state.get(choices.key("cost_parts")) or ())


def margin_words() -> str:
    """Which margin acquisition, LTV and plan figures stand on."""
    named = [line.name for line in costs().lines if line.amount]
    if not named:
        return _("gross margin")
    return _("contribution margin (gross margin less {costs})", costs=", ".join(named))


def margin_name() -> str:
    """Short name of the margin these figures stand on, as it follows "of"."""
    return _("gross margin") if costs().is_empty else _("contribution margin")


def part_name(part: CostPart) -> str:
    """A part of the cost of winning customers, in words."""
    return {
        CostPart.ADVERTISING: _("Advertising"),
        CostPart.AGENCY: _("Agency and contractors"),
        CostPart.SALARIES: _("Salaries of marketing and sales"),
        CostPart.TOOLS: _("Services and subscriptions"),
        CostPart.CONTENT: _("Content, photo, video"),
        CostPart.PARTNERS: _("Commissions of partners"),
        CostPart.FIRST_DISCOUNTS: _("Discounts for the first order"),
    }[part]


def kind_name(kind: CostKind) -> str:
    """What a variable cost grows with, in words."""
    return {
        CostKind.PER_ORDER: _("for each order"),
        CostKind.OF_REVENUE: _("% of the revenue"),
        CostKind.PER_ACTIVE_MONTH: _("for each customer and month with an order"),
    }[kind]


def cost_rows(found: VariableCosts) -> Rows:
    """The costs as rows of the form; shares of revenue in percent."""
    return [
        {"name": line.name, "kind": line.kind.value, "amount": line.amount * _unit(line.kind)} for line in found.lines
    ]


def costs_of(rows: Rows) -> VariableCosts:
    """The costs from rows of the form; rows without a name or an amount are left out."""
    full = [row for row in rows if row.get("name") and row.get("kind") and (row.get("amount") or 0) > 0]
    return VariableCosts(
        tuple(
            CostLine(
                str(row["name"]).strip(), CostKind(row["kind"]), float(row["amount"]) / _unit(CostKind(row["kind"]))
            )
            for row in full
        )
    )


def is_unfinished(frame: pd.DataFrame, needed: tuple[str, ...]) -> bool:
    """Whether a line of a form is begun but lacks a cell it needs; empty lines do not count."""
    cells = frame.replace("", None)
    begun = cells.notna().any(axis=1)
    return bool((begun & cells[list(needed)].isna().any(axis=1)).any())


def _unit(kind: CostKind) -> float:
    """Shares are typed in percent."""
    return 100.0 if kind is CostKind.OF_REVENUE else 1.0
