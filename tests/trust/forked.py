"""The reading child without its start-up: one process that has imported everything forks for every job.

What runs in the fork is the child's own ``main`` under the same limits; only the second that Python needs to start is saved, so that hundreds
of damaged files fit into a test. How the fork ended is told as by :mod:`ltvlib.ingest.process`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ltvlib.ingest import child
from ltvlib.ingest.model import Limits


@dataclass(frozen=True)
class Ended:
    """How a job ended: a result, an error with its sentence, or a signal that killed it (``signal`` > 0)."""

    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    signal: int = 0
    seconds: float = 0.0

    @property
    def is_told(self) -> bool:
        """A result, an error in words, or a limit that the operating system kept (the parent has a sentence for each)."""
        return self.result is not None or self.error is not None or self.signal > 0


def warm() -> None:
    """Import what a job needs, once."""
    import ltvlib.ingest.convert
    import ltvlib.ingest.hiding
    import ltvlib.ingest.hierarchy
    import ltvlib.ingest.htmlread
    import ltvlib.ingest.parquetread
    import ltvlib.ingest.profile
    import ltvlib.ingest.reader
    import ltvlib.ingest.sheets  # noqa: F401


def run(job: str, payload: dict[str, Any], limits: Limits, seconds: float = 60) -> Ended:
    """Run a job in a fork of this process."""
    reading, writing = os.pipe()
    began = time.monotonic()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _serve(job, payload, limits, writing)
    os.close(writing)
    try:
        return _followed(process, reading, began, seconds)
    finally:
        os.close(reading)


def _serve(job: str, payload: dict[str, Any], limits: Limits, channel: int) -> None:
    """In the fork: what ``child.main`` does, with the job given by name; never returns."""
    code = 1
    try:
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        child.limit_self(limits)
        say = child._Speaker(channel)
        try:
            say.line({"result": child.JOBS[job](payload, limits, lambda what, share: None)})
            code = 0
        except BaseException as error:
            say.failure(error, limits)
    finally:
        os._exit(code)


def _followed(process: int, reading: int, began: float, seconds: float) -> Ended:
    parts, deadline = [], began + seconds
    os.set_blocking(reading, False)
    status = None
    while status is None:
        _drain(reading, parts)
        found, code = os.waitpid(process, os.WNOHANG)
        if found:
            status = code
        elif time.monotonic() > deadline:
            os.kill(process, signal.SIGKILL)
        else:
            time.sleep(0.002)
    _drain(reading, parts)
    took = time.monotonic() - began
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    lines = b"".join(parts).splitlines()
    try:
        said = json.loads(lines[-1]) if lines else {}
    except ValueError:
        said = {}
    return Ended(said.get("result"), said.get("error"), killed, took)


def _drain(reading: int, parts: list[bytes]) -> None:
    while True:
        try:
            part = os.read(reading, 1 << 20)
        except BlockingIOError:
            return
        if not part:
            return
        parts.append(part)


def main() -> None:
    """Jobs from stdin, one JSON line each, answers to stdout: pytest has threads and must not be forked itself."""
    warm()
    for line in sys.stdin:
        task = json.loads(line)
        Path(task["payload"]["out_dir"]).mkdir(parents=True, exist_ok=True)
        ended = run(task["job"], task["payload"], Limits(**task["limits"]), task.get("seconds", 60))
        print(json.dumps(asdict(ended)), flush=True)


if __name__ == "__main__":
    main()
