"""The tabs that are open (:mod:`pages.ui.tab`), and what they share: samples, and what is kept on this computer.

Sessions are found by a random id kept in ``st.session_state``. A tab that disconnects is marked; a reaper
thread closes marked or idle sessions, so that a closed tab leaves nothing behind. Samples are opened once
and shared, read-only for people: nothing from an upload ever enters them.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from pathlib import Path

from ltvlib import scratch
from ltvlib.errors import LtvError
from ltvlib.home import Home
from ltvlib.journal import BlankJournal, Journal
from ltvlib.samples import open_sample
from ltvlib.workspace import Workspace
from pages.serving.room import home_folder
from pages.ui.tab import Job as Job
from pages.ui.tab import Session as Session
from pages.ui.tab import Upload as Upload

GRACE_SECONDS = 150
"""A tab that lost the network may come back within this time; a little above Streamlit's own session TTL."""
LEFT_SECONDS = 10
"""A tab that was closed leaves nothing behind after this time."""
IDLE_SECONDS = 60 * 60
SWEEP_SECONDS = 20
HOME = "home"
"""Name of the data set that is kept on this computer."""
log = logging.getLogger("ltv")


class Registry:
    """Sessions by id, shared samples, and the reaper."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sample_guard = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._samples: dict[str, Workspace] = {}
        self._reaper: threading.Thread | None = None
        self._blank: BlankJournal | None = None
        self._home: Home | None = None
        self._kept: Workspace | None = None
        self.home_error: LtvError | None = None
        self._has_deleted = threading.Event()
        self._left: list[str] = []

    def home(self) -> Home | None:
        """What is kept on this computer, where ``LTV_HOME`` names a folder for it; opened at first use.

        Off in demo mode (``LTV_DEMO``): strangers share nothing. ``home_error`` says why it could not be opened.
        """
        named = home_folder()
        if not named:
            return None
        with self._sample_guard:
            if self._home is None and self.home_error is None:
                try:
                    self._home = Home(Path(named).expanduser().resolve())
                except LtvError as error:
                    self.home_error = error
            return self._home

    def kept(self) -> Workspace | None:
        """The kept data set, opened once and shared by all tabs; ``None`` where nothing is kept."""
        home = self.home()
        if home is None or home.info() is None:
            return None
        with self._sample_guard:
            if self._kept is None:
                self._kept = home.open()
            return self._kept

    def kept_changed(self) -> None:
        """After the kept data were replaced or deleted: the next look opens them anew."""
        with self._sample_guard:
            old, self._kept = self._kept, None
        if old is not None:
            old.close()

    def session(self, uid: str) -> Session:
        """The session of a tab, made at first sight; marks it as alive."""
        with self._guard:
            if self._reaper is None:
                self._reaper = threading.Thread(target=self._sweep_forever, name="reaper", daemon=True)
                self._reaper.start()
            session = self._sessions.get(uid)
            if session is None:
                session = Session(uid, scratch.folder("session-"), self.deleted)
                self._sessions[uid] = session
            session.last_seen, session.gone_since, session.is_left = time.monotonic(), None, False
            return session

    def journal(self, journal_id: str) -> Journal | None:
        """The journal of any open tab by its id (a survey's link names it); ``None`` where it is closed."""
        with self._guard:
            kept = [self._home.journal] if self._home is not None else []
            open_ones = kept + [
                journal for session in self._sessions.values() for journal in list(session.journals.values())
            ]
        return next((journal for journal in open_ones if journal.journal_id == journal_id), None)

    def own_data_sets(self) -> int:
        """How many tabs have a data set of their own."""
        return sum(session.workspace is not None for session in list(self._sessions.values()))

    def deleted(self) -> None:
        """Something of a visitor was deleted; what is left of it in freed memory has to be overwritten."""
        self._has_deleted.set()

    def has_deleted(self) -> bool:
        """Whether something was deleted since this was asked last."""
        found = self._has_deleted.is_set()
        self._has_deleted.clear()
        return found

    def mark_gone(self, uid: str, is_left: bool = False) -> None:
        """The tab disconnected (``is_left``: it was closed); only a flag, because this runs on the server's event loop."""
        session = self._sessions.get(uid)
        if session is not None:
            session.gone_since, session.is_left = time.monotonic(), is_left

    def sample(self, name: str) -> Workspace:
        """A sample data set, opened at first use and shared by all sessions."""
        with self._sample_guard:
            if name not in self._samples:
                self._samples[name] = open_sample(name)
            return self._samples[name]

    def blank(self) -> BlankJournal:
        """The journal in which nobody wrote, opened at first use; stands for all journals of samples that are still blank."""
        with self._sample_guard:
            if self._blank is None:
                self._blank = BlankJournal()
            return self._blank

    def sweep(self) -> list[str]:
        """Close sessions that are gone or idle; returns their ids in Streamlit.

        Also wipes what a killed server left behind, which was too young to be told from a starting one when this one started.
        """
        scratch.wipe_leftovers()
        now = time.monotonic()
        with self._guard:
            dead = [s for s in self._sessions.values() if _is_dead(s, now)]
            for session in dead:
                del self._sessions[session.uid]
        for session in dead:
            _close(session)
        if dead:
            gc.collect()
        left = [session.streamlit_id for session in dead]
        with self._guard:
            self._left += left
        return left

    def take_left(self) -> list[str]:
        """Streamlit's ids of the sessions closed since this was asked last, whoever swept."""
        with self._guard:
            left, self._left = self._left, []
        return left

    def close_all(self) -> None:
        """Close every session: the program ends."""
        with self._guard:
            everyone = list(self._sessions.values())
            self._sessions.clear()
        for session in everyone:
            _close(session)
        self.close_home()

    def close_home(self) -> None:
        """Close what is kept on this computer; the next look opens it anew."""
        self.kept_changed()
        with self._sample_guard:
            home, self._home, self.home_error = self._home, None, None
        if home is not None:
            home.close()

    def _sweep_forever(self) -> None:
        while True:
            time.sleep(SWEEP_SECONDS)
            self.sweep()

    def __len__(self) -> int:
        return len(self._sessions)


def _close(session: Session) -> None:
    """One session that cannot be closed must not keep the others open."""
    try:
        session.close()
    except Exception as error:
        log.error("a session could not be closed: %s", type(error).__name__)


def _is_dead(session: Session, now: float) -> bool:
    grace = LEFT_SECONDS if session.is_left else GRACE_SECONDS
    is_gone = session.gone_since is not None and now - session.gone_since > grace
    return is_gone or now - session.last_seen > IDLE_SECONDS


REGISTRY = Registry()
