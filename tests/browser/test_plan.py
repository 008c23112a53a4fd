"""The what-if plan in a real browser: an example, a slider, a link that shows the same, accessibility, a quiet console."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.test_journey import STREAMLIT_OWN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def figures(visit: Visit) -> list[str]:
    """What the tiles say."""
    visit.settle()
    return visit.page.get_by_test_id("stMetricValue").all_inner_texts()


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_a_lever_moves_the_year_and_its_link_opens_the_same_plan(visit: Visit):
    page = visit.open("/?data=kids")
    page.get_by_role("link", name="What-if plan").click()
    page.get_by_test_id("stMetric").first.wait_for(timeout=60_000)
    before = figures(visit)
    page.get_by_role("button", name=re.compile("Touches and reminders: \\+10%")).click()
    page.wait_for_url(re.compile(r"kids_plan=f(~|%7E)0\.1"), timeout=30_000)
    page.locator(".js-plotly-plot").nth(1).wait_for(timeout=30_000)
    after = figures(visit)
    assert after[0] != before[0], "ten per cent more orders change the profit"
    page.get_by_role("slider").nth(1).press("ArrowRight")
    page.wait_for_url(re.compile(r"_v(~|%7E)0\.01"), timeout=30_000)
    planned = figures(visit)
    found = Axe().run(page, context={"exclude": STREAMLIT_OWN}).response["violations"]
    assert not [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
    assert not visit.complaints
    assert not visit.strangers
    visit.open(page.url.removeprefix(visit.address))
    page.get_by_test_id("stMetric").first.wait_for(timeout=60_000)
    assert figures(visit) == planned


@pytest.mark.parametrize("visit", [{"locale": "en-US"}, {"locale": "ru-RU", "color_scheme": "dark"}], indirect=True)
def test_no_serious_accessibility_violations_on_any_tab(visit: Visit):
    page = visit.open("/plan?data=salon&salon_plan=f~0.1~50000~A_r~0.02~30000")
    page.get_by_test_id("stMetric").first.wait_for(timeout=60_000)
    for tab in range(3):
        page.get_by_role("tab").nth(tab).click()
        visit.settle()
        found = Axe().run(page, context={"exclude": STREAMLIT_OWN}).response["violations"]
        assert not [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
