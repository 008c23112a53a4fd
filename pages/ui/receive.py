"""Moving an uploaded file from the browser to a workspace: spool, inspect, load, forget."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import streamlit as st

from ltvlib import ingest
from ltvlib.errors import LimitError, LtvError, ReadError
from ltvlib.ingest.model import Limits, Mapping, ReadOptions
from ltvlib.ingest.process import CancelledError
from ltvlib.remote import folder
from pages.serving.room import ROOM
from pages.ui import ahead, dropped, session
from pages.ui.registry import REGISTRY, Job, Session, Upload
from pages.ui.saved_mapping import FORM
from pages.ui.words import _, percent

LIMITS = Limits()
LOCAL_LIMITS = Limits(file_mb=200_000, memory_mb=8_192, seconds=3_600, output_mb=100_000, inflated_mb=100_000)
"""A file named on the command line by the person who owns the computer."""
NAME_LIMIT = 60
OWN = (f"{session.UPLOAD}_",)
"""Keys of what people choose for the data set of this tab: filters, thresholds, lists."""


def take(found: Any) -> None:
    """Spool the upload to this session's folder, drop Streamlit's copy, read it, and start the page again."""
    _take(found, found.name)


def take_sample(path: Path) -> None:
    """Read a file that ships with the product the way an upload is read."""
    with path.open("rb") as found:
        _take(found, path.name)


def _take(found: Any, name: str) -> None:
    mine = session.me()
    if mine.workspace is None and REGISTRY.own_data_sets() >= ROOM.max_datasets:
        dropped.let_go(found, "upload")
        st.session_state["upload_error"] = LimitError(
            "As many data sets as this server takes are open right now; try again in a minute."
        )
        st.rerun()
    path = mine.folder / f"{uuid4().hex}.upload"
    mine.start(Upload(path, clean_name(name)))
    forget_answers(FORM)
    with path.open("wb") as file:
        shutil.copyfileobj(found, file, 4 << 20)
    dropped.let_go(found, "upload")
    st.session_state["upload_error"] = None
    inspect(mine)
    st.rerun()


def clean_name(name: str) -> str:
    """A file's name as a label: no folders, no invisible characters, not too long. Never used as a path."""
    shown = "".join(letter for letter in re.split(r"[/\\]", name)[-1] if letter.isprintable())
    return shown[:NAME_LIMIT].strip() or "upload"


def forget_answers(kinds: tuple[str, ...]) -> None:
    """What was chosen for one file must not be applied to the next, nor outlive it: form, filters, links, results."""

    def is_meant(key: str) -> bool:
        return key.startswith(kinds) and not re.fullmatch(r"upload_(number|error|\d+)", key)

    for key in [str(key) for key in st.session_state]:
        if is_meant(key):
            del st.session_state[key]
    for key in [key for key in st.query_params if key.startswith(kinds)]:
        del st.query_params[key]
    session.forget_widgets(is_meant)
    if OWN[0] in kinds:
        session.forget_results()


def inspect(mine: Session, options: ReadOptions | None = None) -> None:
    """Find the table in the file on its way and propose a mapping; a failure is kept for the page to show."""
    upload = mine.coming
    if upload is None:
        return
    raw = mine.folder / f"raw_{uuid4().hex}"
    upload.places.append(raw)
    try:
        with mine.working() as job, Progress(mine, job) as progress:
            upload.inspection = ingest.inspect(
                upload.path,
                raw,
                options or ReadOptions(),
                upload.limits,
                on_progress=progress,
                cancelled=progress.poll,
                codes=session.codes(session.COMING),
            )
        upload.mapping = upload.inspection.proposal
    except LtvError as error:
        mine.drop(upload)
        st.session_state["upload_error"] = error
    except BaseException:  # stopped by the reader or by a newer run: leave nothing half read
        mine.drop(upload)
        raise


def load(mine: Session, mapping: Mapping) -> LtvError | None:
    """Convert the file on its way, or the open one anew, and open the result; returns the error instead of raising it."""
    upload = mine.newest
    if upload is None or upload.inspection is None:
        return None
    is_new = upload is mine.coming
    before, made, is_kept = upload.refused, None, False
    try:
        with mine.working() as job, Progress(mine, job) as progress:
            made = _made(mine, upload, mapping, progress)
            is_kept = mine.adopt(upload, made.space, made.report, mapping, made.out)
    except LtvError as error:
        return error
    finally:
        if made is not None and not is_kept:
            shutil.rmtree(made.out, ignore_errors=True)
    tables = made.tables
    if is_kept and REGISTRY.home() is not None:  # they may be kept on this computer
        upload.tables, upload.info, tables = tables, made.info, {}
    _tidy(mine, upload, list(tables.values()), before)
    if is_kept:
        if is_new:
            forget_answers(OWN)
        session.open_data(session.UPLOAD)
    return None


def hurry(mine: Session, upload: Upload, mapping: Mapping) -> None:
    """Begin with a long file while the preview is looked at, as ``mapping`` (the form as it stands) says."""
    if upload is mine.coming:
        ahead.begin(mine, upload, mapping, session.codes(session.COMING))


def _made(mine: Session, upload: Upload, mapping: Mapping, progress: Progress) -> ahead.Made:
    """The data set made of a file: the one made ahead, where it is of this mapping; else made now."""
    codes = session.codes(session.COMING if upload is mine.coming else session.UPLOAD)
    early = upload.ahead
    made = early.take(progress, progress.poll) if early is not None and early.is_of(mapping, codes) else None
    upload.hurry_no_more()
    if made is not None:
        return made
    out = mine.folder / f"set_{uuid4().hex}"
    upload.places.append(out)
    return ahead.make(upload, mapping, out, codes, progress, progress.poll)


def _tidy(mine: Session, upload: Upload, tables: list[Path], before: Path | None) -> None:
    """The data are in the database now: the file, the tables on the way and the set before need not stay on disk."""
    for path in (*tables, upload.path):
        if path.is_relative_to(mine.folder):
            path.unlink(missing_ok=True)
    if before is not None:
        shutil.rmtree(before.parent, ignore_errors=True)


def forget() -> None:
    """Delete the data set of this tab and the file on its way at once (callback)."""
    session.me().forget()
    forget_answers((*OWN, *FORM))
    session.open_data(None)
    st.session_state["upload_error"] = None
    st.toast(_("Your data are deleted."), icon=":material/delete:")


def put_aside() -> None:
    """Stop what is being read and delete the file on its way; the open data set stays (callback)."""
    mine = session.me()
    mine.halt()
    mine.drop(mine.coming)
    forget_answers(FORM)
    st.session_state["upload_error"] = None
    st.toast(_("Stopped. Nothing was kept of it."), icon=":material/stop_circle:")


def left_over(mine: Session) -> pd.DataFrame:
    """Rows that were refused or merged, with line, column, reason and the row as read."""
    path: Path | None = mine.upload.refused if mine.upload else None
    paths = [found for found in (path, path.with_name("merged.parquet")) if found.exists()] if path else []
    if not paths:
        return pd.DataFrame({"line": [], "column": [], "reason": [], "text": []})
    return pd.concat([pd.read_parquet(found) for found in paths], ignore_index=True)


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
    if folder.is_marts(path):
        _open_marts(mine, path)
        st.rerun()
    mine.start(Upload(path, clean_name(path.name), limits=LOCAL_LIMITS))
    inspect(mine)
    found = mine.coming.inspection if mine.coming else None
    if found is not None and not found.questions:
        st.session_state["upload_error"] = load(mine, found.proposal)
    st.rerun()


def _open_marts(mine: Session, path: Path) -> None:
    """Open what a scheduled run wrote; a failure is kept for the page to show."""
    upload = Upload(path, clean_name(path.name))
    mine.start(upload)
    try:
        take_marts(mine, upload)
    except LtvError as error:
        mine.drop(upload)
        st.session_state["upload_error"] = error


def take_marts(mine: Session, upload: Upload) -> None:
    """Make a folder of marts the data set of this tab; raises ``LtvError`` where it cannot be opened."""
    report, space = folder.report_of(upload.path), folder.open_marts(upload.path)
    if mine.adopt(upload, space, report, Mapping({}), upload.path):
        forget_answers(OWN)
        session.open_data(session.UPLOAD)


class Progress:
    """A status box that names what is being done, with a button that stops it."""

    def __init__(self, mine: Session, job: Job) -> None:
        self._mine, self._job = mine, job

    def __enter__(self) -> Progress:
        self._place = st.empty()
        with self._place.container(horizontal=True, vertical_alignment="center"):
            self._box = st.status(_("Reading the file"), expanded=False)
            st.button(_("Stop"), key=f"stop_{uuid4().hex}", on_click=put_aside, icon=":material/stop:")
        return self

    def __call__(self, what: str, share: float | None = None) -> None:
        part = "" if share is None or not 0 < share < 1 else f" · {percent(share)}"
        self._box.update(label=_(what) + part)
        if self._job.stop.is_set():
            raise CancelledError("The import was stopped.")

    def poll(self) -> bool:
        """Give Streamlit the chance to end this run: a click or a newer run stops the child process."""
        self._mine.last_seen = time.monotonic()
        st.session_state.get("stop_poll")
        return self._job.stop.is_set()

    def __exit__(self, *failure: object) -> None:
        self._place.empty()
