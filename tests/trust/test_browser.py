"""In a real browser: strangers side by side, a reading that is stopped, files that attack, both ways to start."""

from __future__ import annotations

import http.client
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit
from tests.conftest import ROOT
from tests.houses import House, running
from tests.trust.test_uploads import VALUES, nasty_header
from tests.trust.visitors import export

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
USUAL = "Failed to load resource: the server responded with a status of 404"
"""Streamlit asks for its health below a deep link's path first; that is not there."""
LINKS = 'a[href*="192.0.2.1"], a[href*="evil"], a[href^="javascript"]'
"""What data must never become."""


@pytest.fixture
def tabs(browser: Browser) -> Iterator[Callable[[House], Visit]]:
    """Opens visitors; all are closed at the end."""
    opened: list[Visit] = []

    def one_more(house: House) -> Visit:
        opened.append(Visit(browser, house.address, locale="en-US"))
        return opened[-1]

    yield one_more
    for tab in opened:
        tab.context.close()


def give(page: Page, name: str, data: bytes) -> None:
    """Drop a file."""
    chooser = page.locator('[data-testid="stFileUploader"] input[type=file]').first
    chooser.set_input_files([{"name": name, "mimeType": "text/csv", "buffer": data}])


def make(visit: Visit, name: str, data: bytes) -> Page:
    """Drop a file and build the data set."""
    page = visit.open()
    give(page, name, data)
    page.get_by_role("button", name="Build my data set").click(timeout=60_000)
    page.get_by_role("button", name="Delete my data now").wait_for(timeout=60_000)
    visit.settle()
    return page


def until(true: Callable[[], bool], seconds: float = 15) -> bool:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return true()


def see_segments(visit: Visit) -> str:
    """All words of the segments page and its downloaded list."""
    visit.page.get_by_role("link", name="Segments (ABCDX)").click()
    visit.page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="Download CSV").nth(1).click()
    return visit.page.inner_text("body") + Path(saved.value.path()).read_text(encoding="utf-8-sig")


def test_two_strangers_side_by_side_and_delete_now(house: House, tabs: Callable[[House], Visit]):
    anna, boris = tabs(house), tabs(house)
    make(anna, "anna.csv", export("ALPHA"))
    make(boris, "boris.csv", export("OMEGA"))
    hers, his = see_segments(anna), see_segments(boris)
    assert "anna.csv" in hers
    assert "OMEGA" not in hers
    assert "boris" not in hers
    assert "boris.csv" in his
    assert "ALPHA" not in his
    assert "anna" not in his
    before = len(house.files())
    anna.page.get_by_role("link", name="Data", exact=True).click()
    anna.page.get_by_role("button", name="Delete my data now").click()
    anna.page.get_by_text("Your data are deleted.").wait_for(timeout=20_000)
    assert 0 < len(house.files()) < before, "his stay"
    assert "ALPHA" not in b"".join(path.read_bytes() for path in house.files()).decode("latin-1")
    anna.settle()
    assert "anna.csv" not in anna.page.inner_text("body")
    boris.page.get_by_role("link", name="Overview").first.click()
    boris.page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    assert "boris.csv" in boris.page.inner_text("body")
    assert not anna.complaints + boris.complaints + anna.strangers + boris.strangers


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose reading takes long enough to be stopped."""
    path = tmp_path_factory.mktemp("long") / "long.csv"
    head, *rows = export("LONG", 400).decode().splitlines(keepends=True)
    with path.open("w", encoding="utf-8") as out:
        out.write(head)
        for _ in range(5000):
            out.writelines(rows)
    return path


@pytest.mark.parametrize("how", ["stop", "navigate", "close"])
def test_a_long_reading_can_be_stopped(how: str, house: House, tabs: Callable[[House], Visit], long_file: Path):
    visit = tabs(house)
    page = visit.open()
    files = set(house.files())
    page.locator('[data-testid="stFileUploader"] input[type=file]').first.set_input_files(str(long_file))
    stop = page.get_by_role("button", name="Stop", exact=True).last
    stop.wait_for(timeout=60_000)
    assert until(lambda: bool(house.readers()))
    if how == "stop":
        stop.click()
    elif how == "navigate":
        page.get_by_role("link", name="Overview").first.click()
    else:
        visit.context.close()
    assert until(lambda: not house.readers(), 10), "the child process is gone"
    assert until(lambda: not set(house.files()) - files), "and its files"
    if how != "close":
        page.get_by_role("link", name="Data", exact=True).click()
        visit.settle()
        give(page, "after.csv", export("AFTER"))
        page.get_by_role("button", name="Build my data set").wait_for(timeout=60_000)
        assert not visit.complaints
    assert "Traceback" not in house.log.read_text()
    assert "incident" not in house.log.read_text()


def test_nothing_in_a_file_runs_or_calls_home(house: House, tabs: Callable[[House], Visit]):
    visit = tabs(house)
    opened: list[str] = []
    visit.page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    name = "<img src=x onerror=alert(1)>![x](http:192.0.2.1)www.evil.example me@evil.example.csv"
    channels = tuple(value.replace("\0", "") for value in VALUES)
    page = visit.open()
    give(page, name, export("<img src=x onerror=alert(2)>", 200, channels, nasty_header()))
    page.get_by_role("button", name="Build my data set").wait_for(timeout=60_000)
    page.get_by_text("More columns").click()
    visit.settle()
    assert page.locator(LINKS).count() == 0
    page.get_by_role("button", name="Build my data set").click()
    page.get_by_role("button", name="Delete my data now").wait_for(timeout=60_000)
    for place in ("Overview", "Segments (ABCDX)", "Cohorts"):
        page.get_by_role("link", name=place).first.click()
        page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
        visit.settle()
        assert page.locator("img[src=x], [onerror]").count() == 0
        assert page.locator(LINKS).count() == 0
    give_up = tabs(house)
    other = give_up.open()
    give(other, "photo.csv", b"\x89PNG\r\n\x1a\n" + b"secret@example.com" * 200)
    expect(other.get_by_test_id("stAlert")).to_have_count(1, timeout=60_000)
    assert "secret" not in other.inner_text("body")
    log = house.log.read_text()
    assert not opened
    assert not visit.strangers + give_up.strangers
    assert not visit.complaints + give_up.complaints
    assert "secret" not in log
    assert "onerror" not in log
    assert "@example.com" not in log


@pytest.mark.parametrize("place", ["/overview", "/segments?data=upload&lang=xx&salon_value=nan", "/cohorts", "/"])
def test_streamlit_run_shows_the_frame_even_to_a_first_deep_link(
    place: str, plain_house: House, tabs: Callable[[House], Visit]
):
    visit = tabs(plain_house)
    page = visit.open(place)
    page.get_by_text("Data set", exact=True).first.wait_for(timeout=60_000)
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    visit.settle()
    assert page.locator("[data-testid=stSidebarNavItems]").inner_text().count("Overview") == 1
    assert re.search(re.escape(place.split("?")[0]) + r"(\?|$)", page.url)
    assert not [text for text in visit.complaints if not text.startswith(USUAL)]
    assert not visit.strangers


def test_no_bytes_of_a_read_upload_stay_in_streamlits_memory(plain_house: House, tabs: Callable[[House], Visit]):
    visit = tabs(plain_house)
    page = visit.open()
    give(page, "big.csv", export("ALPHA", 30_000))
    page.get_by_role("button", name="Build my data set").wait_for(timeout=60_000)
    assert not kept_by_streamlit(plain_house)


def kept_by_streamlit(house: House) -> int:
    """Bytes of uploaded files in Streamlit's memory; its numbers are open where it serves the program itself."""
    with urllib.request.urlopen(house.address + "/_stcore/metrics") as answer:
        text = answer.read().decode()
    return sum(map(int, re.findall(r"cache_memory_bytes\{[^}]*UploadedFileManager[^}]*\} (\d+)", text)))


def test_no_bytes_of_a_list_brought_beside_the_orders_stay_there_either(
    plain_house: House, tabs: Callable[[House], Visit]
):
    visit = tabs(plain_house)
    page = visit.open("/acquisition?data=electronics")
    page.get_by_text("Marketing spend", exact=True).first.click(timeout=60_000)
    visit.settle()
    rows = "".join(f"2024-{month:02};Поиск;{month}000\n" for month in range(1, 13))
    spend = {"name": "spend.csv", "mimeType": "text/csv", "buffer": ("Month;Channel;Amount\n" + rows).encode()}
    page.locator('[data-testid="stFileUploader"] input[type=file]').last.set_input_files(spend)
    button = page.get_by_role("button", name="Read the file")
    page.get_by_text("spend.csv").wait_for(timeout=60_000)
    visit.settle()
    assert kept_by_streamlit(plain_house) >= len(spend["buffer"])
    button.click()
    page.get_by_text("12 lines in the file = 12 used + 0 refused.").first.wait_for(timeout=60_000)
    end = time.monotonic() + 15  # Streamlit counts anew every five seconds
    while kept_by_streamlit(plain_house) and time.monotonic() < end:
        time.sleep(0.5)
    assert not kept_by_streamlit(plain_house)


@pytest.mark.parametrize("place", ["/", "/overview", "/segments", "/cohorts", "/definitions"])
def test_pages_run_under_the_policy(place: str, house: House, tabs: Callable[[House], Visit]):
    visit = tabs(house)
    page = visit.open(place)
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    visit.settle()
    assert not [text for text in visit.complaints if not text.startswith(USUAL)]
    assert not visit.strangers


def test_the_policy_knows_the_installed_page():
    import base64
    import hashlib

    import streamlit

    from pages.serving import guard

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = [
        body
        for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.S)
        if "src=" not in attributes
    ]
    assert inline
    for body in inline:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in guard.policy()
    assert "unsafe-inline" not in guard.policy().split("style-src")[0]
    assert "unsafe-eval'" not in guard.policy().replace("wasm-unsafe-eval'", "")


def test_doors_that_stay_shut(house: House):
    def status(path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> int:
        line = http.client.HTTPConnection(house.address.removeprefix("http://"), timeout=10)
        line.request(method, path, body, headers)
        code = line.getresponse().status
        line.close()
        return code

    assert status("/_stcore/upload_file/someone/something", "PUT", b"x" * 100) in (400, 403, 404)
    for path in ("/_stcore/metrics", "/_stcore/metrics/", "/%5fstcore/metrics", "/_stcore/agent/openapi.json"):
        assert status(path) == 404
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert status("/_stcore/stream", Origin=house.address, **handshake) == 101
    assert status("/_stcore/stream", Origin="http://elsewhere.example", **handshake) == 403


def test_stopping_the_server_leaves_no_file(tmp_path: Path, tabs: Callable[[House], Visit]):
    with running(tmp_path, str(ROOT / "server.py")) as house:
        visit = tabs(house)
        make(visit, "orders.csv", export("ALPHA"))
        assert house.files()
    assert not house.files()
    log = house.log.read_text()
    for private in ("ALPHA", "orders.csv", "upload_file", "GET /", "WebSocket"):
        assert private not in log, "no rows, file names, session ids or addresses in the log"
