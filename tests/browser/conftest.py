"""A real server, and a tab of the real Chromium that remembers what the console said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.conftest import ROOT
from tests.houses import running


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[str]:
    """Address of the product started the way ``make run`` starts it."""
    with running(tmp_path_factory.mktemp("server"), str(ROOT / "server.py")) as house:
        yield house.address


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
