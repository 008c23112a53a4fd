"""The whole way of a newcomer in a real browser: messy export, mapping, segments, slider, cohort cell, download."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
WORDS = {
    "en": {
        "build": "Build my data set",
        "segments": "Segments (ABCDX)",
        "cohorts": "Cohorts",
        "overview": "Overview",
        "csv": "Download CSV",
        "used": "= used",
        "curves": "Curves",
        "numbers": "Numbers",
    },
    "ru": {},
}


def words(language: str) -> dict[str, str]:
    """The same buttons in the other language, from the catalogue itself."""
    from babel.messages import pofile

    if language == "en":
        return WORDS["en"]
    path = ROOT / "locales" / language / "LC_MESSAGES" / "ltv.po"
    with path.open("rb") as file:
        catalogue = pofile.read_po(file, locale=language)
    return {key: str(catalogue.get(text).string) for key, text in WORDS["en"].items()}


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_what_became_of_the_file_comes_into_sight_and_the_next_page_begins_at_its_top(visit: Visit, messy: Path):
    """The button stands at the end of a long form; a phone would show the end of the page when the form folds away."""
    page = visit.open()
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator('[data-testid="stFileUploader"] input[type=file]').first.set_input_files(str(messy))
    page.get_by_role("button", name="Build my data set").click(timeout=60_000)
    heading = page.get_by_role("heading", name="What became of your file")
    heading.wait_for(timeout=60_000)
    visit.settle()
    page.wait_for_timeout(1_200)
    expect(heading).to_be_in_viewport(ratio=1)
    page.get_by_role("link", name="Go to the overview").click()
    title = page.get_by_role("heading", name="Overview", level=1)
    title.wait_for(timeout=60_000)
    visit.settle()
    expect(title).to_be_in_viewport(ratio=1)
    assert not visit.complaints


@pytest.mark.parametrize(
    ("visit", "language"), [({"locale": "en-US"}, "en"), ({"locale": "ru-RU"}, "ru")], indirect=["visit"]
)
def test_from_a_messy_export_to_the_list_of_a_customers(visit: Visit, language: str, messy: Path, tmp_path: Path):
    say, page = words(language), visit.open()
    truth = json.loads((messy.parent / "truth.json").read_text(encoding="utf-8"))
    page.locator('[data-testid="stFileUploader"] input[type=file]').first.set_input_files(str(messy))
    page.get_by_role("button", name=say["build"]).click(timeout=60_000)
    page.get_by_test_id("stMetric").filter(has_text=say["used"]).wait_for(timeout=60_000)
    shown = page.get_by_test_id("stMetric").all_inner_texts()
    counts = [int("".join(c for c in text.split("\n")[-1] if c.isdigit())) for text in shown[:4]]
    assert counts[0] == sum(counts[1:]) == truth["lines"]["after_header"]
    assert counts[1] == truth["rows_by_fate"]["used"]

    page.get_by_role("link", name=say["segments"]).click()
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    before = visit.download(page.get_by_role("button", name=say["csv"]).nth(1))
    customers = table(before, language)
    slider = page.get_by_role("slider").nth(1)
    slider.press("ArrowLeft")
    page.wait_for_url("**upload_often**")
    visit.settle()
    after = visit.download(page.get_by_role("button", name=say["csv"]).nth(1))
    more = table(after, language)
    assert len(more) > len(customers) > 0, "a lower border lets more customers into A"

    page.get_by_role("link", name=say["cohorts"]).click()
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    page.locator(".js-plotly-plot .scatterlayer .point").nth(1).click(force=True)
    page.get_by_test_id("stDataFrame").first.wait_for(timeout=30_000)
    people = visit.download(page.get_by_role("button", name=say["csv"]).last)
    assert len(table(people, language))
    assert not visit.complaints
    assert not visit.strangers


def table(path: Path, language: str) -> pd.DataFrame:
    text = Path(path).read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    return pd.read_csv(io.BytesIO(text), sep=";" if language == "ru" else ",", dtype=str)


@pytest.mark.parametrize("visit", [{"locale": "en-US"}, {"locale": "ru-RU", "color_scheme": "dark"}], indirect=True)
@pytest.mark.parametrize("place", ["/", "/overview", "/segments", "/cohorts"])
def test_no_serious_accessibility_violations(visit: Visit, place: str):
    page = visit.open(place)
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    visit.settle()
    found = Axe().run(page, context={"exclude": STREAMLIT_OWN}).response["violations"]
    grave = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
    assert not grave


STREAMLIT_OWN = [
    ["[data-testid=stSidebarNavItems]"],  # Streamlit puts a div between ul and li when the navigation has sections
    ["[data-testid=stToast]"],  # a note that goes by itself is a dialog without a name
    ["[data-testid=stMetricChart]"],  # the sparkline's highlighted point has no text; the tile's number says it
]
"""Parts of Streamlit's own pages that break a rule whatever the app does."""


@pytest.mark.parametrize("visit", [{"locale": "ru-RU"}], indirect=True)
def test_a_phone_shows_the_pages_without_sideways_scrolling(visit: Visit):
    visit.page.set_viewport_size({"width": 390, "height": 844})
    for place in ("/overview", "/segments", "/cohorts"):
        page = visit.open(place)
        page.get_by_role("heading", level=1).wait_for(timeout=60_000)
        visit.settle()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


@pytest.mark.parametrize("visit", [{"locale": "en-US"}, {"locale": "ru-RU", "color_scheme": "dark"}], indirect=True)
def test_the_words_of_the_cohort_table_are_as_large_on_a_phone_and_its_rows_keep_their_names(visit: Visit):
    heights, tops = {}, {}
    for width in (1400, 390):
        visit.page.set_viewport_size({"width": width, "height": 1600})
        page = visit.open("/cohorts?data=salon")
        cells, names = page.locator(".heatmap-label text"), page.locator(".st-key-cohort_heat_names .ytick text")
        cells.first.wait_for(timeout=60_000)
        visit.settle()
        heights[width] = cells.first.bounding_box()["height"]
        box = page.locator(".st-key-cohort_heat_wide")
        assert box.evaluate("e => e.scrollWidth > e.clientWidth") == (width == 390)
        box.evaluate("e => { e.scrollLeft = 1000 }")
        first = names.first.bounding_box()
        tops[width] = cells.first.bounding_box()["y"] - first["y"]
        assert first["x"] >= 0
        assert first["x"] + first["width"] <= box.bounding_box()["x"]
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
    assert heights[390] == pytest.approx(heights[1400], abs=1), "Plotly shrinks words that do not fit into a cell"
    assert abs(tops[390]) < 3, "a name stands beside its row"
    assert abs(tops[1400]) < 3


def test_headers_and_closed_doors(server: str):
    import urllib.error
    import urllib.request

    with urllib.request.urlopen(server) as answer:
        headers = answer.headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(server + path)
