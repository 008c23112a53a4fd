"""The child process that touches untrusted files: one job from stdin, progress and one result on stdout.

It limits itself before anything large is imported; the operating system keeps the limits. Run as
``python -m ltvlib.ingest.child`` by :mod:`ltvlib.ingest.process` only.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ltvlib.errors import N_

if TYPE_CHECKING:
    from ltvlib.ingest.model import Limits, RawTable

Progress = Callable[[str, float], None]
Job = Callable[[dict[str, Any], "Limits", Progress], dict[str, Any]]

_OUT_OF_MEMORY = N_(
    "This file needs more than the {limit} MB of memory allowed; export a shorter period or save it as CSV."
)
_TOO_BIG_OUTPUT = N_("The table grows beyond the {limit} MB allowed on disk; export a shorter period.")
_FULL_DISK = N_("There is no room left on the disk; free some space and try again.")
_UNEXPECTED = N_("The file could not be read ({kind}); save it as CSV (UTF-8) and upload it again.")


def limit_self(limits: Limits) -> None:
    """Hand the limits to the operating system; Windows has none of these, there the clock alone counts."""
    try:
        import resource
    except ImportError:
        return
    wanted = {
        resource.RLIMIT_AS: limits.memory_mb << 20,
        resource.RLIMIT_CPU: limits.seconds,
        resource.RLIMIT_FSIZE: limits.output_mb << 20,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # The CPU limit first warns, then kills: give the warning a second.
        extra = 1 if kind == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
        resource.setrlimit(kind, (soft, soft + extra))


def read_job(payload: dict[str, Any], limits: Limits, progress: Progress) -> dict[str, Any]:
    """File -> raw table."""
    return _plain(_read(payload, limits, progress, False))


def _read(payload: dict[str, Any], limits: Limits, progress: Progress, direct: bool) -> RawTable:
    from ltvlib.ingest.model import ReadOptions
    from ltvlib.ingest.reader import read_raw

    options = ReadOptions.from_dict(payload.get("options") or {})
    return read_raw(Path(payload["source"]), Path(payload["out_dir"]), options, limits, progress, direct)


def inspect_job(payload: dict[str, Any], limits: Limits, progress: Progress) -> dict[str, Any]:
    """File -> raw table (no copy where the file is large and clean) -> profile and proposal."""
    from ltvlib.ingest.direct import NotPlainError

    try:
        return _inspect(payload, limits, progress, True)
    except NotPlainError:
        return _inspect(payload, limits, progress, False)


def _inspect(payload: dict[str, Any], limits: Limits, progress: Progress, direct: bool) -> dict[str, Any]:
    from ltvlib.ingest.budget import engine_limits
    from ltvlib.ingest.hiding import covered_inspection
    from ltvlib.ingest.hierarchy import unfold
    from ltvlib.ingest.profile import inspect_raw

    raw = _read(payload, limits, lambda message, share: progress(message, share * 0.8), direct)
    progress("Looking at the columns", 0.85)
    codes = _codes(payload)
    found = inspect_raw(unfold(raw, engine_limits(limits)), _mapping(payload), engine_limits(limits), codes)
    return _plain(covered_inspection(found) if codes else found)


def convert_job(payload: dict[str, Any], limits: Limits, progress: Progress) -> dict[str, Any]:
    """Raw table and mapping -> canonical tables."""
    from ltvlib.ingest.budget import engine_limits
    from ltvlib.ingest.convert import convert
    from ltvlib.ingest.model import RawTable

    mapping = _mapping(payload)
    assert mapping is not None
    raw, out_dir = RawTable.from_dict(payload["raw"]), Path(payload["out_dir"])
    return _plain(convert(raw, mapping, out_dir, progress, engine_limits(limits), _codes(payload)))


def spend_job(payload: dict[str, Any], limits: Limits, progress: Progress) -> dict[str, Any]:
    """File -> marketing spend by month and channel."""
    from ltvlib.ingest.budget import engine_limits
    from ltvlib.ingest.spendread import read_spend

    return _plain(read_spend(_read(payload, limits, progress, False), engine_limits(limits)))


def nps_job(payload: dict[str, Any], limits: Limits, progress: Progress) -> dict[str, Any]:
    """File -> answers to the survey."""
    from ltvlib.ingest.budget import engine_limits
    from ltvlib.ingest.npsread import read_nps

    raw = _read(payload, limits, progress, False)
    return _plain(read_nps(raw, int(payload["lowest"]), engine_limits(limits)))


def list_job(payload: dict[str, Any], limits: Limits, progress: Progress) -> dict[str, Any]:
    """File -> a list beside the orders: contacts, deliveries."""
    from ltvlib.ingest.budget import engine_limits
    from ltvlib.ingest.list_kinds import KINDS
    from ltvlib.ingest.listread import read_list

    raw = _read(payload, limits, progress, False)
    kind, choices = KINDS[payload["kind"]], (payload["columns"], payload["day_first"])
    return _plain(read_list(raw, kind, *choices, engine_limits(limits)))


def restore_job(payload: dict[str, Any], limits: Limits, progress: Progress) -> dict[str, Any]:
    """Saved workspace -> clean tables."""
    from ltvlib.ingest.budget import engine_limits
    from ltvlib.journal.backup import restore

    return restore(Path(payload["source"]), Path(payload["out_dir"]), limits, engine_limits(limits))


JOBS: dict[str, Job] = {
    "read": read_job,
    "inspect": inspect_job,
    "convert": convert_job,
    "spend": spend_job,
    "nps": nps_job,
    "list": list_job,
    "restore": restore_job,
}


def _mapping(payload: dict[str, Any]) -> Any:
    from ltvlib.ingest.model import Mapping

    return Mapping.from_dict(payload["mapping"]) if payload.get("mapping") else None


def _codes(payload: dict[str, Any]) -> Any:
    """Makes codes of people; ``None`` where the caller gives no key."""
    from ltvlib.codes import Codes

    return Codes(bytes.fromhex(payload["people_key"])) if payload.get("people_key") else None


def _plain(value: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(value.to_json())
    return result


def main() -> int:
    """Run the one job; whatever happens, the last line on stdout says so."""
    channel = _take_stdout()
    task = json.loads(sys.stdin.buffer.readline())
    from ltvlib.ingest.model import Limits

    limits = Limits.from_dict(task["limits"])
    limit_self(limits)
    say = _Speaker(channel)
    try:
        result = JOBS[task["job"]](task["payload"], limits, say.progress)
    except BaseException as error:
        say.failure(error, limits)
        return 1
    say.line({"result": result})
    return 0


def _take_stdout() -> int:
    """Keep the real stdout for the protocol; a library that prints cannot break it."""
    channel = os.dup(1)
    os.dup2(2, 1)
    return channel


class _Speaker:
    def __init__(self, channel: int) -> None:
        self.channel = channel

    def line(self, message: dict[str, Any]) -> None:
        data = json.dumps(message, ensure_ascii=True).encode() + b"\n"
        while data:
            data = data[os.write(self.channel, data) :]

    def progress(self, message: str, share: float) -> None:
        self.line({"progress": [message, round(share, 3)]})

    def failure(self, error: BaseException, limits: Limits) -> None:
        kind, template, params = _described(error, limits)
        self.line({"error": {"kind": kind, "template": template, "params": params}})


def _described(error: BaseException, limits: Limits) -> tuple[str, str, dict[str, Any]]:
    from ltvlib.errors import LtvError

    if isinstance(error, LtvError):
        return type(error).__name__, error.template, error.params
    # A C extension that gets no memory may forget to say why: Python then calls it a SystemError.
    if isinstance(error, (MemoryError, SystemError)) or type(error).__name__ in (
        "ArrowMemoryError",
        "OutOfMemoryException",
    ):
        return "LimitError", _OUT_OF_MEMORY, {"limit": limits.memory_mb}
    if isinstance(error, OSError) and error.errno == 27:
        return "LimitError", _TOO_BIG_OUTPUT, {"limit": limits.output_mb}
    if isinstance(error, OSError) and error.errno in (28, 122):
        return "LimitError", _FULL_DISK, {}
    # Texts of other errors may quote rows of the file: only the kind goes out.
    return "ReadError", _UNEXPECTED, {"kind": type(error).__name__}


if __name__ == "__main__":
    sys.exit(main())
