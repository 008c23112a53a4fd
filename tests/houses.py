"""The product started as a server of a test's own: its log, its temporary folder and its children can be looked into."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended at start-up"
        try:
            urllib.request.urlopen(url, timeout=1)
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer from {url}")


@dataclass
class House:
    """A running product."""

    address: str
    log: Path
    temp: Path
    process: subprocess.Popen[bytes]

    def files(self) -> list[Path]:
        """What lies in its temporary folder, locks and libraries' own caches apart."""
        return [path for path in self.temp.rglob("*") if path.is_file() and path.name != "lock"]

    def readers(self) -> list[int]:
        """Processes that read files for it."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(re.sub(r"^.*\)", "", path.read_text()).split()[1])
                command = (path.parent / "cmdline").read_text()
            except (OSError, IndexError):
                continue
            if parent == self.process.pid and "ltvlib.ingest.child" in command:
                found.append(int(path.parent.name))
        return found


@contextmanager
def running(folder: Path, *command: str, health: str = "/healthz", **variables: str) -> Iterator[House]:
    """The product started by ``command``; ``{port}`` stands for the port."""
    port, temp = free_port(), folder / "temp"
    temp.mkdir()
    log = folder / "log.txt"
    environment = {**os.environ, "LTV_PORT": str(port), "LTV_DATA": "", "TMPDIR": str(temp), **variables}
    with log.open("w") as out:
        arguments = [sys.executable, *(part.replace("{port}", str(port)) for part in command)]
        process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        wait_for(f"http://127.0.0.1:{port}{health}", process)
        yield House(f"http://127.0.0.1:{port}", log, temp, process)
    finally:
        process.terminate()
        process.wait(15)
