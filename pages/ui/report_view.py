"""What became of an uploaded file: rows by fate, the way to the revenue, and the rows behind every step."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ltvlib.ingest.report import ImportReport
from ltvlib.remote import folder
from pages.ui import arrival, database_view, mapping_view, mapping_words, receive
from pages.ui.components import downloads, plain, table
from pages.ui.registry import Session
from pages.ui.words import _, count, day, money, plural, say

SHOWN_ROWS = 1000


def draw(mine: Session) -> None:
    """What became of every row, in numbers that add up, and the way from the file's sum to the revenue."""
    upload, is_made = mine.upload, arrival.is_expected()
    if upload is None or upload.report is None:
        return
    found = upload.report
    with arrival.place(is_made).container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader(_("What became of your file"), width="content")
        st.page_link("pages/overview.py", label="**" + _("Go to the overview") + "**", icon=":material/arrow_forward:")
    with st.grid(4, gap="small", min_column_width=150):
        for name, value in _fates(found):
            st.metric(name, count(value), border=True)
    st.markdown(_sentence(found, _currency(mine, found)))
    if found.looks_like_customers:
        st.warning(
            _(
                "Every customer has exactly one order here. If a row of the file is a customer, export the orders (visits, receipts, deals) instead: from a list of customers nobody can see who came back."
            ),
            icon=":material/contacts:",
        )
    for note in found.notes:
        (st.warning if note.level != "info" else st.caption)(plain(say(note), 600))
    left, right = st.columns(2)
    with left:
        step = _reconciliation(mine, found)
    with right:
        _left_over(mine, step)
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(_("Delete my data now"), icon=":material/delete:", on_click=receive.forget, key="forget")


def _fates(found: ImportReport) -> list[tuple[str, int]]:
    return [
        (_("Rows in the file"), found.records),
        (_("= used"), found.used),
        (_("+ merged"), found.merged),
        (_("+ refused"), found.refused),
    ]


def _sentence(found: ImportReport, currency: str) -> str:
    keys = {"customer_id": _("customer number"), "phone": _("phone"), "email": _("e-mail"), "name": _("name")}
    parts = [
        _(
            "They make {orders} and {refunds} of {customers}.",
            orders=plural("{n} order", "{n} orders", found.orders),
            refunds=plural("{n} refund", "{n} refunds", found.refunds),
            customers=plural("{n} customer", "{n} customers", found.customers),
        ),
        _(
            "Customers were told apart by {key}; {merged} spellings were merged.",
            key=keys.get(found.customer_key, found.customer_key),
            merged=count(found.customers_merged),
        ),
    ]
    if found.first_at and found.last_at:
        first, last = pd.Timestamp(found.first_at).date(), pd.Timestamp(found.last_at).date()
        parts.append(_("Orders from {first} to {last}.", first=day(first), last=day(last)))
    if float(found.refund_amount or 0):
        parts.append(_("Returns took {money} off the revenue.", money=money(-float(found.refund_amount), currency)))
    return " ".join(parts)


def _currency(mine: Session, found: ImportReport) -> str:
    return found.currency or (mine.workspace.info.currency if mine.workspace else "")


def _reconciliation(mine: Session, found: ImportReport) -> str | None:
    """The steps from the file's sum to the revenue; returns the step that was clicked."""
    title = _("From the sum in the file to the revenue counted")
    st.markdown(f"**{title}**")
    steps, currency = mapping_view.reconciliation(mine, found), _currency(mine, found)
    frame = pd.DataFrame(
        [
            {"step": mapping_words.step_name(s.slug), "rows": s.rows, "amount": money(float(s.amount), currency)}
            for s in steps
        ]
    )
    columns = {
        "step": st.column_config.TextColumn(_("Step")),
        "rows": st.column_config.NumberColumn(_("Rows"), format="localized"),
        "amount": st.column_config.TextColumn(_("Money"), alignment="right"),
    }
    event = table(frame, "reconciliation", title, columns, on_select="rerun", selection_mode="single-row")
    if mine.workspace is None or not folder.is_remote(mine.workspace.info):
        st.caption(_("Click a step to see its rows."))
    rows = event["selection"]["rows"]
    return steps[rows[0]].slug if rows and rows[0] < len(steps) else None


def _left_over(mine: Session, step: str | None) -> None:
    """Rows that were refused or merged, all or those of one step, with line, column and reason."""
    st.markdown("**" + _("Rows not used, and why") + "**")
    if mine.workspace is not None and folder.is_remote(mine.workspace.info):
        database_view.reasons(mine)
        return
    frame = receive.left_over(mine)
    if step in set(frame["reason"]):
        frame = frame[frame["reason"] == step]
    elif step == "set_aside":
        frame = frame[frame["reason"].isin(mapping_words.SET_ASIDE)]
    if not len(frame):
        st.caption(_("Every row could be used."))
        return
    frame = frame.assign(reason=[mapping_words.reason_name(slug) for slug in frame["reason"]])
    columns = {
        "line": st.column_config.NumberColumn(_("Line"), format="%d"),
        "column": st.column_config.TextColumn(_("Column")),
        "reason": st.column_config.TextColumn(_("Reason")),
        "text": st.column_config.TextColumn(_("Row")),
    }
    table(frame.head(SHOWN_ROWS), "refused", _("Rows not used, and why"), columns, height=320)
    titles = {name: str(column["label"]) for name, column in columns.items()}
    downloads(lambda: frame[list(columns)].rename(columns=titles), "refused_rows", "refused")
