"""Long work without a frozen page: it runs beside the page, says what it is doing, and a button stops it for good.

Short work shows nothing at all, so nothing flickers. The result is remembered for the session like any other, under
the same name, so other pages find it with :func:`pages.ui.session.remember`.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st

from ltvlib.models.watch import StoppedError, Watch, watched
from pages.ui import session
from pages.ui.words import _, count

T = TypeVar("T")
QUIET_SECONDS = 0.8
"""Work that ends within this time shows nothing."""
BEAT_SECONDS = 0.05
END_SECONDS = 5.0
HALTED = "halted"
"""Key of the names of works that the reader stopped and has not started again."""


class _Unknown(Exception):
    """The result is not remembered yet."""


def known(work: Callable[..., T], *arguments: object, **options: object) -> T | None:
    """What :func:`session.remember` would give at once; None where it would have to work for it."""

    @functools.wraps(work)
    def refuse(*_all: object, **_more: object) -> T:
        raise _Unknown

    try:
        return session.remember(refuse, *arguments, **options)
    except _Unknown:
        return None


def patiently(work: Callable[..., T], *arguments: object, **options: object) -> T:
    """``work(workspace, ...)`` like :func:`session.remember`, with progress and a Stop button where it takes long.

    Where the reader stopped it the page ends here with a button to start again. Not for fragments: there no click can
    stop a run.
    """
    name = f"{session.workspace().stamp} {work.__module__}.{work.__qualname__} {arguments!r} {options!r}"
    box: list[T] = []

    @functools.wraps(work)
    def give(*_all: object, **_more: object) -> T:
        if not box:
            raise _Unknown
        return box[0]

    try:
        return session.remember(give, *arguments, **options)
    except _Unknown:
        pass
    if name in st.session_state.get(HALTED, ()):
        _offer_again(name)
        st.stop()
    space = session.workspace()
    box.append(_Worker(lambda: work(space, *arguments, **options)).result(name))
    return session.remember(give, *arguments, **options)


def _offer_again(name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(_("Stopped. Nothing was kept of it."), icon=":material/stop_circle:")
        st.button(_("Start again"), key=f"again_{uuid4().hex}", on_click=_resume, args=(name,))


def _resume(name: str) -> None:
    st.session_state[HALTED] = tuple(other for other in st.session_state.get(HALTED, ()) if other != name)


def _halt(name: str) -> None:
    st.session_state[HALTED] = (*st.session_state.get(HALTED, ()), name)


class _Worker:
    """One work in a thread of its own, and the page that waits for it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work, self._watch = work, Watch()
        self._found: Any = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="ltv-forecast", daemon=True)

    def _run(self) -> None:
        try:
            with watched(self._watch):
                self._found = self._work()
        except BaseException as error:  # raised again where the page waits
            self._failure = error

    def result(self, name: str) -> Any:
        """Wait for the work; a click on Stop, another page or a newer run ends it."""
        self._thread.start()
        try:
            self._wait(name)
        except BaseException:  # Streamlit ends this run: the work ends with it
            self._watch.stop.set()
            self._thread.join(END_SECONDS)
            raise
        if self._failure is not None:
            raise self._failure
        return self._found

    def _wait(self, name: str) -> None:
        started = time.monotonic()
        while self._thread.is_alive() and time.monotonic() - started < QUIET_SECONDS:
            self._pause()
        if not self._thread.is_alive():
            return
        place = st.empty()
        with place.container(horizontal=True, vertical_alignment="center"):
            status = st.status(self._words(), expanded=False)
            st.button(_("Stop"), key=f"halt_{uuid4().hex}", on_click=_halt, args=(name,), icon=":material/stop:")
        said = self._words()
        while self._thread.is_alive():
            self._pause()
            if self._words() != said:
                said = self._words()
                status.update(label=said)
        place.empty()

    def _pause(self) -> None:
        """A moment in which Streamlit may end this run."""
        self._thread.join(BEAT_SECONDS)
        session.me().last_seen = time.monotonic()
        st.session_state.get("stop_poll")

    def _words(self) -> str:
        step = self._watch.step
        if step is None:
            return _("Reckoning what every customer may still bring")
        return _(step.template, **{k: count(v) if isinstance(v, int) else v for k, v in step.params.items()})


__all__ = ["StoppedError", "known", "patiently"]
