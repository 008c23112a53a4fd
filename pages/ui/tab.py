"""What one browser tab holds outside Streamlit's own memory: the open data set, the file that may replace it, its notes.

A file is read and mapped beside the data set that is open. Only when its own data set has been built does it take the
place of the one before; until then nothing of that one changes, whatever becomes of the file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from ltvlib.ingest.model import Inspection, Limits, Mapping
from ltvlib.ingest.report import ImportReport
from ltvlib.journal import Journal
from ltvlib.workspace import DataSet, Workspace
from pages.ui.remote import Remote

if TYPE_CHECKING:
    from pages.ui.ahead import Ahead

UPLOAD = "upload"
"""Name of the data set that a tab brought itself."""
COMING = "coming"
"""Name under which the notes of the file on its way are kept: the key of its people's codes."""
JOB_SECONDS = 5
"""How long forgetting waits for a reading that was told to stop; it is asked twenty times a second."""


@dataclass
class Upload:
    """One uploaded file on its way: where it lies, what was found, what was made of it.

    ``places`` are the files and folders made for it inside the tab's folder: they go when it goes. ``ahead`` is what is
    made of it before its owner asks.
    """

    path: Path
    name: str
    limits: Limits = field(default_factory=Limits)
    inspection: Inspection | None = field(default=None, repr=False)
    mapping: Mapping | None = None
    report: ImportReport | None = field(default=None, repr=False)
    refused: Path | None = None
    tables: dict[str, Path] = field(default_factory=dict)
    info: DataSet | None = None
    places: list[Path] = field(default_factory=list)
    ahead: Ahead | None = field(default=None, repr=False)

    def hurry_no_more(self) -> None:
        """Stop what is made ahead of it, if anything is, and forget it."""
        ahead, self.ahead = self.ahead, None
        if ahead is not None:
            ahead.let_go()


class Job:
    """A file that is being read or converted right now, by the thread that made this."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.stop, self.done = threading.Event(), threading.Event()


def _nothing() -> None:
    """Nobody wants to know."""


@dataclass
class Session:
    """Everything one browser tab owns. ``folder`` is wiped on close.

    ``upload`` is the file that the open data set was made of, ``coming`` the one that may take its place. Two runs of
    one tab may overlap, and the reaper may come at any time: what belongs together changes under ``guard``, and a
    result is taken only while its upload is still one of this tab's. ``deleted`` is told when something was deleted.
    """

    uid: str
    folder: Path
    deleted: Callable[[], None] = field(default=_nothing, repr=False)
    upload: Upload | None = field(default=None, repr=False)
    coming: Upload | None = field(default=None, repr=False)
    workspace: Workspace | None = None
    remote: Remote | None = field(default=None, repr=False)
    last_seen: float = field(default_factory=time.monotonic)
    gone_since: float | None = None
    is_left: bool = False
    streamlit_id: str = field(default="", repr=False)
    guard: threading.RLock = field(default_factory=threading.RLock)
    jobs: set[Job] = field(default_factory=set)
    journals: dict[str, Journal] = field(default_factory=dict)

    @property
    def newest(self) -> Upload | None:
        """The file that is being mapped: the one on its way, else the one of the open data set."""
        return self.coming or self.upload

    def journal(self, name: str) -> Journal:
        """What this tab wrote about a data set; it lives as long as the tab."""
        with self.guard:
            if name not in self.journals:
                self.journals[name] = Journal()
            return self.journals[name]

    def start(self, upload: Upload) -> None:
        """Make ``upload`` the file on its way. One that was on its way before is forgotten; the open data set stays."""
        self.halt()
        with self.guard:
            before, self.coming = self.coming, upload
            notes = self._drop_journals(COMING)
        if before is not None:
            before.hurry_no_more()
        self._wipe(self._places(before), notes)

    @contextmanager
    def working(self) -> Iterator[Job]:
        """While a file is read: forgetting stops it and waits, so that nothing is written after a deletion."""
        job = Job()
        with self.guard:
            self.jobs.add(job)
        try:
            yield job
        finally:
            with self.guard:
                self.jobs.discard(job)
            job.done.set()

    def adopt(self, upload: Upload, workspace: Workspace, report: ImportReport, mapping: Mapping, out: Path) -> bool:
        """Open the data set made of ``upload``, and only now let go of the one before with its file and its notes.

        Refused (and closed) when the upload was deleted or replaced meanwhile. The notes stay where a file was only
        built anew.
        """
        paths, notes = [], []
        with self.guard:
            is_wanted = upload is self.coming or upload is self.upload
            old = self.workspace if is_wanted else workspace
            if is_wanted:
                self.workspace = workspace
                upload.report, upload.mapping, upload.refused = report, mapping, out / "refused.parquet"
            if is_wanted and upload is self.coming:
                self.upload, self.coming = upload, None
                paths = [path for path in self.folder.glob("*") if path not in (*upload.places, upload.path)]
                notes = self._drop_journals(UPLOAD)
                if COMING in self.journals:
                    self.journals[UPLOAD] = self.journals.pop(COMING)
        if old is not None:
            old.close()
        self._wipe(paths, notes)
        return is_wanted

    def drop(self, upload: Upload | None) -> None:
        """Forget a file on its way, if it still is; the open data set stays as it is."""
        with self.guard:
            if upload is None or self.coming is not upload:
                return
        self.halt()
        with self.guard:
            if self.coming is not upload:
                return
            self.coming = None
            notes = self._drop_journals(COMING)
        upload.hurry_no_more()
        self._wipe(self._places(upload), notes)

    def disconnect(self) -> None:
        """Let go of the database; what was fetched stays."""
        with self.guard:
            remote, self.remote = self.remote, None
        if remote is not None:
            remote.close()

    def forget(self) -> None:
        """Delete the open data set, the file on its way, and every file of both, now."""
        self.halt()
        with self.guard:
            workspace, self.workspace = self.workspace, None
            remote, self.remote = self.remote, None
            coming, self.upload, self.coming = self.coming, None, None
            notes = self._drop_journals(UPLOAD, COMING)
            paths = list(self.folder.glob("*"))  # a newer upload's files come later and are not among them
        if coming is not None:
            coming.hurry_no_more()
        if workspace is not None:
            workspace.close()
        if remote is not None:
            remote.close()
        self._wipe(paths, notes)
        self.deleted()

    def halt(self) -> None:
        """Stop what other threads of this tab read, and wait for them."""
        with self.guard:
            jobs = [job for job in self.jobs if job.thread != threading.get_ident()]
        for job in jobs:
            job.stop.set()
        for job in jobs:
            job.done.wait(JOB_SECONDS)

    def _places(self, upload: Upload | None) -> list[Path]:
        """What lies in this tab's folder for an upload; a file named by the owner of the computer is not ours."""
        places = [] if upload is None else [*upload.places, upload.path]
        return [path for path in places if path.is_relative_to(self.folder)]

    def _wipe(self, paths: list[Path], notes: list[Journal]) -> None:
        """Delete files and notes, and have their memory overwritten."""
        for journal in notes:
            journal.close()
        for path in paths:
            rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        if paths or notes:
            self.deleted()

    def _drop_journals(self, *names: str) -> list[Journal]:
        with self.guard:
            return [self.journals.pop(name) for name in names if name in self.journals]

    def start_afresh(self) -> None:
        """Forget everything, what was written about samples included."""
        self.forget()
        for journal in self._drop_journals(*list(self.journals)):
            journal.close()

    def close(self) -> None:
        """Forget everything and remove the folder."""
        self.start_afresh()
        rmtree(self.folder, ignore_errors=True)
