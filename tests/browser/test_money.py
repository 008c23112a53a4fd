"""Acquisition and LTV laboratory in a real browser: opposite verdicts, spend from a file, no complaints."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.test_journey import STREAMLIT_OWN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def opened(visit: Visit, place: str, link: str = ""):
    """A page, reached by its address or from the start page by its link (a deep address makes Streamlit probe for 404s)."""
    page = visit.open(place)
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    if link:
        page.get_by_role("link", name=link).click()
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    return page


@pytest.mark.parametrize("visit", [{"locale": "ru-RU"}], indirect=True)
def test_opposite_verdicts_in_two_clicks(visit: Visit):
    page = opened(visit, "/?data=kids", "Привлечение")
    page.get_by_text("Вы живёте на повторных покупках: маркетинг окупается на месяце 5").wait_for(timeout=60_000)
    opened(visit, "/?data=electronics", "Привлечение")
    page.get_by_text("Первая продажа окупает маркетинг.").wait_for(timeout=60_000)
    assert page.get_by_test_id("stDataFrame").first.is_visible()
    opened(visit, "/?data=electronics", "Лаборатория LTV")
    page.get_by_text("Как ни считай, клиент возвращает").wait_for(timeout=60_000)
    assert not visit.complaints
    assert not visit.strangers


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_spend_from_a_file_changes_the_verdict(visit: Visit, tmp_path: Path):
    page = opened(visit, "/?data=electronics", "Acquisition")
    page.get_by_text("The first sale pays for the marketing.").wait_for(timeout=60_000)
    visit.settle()
    months = [f"{year}-{month:02}" for year in (2023, 2024, 2025) for month in range(1, 13)]
    path = tmp_path / "spend.csv"
    path.write_text("Month;Channel;Amount\n" + "".join(f"{m};Поиск;2 000 000,00\n" for m in months) + "oops;Поиск;1\n")
    page.get_by_text("Marketing spend", exact=True).first.click()
    page.get_by_text("File with marketing spend").wait_for(timeout=30_000)
    page.locator('[data-testid="stFileUploader"] input[type=file]').last.set_input_files(str(path))
    page.get_by_role("button", name="Read the file").click()
    page.get_by_text("Does not pay back within what we have seen.").wait_for(timeout=60_000)
    page.get_by_text("37 lines in the file = 36 used + 1 refused.").first.wait_for(timeout=60_000)
    assert not visit.complaints


@pytest.mark.parametrize("visit", [{"locale": "en-US"}, {"locale": "ru-RU", "color_scheme": "dark"}], indirect=True)
@pytest.mark.parametrize("place", ["/acquisition?data=kids", "/ltv?data=b2b"])
def test_no_serious_accessibility_violations(visit: Visit, place: str):
    page = opened(visit, place)
    found = Axe().run(page, context={"exclude": STREAMLIT_OWN}).response["violations"]
    assert not [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("visit", [{"locale": "ru-RU"}], indirect=True)
def test_a_phone_shows_the_pages_without_sideways_scrolling(visit: Visit):
    visit.page.set_viewport_size({"width": 390, "height": 844})
    for place in ("/acquisition?data=kids", "/ltv?data=kids"):
        page = opened(visit, place)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
