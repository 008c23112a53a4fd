"""The open data set of this tab: which one, its workspace, and results remembered for this session only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar
from uuid import uuid4

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ltvlib.codes import Codes
from ltvlib.errors import LtvError
from ltvlib.journal import BlankJournal, Journal
from ltvlib.journal.people import codes_of
from ltvlib.samples import samples
from ltvlib.workspace import Workspace
from pages.serving.departures import is_left
from pages.ui.made import Made, Shared
from pages.ui.registry import HOME as HOME
from pages.ui.registry import REGISTRY, Session
from pages.ui.tab import COMING as COMING
from pages.ui.tab import UPLOAD as UPLOAD
from pages.ui.words import _, language

T = TypeVar("T")
MADE, MADE_TOGETHER = 300, 3_000
"""Results, figures and tables that a session keeps, and those that are kept for all."""
_SEEN, _MADE = "_ltv_seen", "_ltv_made"
"""Where a run notes that it looked at the sentinel of its tab, and where the tab keeps what it made."""


def _gone(uid: str) -> None:
    """The websocket ended; whether the browser said goodbye is known to the server only."""
    REGISTRY.mark_gone(uid, is_left())


@st.cache_resource(scope="session", show_spinner=False, on_release=_gone)
def _tab(uid: str) -> str:
    """A sentinel that lives as long as the websocket; its release is the only public sign of a closed tab."""
    return uid


def me() -> Session:
    """What this tab owns; asked for very often, so the sentinel is looked at once a run."""
    uid: str = st.session_state.get("uid") or st.session_state.setdefault("uid", uuid4().hex)
    found, context = REGISTRY.session(uid), get_script_run_ctx(suppress_warning=True)
    if context is None or getattr(context, _SEEN, "") != uid:
        _tab(uid)
    if context is not None:
        found.streamlit_id = context.session_id
        setattr(context, _SEEN, uid)
    return found


def begin_run() -> None:
    """Call once at the start of a full run: stops queries of the run that this one replaces."""
    mine = me().workspace
    if mine is not None:
        mine.database.interrupt()


@st.fragment(run_every="12h")
def come_back() -> None:
    """Nothing to see. A tab that lost the line asks for its page again only where something on it repeats itself.

    Without it the page would stand there with data that the server no longer has, after a restart or a long blip.
    """


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
    if name in samples():
        return str(name)
    options = choices()
    return str(name) if name in options else options[0]


def open_data(name: str | None) -> None:
    """Open a data set at the start of the next run; ``None`` = the first choice. Works before and after the picker is drawn."""
    st.session_state["open_next"] = name or choices()[0]


def settle() -> None:
    """Carry out ``open_data`` before the picker is drawn."""
    name = st.session_state.pop("open_next", None)
    if name is not None:
        st.session_state["data"] = name
    wanted = st.session_state.get("data") or st.query_params.get("data")
    if wanted == UPLOAD and me().workspace is None and me().coming is None:
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


def codes(name: str = UPLOAD) -> Codes:
    """Makes the codes of people in the data set of this tab, or with ``COMING`` in the file that is on its way.

    Where data are kept on this computer, the codes are those of the kept data.
    """
    home = REGISTRY.home()
    return codes_of(home.journal if home is not None else me().journal(name))


def hidden_codes() -> Codes | None:
    """What lists beside the open data set are matched with where its people are hidden; ``None`` where they are not."""
    return codes() if workspace().info.is_hidden else None


@st.cache_resource(scope="session", show_spinner=False, max_entries=300)
def _remember(stamp: str, name: str, arguments: str, _work: Callable[[], object]) -> object:
    return _work()


@st.cache_resource(show_spinner=False, max_entries=500)
def _remember_together(stamp: str, name: str, arguments: str, _work: Callable[[], object]) -> object:
    return _work()


def remember(work: Callable[..., T], *arguments: object, **options: object) -> T:
    """``work(workspace, ...)`` for the open data set, computed once per session and set of arguments.

    The cache belongs to the session, so nothing of one visitor's data can reach another. Only what is asked of a sample,
    which is everybody's, is remembered for all; not where somebody's journal is asked too. A journal in which nothing was
    written yet is not asked: the blank one takes its place, in which nobody can write.
    """
    space, is_sample = workspace(), chosen() in samples()
    if is_sample:
        arguments = tuple(_blank_or_own(given) for given in arguments)
    asked = [given for given in (*arguments, *options.values()) if isinstance(given, Journal)]
    is_own = not is_sample or any(not isinstance(journal, BlankJournal) for journal in asked)
    key = repr(arguments) + repr(sorted(options.items()))
    name = f"{work.__module__}.{work.__qualname__}"
    ask, made = (_remember, _made_here()) if is_own else (_remember_together, _made_together())
    place = (space.stamp, name, key)
    found = made.find(place)  # asked some thirty times a run; the cache below takes ten times as long to look it up
    if found is None:
        with _ending():
            found = ask(*place, lambda: work(space, *arguments, **options))
        made.keep(place, (), found)
    return found  # type: ignore[return-value]


@contextmanager
def _ending() -> Iterator[None]:
    """Where a newer run stopped a query of this one, Streamlit ends this one here."""
    try:
        yield
    except LtvError:
        st.session_state.get("stopped")
        raise


def _blank_or_own(given: object) -> object:
    return REGISTRY.blank() if isinstance(given, Journal) and given.is_blank else given


@st.cache_resource(scope="session", show_spinner=False)
def _made(uid: str) -> Made:
    return Made(MADE)


def _made_here() -> Made:
    """What this tab made; looked for once a run."""
    context, uid = get_script_run_ctx(suppress_warning=True), st.session_state.get("uid", "")
    found: tuple[str, Made] | None = getattr(context, _MADE, None)
    if found is None or found[0] != uid:
        found = (uid, _made(uid))
        if context is not None:
            setattr(context, _MADE, found)
    return found[1]


@cache
def _made_together() -> Shared:
    return Shared(MADE_TOGETHER)


def once(make: Callable[..., T], *given: object) -> T:
    """``make(*given)``, a figure or a table made of results, made once for the same things given, language and theme.

    Results of :func:`remember` and of this are the same objects as long as they are remembered, so objects are told apart by
    identity, and plain values by what they say. ``make`` must depend on nothing else. Kept for the session; for all only what
    is made of values and of results that are remembered for all.
    """
    together, space = _made_together(), workspace()
    is_shared = chosen() in samples() and together.is_ours(tuple(one for one in given if one is not space))
    made = together if is_shared else _made_here()
    with _ending():
        return made.get(make, given, language(), str(st.context.theme.type))  # type: ignore[return-value]


def is_made(one: object) -> bool:
    """Whether :func:`once` keeps this, so that the same object comes again; what comes anew every time is not worth keeping."""
    return _made_together().holds(one) or _made_here().holds(one)


def forget_results() -> None:
    """Drop everything remembered for this session."""
    _remember.clear()
    _made_here().clear()
    _made.clear()


def forget_widgets(is_meant: Callable[[str], bool]) -> None:
    """Drop what Streamlit keeps of widgets by their keys: the options of a list stay with it after the widget is gone.

    No public way leads there; where a version keeps it elsewhere, nothing happens and the test of erasure fails.
    """
    context = get_script_run_ctx(suppress_warning=True)
    state = getattr(getattr(context, "session_state", None), "_state", None)
    known: dict[str, object] = getattr(getattr(state, "_new_widget_state", None), "widget_metadata", None) or {}
    for name in list(known):
        if is_meant(str(name).split("-", 2)[-1]):
            del known[name]
