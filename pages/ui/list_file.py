"""A list brought beside the orders: read in the limited child process, its columns shown to be corrected, then taken or not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import streamlit as st

from ltvlib import ingest
from ltvlib.errors import LtvError
from ltvlib.ingest.list_kinds import KINDS
from ltvlib.ingest.model import SetAside
from ltvlib.ingest.report import ListRead
from pages.ui import choices, dropped, list_words, receive, session
from pages.ui.components import downloads, plain
from pages.ui.widgets import accent
from pages.ui.words import _, count, say

TYPES = ["csv", "tsv", "txt", "xlsx", "xls", "ods", "html", "htm", "parquet", "zip"]
SHOWN = 200
DAY_FIRST = {"": None, "day": True, "month": False}


@dataclass(frozen=True, eq=False)
class Waiting:
    """A file that was read and waits to be taken: where it lies, what it is called, what was read (or why not)."""

    path: Path
    name: str
    read: ListRead | LtvError
    day_first: bool | None = None


def draw(kind: str, label: str, judge: Callable[[ListRead], None]) -> None:
    """The uploader of a list of ``kind``; ``judge`` shows what a readable one says and offers to take it."""
    file = dropped.field(label, TYPES, f"{kind}_upload")
    if file is not None and st.button(_("Read the file"), type=accent(), key=f"{kind}_read"):
        _receive(kind, file)
    one = waiting(kind)
    if one is None:
        return
    if isinstance(one.read, LtvError):
        st.error(say(one.read), icon=":material/error:")
        return
    _open_ends(one.read)
    _columns(kind, one, one.read)
    if not (one.read.missing or one.read.doubtful):
        judge(one.read)


def waiting(kind: str) -> Waiting | None:
    """The file that waits to be taken; ``None`` where there is none, or it was deleted with the data."""
    one = st.session_state.get(_key(kind))
    return one if isinstance(one, Waiting) and (one.path.exists() or isinstance(one.read, LtvError)) else None


def drop(kind: str) -> None:
    """Forget the file: it was taken, or it is not wanted."""
    one = st.session_state.pop(_key(kind), None)
    if isinstance(one, Waiting):
        shutil.rmtree(one.path.parent, ignore_errors=True)


def _key(kind: str) -> str:
    return choices.key(f"{kind}_list")


def _receive(kind: str, file: Any) -> None:
    """Bring the bytes to the session's folder and read them there."""
    old = st.session_state.pop(_key(kind), None)
    if isinstance(old, Waiting):
        shutil.rmtree(old.path.parent, ignore_errors=True)
    folder = session.me().folder / f"list_{uuid4().hex}"
    folder.mkdir()
    path = folder / "list.upload"
    path.write_bytes(file.getbuffer())
    dropped.let_go(file, f"{kind}_upload")
    _read(kind, path, receive.clean_name(file.name), None, None)


def _read(kind: str, path: Path, name: str, columns: dict[str, str] | None, day_first: bool | None) -> None:
    try:
        found: ListRead | LtvError = ingest.read_list(
            path, path.parent / "raw", kind, columns, day_first, receive.LIMITS
        )
    except LtvError as error:
        found = error
        path.unlink(missing_ok=True)
    finally:
        shutil.rmtree(path.parent / "raw", ignore_errors=True)
    st.session_state[_key(kind)] = Waiting(path, name, found, day_first)
    st.rerun(scope="app")


def _open_ends(read: ListRead) -> None:
    """What has to be settled before a row can be read."""
    for field in read.missing:
        text = _("No column tells {what}. Choose one below.", what=list_words.missing_name(field))
        st.warning(text, icon=":material/help:")
    if read.doubtful:
        names = plain(", ".join(read.doubtful))
        text = _("The dates of {columns} can be read with the day or the month first. Say below which it is.")
        st.warning(text.format(columns=names), icon=":material/help:")


def _columns(kind: str, one: Waiting, read: ListRead) -> None:
    """Which column is which, to be corrected."""
    names = list_words.field_names()
    title = _("Which column is which in {file}", file=plain(one.name))
    with (
        st.expander(title, icon=":material/view_column:", expanded=bool(read.missing or read.doubtful)),
        st.form(f"{kind}_columns", border=False),
    ):
        chosen = {}
        with st.grid(3, gap="small", min_column_width=220):
            for field in KINDS[kind].forms:
                now = read.columns.get(field, "")
                options = ["", *read.headers]
                place = options.index(now) if now in options else 0
                chosen[field] = st.selectbox(
                    names[field],
                    options,
                    place,
                    format_func=lambda name: name or "–",
                    key=f"{kind}_of_{field}_{one.path.parent.name}",
                )
            orders = {"": _("as the file shows"), "day": _("day first"), "month": _("month first")}
            first = next(key for key, value in DAY_FIRST.items() if value == one.day_first)
            order = st.selectbox(
                _("Dates are written with"),
                list(orders),
                list(orders).index(first),
                format_func=orders.__getitem__,
                key=f"{kind}_day_first_{one.path.parent.name}",
            )
        if st.form_submit_button(_("Read with these columns")):
            _read(kind, one.path, one.name, {f: name or "" for f, name in chosen.items()}, DAY_FIRST[str(order)])


def account(records: int, used: int, merged: int, refused: int) -> str:
    """Every line of the file accounted for."""
    return _(
        "{records} lines in the file = {used} used + {merged} merged + {refused} refused.",
        records=count(records),
        used=count(used),
        merged=count(merged),
        refused=count(refused),
    )


def refused(kind: str, rows: Sequence[SetAside]) -> None:
    """The lines that were not used, with their reasons, on screen and as a file."""
    if not rows:
        return
    lines = [{"line": one.line, "reason": list_words.why(one.reason), "text": one.text} for one in rows]
    frame = pd.DataFrame(lines)
    columns = {"line": _("Line"), "reason": _("Why"), "text": _("As it stands in the file")}
    with st.expander(_("Lines that were not used: {n}", n=count(len(rows))), icon=":material/block:"):
        st.dataframe(frame.head(SHOWN), hide_index=True, column_config=columns, alt=_("Lines that were not used"))
        downloads(lambda: frame.rename(columns=columns), f"{kind}_refused", f"{kind}_refused")
