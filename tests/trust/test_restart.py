"""A server that is stopped or killed under its visitors: it is back in seconds, and they go on where they were."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from websockets.exceptions import WebSocketException

from tests.browser.conftest import Visit
from tests.conftest import ROOT
from tests.houses import free_port
from tests.trust.load import aside, figures, machine, people
from tests.trust.load.client import Tab, VisitError
from tests.trust.test_browser import until
from tests.trust.visitors import export

pytestmark = [
    pytest.mark.load,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not machine.is_linux(), reason="the machine is watched through /proc"),
]
BACK, MOST = 5.0, 2.0
"""Seconds until the server answers again, and how far a slow machine may stretch them."""
PAGES = ("overview", "segments", "cohorts", "losses", "products")
GONE = "The uploaded file is not open in this tab"


class Service:
    """The product on one port, as a supervisor runs it: started again after it ended."""

    def __init__(self, folder: Path, *command: str, **variables: str) -> None:
        self.port, self.folder, self.command = free_port(), folder, command or (str(ROOT / "server.py"),)
        self.address = f"http://127.0.0.1:{self.port}"
        self.temp = folder / "temp"
        self.temp.mkdir()
        self.environment = {
            **os.environ,
            "LTV_PORT": str(self.port),
            "LTV_DATA": "",
            "TMPDIR": str(self.temp),
            **variables,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 60) -> float:
        """Start and wait until it answers; seconds that took."""
        started = time.monotonic()
        with (self.folder / "log.txt").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        while time.monotonic() - started < seconds:
            assert self.process.poll() is None, "the server ended at start-up"
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.address}/healthz", timeout=1)
                return time.monotonic() - started
            time.sleep(0.05)
        raise AssertionError(f"not back after {seconds:.0f} s")

    def end(self, how: signal.Signals) -> None:
        """End it in one way or another."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(15)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """The product, running."""
    found = Service(tmp_path)
    found.start()
    yield found
    found.end(signal.SIGKILL)


async def _again(tab: Tab, seconds: float = 20) -> None:
    """Try to come back as a browser does, then show the page where it was."""
    end = time.monotonic() + seconds
    while True:
        try:
            await tab.connect()
            break
        except (OSError, WebSocketException, VisitError, TimeoutError):
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.3)
    await tab.rerun("back")


async def _visits(service: Service) -> list[Tab]:
    tabs = []
    for number in range(10):
        sample = people.SAMPLES[number % 5]
        tab = Tab(service.address, PAGES[number % len(PAGES)], f"data={sample}" if number % 5 else "")
        await tab.open()
        tabs.append(tab)
    owner = tabs[9]
    await owner.go("Data")
    await owner.upload("owner.csv", export("RESTART"))
    await owner.press("Build my data set", 60)
    await owner.go("overview")
    return tabs


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_ten_visitors_go_on(how: signal.Signals, service: Service):
    async def play() -> tuple[list[Tab], list[str], float]:
        tabs = await _visits(service)
        before = [tab.page for tab in tabs]
        await asyncio.to_thread(service.end, how)
        seconds = await asyncio.to_thread(service.start)
        await asyncio.gather(*(_again(tab) for tab in tabs))
        return tabs, before, seconds

    with machine.Watch((os.getpid(),)) as watch:
        tabs, before, seconds = aside.run(play())
    name = "stopped" if how is signal.SIGTERM else "killed"
    said = f"{name}: back after {seconds:.1f} s, {len(tabs)} of 10 visitors on their page again"
    figures.keep(f"restart_{name}", said, "back in 5 s, everybody goes on", watch)
    assert [tab.page for tab in tabs] == before
    assert not [error for tab in tabs for error in tab.errors]
    assert all(tab.shown for tab in tabs)
    assert GONE in tabs[9].words(), "who had a file open is told"
    assert GONE not in tabs[0].words()
    assert until(lambda: b"RESTART" not in _left(service)), (
        "the file itself does not survive the server by more than 15 s"
    )
    judge(seconds, watch.slowness)


def _left(service: Service) -> bytes:
    """All bytes in the temporary folder."""
    found = b""
    for path in service.temp.rglob("*"):
        with contextlib.suppress(OSError):  # just being wiped
            found += path.read_bytes()
    return found


def judge(seconds: float, slowness: float) -> None:
    """Back in time."""
    assert seconds <= BACK * min(slowness, MOST), f"back after {seconds:.1f} s only"


def _owner_sees_a_restart(service: Service, browser: Browser, how: signal.Signals, seconds: float) -> Visit:
    """A browser with a file of its own on the overview, and the server ended and started under it; it must be told."""
    visit = Visit(browser, service.address, locale="en-US")
    page = visit.open()
    chooser: Any = page.locator('[data-testid="stFileUploader"] input[type=file]').first
    chooser.set_input_files([{"name": "mine.csv", "mimeType": "text/csv", "buffer": export("RESTART")}])
    page.get_by_role("button", name="Build my data set").click(timeout=60_000)
    page.get_by_role("button", name="Delete my data now").wait_for(timeout=60_000)
    page.get_by_role("link", name="Overview").first.click()
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    assert "mine.csv" in page.inner_text("body")
    service.end(how)
    service.start()
    expect(page.get_by_text(GONE).first).to_be_visible(timeout=seconds * 1000)
    return visit


@pytest.mark.browser
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_real_browser_goes_on_and_is_told(how: signal.Signals, service: Service, browser: Browser):
    visit = _owner_sees_a_restart(service, browser, how, 40)
    visit.page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    assert "mine.csv" not in visit.page.inner_text("body")
    assert "Overview" in visit.page.locator("h1").first.inner_text()
    visit.context.close()


@pytest.mark.browser
def test_twin_a_page_that_stands_still_is_found(tmp_path: Path, browser: Browser):
    service = Service(tmp_path, "-m", "tests.trust.load.planted", "still")
    service.start()
    with pytest.raises(AssertionError, match="visible"):
        _owner_sees_a_restart(service, browser, signal.SIGKILL, 10)
    service.end(signal.SIGKILL)


def test_twin_a_server_that_never_comes_back_is_found(tmp_path: Path):
    command = ("-m", "tests.trust.load.planted", "gone")
    service = Service(tmp_path, *command, LTV_PLANTED=str(tmp_path / "mark"))
    service.start()
    service.end(signal.SIGKILL)
    with pytest.raises(AssertionError, match="not back"):
        service.start(BACK * MOST)
    service.end(signal.SIGKILL)
    with pytest.raises(AssertionError, match="back after"):
        judge(BACK * MOST + 0.1, machine.MOST)
