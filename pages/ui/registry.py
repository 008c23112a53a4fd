"""What each browser session holds outside Streamlit's own memory: its database and its files.

Sessions are found by a random id kept in ``st.session_state``. A tab that disconnects is marked; a reaper
thread closes marked or idle sessions, so that a closed tab leaves nothing behind. Samples are opened once
and shared, read-only for people: nothing from an upload ever enters them.
"""

from __future__ import annotations

import gc
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

from ltvlib.ingest.model import ImportReport, Inspection, Limits, Mapping
from ltvlib.samples import open_sample
from ltvlib.workspace import Workspace

GRACE_SECONDS = 150
"""A tab may come back within this time (Wi-Fi blip); a little above Streamlit's own session TTL."""
IDLE_SECONDS = 60 * 60
SWEEP_SECONDS = 20


@dataclass
class Upload:
    """One uploaded file on its way: where it lies, what was found, what was made of it."""

    path: Path
    name: str
    limits: Limits = field(default_factory=Limits)
    inspection: Inspection | None = None
    mapping: Mapping | None = None
    report: ImportReport | None = None
    refused: Path | None = None


@dataclass
class Session:
    """Everything one browser tab owns. ``folder`` is wiped on close."""

    uid: str
    folder: Path
    upload: Upload | None = None
    workspace: Workspace | None = None
    last_seen: float = field(default_factory=time.monotonic)
    gone_since: float | None = None

    def forget(self) -> None:
        """Delete the upload, its database and every file of it, now."""
        if self.workspace is not None:
            self.workspace.close()
        self.workspace, self.upload = None, None
        for path in self.folder.iterdir():
            rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def close(self) -> None:
        """Forget everything and remove the folder."""
        if self.folder.exists():
            self.forget()
            rmtree(self.folder, ignore_errors=True)


class Registry:
    """Sessions by id, shared samples, and the reaper."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sample_guard = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._samples: dict[str, Workspace] = {}
        self._reaper: threading.Thread | None = None

    def session(self, uid: str) -> Session:
        """The session of a tab, made at first sight; marks it as alive."""
        with self._guard:
            if self._reaper is None:
                self._reaper = threading.Thread(target=self._sweep_forever, name="reaper", daemon=True)
                self._reaper.start()
            session = self._sessions.get(uid)
            if session is None:
                session = Session(uid, Path(tempfile.mkdtemp(prefix="ltv-session-")))
                self._sessions[uid] = session
            session.last_seen, session.gone_since = time.monotonic(), None
            return session

    def mark_gone(self, uid: str) -> None:
        """The tab disconnected; only a flag, because this runs on the server's event loop."""
        session = self._sessions.get(uid)
        if session is not None:
            session.gone_since = time.monotonic()

    def sample(self, name: str) -> Workspace:
        """A sample data set, opened at first use and shared by all sessions."""
        with self._sample_guard:
            if name not in self._samples:
                self._samples[name] = open_sample(name)
            return self._samples[name]

    def sweep(self) -> int:
        """Close sessions that are gone or idle; returns how many."""
        now = time.monotonic()
        with self._guard:
            dead = [s for s in self._sessions.values() if _is_dead(s, now)]
            for session in dead:
                del self._sessions[session.uid]
        for session in dead:
            session.close()
        if dead:
            gc.collect()
        return len(dead)

    def _sweep_forever(self) -> None:
        while True:
            time.sleep(SWEEP_SECONDS)
            self.sweep()

    def __len__(self) -> int:
        return len(self._sessions)


def _is_dead(session: Session, now: float) -> bool:
    is_gone = session.gone_since is not None and now - session.gone_since > GRACE_SECONDS
    return is_gone or now - session.last_seen > IDLE_SECONDS


REGISTRY = Registry()
