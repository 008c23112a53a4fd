"""Managers on the page of touches: roles, results compared fairly, hand-overs and customers without an owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib.outreach import roles
from ltvlib.outreach.contacts import Contacts, with_dates
from ltvlib.outreach.regulation import Regulation, Role
from pages.ui import choices, outreach, session
from pages.ui.components import definition, downloads, label, nothing, plain, table
from pages.ui.widgets import accent
from pages.ui.words import _, number, plural, symbol

SHOWN = 500


def managers(view: Contacts, by_manager: Mapping[str, str]) -> None:
    """What each manager's customers did, compared with customers of the same segments, and who does what."""
    found = session.once(roles.results, view.frame, by_manager)
    found = found[found["manager"] != ""] if len(found) > 1 else found
    if found.empty or not len(by_manager):
        nothing(_("The data name no managers. Add a column with the manager to the file to see who looks after whom."))
        return
    st.markdown(f"**{_best(found)}**", help=definition("kept_index"))
    sign = symbol(session.workspace().info.currency)
    columns = _result_columns(sign)
    shown = found.assign(manager=[outreach.manager_name(name) for name in found["manager"]])
    shown["role"] = [outreach.role_name(role) if role else "" for role in found["role"]]
    table(
        shown.round({"window_margin": 0, "kept_index": 2}), "manager_results", _("Managers and their results"), columns
    )
    titles = {name: str(column["label"]) for name, column in columns.items()}
    downloads(lambda: shown[list(columns)].rename(columns=titles), "managers", "managers")
    with st.expander(_("Who wins customers, who looks after them"), icon=":material/badge:"):
        _edit_roles(by_manager)


def _best(found: pd.DataFrame) -> str:
    """Who keeps customers best, said only where there is something to compare."""
    ranked = found[found["kept_index"].notna()].sort_values("kept_index", ascending=False)
    if len(ranked) < 2:
        return _("Results by manager")
    best = ranked.iloc[0]
    return _(
        "{name} keeps most: {index} times what customers of the same segments kept on average",
        name=plain(best["manager"]),
        index=number(best["kept_index"], 2),
    )


def _result_columns(sign: str) -> dict[str, Any]:
    text, amount = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "manager": text(_("Manager"), pinned=True),
        "role": text(_("Role"), help=outreach.role_words()),
        "customers": amount(label("customers"), format="localized"),
        "window_margin": amount(_("Profit of the last window, {currency}", currency=sign), format="localized"),
        "kept_share": amount(label("kept_share"), format="percent", help=definition("kept_share")),
        "expected_share": amount(_("Like customers kept"), format="percent"),
        "kept_index": amount(label("kept_index"), format="%.2f", help=definition("kept_index")),
        "coverage": amount(label("coverage"), format="percent", help=definition("coverage")),
        "overdue": amount(_("Overdue"), format="localized"),
    }


def _edit_roles(by_manager: Mapping[str, str]) -> None:
    st.caption(
        _(
            "Guessed from the sales: who won most of the customers they sell to hunts, who won hardly any farms, and who has sold nothing for 90 days has left. Correct it here."
        )
    )
    rows = pd.DataFrame({"manager": list(by_manager), "role": list(by_manager.values())})
    names = [role.value for role in Role]
    columns = {
        "manager": st.column_config.TextColumn(_("Manager"), disabled=True),
        "role": st.column_config.SelectboxColumn(
            _("Role"), options=names, format_func=outreach.role_name, required=True, help=outreach.role_words()
        ),
    }
    edited = st.data_editor(rows, hide_index=True, key="roles_editor", column_config=columns, alt=_("Roles"))
    if st.button(_("Save the roles"), type=accent()):
        session.journal().put(roles.ROLES, dict(zip(edited["manager"], edited["role"], strict=True)))
        outreach.rerun()


def hand_overs(view: Contacts, by_manager: Mapping[str, str], regulation: Regulation) -> None:
    """Customers who should be with a farmer by now."""
    waiting = session.once(roles.hand_overs, view.frame, by_manager, regulation, view.day)
    title = plural(
        "{n} customer is still with a hunter after order {order}",
        "{n} customers are still with a hunter after order {order}",
        len(waiting),
        order=regulation.handover_order,
    )
    _moving(view, by_manager, waiting, title, "handover", _("Hand all over to farmers"))


def orphans(view: Contacts, by_manager: Mapping[str, str]) -> None:
    """Customers whom nobody looks after."""
    alone = session.once(roles.orphans, view.frame, by_manager)
    if len(alone) == len(view.frame):
        return
    title = plural("{n} customer has no owner", "{n} customers have no owner", len(alone))
    _moving(view, by_manager, alone, title, "orphans", _("Share them out"))


def _moving(
    view: Contacts, by_manager: Mapping[str, str], people: pd.DataFrame, title: str, key: str, button: str
) -> None:
    """A list of customers with a proposed new owner each, and one click that writes all of it down."""
    with st.container(border=True):
        st.markdown(f"**{title}**", help=outreach.role_words() if key == "handover" else None)
        if people.empty:
            st.caption(_("Nothing to do here."))
            return
        owners = session.once(_owners, view.frame, by_manager, people)
        shown = session.once(_told, people, owners)
        columns = _move_columns(symbol(session.workspace().info.currency), key)
        table(shown, key, title, columns, height=min(380, 80 + 35 * len(shown)))
        titles = {name: str(column["label"]) for name, column in columns.items() if name in shown.columns}
        with st.container(horizontal=True):
            if owners:
                st.button(button, on_click=_assign, args=(owners, key, view), type=accent(), key=f"{key}_all")
            else:
                st.caption(_("Nobody is there to take them: give somebody the role of a farmer on the tab “Managers”."))
            downloads(lambda: shown[list(titles)].rename(columns=titles), key, key)


def _owners(frame: pd.DataFrame, by_manager: Mapping[str, str], people: pd.DataFrame) -> dict[str, str]:
    """A new owner for each, so that everybody has about as many."""
    return roles.shared_out(list(people["customer_id"]), roles.load_of(frame, by_manager))


def _told(people: pd.DataFrame, owners: Mapping[str, str]) -> pd.DataFrame:
    """The first of the list with segments in words and the owner proposed."""
    shown = with_dates(people).head(SHOWN)
    return shown.assign(
        segment=[choices.short_segment(segment) for segment in shown["segment"]],
        next=[owners.get(customer, "") for customer in shown["customer_id"]],
    )


def undo() -> None:
    """Take back the last hand-over, where one was written down."""
    if session.journal().count("owners"):
        st.button(_("Undo the last hand-over"), on_click=_undo, icon=":material/undo:", key="handover_undo")


def _undo() -> None:
    back = roles.take_back(session.journal())
    st.toast(
        plural("{n} customer is back with the owner before.", "{n} customers are back with the owners before.", back)
    )


def _assign(owners: Mapping[str, str], key: str, view: Contacts) -> None:
    roles.assign(session.journal(), owners, key, view.day)
    st.toast(
        plural("{n} customer has a new owner.", "{n} customers have a new owner.", len(owners)), icon=":material/check:"
    )


def _move_columns(sign: str, key: str) -> dict[str, Any]:
    text, amount, column = st.column_config.TextColumn, st.column_config.NumberColumn, st.column_config
    waiting = {"days_waiting": amount(_("Days waiting"), format="%d")} if key == "handover" else {}
    return {
        "name": text(_("Name"), pinned=True),
        "customer_id": text(_("Customer")),
        "manager": text(_("Owner now")),
        "next": text(_("New owner")),
        **waiting,
        "segment": text(_("Segment"), width="small"),
        "window_margin": amount(_("Profit of the last window, {currency}", currency=sign), format="localized"),
        "last_at": column.DateColumn(_("Last order"), format="localized"),
    }
