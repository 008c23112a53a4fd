"""Sections of the data page: samples, upload, mapping, report."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ltvlib.ingest.model import ImportReport
from ltvlib.samples import SAMPLE_DIR, samples
from pages.ui import mapping_view, mapping_words, receive, session
from pages.ui.components import downloads, plain, table
from pages.ui.registry import Session
from pages.ui.words import _, count, day, language, money, plural, say

FORMATS = ["csv", "tsv", "txt", "xlsx", "xls", "xlsm", "ods", "parquet", "html", "htm", "zip"]


def sample_cards() -> None:
    """One card a sample set, with its story in one sentence."""
    st.subheader(_("Or look at a ready data set"))
    with st.grid(3, gap="small", min_column_width=260):
        for name, sample in samples().items():
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{sample.title.get(language(), sample.title['en'])}**")
                st.caption(sample.sentence.get(language(), sample.sentence["en"]))
                opened = session.chosen() == name
                st.button(
                    _("Opened") if opened else _("Open"),
                    key=f"open_{name}",
                    on_click=session.open_data,
                    args=(name,),
                    disabled=opened,
                )
        messy = next(iter(sorted((SAMPLE_DIR / "messy").glob("*.csv"))), None)
        if messy is not None:
            with st.container(border=True, height="stretch"):
                st.markdown("**" + _("A messy export to try the upload") + "**")
                st.caption(
                    _(
                        "The salon as a real system would export it: cp1251, semicolons, totals rows, the same phone written in several ways."
                    )
                )
                with st.container(horizontal=True):
                    if st.button(_("Read it here"), key="read_messy"):
                        receive.take_sample(messy)
                    st.download_button(
                        _("Download the file"),
                        messy.read_bytes(),
                        messy.name,
                        "text/csv",
                        key="messy",
                        on_click="ignore",
                        icon=":material/download:",
                    )


def upload() -> None:
    """The drop zone; a dropped file is moved to disk, read in a limited process, and shown for mapping."""
    number = st.session_state.setdefault("upload_number", 0)
    found = st.file_uploader(
        _("Your export: CSV, Excel, Parquet, HTML or ZIP, up to 200 MB"), FORMATS, key=f"upload_{number}"
    )
    if found is not None:
        receive.take(found)
    failure = st.session_state.get("upload_error")
    if failure is not None:
        st.error(say(failure), icon=":material/error:", title=_("This file could not be read"))


def mapping(mine: Session) -> None:
    """Which column is which; builds the data set."""
    upload = mine.upload
    if upload is None or upload.inspection is None:
        return
    done = upload.report is not None
    with st.expander(
        _("What is in the columns of {file}", file=plain(upload.name)), expanded=not done, icon=":material/view_column:"
    ):
        mapping_view.draw(mine, upload)


def report(mine: Session) -> None:
    """What became of every row, in numbers that add up, and the way from the file's sum to the revenue."""
    upload = mine.upload
    if upload is None or upload.report is None:
        return
    found = upload.report
    st.subheader(_("What became of your file"))
    with st.grid(4, gap="small", min_column_width=150):
        for name, value in _fates(found):
            st.metric(name, count(value), border=True)
    st.markdown(_sentence(found))
    for note in found.notes:
        (st.warning if note.level != "info" else st.caption)(plain_note(say(note)))
    left, right = st.columns(2)
    with left:
        _reconciliation(mine, found)
    with right:
        _refused(mine, found)
    with st.container(horizontal=True):
        st.button(_("Delete my data now"), icon=":material/delete:", on_click=receive.forget, key="forget")
        st.page_link("pages/overview.py", label=_("Go to the overview"), icon=":material/arrow_forward:")


def plain_note(text: str) -> str:
    """A note without Markdown effects."""
    return plain(text, 600)


def _fates(found: ImportReport) -> list[tuple[str, int]]:
    return [
        (_("Rows in the file"), found.records),
        (_("= used"), found.used),
        (_("+ merged"), found.merged),
        (_("+ refused"), found.refused),
    ]


def _sentence(found: ImportReport) -> str:
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
    return " ".join(parts)


def _reconciliation(mine: Session, found: ImportReport) -> None:
    st.markdown("**" + _("From the sum in the file to the revenue counted") + "**")
    steps = mapping_view.reconciliation(mine, found)
    frame = pd.DataFrame(
        [
            {"step": mapping_words.step_name(s.slug), "rows": s.rows, "amount": money(float(s.amount), found.currency)}
            for s in steps
        ]
    )
    columns = {
        "step": st.column_config.TextColumn(_("Step")),
        "rows": st.column_config.NumberColumn(_("Rows"), format="localized"),
        "amount": st.column_config.TextColumn(_("Money"), alignment="right"),
    }
    table(frame, "reconciliation", _("From the sum in the file to the revenue counted"), columns)


def _refused(mine: Session, found: ImportReport) -> None:
    st.markdown("**" + _("Rows not used, and why") + "**")
    if not found.refused:
        st.caption(_("Every row could be used."))
        return
    frame = receive.refused(mine)
    frame["reason"] = [mapping_words.reason_name(slug) for slug in frame["reason"]]
    columns = {
        "line": st.column_config.NumberColumn(_("Line"), format="%d"),
        "column": st.column_config.TextColumn(_("Column")),
        "reason": st.column_config.TextColumn(_("Reason")),
        "text": st.column_config.TextColumn(_("Row")),
    }
    table(frame.head(1000), "refused", _("Rows not used, and why"), columns, height=320)
    downloads(lambda: frame, "refused_rows", "refused")
