"""The pictures of the README, taken anew: ``python -m tests.browser.pictures [name ...]`` (``make pictures``).

Each page as a visitor of the samples sees it, in English and in Russian, through a server of its own and a real Chromium.
Not a test: nothing is compared.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.browser.conftest import Visit
from tests.browser.test_journey import words
from tests.conftest import FLAGS, ROOT, chromium_path
from tests.houses import running

FOLDERS = {"en-US": ROOT / "docs" / "pictures", "ru-RU": ROOT / "docs" / "pictures" / "ru"}
MESSY = ROOT / "sample_data" / "messy" / "salon_export_cp1251.csv"
WIDTH, HEIGHT, COLOURS = 1280, 1240, 192
"""A whole menu fits into the height. Flat colours: a palette loses nothing that an eye finds and a third of the bytes stays."""
READY = ", ".join(
    f"{one}:visible" for one in ("[data-testid=stMetric]", ".js-plotly-plot", "[data-testid=stDataFrame]")
)
PAGES = {
    "overview": "salon",
    "segments": "b2b",
    "cohorts": "kids",
    "forecast": "salon",
    "calls": "b2b",
    "regulation": "b2b",
    "triggers": "salon",
    "service": "electronics",
    "nps": "salon",
    "losses": "electronics",
    "products": "electronics",
    "programmes": "salon",
    "market": "b2b",
    "acquisition": "kids",
    "ltv": "kids",
    "drivers": "salon",
    "plan": "kids&kids_plan=f~0.1~30000_c~-0.1~0",
}
UPLOAD = ("hiding", "data")
"""Pictures of one upload: the preview, and what became of it."""


def main(wanted: list[str]) -> None:
    """Take the named pictures, or all of them, in both languages; a name that is none ends it at once."""
    unknown = set(wanted) - {*PAGES, *UPLOAD}
    if unknown:
        sys.exit(f"no such picture: {', '.join(sorted(unknown))}")
    chosen = set(wanted) or {*PAGES, *UPLOAD}
    server = str(ROOT / "server.py")
    with TemporaryDirectory() as folder, running(Path(folder), server) as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for locale, target in FOLDERS.items():
            target.mkdir(exist_ok=True)
            for name, sample in PAGES.items():
                if name in chosen:
                    keep(target / f"{name}.png", of_page(browser, house.address, locale, f"/{name}?data={sample}"))
            if chosen & set(UPLOAD):
                for name, picture in zip(UPLOAD, of_upload(browser, house.address, locale), strict=True):
                    keep(target / f"{name}.png", picture)
        browser.close()


def of_page(browser: Browser, address: str, locale: str, path: str) -> bytes:
    """What the window shows of a page."""
    tab = Visit(browser, address, locale=locale)
    page = tab.open(path)
    return taken(tab, page)


def of_upload(browser: Browser, address: str, locale: str) -> tuple[bytes, bytes]:
    """The preview with its people covered, and the page once the file has become a data set."""
    tab = Visit(browser, address, locale=locale)
    page = tab.open()
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.locator('[data-testid="stFileUploader"] input[type=file]').first.set_input_files(str(MESSY))
    preview, build = (
        page.get_by_test_id("stExpander").first,
        page.get_by_role("button", name=words(locale[:2])["build"]),
    )
    build.wait_for(timeout=60_000)
    tab.settle()
    hiding = cropped(preview, page.get_by_test_id("stRadio").last)
    build.click()
    page.get_by_test_id("stMetric").nth(3).wait_for(timeout=60_000)
    return hiding, taken(tab, page)


def cropped(frame: Locator, until: Locator) -> bytes:
    """A part of the page, from the top of one element to the bottom of another."""
    whole, last = frame.bounding_box(), until.bounding_box()
    assert whole
    assert last
    clip = {**whole, "height": last["y"] + last["height"] + 16 - whole["y"]}
    return frame.page.screenshot(clip=clip, full_page=True)  # type: ignore[arg-type]


def taken(tab: Visit, page: Page) -> bytes:
    """The window when nothing moves any more."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.locator(READY).first.wait_for(timeout=90_000)
    page.mouse.move(WIDTH - 5, 5)
    for _ in range(3):
        tab.settle()
        page.wait_for_timeout(1_000)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    page.wait_for_timeout(300)
    picture = page.screenshot()
    tab.context.close()
    return picture


def keep(path: Path, picture: bytes) -> None:
    """Write a picture with as few bytes as its colours need."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path.relative_to(ROOT), f"{path.stat().st_size / 1024:.0f} KB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
