"""A folder that keeps a business between visits: its journal, and its orders as they grow from file to file.

The canonical tables lie in a folder of their own a generation; the journal says which one counts. A new generation is
written beside the old one and counts from the transaction on that names it, so a crash leaves the one or the other whole.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ltvlib.engine import Database, EngineLimits, Statement, literal, quote, sql_text
from ltvlib.errors import N_, LtvError, StorageError
from ltvlib.ingest.model import Limits
from ltvlib.ingest.process import run
from ltvlib.journal import Journal, backup
from ltvlib.journal.store import FILE, new_id, now
from ltvlib.opening import open_parquet
from ltvlib.schema import TABLES
from ltvlib.workspace import DataSet, Workspace

PREFIX = "data-"
PASSPORT = "passport.json"
"""Stands beside the tables, so that they can be opened even if the journal is damaged."""
MERGED = ("orders", "order_lines", "customers", "fulfilments")
"""Tables that are brought with orders or to them, and grow; the others stay as they are."""
FULL = N_("The workspace could not be saved: is the disk full? Nothing of this step was kept.")
LIMITS = EngineLimits(memory_mb=4_096, temp_mb=20_000, seconds=600)


@dataclass(frozen=True)
class Changes:
    """What a new file does to the orders kept so far: documents and their revenue.

    Attributes:
        same, changed, new: documents of the file that are kept already, kept with other values, or not kept yet.
        only_old: documents kept so far that the file does not name.
        new_revenue: revenue of the new documents; ``changed_revenue``: what the changed ones have more (or less) than before.
    """

    same: int
    changed: int
    new: int
    only_old: int
    new_revenue: float
    changed_revenue: float


class Home:
    """What is kept of one business in ``folder``.

    Raises:
        StorageError: the folder cannot be written, or another program has it open.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard = threading.RLock()
        self._seen: tuple[str, dict[str, str] | None] = ("", None)
        self.journal = self._opened()
        if self.journal.set_aside and self._current() is None:
            self._take_up()
        else:
            self._tidy()

    def _opened(self) -> Journal:
        try:
            return Journal(self.folder)
        except OSError as error:
            raise StorageError("The folder of the workspace cannot be written; check LTV_HOME.") from error

    # -- reading -----------------------------------------------------------------------------------

    def info(self) -> DataSet | None:
        """Passport of the kept data; ``None`` where nothing is kept yet."""
        row = self._current()
        return _data_set(row["content"]) if row else None

    def tables(self) -> dict[str, Path]:
        """The kept canonical tables."""
        row = self._current()
        folder = self.folder / row["folder"] if row else self.folder / "none"
        return {name: folder / f"{name}.parquet" for name in TABLES if (folder / f"{name}.parquet").exists()}

    def open(self) -> Workspace:
        """The kept data set, opened; raises ``LtvError`` where nothing is kept."""
        info = self.info()
        if info is None:
            raise LtvError("There are no orders in this data set; upload a file of orders first.")
        return open_parquet(self.tables(), info)

    def changes(self, tables: Mapping[str, Path]) -> Changes:
        """What keeping the file in ``tables`` would change."""
        with closing(self._together(tables)) as database:
            found = {row[0]: row[1:] for row in database.rows(sql_text("home/changes"))}
        counts = {name: int(found[name][0]) if name in found else 0 for name in ("same", "changed", "new", "old")}
        more = float(found["new"][1]) if "new" in found else 0.0
        moved = float(found["changed"][1] - found["changed"][2]) if "changed" in found else 0.0
        return Changes(counts["same"], counts["changed"], counts["new"], counts["old"], more, moved)

    # -- writing -----------------------------------------------------------------------------------

    def replace(self, tables: Mapping[str, Path], info: DataSet) -> None:
        """Keep these tables instead of those kept so far; the journal stays."""
        with self._guard, self._filled(info) as folder:
            _copy(tables, folder)

    def append(self, tables: Mapping[str, Path], info: DataSet) -> None:
        """Add the orders of a file: new ones are added, those it names again take its values, the others stay.

        Raises:
            LtvError: the currencies differ.
        """
        with self._guard:
            before = self.info()
            if before is None:
                self.replace(tables, info)
                return
            if before.currency != info.currency:
                raise LtvError(
                    "The file is in {new}, the kept data are in {old}; money of two currencies is never added up.",
                    new=info.currency,
                    old=before.currency,
                )
            with self._filled(_joined(before, info)) as folder:
                self._merge(tables, folder)

    def add(self, name: str, path: Path) -> None:
        """Keep a canonical table beside the orders instead of the one of that name; everything else stays.

        Raises:
            LtvError: no orders are kept.
        """
        with self._guard:
            info = self.info()
            if info is None:
                raise LtvError("There are no orders in this data set; upload a file of orders first.")
            with self._filled(info) as folder:
                _copy({**self.tables(), name: path}, folder)

    def _merge(self, tables: Mapping[str, Path], folder: Path) -> None:
        kept = self.tables()
        _copy({name: path for name, path in kept.items() if name not in MERGED}, folder)
        known = ", ".join(f"coalesce(n.{quote(n)}, o.{quote(n)}) as {quote(n)}" for n in TABLES["customers"].names)
        with closing(self._together(tables)) as database:
            for name in MERGED:
                if name in tables or name in kept:
                    sql = sql_text(f"home/{name}").replace("{{known}}", known)
                    database.copy_to_parquet(sql, folder / f"{name}.parquet")

    def save_to(self, target: Path) -> None:
        """Everything kept here as one file."""
        info = self.info()
        backup.save(self.journal, self.tables(), json.loads(_text(info)) if info else None, target)

    def restore_from(self, source: Path, work: Path, limits: Limits | None = None) -> None:
        """Keep what a saved file holds instead of what is kept here.

        The file is read in the limited child process first; nothing is deleted before it was read whole.

        Raises:
            ReadError: it is no saved workspace, or a damaged one.
        """
        payload = {"source": str(source.resolve()), "out_dir": str(work.resolve())}
        found = run("restore", payload, limits=limits or Limits())
        with self._guard:
            steps = backup.taking_in(self.journal, work / "journal", found["journal"])
            if found["info"] and "orders" in found["data"]:
                with self._filled(_data_set(json.dumps(found["info"])), steps) as folder:
                    _copy({name: work / "data" / f"{name}.parquet" for name in found["data"]}, folder)
            else:
                self.journal.write(steps)

    def forget(self) -> None:
        """Delete everything for good: the orders and all that was written down."""
        with self._guard:
            self.journal.close()
            for path in [self.folder / FILE, self.folder / f"{FILE}.wal", *self.folder.glob(f"{PREFIX}*")]:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
            self.journal = self._opened()

    def close(self) -> None:
        """Close the journal's file."""
        self.journal.close()

    # -- inside ------------------------------------------------------------------------------------

    def _current(self) -> dict[str, str] | None:
        """The generation that counts; asked at every step of a page, so looked up only after something was written."""
        version = repr(self.journal)
        if self._seen[0] != version:
            rows = self.journal.rows("data_sets")
            self._seen = (version, max(rows, key=lambda row: row["generation"]) if rows else None)
        return self._seen[1]

    @contextmanager
    def _filled(self, info: DataSet, first: Sequence[Statement] = ()) -> Iterator[Path]:
        """A new folder to write a generation into; at the end it becomes the one that counts, together with ``first``."""
        folder = self.folder / f"{PREFIX}{new_id()}"
        try:
            folder.mkdir(parents=True)
            yield folder
            (folder / PASSPORT).write_text(_text(info), encoding="utf-8")
            _sync(folder)
            self.journal.write([*first, *self._pointing_to(folder, info)])
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise StorageError(FULL) from error
            raise
        self._tidy()

    def _pointing_to(self, folder: Path, info: DataSet) -> list[Statement]:
        row = self._current()
        generation = int(row["generation"]) + 1 if row else 1
        content = {"generation": generation, "folder": folder.name, "content": _text(info), "added_at": now()}
        return self.journal.appending("data_sets", [content])

    def _take_up(self) -> None:
        """The journal was damaged and knows of no data: the latest folder that is whole counts again."""
        whole = [path.parent for path in self.folder.glob(f"{PREFIX}*/{PASSPORT}")]
        if whole:
            latest = max(whole, key=lambda folder: folder.stat().st_mtime_ns)
            info = _data_set((latest / PASSPORT).read_text(encoding="utf-8"))
            self.journal.write(self._pointing_to(latest, info))

    def _tidy(self) -> None:
        """Remove folders that no longer count, or never did."""
        row = self._current()
        for path in self.folder.glob(f"{PREFIX}*"):
            if row is None or path.name != row["folder"]:
                shutil.rmtree(path, ignore_errors=True)

    def _together(self, tables: Mapping[str, Path]) -> Database:
        """The kept tables as ``old_...`` and those of a file as ``new_...``; empty where there are none."""
        database, kept = Database(LIMITS), self.tables()
        for prefix, paths in (("old", kept), ("new", tables)):
            for name in MERGED:
                database.execute(f"create view {prefix}_{name} as {_relation(name, paths.get(name))}")
        return database


def _relation(name: str, path: Path | None) -> str:
    """A canonical table from its file, every column of the schema with its type."""
    table = TABLES[name]
    empty = ", ".join(f"cast(null as {column.type}) as {quote(column.name)}" for column in table.columns)
    if path is None:
        return f"select {empty} where false"
    known = ", ".join(quote(column) for column in table.names)
    both = f"select {empty} where false union all by name select * from read_parquet({literal(str(path))})"  # noqa: S608
    return f"select {known} from ({both})"  # noqa: S608


def _copy(tables: Mapping[str, Path], folder: Path) -> None:
    for name, path in tables.items():
        shutil.copyfile(path, folder / f"{name}.parquet")


def _sync(folder: Path) -> None:
    """Bring the files of a folder, and their names, to the disk."""
    for path in [*folder.iterdir(), folder, folder.parent]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _joined(before: DataSet, info: DataSet) -> DataSet:
    """The passport of old and new data together: the later end, the surer margins."""
    order = ("cost", "margin", "rate", "none")
    surer = min(before, info, key=lambda one: order.index(one.margin_source))
    return replace(
        info, as_of=max(before.as_of, info.as_of), margin_source=surer.margin_source, margin_rate=surer.margin_rate
    )


def _text(info: DataSet) -> str:
    return json.dumps({**asdict(info), "as_of": info.as_of.isoformat()}, ensure_ascii=False)


def _data_set(text: str) -> DataSet:
    content = json.loads(text)
    return DataSet(**{**content, "as_of": dt.date.fromisoformat(content["as_of"])})
