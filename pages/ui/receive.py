"""Moving an uploaded file from the browser to a workspace: spool, inspect, load, forget."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ltvlib import ingest
from ltvlib.errors import LtvError, ReadError
from ltvlib.ingest.model import ImportReport, Limits, Mapping, ReadOptions
from ltvlib.schema import TABLES
from ltvlib.workspace import DataSet, open_parquet
from pages.ui import session
from pages.ui.registry import Session, Upload
from pages.ui.words import _, percent

LIMITS = Limits()
LOCAL_LIMITS = Limits(file_mb=200_000, memory_mb=8_192, seconds=3_600, output_mb=100_000, inflated_mb=100_000)
"""A file named on the command line by the person who owns the computer."""
NAME_LIMIT = 60


def take(found: Any) -> None:
    """Spool the upload to this session's folder, drop Streamlit's copy, read it, and start the page again."""
    mine = session.me()
    mine.forget()
    path = mine.folder / f"{uuid4().hex}.upload"
    with path.open("wb") as file:
        shutil.copyfileobj(found, file, 4 << 20)
    mine.upload = Upload(path, found.name[:NAME_LIMIT])
    _drop_streamlit_copy(found)
    st.session_state["upload_error"] = None
    inspect(mine)
    st.rerun()


def _drop_streamlit_copy(found: Any) -> None:
    """The uploader keeps the bytes in memory until the session ends; take them out and rotate the key."""
    context = get_script_run_ctx()
    if context is not None:
        manager: Any = context.uploaded_file_mgr
        manager.remove_file(context.session_id, found.file_id)
    st.session_state["upload_number"] += 1


def inspect(mine: Session, options: ReadOptions | None = None) -> None:
    """Find the table and propose a mapping; a failure is kept for the page to show."""
    upload = mine.upload
    if upload is None:
        return
    try:
        with _Progress() as progress:
            upload.inspection = ingest.inspect(
                upload.path,
                mine.folder / "raw",
                options or ReadOptions(),
                upload.limits,
                on_progress=progress,
                cancelled=progress.poll,
            )
        upload.mapping = upload.inspection.proposal
    except LtvError as error:
        mine.forget()
        st.session_state["upload_error"] = error


def load(mine: Session, mapping: Mapping) -> LtvError | None:
    """Convert with a mapping and open the result; returns the error instead of raising it."""
    upload = mine.upload
    if upload is None or upload.inspection is None:
        return None
    out = mine.folder / f"set_{uuid4().hex}"
    out.mkdir()
    try:
        with _Progress() as progress:
            report = ingest.load(
                upload.inspection.raw, mapping, out, upload.limits, on_progress=progress, cancelled=progress.poll
            )
            info = data_set(upload.name, mapping, report)
            tables = {name: out / f"{name}.parquet" for name in TABLES if (out / f"{name}.parquet").exists()}
            space = open_parquet(tables, info, progress=progress)
    except LtvError as error:
        shutil.rmtree(out, ignore_errors=True)
        return error
    if mine.workspace is not None:
        mine.workspace.close()
    mine.workspace, upload.report, upload.mapping = space, report, mapping
    if upload.path.is_relative_to(mine.folder):
        upload.path.unlink(missing_ok=True)
    upload.refused = out / "refused.parquet"
    session.open_data(session.UPLOAD)
    return None


def data_set(name: str, mapping: Mapping, report: ImportReport) -> DataSet:
    """The passport of an upload: as_of is the day after the last document."""
    last = pd.Timestamp(report.last_at).date() if report.last_at else dt.date.today()
    rate = mapping.margin_rate if mapping.margin_rate is not None else 1.0
    currency = report.currency or mapping.currency
    return DataSet(session.UPLOAD, name, currency, last + dt.timedelta(days=1), report.margin_source, rate, name)


def forget() -> None:
    """Delete everything of this tab's upload at once (callback)."""
    session.me().forget()
    session.open_data(None)
    st.session_state["upload_error"] = None
    st.toast(_("Your data are deleted."), icon=":material/delete:")


def refused(mine: Session) -> pd.DataFrame:
    """Refused rows with line, column, reason and the row as read."""
    path: Path | None = mine.upload.refused if mine.upload else None
    if path is None or not path.exists():
        return pd.DataFrame({"line": [], "column": [], "reason": [], "text": []})
    return pd.read_parquet(path)


def open_local() -> None:
    """Open the file or folder named in ``LTV_DATA`` once per session, without an upload."""
    named = os.environ.get("LTV_DATA", "")
    if not named or st.session_state.get("local_tried"):
        return
    st.session_state["local_tried"] = True
    path, mine = Path(named).expanduser().resolve(), session.me()
    if not path.exists():
        st.session_state["upload_error"] = ReadError("There is no file or folder at the path given to make run.")
        return
    mine.upload = Upload(path, path.name[:NAME_LIMIT], limits=LOCAL_LIMITS)
    inspect(mine)
    found = mine.upload.inspection if mine.upload else None
    if found is not None and not found.questions:
        st.session_state["upload_error"] = load(mine, found.proposal)
    st.rerun()


class _Progress:
    """A status box that names what is being done, with a button that stops it."""

    def __enter__(self) -> _Progress:
        self._place = st.empty()
        with self._place.container(horizontal=True, vertical_alignment="center"):
            self._box = st.status(_("Reading the file"), expanded=False)
            st.button(_("Stop"), key=f"stop_{uuid4().hex}", on_click=forget, icon=":material/stop:")
        return self

    def __call__(self, what: str, share: float | None = None) -> None:
        part = "" if share is None or not 0 < share < 1 else f" · {percent(share)}"
        self._box.update(label=_(what) + part)

    def poll(self) -> bool:
        """Give Streamlit the chance to end this run: a click or a newer run stops the child process."""
        st.session_state.get("stop_poll")
        return False

    def __exit__(self, *failure: object) -> None:
        self._place.empty()
