"""Folders for what must not outlive the program: one home a process, removed at its end.

A program that was killed cannot clean up after itself, so the next one does: a home whose lock nobody
holds belongs to a process that is gone, and is wiped with the uploads and spill files in it.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import tempfile
import time
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import IO

PREFIX = "ltv-home-"
_LOCK = "lock"
YOUNG_SECONDS = 2
_held: list[IO[str]] = []


def folder(prefix: str) -> Path:
    """A new, empty folder that only this user can read, inside this process's home."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=home()))


@cache
def home() -> Path:
    """The home of this process, made at first use; homes left behind by killed processes are wiped."""
    wipe_leftovers()
    place = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = (place / _LOCK).open("w", encoding="utf-8")
    _hold(lock)
    _held.append(lock)
    atexit.register(_leave, place, lock, os.getpid())
    return place


def wipe_leftovers() -> int:
    """Remove the homes of processes that are gone; returns how many."""
    wiped = 0
    for place in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        with contextlib.suppress(OSError):
            if _is_ours(place) and not _is_held(place / _LOCK):
                rmtree(place, ignore_errors=True)
                wiped += 1
    return wiped


def _is_ours(place: Path) -> bool:
    """A real folder of this user (others share the temporary directory), not one that is just being made."""
    if place.is_symlink() or time.time() - place.stat().st_mtime < YOUNG_SECONDS:
        return False
    return (place / _LOCK).is_file() and place.stat().st_uid == (os.getuid() if hasattr(os, "getuid") else 0)


def _hold(lock: IO[str]) -> None:
    """Keep the lock until the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows: an open file cannot be deleted, that is lock enough
        return
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_held(path: Path) -> bool:
    try:
        import fcntl
    except ImportError:
        try:
            path.unlink()
        except OSError:
            return True
        return False
    with path.open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _leave(place: Path, lock: IO[str], owner: int) -> None:
    """Remove the home at the end; a forked child leaves its parent's alone."""
    if os.getpid() == owner:
        lock.close()
        rmtree(place, ignore_errors=True)
