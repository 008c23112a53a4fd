"""Scripts, links, remote pictures and formulas in every text of a file, on every page that shows data, and in every file it gives out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visit
from tests.houses import House
from tests.pages import PAGES
from tests.trust.load import figures
from tests.trust.test_browser import LINKS, give
from tests.trust.test_uploads import VALUES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
EVERY = (*PAGES, "data")
SHIPPED = ("salon_export_cp1251.csv",)
"""A file of the product's own, given out as another system would write it."""
LIVE = re.compile(r"^[\s\t\r]*[=+@-]")
NUMBER = re.compile(r"[-+]?[\d\s\u00a0.,]+%?")
NASTY = tuple(value.replace("\0", "") for value in VALUES if len(value) < 500)


def hostile() -> bytes:
    """Orders of two years in which every text attacks: names, products, managers, channels, cities, codes."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(
        (
            "Order ID",
            "Order date",
            "Customer",
            "Phone",
            "Total",
            "Cost",
            "Channel",
            "Product",
            "Category",
            "Manager",
            "City",
        )
    )
    for n in range(400):
        who = n % 60
        words = [f"{NASTY[(who + shift) % len(NASTY)]}" for shift in range(6)]
        day = f"{2023 + n // 200}-{1 + n // 17 % 12:02}-{1 + n % 28:02}"
        out.writerow((f"=1+{n}", day, f"{words[0]} {who}", f"+7912{who:07}", 100 + n % 9 * 50, 40, *words[1:]))
    return text.getvalue().encode()


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Visit]:
    tab = Visit(browser, house.address, locale="en-US", accept_downloads=True)
    yield tab
    tab.context.close()


def live_formulas(path: Path, name: str) -> list[str]:
    """Cells of a file that a spreadsheet would calculate."""
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
        return [
            str(c.value)
            for sheet in book
            for row in sheet.iter_rows()
            for c in row
            if c.data_type == "f" or c.hyperlink
        ]
    if not name.endswith(".csv"):
        return []
    text = _decoded(path.read_bytes())
    dialect = csv.Sniffer().sniff(text.splitlines()[0], ",;\t") if text.strip() else csv.excel
    cells = (cell for row in csv.reader(io.StringIO(text), dialect) for cell in row)
    return [cell for cell in cells if LIVE.match(cell) and not NUMBER.fullmatch(cell)]


def _decoded(content: bytes) -> str:
    """Files for Russian systems may be cp1251."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251")


def files_of(visit: Visit) -> Iterator[tuple[Path, str]]:
    """Every file that the page in front gives out."""
    buttons = visit.page.get_by_test_id("stDownloadButton").locator("button:visible:enabled")
    for n in range(buttons.count()):
        with visit.page.expect_download(timeout=60_000) as found:
            buttons.nth(n).click()
        yield Path(found.value.path()), found.value.suggested_filename


def markup(page: Page) -> list[str]:
    """What data must never have become on the page."""
    return page.evaluate(
        """(links) => [...document.querySelectorAll(links + ', img[src=x], [onerror], script[src*="evil"], main script, iframe')]
        .map((found) => found.outerHTML.slice(0, 200))""",
        LINKS,
    )


def test_nothing_of_a_hostile_file_lives_anywhere(visit: Visit):
    opened: list[str] = []
    visit.page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    page = visit.open()
    give(page, "orders.csv", hostile())
    page.get_by_text("Keep readable, to call people from this computer").click(timeout=60_000)
    page.get_by_role("button", name="Build my data set").click()
    page.get_by_role("button", name="Delete my data now").wait_for(timeout=60_000)
    found, formulas, files = [], [], 0
    for place in EVERY:
        page.locator(f'[data-testid="stSidebarNav"] a[href$="/{place.removesuffix("data")}"]').first.click()
        page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
        visit.settle()
        visit.settle()
        found += [(place, text) for text in markup(page)]
        for path, name in files_of(visit):
            if name in SHIPPED:
                continue
            files += 1
            formulas += [(place, name, cell[:60]) for cell in live_formulas(path, name)]
    assert not found
    assert not formulas
    assert not opened
    assert not visit.strangers
    assert not visit.complaints
    assert files > 12
    figures.keep(
        "surfaces", f"{len(EVERY)} pages, {files} files: 0 scripts, 0 outside requests, 0 live formulas", "0 of each"
    )


def test_what_lives_is_noticed(visit: Visit, tmp_path: Path):
    """Self-test: a page with a picture of a stranger's, a file with a formula."""
    page = visit.open()
    page.evaluate(
        "document.querySelector('main, body').insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')"
    )
    assert markup(page)
    plain = tmp_path / "a.csv"
    plain.write_text("name,n\n=1+1,-5\n'=1,2\n-1 000,3\n", encoding="utf-8-sig")
    assert live_formulas(plain, "a.csv") == ["=1+1"]
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.save(tmp_path / "a.xlsx")
    assert live_formulas(tmp_path / "a.xlsx", "a.xlsx") == ["=1+1"]


def test_every_page_is_visited(visit: Visit):
    """A new page comes into the list by itself."""
    page = visit.open("/?data=salon")
    shown: Callable[[str], str] = lambda address: address.rsplit("/", 1)[-1] or "data"  # noqa: E731
    links = page.locator('[data-testid="stSidebarNav"] a')
    links.first.wait_for(timeout=60_000)
    assert sorted({shown(str(links.nth(n).get_attribute("href"))) for n in range(links.count())}) == sorted(EVERY)
