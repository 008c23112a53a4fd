"""Sections of the data page: samples, upload, mapping, report."""

from __future__ import annotations

import streamlit as st

from ltvlib.samples import SAMPLE_DIR, samples
from pages.ui import dropped, mapping_view, receive, session
from pages.ui.components import plain
from pages.ui.registry import Session, Upload
from pages.ui.words import _, language, say

FORMATS = ["csv", "tsv", "txt", "xlsx", "xls", "xlsm", "ods", "parquet", "html", "htm", "zip"]


def sample_cards(mine: Session) -> None:
    """One card a sample set, with its story in one sentence; folded away once there is a file or data set of one's own."""
    title = _("Or look at a ready data set")
    if mine.newest is None and session.HOME not in session.choices():
        st.subheader(title)
        _cards()
        return
    with st.expander(title, icon=":material/storefront:"):
        _cards()


def _cards() -> None:
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
    found = dropped.field(_("Your export: CSV, Excel, Parquet, HTML or ZIP, up to 200 MB"), FORMATS, "upload")
    if found is not None:
        receive.take(found)
    failure = st.session_state.get("upload_error")
    if failure is not None:
        st.error(say(failure), icon=":material/error:", title=_("This file could not be read"))
        mine = session.me().workspace
        if mine is not None:
            st.caption(_("{title} is open as before.", title=plain(mine.info.title)))


def mapping(mine: Session) -> None:
    """Which column is which; builds the data set."""
    upload = mine.newest
    if upload is None or upload.inspection is None or (mine.remote and mine.remote.inspection):
        return  # one mapping form at a time
    done = upload.report is not None
    if not done:
        _meanwhile(mine, upload)
    with st.expander(
        _("What is in the columns of {file}", file=plain(upload.name)), expanded=not done, icon=":material/view_column:"
    ):
        mapping_view.draw(mine, upload)


def _meanwhile(mine: Session, upload: Upload) -> None:
    """What stays open until the file has become a data set, and the ways back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if mine.workspace is not None:
            names = {"title": plain(mine.workspace.info.title), "file": plain(upload.name)}
            st.markdown(_("{title} stays open until the data set of {file} has been built.", **names))
        st.button(_("Put this file aside"), icon=":material/close:", on_click=receive.put_aside, key="put_aside")
        if mine.workspace is not None:
            st.button(_("Delete my data now"), icon=":material/delete:", on_click=receive.forget, key="forget")
