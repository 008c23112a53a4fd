"""A journal whose file was damaged: what can be read is opened, what cannot is set aside under a name of its own."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

from ltvlib.engine import Database
from ltvlib.errors import DamagedFileError


def open_what_is_whole(file: Path, open_file: Callable[[], Database]) -> tuple[Database, tuple[str, ...]]:
    """The database in ``file``, and the names of the damaged files that were set aside (none where all is whole).

    Changes lie in a second file (the write-ahead log) until they are folded into the first. A damaged log is cut where
    the damage begins; if that does not help it is left out; if the first file is damaged, an empty one takes its place.

    Raises:
        DamagedFileError: not even an empty file can be opened.
    """
    log = file.with_name(file.name + ".wal")
    aside: list[str] = []
    try:
        return open_file(), ()
    except DamagedFileError as found:
        failure, position = found, int(str(found.params["position"]))
    steps: tuple[Callable[[], list[str]], ...] = (
        lambda: _cut(log, position),
        lambda: _leave_out(log),
        lambda: _leave_out(file, log),
    )
    for mend in steps:
        aside += mend()
        try:
            return open_file(), tuple(dict.fromkeys(aside))
        except DamagedFileError as found:
            failure = found
    raise failure


def _cut(log: Path, position: int) -> list[str]:
    """Keep the log up to the damage; the whole of it is set aside."""
    if not log.exists() or position <= 0:
        return []
    name = _aside(log)
    whole = log.read_bytes()
    shutil.copy(log, name)
    log.write_bytes(whole[:position])
    return [name.name]


def _leave_out(*files: Path) -> list[str]:
    """Move files away."""
    names = [(file, _aside(file)) for file in files if file.exists()]
    for file, name in names:
        file.rename(name)
    return [name.name for _, name in names]


def _aside(file: Path) -> Path:
    """A free name beside the file that says since when it is damaged."""
    stem = file.with_name(f"{file.name}.damaged-{dt.date.today().isoformat()}")
    tries = (stem.with_name(f"{stem.name}-{n}") for n in range(2, 1_000))
    return stem if not stem.exists() else next(name for name in tries if not name.exists())
