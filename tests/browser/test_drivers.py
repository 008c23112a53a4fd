"""The page about what moves the profit in a real browser: tabs, switches in the link, accessibility, a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.test_journey import STREAMLIT_OWN, table

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LINK = {"en": "What moves the profit", "ru": "Что движет прибылью"}
CSV = {"en": "Download CSV", "ru": "Скачать CSV"}


@pytest.mark.parametrize(
    ("visit", "language"),
    [({"locale": "en-US"}, "en"), ({"locale": "ru-RU", "color_scheme": "dark"}, "ru")],
    indirect=["visit"],
)
def test_from_the_change_to_the_names(visit: Visit, language: str):
    page = visit.open()
    page.get_by_role("link", name=LINK[language]).click()
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    switches = page.get_by_test_id("stMain").get_by_role("radiogroup")
    switches.first.get_by_role("radio").nth(2).click()
    page.wait_for_url("**drivers_months=3**")
    visit.settle()
    assert switches.nth(1).get_by_role("radio").count() == 2, "a year earlier is offered"
    parts = visit.download(page.get_by_role("button", name=CSV[language]).first)
    assert len(table(parts, language)) >= 6
    tabs = page.get_by_role("tab")
    for place, charts in ((1, 6), (2, 1)):
        tabs.nth(place).click()
        page.locator(".js-plotly-plot").nth(charts - 1).wait_for(timeout=60_000)
        visit.settle()
        grave(visit)
    tabs.nth(3).click()
    page.get_by_test_id("stDataFrame").first.wait_for(timeout=60_000)
    visit.settle()
    people = visit.download(page.get_by_role("button", name=CSV[language]).last)
    assert len(table(people, language)) == 5
    tabs.nth(0).click()
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    grave(visit)
    assert not visit.complaints
    assert not visit.strangers


def grave(visit: Visit) -> None:
    """No serious violation of accessibility rules."""
    found = Axe().run(visit.page, context={"exclude": STREAMLIT_OWN}).response["violations"]
    assert not [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("visit", [{"locale": "ru-RU"}], indirect=True)
def test_a_phone_needs_no_sideways_scrolling(visit: Visit):
    visit.page.set_viewport_size({"width": 390, "height": 844})
    page = visit.open("/drivers")
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
