"""A real server, and a tab of the real Chromium that remembers what the console said."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

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


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Address of the product started the way ``make run`` starts it; its log goes to ``folder``."""
    port = free_port()
    environment = {**os.environ, "LTV_PORT": str(port), "LTV_DATA": ""}
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "server.py")], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[str]:
    """Address of a running product."""
    with served(tmp_path_factory.mktemp("server")) as address:
        yield address


class Visit:
    """One tab that remembers what the console said."""

    def __init__(self, browser: Browser, address: str, **context: object) -> None:
        self.address = address
        self.context = browser.new_context(viewport={"width": 1400, "height": 1600}, **context)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on(
            "console", lambda message: self.complaints.append(message.text) if message.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.strangers: list[str] = []
        self.page.on(
            "request",
            lambda request: (
                self.strangers.append(request.url) if not request.url.startswith((address, "data:", "blob:")) else None
            ),
        )

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.address + path)
        self.page.get_by_test_id("stSidebar").wait_for(timeout=60_000, state="attached")
        return self.page

    def settle(self) -> None:
        """Wait until the script has finished running."""
        self.page.wait_for_timeout(400)
        self.page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')", timeout=60_000)
        self.page.wait_for_timeout(300)

    def download(self, button: Locator) -> Path:
        """The file behind a button. A rerun that ends at the same moment withdraws the file; then the user clicks again."""
        for last in (False, True):
            self.settle()
            with self.page.expect_download() as found:
                button.click()
            if last or found.value.failure() is None:
                break
        return Path(found.value.path())


@pytest.fixture
def visit(browser: Browser, server: str, request) -> Iterator[Visit]:
    """A tab; parametrise indirectly with browser context options (locale, color_scheme, viewport)."""
    tab = Visit(browser, server, **getattr(request, "param", {}))
    yield tab
    tab.context.close()


@pytest.fixture(scope="session")
def messy() -> Path:
    return next(iter(sorted((ROOT / "sample_data" / "messy").glob("*.csv"))))
