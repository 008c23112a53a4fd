"""The machine under the suites: how fast it is right now, what others do on it, what a process uses and holds."""

from __future__ import annotations

import os
import platform
import re
import time
from dataclasses import dataclass
from pathlib import Path

CORES = 2
"""For how many processors the promised figures hold."""
LOOP_SECONDS = 0.042
"""Processor time of :func:`loop` on the machine on which the promises were made."""
MOST = 4.0
"""No machine, however slow or busy, stretches a bound further than this."""
TICK = os.sysconf("SC_CLK_TCK")


def loop() -> float:
    """Processor seconds of a fixed piece of Python work; the best of five, so that others disturb it little."""
    best = 60.0
    for _ in range(5):
        started, total = time.process_time(), 0
        for n in range(1_500_000):
            total += n & 7
        best = min(best, time.process_time() - started)
    return best


def ticks(pid: int, with_children: bool = False) -> int:
    """Clock ticks that a process has used."""
    try:
        found = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return sum(int(part) for part in found[11 : 15 if with_children else 13])


def cpu_seconds(pid: int) -> float:
    """Processor seconds that a process has used, its children not counted."""
    return ticks(pid) / TICK


def _busy() -> int:
    numbers = [int(part) for part in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return sum(numbers) - numbers[3] - numbers[4]


@dataclass
class Watch:
    """What happens on the machine while a suite measures; ``pids`` are the suite's own processes."""

    pids: tuple[int, ...]

    def __enter__(self) -> Watch:
        self._started, self._begin, self._own = time.monotonic(), _busy(), self._used()
        self.loop = loop()
        return self

    def __exit__(self, *_failure: object) -> None:
        self.loop = min(self.loop, loop())
        self.seconds = time.monotonic() - self._started
        busy = (_busy() - self._begin) / TICK / self.seconds
        self.own = (self._used() - self._own) / TICK / self.seconds
        self.others = max(0.0, busy - self.own)
        self.load = os.getloadavg()[0]

    def _used(self) -> int:
        return sum(ticks(pid, with_children=True) for pid in (os.getpid(), *self.pids))

    @property
    def slowness(self) -> float:
        """How much longer work takes here and now than on the idle machine of the promise: 1 to :data:`MOST`.

        Two reasons count: slower processors (the loop's own processor time) and processors that others keep busy.
        What the product itself uses never counts, so a slow product cannot stretch its own bound.
        """
        free = max((os.cpu_count() or 1) - self.others, 0.25)
        return min(MOST, max(1.0, self.loop / LOOP_SECONDS) * max(1.0, CORES / free))

    def facts(self) -> dict[str, float]:
        """For the record beside every figure."""
        return {
            "slowness": round(self.slowness, 2),
            "others_cpus": round(self.others, 2),
            "own_cpus": round(self.own, 2),
            "load_average": round(self.load, 2),
        }


def name() -> str:
    """The machine in words."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*: (.+)", text)
    words = re.sub(r"\s+", " ", model[1]) if model else platform.machine()
    return f"{os.cpu_count()} x {words}, Python {platform.python_version()}"


def is_linux() -> bool:
    """Whether the memory of another process can be read here."""
    return Path("/proc/self/mem").exists()


def find_in_memory(pid: int, marks: list[bytes], most: int = 20) -> list[str]:
    """Where any of ``marks`` stands in the writable memory of a process: ``map+offset: surroundings``."""
    found: list[str] = []
    wanted = re.compile(b"|".join(re.escape(mark) for mark in marks))
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *rest = line.split(maxsplit=5)
            if "w" not in rights or "r" not in rights:
                continue
            low, high = (int(part, 16) for part in span.split("-"))
            found += _search(memory, low, high, wanted, rest[-1] if len(rest) == 4 else "anonymous", most - len(found))
            if len(found) >= most:
                break
    return found


def _search(memory: object, low: int, high: int, wanted: re.Pattern[bytes], label: str, most: int) -> list[str]:
    found: list[str] = []
    step, overlap = 16 << 20, 256
    at = low
    while at < high and len(found) < most:
        size = min(step, high - at)
        try:
            memory.seek(at)  # type: ignore[attr-defined]
            data = memory.read(size)  # type: ignore[attr-defined]
        except (OSError, ValueError, OverflowError):
            break
        for hit in wanted.finditer(data):
            around = data[max(0, hit.start() - 24) : hit.end() + 40]
            found.append(f"{label}+{at + hit.start() - low:x}: {around!r}")
            if len(found) >= most:
                break
        if size < step:
            break
        at += step - overlap
    return found


def as_held(mark: str) -> list[bytes]:
    """The forms in which Python and its libraries hold a text in memory."""
    return [mark.encode(), mark.encode("utf-16-le"), mark.encode("utf-32-le")]
