"""Forms for what the orders do not tell: marketing spend, what is inside it, and variable costs."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import Any
from uuid import uuid4

import pandas as pd
import streamlit as st

from ltvlib import ingest
from ltvlib import spend as spend_of
from ltvlib.costs import CostKind
from ltvlib.economics import Acquisition
from ltvlib.errors import LtvError
from ltvlib.ingest.report import SpendRead
from ltvlib.spend import FIRST_YEAR, LAST_YEAR, CostPart, Spend
from pages.ui import choices, money, receive, session
from pages.ui.components import downloads, plain
from pages.ui.dropped import TABLES, handed_over
from pages.ui.mapping_words import step_name
from pages.ui.widgets import accent, fixed
from pages.ui.words import _, count, plural, say, short_money, symbol

EMPTY_COSTS = {"name": pd.Series(dtype=str), "kind": pd.Series(dtype=str), "amount": pd.Series(dtype=float)}


def spend_form() -> None:
    """The spend of the data set: typed in a table or uploaded, and which costs are inside."""
    found = money.spend()
    sign = symbol(session.workspace().info.currency)
    st.markdown(
        _(
            "What did you pay to win customers, by month and channel? A channel must be called what it is called in the orders."
        )
    )
    titles = {"month": _("Month"), "channel": _("Channel"), "amount": _("Amount, {currency}", currency=sign)}
    edited = st.data_editor(
        found.frame() if found.lines else _blank(),
        num_rows="dynamic",
        hide_index=True,
        height=260,
        alt=_("Marketing spend"),
        key=choices.key(f"spend_editor_{st.session_state.get('spend_version', 0)}"),
        column_config=_spend_columns(titles),
    )
    with st.container(horizontal=True):
        if st.button(_("Count with this spend"), type=accent(), key="spend_apply"):
            if money.is_unfinished(edited, ("month", "amount")):
                st.toast(
                    _("A line is not finished: fill in all its cells, or delete the line."), icon=":material/error:"
                )
            else:
                _keep(spend_of.of_frame(edited))
        if money.has_own_spend() and st.button(_("Back to the spend of the data set"), key="spend_reset"):
            _keep(None)
        downloads(lambda: edited.rename(columns=titles), "marketing_spend", "spend")
    _upload()
    _inside()


def _spend_columns(titles: dict[str, str]) -> dict[str, Any]:
    return {
        "month": st.column_config.DateColumn(
            titles["month"],
            required=True,
            format="localized",
            min_value=dt.date(FIRST_YEAR, 1, 1),
            max_value=dt.date(LAST_YEAR, 12, 31),
        ),
        "channel": st.column_config.TextColumn(titles["channel"]),
        "amount": st.column_config.NumberColumn(titles["amount"], required=True, format="localized"),
    }


def _blank() -> pd.DataFrame:
    """A first line to type over: the last month of the data, the largest channel."""
    last = choices.months()[-1:]
    return pd.DataFrame(
        {"month": pd.to_datetime(last), "channel": pd.Series([""] * len(last), dtype=str), "amount": [0.0] * len(last)}
    )


def _keep(found: Spend | None, report: SpendRead | None = None) -> None:
    money.keep_spend(found)
    st.session_state[choices.key("spend_report")] = report
    st.session_state["spend_version"] = st.session_state.get("spend_version", 0) + 1
    st.rerun(scope="app")


def _upload() -> None:
    """Spend from any table file; read in the limited child process, every refused line shown."""
    needed = _("CSV, XLSX or ODS with a column for the month (or day), the channel and the amount.")
    data = handed_over(_("File with marketing spend"), TABLES, _("Read the file"), "spend_upload", help=needed)
    if data is not None:
        _read(data)
    report = st.session_state.get(choices.key("spend_report"))
    if isinstance(report, LtvError):
        st.error(say(report), icon=":material/error:")
    elif isinstance(report, SpendRead):
        _report(report)


def _account(report: SpendRead) -> str:
    """Every line of the file accounted for."""
    used, refused = len(report.rows), len(report.refused)
    text = _("{records} lines in the file = {used} used + {refused} refused.")
    return text.format(records=count(report.records), used=count(used), refused=count(refused))


def _read(data: bytes) -> None:
    folder = session.me().folder / f"spend_{uuid4().hex}"
    folder.mkdir()
    path = folder / "spend.upload"
    try:
        path.write_bytes(data)
        report = ingest.read_spend(path, folder / "raw", receive.LIMITS)
    except LtvError as error:
        st.session_state[choices.key("spend_report")] = error
        st.rerun(scope="app")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    st.toast(_account(report), icon=":material/check:")
    _keep(Spend.of((month, channel, float(amount)) for month, channel, amount, _line in report.rows), report)


def _report(report: SpendRead) -> None:
    names = plain(", ".join(name for name in report.columns if name))
    st.caption(_account(report) + " " + _("Columns taken: {names}.", names=names))
    refused = len(report.refused)
    if refused:
        rows = [{"line": item.line, "reason": step_name(item.reason), "text": item.text} for item in report.refused]
        columns = {"line": _("Line"), "reason": _("Why"), "text": _("As it stands in the file")}
        st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, alt=_("Refused lines of spend"))


def _inside() -> None:
    """The checklist that keeps a CAC without salaries from looking like a gold mine."""
    parts = list(CostPart)
    chosen = st.pills(
        _("Which costs are inside?"),
        [part.value for part in parts],
        selection_mode="multi",
        format_func=fixed([part.value for part in parts], lambda value: money.part_name(CostPart(value))),
        key=choices.key("cost_parts"),
        persist_state="session",
        help=_("A cost of winning customers that is left out makes every customer look cheaper than they are."),
    )
    missing = [money.part_name(part) for part in parts if part.value not in (chosen or [])]
    if missing:
        st.caption(
            _(
                "Not ticked: {parts}. If you pay for them, the true cost of a customer is higher.",
                parts=", ".join(missing).lower(),
            )
        )


def spend_line(found: Acquisition) -> str:
    """Where the spend went, which customers came before it, and what may be wrong with either."""
    currency = session.workspace().info.currency
    lines = [_("Spend on record: {money}.", money=short_money(found.spend_total, currency))]
    if found.spend_outside > 0:
        lines.append(
            _("Of it {money} was spent in months not judged here.", money=short_money(found.spend_outside, currency))
        )
    if found.customers_before:
        lines.append(
            plural(
                "{n} customer came before the first month with spend and is not judged.",
                "{n} customers came before the first month with spend and are not judged.",
                found.customers_before,
            )
        )
    if found.strangers:
        lines.append(
            _(
                "Spend without customers: {channels}. If such a channel is called otherwise in the orders, correct its name.",
                channels=plain(", ".join(found.strangers)),
            )
        )
    return " ".join(lines)


def costs_form() -> None:
    """Variable costs of a sale, as many lines as the user wants."""
    sign = symbol(session.workspace().info.currency)
    st.markdown(
        _(
            "What does a sale cost you beside the goods? Delivery, payment fees, packaging, service ... What is left is the contribution margin."
        )
    )
    kinds = [kind.value for kind in CostKind]
    names = {kind.value: money.kind_name(kind) for kind in CostKind}
    rows = money.cost_rows(money.costs())
    start: pd.DataFrame = pd.DataFrame(rows) if rows else pd.DataFrame(EMPTY_COSTS)
    edited: pd.DataFrame = st.data_editor(
        start,
        num_rows="dynamic",
        hide_index=True,
        alt=_("Variable costs"),
        key=choices.key(f"costs_editor_{st.session_state.get('costs_version', 0)}"),
        column_config={
            "name": st.column_config.TextColumn(_("Cost"), required=True),
            "kind": st.column_config.SelectboxColumn(
                _("Grows with"),
                options=kinds,
                format_func=lambda kind: names[str(kind)],
                required=True,
                default=kinds[0],
            ),
            "amount": st.column_config.NumberColumn(
                _("Amount, {currency} or %", currency=sign), min_value=0, required=True
            ),
        },
    )
    if not st.button(_("Count with these costs"), type=accent(), key="costs_apply"):
        return
    if money.is_unfinished(edited, ("name", "kind", "amount")):
        st.error(_("A line is not finished: fill in all its cells, or delete the line."), icon=":material/error:")
    else:
        money.keep_costs(money.costs_of(edited.to_dict("records")))
        st.session_state["costs_version"] = st.session_state.get("costs_version", 0) + 1
        st.rerun(scope="app")


def forms() -> None:
    """Both forms, folded away."""
    with st.expander(_("Marketing spend"), icon=":material/campaign:", expanded=not money.spend().lines):
        spend_form()
    with st.expander(_("Variable costs of a sale"), icon=":material/receipt_long:"):
        costs_form()
