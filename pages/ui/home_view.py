"""What is kept on this computer: adding a file to it, saving all of it as one file, bringing it back, deleting it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from shutil import rmtree
from typing import Any

import streamlit as st

from ltvlib import scratch
from ltvlib.errors import LtvError
from ltvlib.home import Changes, Home
from pages.ui import dropped, session
from pages.ui.components import plain
from pages.ui.registry import HOME, REGISTRY, Session, Upload
from pages.ui.widgets import accent
from pages.ui.words import _, count, day, plural, say, short_money


def how_long() -> str:
    """How long a file stays here."""
    if REGISTRY.home() is None:
        return _("It stays on this computer and is deleted when you close the tab.")
    return _(
        "It stays on this computer. Keep it below, and it is here the next time; else it is deleted when you close the tab."
    )


def offer(mine: Session) -> None:
    """Keep the uploaded file: what would change, and the choice between adding and replacing."""
    home, upload = REGISTRY.home(), mine.upload
    if home is None or upload is None or upload.info is None or not upload.tables:
        return
    with st.container(border=True):
        st.markdown("**" + _("Keep these orders on this computer?") + "**")
        kept = home.info()
        if kept is None:
            st.caption(_("Then they are here when you come back, and the next file is added to them."))
            st.button(_("Keep"), type=accent(), on_click=_keep, args=(home, upload, "replace"), key="home_keep")
            return
        st.markdown(_announced(home.changes(upload.tables), upload.info.currency))
        with st.container(horizontal=True):
            st.button(
                _("Add to the kept data"),
                type=accent(),
                on_click=_keep,
                args=(home, upload, "append"),
                key="home_append",
            )
            st.button(_("Replace the kept data"), on_click=_keep, args=(home, upload, "replace"), key="home_replace")


def _announced(found: Changes, currency: str) -> str:
    """What a file would change, before anything is changed."""
    new = plural("{n} new document", "{n} new documents", found.new)
    changed = plural("{n} changed", "{n} changed", found.changed)
    lines = [
        _(
            "The file has {new} ({revenue} of revenue), {changed} ({difference}) and {same} that are kept already."
        ).format(
            new=new,
            revenue=short_money(found.new_revenue, currency),
            changed=changed,
            difference=short_money(found.changed_revenue, currency),
            same=count(found.same),
        )
    ]
    if found.only_old:
        text = "{n} kept document is not in the file: adding leaves it, replacing deletes it."
        many = "{n} kept documents are not in the file: adding leaves them, replacing deletes them."
        lines.append(plural(text, many, found.only_old))
    return " ".join(lines)


def _keep(home: Home, upload: Upload, how: str) -> None:
    if upload.info is None:
        return
    try:
        (home.append if how == "append" else home.replace)(upload.tables, upload.info)
        home.journal.write(home.journal.taking(session.me().journal(session.UPLOAD)))  # written before it was kept
    except LtvError as error:
        st.session_state["home_failure"] = error
        return
    REGISTRY.kept_changed()
    session.me().forget()
    session.forget_results()
    session.open_data(HOME)
    st.toast(_("Kept on this computer."), icon=":material/save:")


def kept() -> None:
    """What is kept, and what can be done with all of it; why it could not be opened, where it could not."""
    home = REGISTRY.home()
    failure = REGISTRY.home_error or st.session_state.pop("home_failure", None)
    if failure is not None:
        st.error(say(failure), icon=":material/error:")
    if home is None:
        return
    if home.journal.set_aside:
        st.warning(
            _(
                "Part of what was kept on this computer was damaged. What could be read is open; the damaged file stands beside it: {files}.",
                files=plain(", ".join(home.journal.set_aside), 300),
            ),
            icon=":material/healing:",
        )
    with st.expander(_("Kept on this computer"), icon=":material/home_storage:"):
        info = home.info()
        if info is None:
            st.caption(_("Nothing is kept yet. Upload a file of orders and choose to keep it."))
        else:
            st.markdown(
                _("{title}, data to {day} · all you write down about it is kept too").format(
                    title=plain(info.title), day=day(info.as_of - dt.timedelta(days=1))
                )
            )
        _whole(home)


def _whole(home: Home) -> None:
    with st.container(horizontal=True):
        if home.info() is not None:
            st.download_button(
                _("Save everything as one file"),
                lambda: _saved(home),
                "ltv-workspace.zip",
                "application/zip",
                key="home_save",
                on_click="ignore",
                icon=":material/download:",
            )
        with st.popover(_("Bring back from a file"), icon=":material/upload:"):
            st.caption(_("What the file holds replaces all that is kept here."))
            found = dropped.field(_("A saved workspace"), ["zip"], "home_restore")
            # Always there, as in ``dropped.handed_over``.
            st.button(
                _("Replace everything"),
                key="home_restore_now",
                on_click=_restore,
                args=(home, found),
                disabled=found is None,
            )
        with st.popover(_("Delete for good"), icon=":material/delete_forever:"):
            st.caption(_("The orders and everything written down are deleted at once. Nothing can bring them back."))
            st.button(_("Delete everything"), on_click=_forget, args=(home,), key="home_forget")


def _saved(home: Home) -> bytes:
    folder = scratch.folder("save-")
    try:
        home.save_to(folder / "all.zip")
        return (folder / "all.zip").read_bytes()
    finally:
        rmtree(folder, ignore_errors=True)


def _restore(home: Home, found: Any) -> None:
    folder = scratch.folder("restore-")
    source: Path = folder / "all.zip"
    try:
        source.write_bytes(found.getbuffer())
        dropped.let_go(found, "home_restore")
        home.restore_from(source, folder / "work")
    except LtvError as error:
        st.session_state["home_failure"] = error
        return
    finally:
        rmtree(folder, ignore_errors=True)
    _changed()
    st.toast(_("Everything is back."), icon=":material/check:")


def _forget(home: Home) -> None:
    home.forget()
    _changed()
    st.toast(_("Your data are deleted."), icon=":material/delete:")


def _changed() -> None:
    REGISTRY.kept_changed()
    session.forget_results()
    session.open_data(None)
