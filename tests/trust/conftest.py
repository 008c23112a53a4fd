"""Servers of this folder's own: their log, their temporary folder and their children can be looked into."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.conftest import free_port, wait_for
from tests.conftest import ROOT


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


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The product as ``make run`` starts it."""
    with running(tmp_path_factory.mktemp("house"), str(ROOT / "server.py")) as found:
        yield found


@pytest.fixture(scope="module")
def plain_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The product as ``streamlit run`` starts it; the first visitor must be a deep link."""
    command = ("-m", "streamlit", "run", "app.py", "--server.port", "{port}")
    with running(tmp_path_factory.mktemp("plain"), *command, health="/_stcore/health") as found:
        yield found
