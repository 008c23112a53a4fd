"""The open data set of this tab: which one, its workspace, and results remembered for this session only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import uuid4

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ltvlib.errors import LtvError
from ltvlib.journal import Journal
from ltvlib.samples import samples
from ltvlib.workspace import Workspace
from pages.serving.departures import is_left
from pages.ui.registry import HOME as HOME
from pages.ui.registry import REGISTRY, Session
from pages.ui.registry import UPLOAD as UPLOAD
from pages.ui.words import _, language

T = TypeVar("T")


def _gone(uid: str) -> None:
    """The websocket ended; whether the browser said goodbye is known to the server only."""
    REGISTRY.mark_gone(uid, is_left())


@st.cache_resource(scope="session", show_spinner=False, on_release=_gone)
def _tab(uid: str) -> str:
    """A sentinel that lives as long as the websocket; its release is the only public sign of a closed tab."""
    return uid


def me() -> Session:
    """What this tab owns."""
    uid: str = st.session_state.setdefault("uid", uuid4().hex)
    _tab(uid)
    found, context = REGISTRY.session(uid), get_script_run_ctx(suppress_warning=True)
    found.streamlit_id = context.session_id if context is not None else ""
    return found


def begin_run() -> None:
    """Call once at the start of a full run: stops queries of the run that this one replaces."""
    mine = me().workspace
    if mine is not None:
        mine.database.interrupt()


def choices() -> list[str]:
    """Data sets this tab can open: its own upload first, then what is kept on this computer, then the samples."""
    own = [UPLOAD] if me().workspace is not None else []
    home = REGISTRY.home()
    kept = [HOME] if home is not None and home.info() is not None else []
    return [*own, *kept, *samples()]


def first_sample() -> str:
    """What opens by itself, the only data set that a link need not name: what is kept here, else the first sample."""
    return next(name for name in choices() if name != UPLOAD)


def title_of(name: str) -> str:
    """What a data set is called in the reader's language."""
    if name == UPLOAD:
        mine = me().workspace
        return mine.info.title if mine else _("Your file")
    if name == HOME:
        return _("My business (kept on this computer)")
    sample = samples()[name]
    return sample.title.get(language(), sample.title["en"])


def chosen() -> str:
    """Name of the open data set; the first choice where none or an unknown one is named."""
    name = st.session_state.get("data")
    options = choices()
    return name if name in options else options[0]


def open_data(name: str | None) -> None:
    """Open a data set at the start of the next run; ``None`` = the first choice. Works before and after the picker is drawn."""
    st.session_state["open_next"] = name or choices()[0]


def settle() -> None:
    """Carry out ``open_data`` before the picker is drawn."""
    name = st.session_state.pop("open_next", None)
    if name is not None:
        st.session_state["data"] = name
    wanted = st.session_state.get("data") or st.query_params.get("data")
    if wanted == UPLOAD and me().workspace is None and me().upload is None:
        st.toast(
            _(
                "The uploaded file is not open in this tab: it is closed with its own tab or after an hour without a click. Drop it again; a sample is shown meanwhile."
            ),
            icon=":material/info:",
            duration=30,
        )


def workspace() -> Workspace:
    """The open data set."""
    name = chosen()
    mine = me().workspace
    kept = REGISTRY.kept() if name == HOME else None
    return mine if name == UPLOAD and mine is not None else kept or REGISTRY.sample(name)


def journal() -> Journal:
    """What people wrote about the open data set: touches, owners, losses, answers, rules."""
    home, name = REGISTRY.home(), chosen()
    return home.journal if home is not None and name == HOME else me().journal(name)


@st.cache_resource(scope="session", show_spinner=False, max_entries=300)
def _remember(stamp: str, name: str, arguments: str, _work: Callable[[], object]) -> object:
    return _work()


@st.cache_resource(show_spinner=False, max_entries=500)
def _remember_together(stamp: str, name: str, arguments: str, _work: Callable[[], object]) -> object:
    return _work()


def remember(work: Callable[..., T], *arguments: object, **options: object) -> T:
    """``work(workspace, ...)`` for the open data set, computed once per session and set of arguments.

    The cache belongs to the session, so nothing of one visitor's data can reach another. Only what is asked of a sample,
    which is everybody's, is remembered for all; not where somebody's journal is asked too.
    """
    space = workspace()
    key = repr(arguments) + repr(sorted(options.items()))
    name = f"{work.__module__}.{work.__qualname__}"
    try:
        is_own = chosen() not in samples() or any(isinstance(given, Journal) for given in arguments)
        cache = _remember if is_own else _remember_together
        result: object = cache(space.stamp, name, key, lambda: work(space, *arguments, **options))
    except LtvError:
        st.session_state.get("stopped")  # where a newer run stopped this query, Streamlit ends the old run here
        raise
    return result  # type: ignore[return-value]


def forget_results() -> None:
    """Drop everything remembered for this session."""
    _remember.clear()
