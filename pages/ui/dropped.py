"""Fields to drop a file into, and taking the bytes out of memory as soon as they were read."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

TABLES = ["csv", "tsv", "txt", "xlsx", "xls", "ods", "parquet", "zip"]
"""Kinds of files that a table of spend or of answers may come in."""


def field(asked: str, types: list[str], name: str, **options: Any) -> Any:
    """Streamlit's uploader that :func:`let_go` can empty; ``name`` is the beginning of its key."""
    return st.file_uploader(asked, types, key=f"{name}_{st.session_state.get(f'{name}_number', 0)}", **options)


def let_go(found: Any, name: str) -> None:
    """The file was read: out of Streamlit's memory with it, where it would lie until the tab is closed; the field is empty again."""
    context = get_script_run_ctx()
    if context is not None and hasattr(found, "file_id"):  # a file that ships with the product has none
        manager: Any = context.uploaded_file_mgr
        manager.remove_file(context.session_id, found.file_id)
    st.session_state[f"{name}_number"] = st.session_state.get(f"{name}_number", 0) + 1


def handed_over(asked: str, types: list[str], go: str, name: str, **options: Any) -> bytes | None:
    """A field and the button that takes what was dropped: its bytes once the button is pressed, else ``None``.

    The button is there from the start: a popover is placed when it opens and not again, so a foot that came with the
    file would lie below the window.
    """
    found = field(asked, types, name, **options)
    st.button(go, key=f"{name}_apply", disabled=found is None, on_click=_take, args=(found, name))
    data: bytes | None = st.session_state.pop(f"{name}_taken", None)
    return data


def _take(found: Any, name: str) -> None:
    """Before the page is drawn again, so that the field is empty when it is: what is dropped into an old one is lost."""
    st.session_state[f"{name}_taken"] = bytes(found.getbuffer())
    let_go(found, name)
