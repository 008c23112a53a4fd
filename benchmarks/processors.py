"""Processor seconds of servers: what the processes of an engine have used, told by the kernel (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PARENT, _USED = 1, slice(11, 15)
"""Places in ``/proc/<id>/stat`` after the name: the parent; the time of the process and of its children that ended."""


def used(roots: Iterable[int]) -> float:
    """Processor seconds of these processes and of all that they started, those that have ended included."""
    every = dict(_every())
    wanted, found = list(roots), 0
    while wanted:
        process = wanted.pop()
        if process in every:
            found += every[process][1]
            wanted += [child for child, (parent, _) in every.items() if parent == process]
    return found / os.sysconf("SC_CLK_TCK")


def _every() -> Iterable[tuple[int, tuple[int, int]]]:
    """Process, its parent, and ticks."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            words = path.read_text().rpartition(")")[2].split()
            yield int(path.parent.name), (int(words[_PARENT]), sum(map(int, words[_USED])))
