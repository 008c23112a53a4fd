"""A long file is converted and opened while its owner still looks at the preview: who changes nothing does not wait.

The work is that of the button: the same steps with the mapping that the untouched form would send. Another mapping, another file,
or putting the file aside stops it, and nothing of it stays.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pandas as pd

from ltvlib import deliveries, ingest, kpis
from ltvlib.codes import Codes
from ltvlib.engine import EngineLimits
from ltvlib.errors import LtvError
from ltvlib.ingest.model import Mapping
from ltvlib.ingest.process import CancelledError
from ltvlib.ingest.report import ImportReport
from ltvlib.opening import open_parquet
from ltvlib.schema import TABLES
from ltvlib.workspace import DataSet, Workspace
from pages.serving.room import ROOM, is_demo
from pages.ui.registry import REGISTRY
from pages.ui.tab import UPLOAD, Session, Upload

AHEAD_FROM = 200_000
"""Rows from which the wait is worth avoiding; shorter files take less than a second."""
NUMBERS = "numbers.parquet"
"""The numbers of the orders, beside the rows that were refused: all that stays of the tables, for lists brought later."""
POLL = 0.05
Say = Callable[[str, float], None]
_turn = threading.Semaphore(1)
log = logging.getLogger("ltv")


@dataclass(frozen=True)
class Made:
    """An open data set on its way to a tab: ``out`` holds its ``tables`` and the rows that were refused."""

    out: Path
    report: ImportReport
    tables: dict[str, Path]
    info: DataSet
    space: Workspace

    def close(self) -> None:
        """Nobody wants it: close it and remove its files."""
        self.space.close()
        shutil.rmtree(self.out, ignore_errors=True)


def make(
    upload: Upload, mapping: Mapping, out: Path, codes: Codes, say: Say, cancelled: Callable[[], bool] = lambda: False
) -> Made:
    """Convert the file of ``upload`` into ``out`` and open the result; nothing stays in ``out`` where that fails.

    Raises:
        LtvError: the file cannot be used as mapped, or a limit was reached, or ``cancelled`` said so.
    """
    assert upload.inspection is not None
    out.mkdir()
    try:
        raw = upload.inspection.raw
        report = ingest.load(raw, mapping, out, upload.limits, on_progress=say, cancelled=cancelled, codes=codes)
        tables = {name: out / f"{name}.parquet" for name in TABLES if (out / f"{name}.parquet").exists()}
        deliveries.keep_numbers(tables["orders"], out / NUMBERS)
        info = data_set(upload.name, mapping, report)
        space = open_parquet(tables, info, EngineLimits(memory_mb=ROOM.session_mb), progress=say)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    return Made(out, report, tables, info, space)


def data_set(name: str, mapping: Mapping, report: ImportReport) -> DataSet:
    """The passport of an upload: as_of is the day after the last document."""
    last = pd.Timestamp(report.last_at).date() if report.last_at else dt.date.today()
    rate = mapping.margin_rate if mapping.margin_rate is not None else 1.0
    currency = report.currency or mapping.currency
    as_of = last + dt.timedelta(days=1)
    return DataSet(UPLOAD, name, currency, as_of, report.margin_source, rate, name, is_hidden=report.is_hidden)


class Ahead:
    """One file made ahead with one mapping, in a thread of its own; its owner takes it or lets it go."""

    def __init__(self, mapping: Mapping, codes: Codes) -> None:
        self.mapping, self.codes = mapping, codes
        self.done = threading.Event()
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._made: Made | None = None
        self._said = ("Reading the file", 0.0)

    def is_of(self, mapping: Mapping, codes: Codes) -> bool:
        """Whether this is what ``mapping`` asks for."""
        return not self._stop.is_set() and mapping == self.mapping and codes.key == self.codes.key

    def work(self, mine: Session, upload: Upload, out: Path) -> None:
        """Make it; runs in the thread. What nobody wants any more is closed."""
        try:
            with mine.working() as job:

                def is_stopped() -> bool:
                    return self._stop.is_set() or job.stop.is_set() or upload is not mine.coming

                def say(what: str, share: float) -> None:
                    self._said = (what, share)
                    if is_stopped():
                        raise CancelledError("The import was stopped.")

                made = make(upload, self.mapping, out, self.codes, say, is_stopped)
                if self._keep(made, is_stopped):
                    kpis.overview(made.space)  # the first page asks for it; its windows stay
        except LtvError as error:  # told when the button is pressed: then all is done anew
            log.info("not made ahead: %s", type(error).__name__)
        except Exception as error:  # its files may be gone under it; texts of other errors may quote rows
            log.warning("not made ahead: %s", type(error).__name__)
        finally:
            _turn.release()
            self.done.set()
            if upload not in (mine.coming, mine.upload):
                mine.deleted()  # its owner did not wait for this thread; what it freed is overwritten too

    def _keep(self, made: Made, is_stopped: Callable[[], bool]) -> bool:
        """Hand it over, or close it where nobody wants it any more."""
        with self._guard:
            is_wanted = not is_stopped()
            self._made = made if is_wanted else None
        if not is_wanted:
            made.close()
        self.done.set()
        return is_wanted

    def take(self, say: Say, poll: Callable[[], bool]) -> Made | None:
        """Wait for it and take it; ``None`` where it was stopped or failed: then the work is done anew, and says why."""
        while not self.done.wait(POLL):
            say(*self._said)
            poll()
        with self._guard:
            made, self._made = self._made, None
            self._stop.set()
        return made

    def let_go(self) -> None:
        """Stop it, and close what was made; does not wait."""
        with self._guard:
            self._stop.set()
            made, self._made = self._made, None
        if made is not None:
            made.close()


def begin(mine: Session, upload: Upload, mapping: Mapping, codes: Codes) -> None:
    """Start making a long file ahead, unless that is under way; one file at a time, and not for strangers."""
    before = upload.ahead
    if upload is not mine.coming or upload.inspection is None or upload.inspection.raw.rows < AHEAD_FROM or is_demo():
        return
    if before is not None and before.is_of(mapping, codes):
        return
    upload.hurry_no_more()
    if REGISTRY.own_data_sets() >= ROOM.max_datasets or not _turn.acquire(blocking=False):
        return
    out = mine.folder / f"set_{uuid4().hex}"
    upload.places.append(out)
    upload.ahead = Ahead(mapping, codes)
    threading.Thread(target=upload.ahead.work, args=(mine, upload, out), name="ahead", daemon=True).start()
