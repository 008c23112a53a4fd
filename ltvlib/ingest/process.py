"""Running a job in the limited child process: start, progress, cancel, and what became of it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from ltvlib import errors
from ltvlib.errors import N_, LimitError, LtvError, ReadError
from ltvlib.ingest.model import Limits

ProgressCall = Callable[[str, float], None]
Cancelled = Callable[[], bool]

READERS = int(os.environ.get("LTV_READERS") or max(2, os.cpu_count() or 2))
"""Files read at a time by this program (``LTV_READERS``); more would take processors and memory from those who click."""
_turns = threading.BoundedSemaphore(READERS)
_ROOT = Path(__file__).resolve().parents[2]
_POLL = 0.05
# Reading waits for the disk as well as for the processor: the clock runs longer than the CPU limit.
_CLOCK_FACTOR = 2.5
_KEPT = ("PATH", "SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV")
_KINDS: dict[str, type[LtvError]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, LtvError)
}


class CancelledError(LtvError):
    """The user stopped the job."""


def run(
    job: str,
    payload: dict[str, Any],
    *,
    limits: Limits,
    on_progress: ProgressCall | None = None,
    cancelled: Cancelled | None = None,
) -> dict[str, Any]:
    """Run ``job`` (``read``, ``inspect``, ``convert``) in a child process and return its result.

    Args:
        job: name of the job, see ``ltvlib.ingest.child.JOBS``.
        payload: what the job needs, as JSON; ``out_dir`` is cleaned when the job does not succeed.
        limits: what the child may use.
        on_progress: called with a translatable message and a share from 0 to 1.
        cancelled: asked often; when true, the child is killed at once.

    Raises:
        LtvError: the child's own, or a sentence on how the child ended.
        CancelledError: ``cancelled`` said so.
    """
    out_dir = Path(payload["out_dir"])
    out_dir.mkdir(parents=True, exist_ok=True)
    before = set(os.listdir(out_dir))
    scratch = tempfile.mkdtemp(prefix="ltv-child-")
    try:
        with _turn(on_progress, cancelled), _started(scratch) as child:
            return _Watch(child, limits, on_progress, cancelled).follow(job, payload)
    except BaseException:
        _remove_new(out_dir, before)
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _turn(on_progress: ProgressCall | None, cancelled: Cancelled | None) -> Iterator[None]:
    """A place among the readers; who waits is told so and may give up."""
    while not _turns.acquire(timeout=_POLL):
        if cancelled is not None and cancelled():
            raise CancelledError(N_("The import was stopped."))
        if on_progress is not None:
            on_progress(N_("Other files are being read; yours is next"), 0.0)
    try:
        yield
    finally:
        _turns.release()


def _remove_new(folder: Path, before: set[str]) -> None:
    for name in set(os.listdir(folder)) - before:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _started(scratch: str) -> Any:
    """The child in a process group of its own, gone for certain when the block ends."""
    child = subprocess.Popen(
        [sys.executable, "-s", "-P", "-m", "ltvlib.ingest.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=scratch,
        env=_environment(scratch),
        start_new_session=os.name != "nt",
    )
    try:
        yield child
    finally:
        _kill(child)
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


def _environment(scratch: str) -> dict[str, str]:
    """Nothing of the parent's environment but what Python needs; few threads and arenas, memory is address space."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(_ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": scratch,
        "TMPDIR": scratch,
        "TEMP": scratch,
        "TMP": scratch,
        "MALLOC_ARENA_MAX": "2",
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "ARROW_IO_THREADS": "2",
    }


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.name == "nt":
                child.kill()
            else:
                os.killpg(child.pid, signal.SIGKILL)
    child.wait()


class _Watch:
    """Listens to the child until it is done, cancelled, or out of time."""

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        limits: Limits,
        on_progress: ProgressCall | None,
        cancelled: Cancelled | None,
    ) -> None:
        self.child = child
        self.limits = limits
        self.on_progress = on_progress or (lambda message, share: None)
        self.cancelled = cancelled or (lambda: False)
        self.deadline = time.monotonic() + max(limits.seconds * _CLOCK_FACTOR, 5)
        self.lines: queue.Queue[bytes | None] = queue.Queue()

    def follow(self, job: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send the job and wait for its result."""
        self._send({"job": job, "payload": payload, "limits": asdict(self.limits)})
        assert self.child.stdout is not None
        threading.Thread(target=_pump, args=(self.child.stdout, self.lines), daemon=True).start()
        while True:
            message = self._next()
            if message is None:
                raise self._ended()
            if "progress" in message:
                self.on_progress(*message["progress"])
            elif "error" in message:
                raise _rebuilt(message["error"])
            else:
                result: dict[str, Any] = message["result"]
                return result

    def _send(self, task: dict[str, Any]) -> None:
        assert self.child.stdin is not None
        # A child that died at once closes the pipe; how it ended is told below.
        with contextlib.suppress(BrokenPipeError):
            self.child.stdin.write(json.dumps(task).encode() + b"\n")
            self.child.stdin.flush()

    def _next(self) -> dict[str, Any] | None:
        while True:
            if self.cancelled():
                raise CancelledError(N_("The import was stopped."))
            if time.monotonic() > self.deadline:
                raise self._too_slow()
            with contextlib.suppress(queue.Empty):
                line = self.lines.get(timeout=_POLL)
                return _parsed(line) if line is not None else None

    def _too_slow(self) -> LimitError:
        return LimitError(
            "Reading the file took longer than the {limit} seconds allowed; export a shorter period.",
            limit=self.limits.seconds,
        )

    def _ended(self) -> LtvError:
        """The child died without a word: the operating system or a library stopped it."""
        code = self.child.wait()
        if os.name != "nt" and code == -signal.SIGXCPU:
            return self._too_slow()
        if os.name != "nt" and code == -signal.SIGXFSZ:
            return LimitError(
                "The table grows beyond the {limit} MB allowed on disk; export a shorter period.",
                limit=self.limits.output_mb,
            )
        if code < 0:
            return LimitError(
                "This file needs more than the {limit} MB of memory allowed, or it is damaged; save it as CSV and upload it again.",
                limit=self.limits.memory_mb,
            )
        return ReadError("The file could not be read; save it as CSV (UTF-8) and upload it again.")


def _pump(pipe: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    with contextlib.suppress(ValueError, OSError):
        for line in pipe:
            lines.put(line)
    lines.put(None)


def _parsed(line: bytes) -> dict[str, Any] | None:
    """One message; a torn line (the child was killed while writing) counts as its end."""
    try:
        message: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return message


def _rebuilt(error: dict[str, Any]) -> LtvError:
    kind = _KINDS.get(error["kind"], ReadError)
    return kind(error["template"], **error["params"])
