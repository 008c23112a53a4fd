"""Deliveries of one's own: a register brought to the orders of this tab, or to those kept on this computer."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import streamlit as st

from ltvlib import deliveries
from ltvlib.deliveries import Delivered
from ltvlib.errors import LtvError
from ltvlib.ingest.report import ListRead
from pages.ui import ahead, list_file, session
from pages.ui.components import table
from pages.ui.registry import HOME, REGISTRY
from pages.ui.widgets import accent
from pages.ui.words import _, day, plural, say

KIND = deliveries.TABLE


def numbers() -> Path | None:
    """The numbers of the orders that deliveries are matched by; ``None`` for a sample, which belongs to everybody."""
    name, upload, home = session.chosen(), session.me().upload, REGISTRY.home()
    if name == session.UPLOAD and upload is not None and upload.refused is not None:
        path = upload.refused.with_name(ahead.NUMBERS)
        return path if path.exists() else None
    return home.tables().get("orders") if name == HOME and home is not None else None


def bring(is_open: bool = False) -> None:
    """The uploader of deliveries; for a sample, why it takes none."""
    with st.expander(_("Bring your deliveries"), icon=":material/local_shipping:", expanded=is_open):
        found = numbers()
        if found is None:
            st.markdown(
                _(
                    "The samples are shared by everybody, so nothing is added to them. Upload your own orders on the page Data, then bring what became of them here."
                )
            )
            st.page_link("pages/data.py", label=_("To the page Data"), icon=":material/upload_file:")
            return
        st.markdown(
            _(
                "A register of your delivery service, of the warehouse or of claims: CSV, XLSX or ODS with the order number and the promised and the real date; whether the documents were right and what the customer complained about are taken where they are there."
            )
        )
        _said()
        list_file.draw(KIND, _("File with deliveries"), lambda read: _judge(read, found))


def _judge(read: ListRead, found: Path) -> None:
    """What the file says, every line accounted for, and the button that takes it."""
    try:
        told = deliveries.delivered(read, found, session.workspace())
    except LtvError as error:
        st.error(say(error), icon=":material/error:")
        return
    used = told.records - told.merged - len(told.refused)
    lines = [
        list_file.account(told.records, used, told.merged, len(told.refused)),
        plural("{n} order is told of for the first time.", "{n} orders are told of for the first time.", told.fresh),
    ]
    st.markdown(" ".join(lines))
    _preview(told)
    list_file.refused(KIND, told.refused)
    with st.container(horizontal=True):
        if told.orders:
            text = plural("Take the delivery of {n} order", "Take the deliveries of {n} orders", told.orders)
            st.button(text, type=accent(), on_click=_take, args=(told,), key="deliveries_take")
        st.button(_("Not this file"), on_click=list_file.drop, args=(KIND,), key="deliveries_drop")


def _preview(told: Delivered) -> None:
    names = {
        "order_id": _("Order number"),
        "promised_at": _("Promised for"),
        "delivered_at": _("Delivered on"),
        "documents_ok": _("Documents right"),
        "complaint": _("Complaint"),
    }
    shown = told.rows.head(5).copy()
    for name in ("promised_at", "delivered_at"):
        shown[name] = [day(at) if at is not None else None for at in shown[name]]
    yes_no = {True: _("yes"), False: _("no")}
    shown["documents_ok"] = [yes_no.get(one) for one in shown["documents_ok"]]
    columns = {name: st.column_config.TextColumn(text) for name, text in names.items()}
    table(shown, "deliveries_preview", _("The first deliveries of the file"), columns)


def _take(told: Delivered) -> None:
    """Put the deliveries into the open data set, and keep them where the data are kept."""
    home, mine = REGISTRY.home(), session.me()
    path = mine.folder / f"told_{uuid4().hex}.parquet"
    try:
        if session.chosen() == HOME and home is not None:
            deliveries.write(told, path)
            home.add(KIND, path)
            REGISTRY.kept_changed()
        elif mine.workspace is not None:
            deliveries.tell(mine.workspace, told)
            _keep_with_the_upload(told)
    except LtvError as error:
        st.session_state["deliveries_said"] = error
        return
    finally:
        path.unlink(missing_ok=True)
    list_file.drop(KIND)
    text = plural("The delivery of {n} order is in.", "The deliveries of {n} orders are in.", told.orders)
    st.session_state["deliveries_said"] = text


def _keep_with_the_upload(told: Delivered) -> None:
    """Where the upload may still be kept on this computer, its deliveries go with it."""
    upload = session.me().upload
    if upload is not None and upload.tables and upload.refused is not None:
        path = upload.refused.with_name(f"{KIND}.parquet")
        deliveries.write(told, path)
        upload.tables = {**upload.tables, KIND: path}


def _said() -> None:
    said = st.session_state.pop("deliveries_said", None)
    if isinstance(said, LtvError):
        st.error(say(said), icon=":material/error:")
    elif said:
        st.toast(said, icon=":material/check:")
