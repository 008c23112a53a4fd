"""The market page in a real browser: write a check and it leaves the reminder; both themes are readable; nobody complains."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.test_journey import STREAMLIT_OWN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def violations(visit: Visit) -> list[tuple[str, str]]:
    found = Axe().run(visit.page, context={"exclude": STREAMLIT_OWN}).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_a_check_is_written_and_leaves_the_reminder(visit: Visit):
    page = visit.open("/?data=b2b")
    page.get_by_role("link", name="Market", exact=True).click()
    page.get_by_text("Check again: 2 offers have grown old").wait_for(timeout=60_000)
    page.get_by_text("All customers together ordered").wait_for()
    visit.settle()
    page.get_by_label("Theirs", exact=True).fill("19.20")
    page.get_by_label("Checked by", exact=True).fill("Ann")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("Check again: 1 offer has grown old").wait_for(timeout=30_000)
    visit.settle()
    page.get_by_text("The journal of offers").click()
    path = visit.download(page.get_by_role("button", name="Download CSV").last)
    newest = path.read_text(encoding="utf-8-sig").splitlines()[1]
    assert "19.20,22.00" in newest, "ours is as at the last check"
    assert newest.split(",")[-2] == "Ann"
    assert not violations(visit)
    assert not visit.complaints
    assert not visit.strangers


@pytest.mark.parametrize("visit", [{"locale": "ru-RU", "color_scheme": "dark"}], indirect=True)
def test_the_dark_page_in_russian_is_readable(visit: Visit):
    page = visit.open("/?data=salon")
    page.get_by_role("link", name="Рынок", exact=True).click()
    page.locator(".js-plotly-plot").nth(2).wait_for(timeout=60_000)
    visit.settle()
    assert page.get_by_text("Чаще всего ушедшие называют это").is_visible()
    assert not violations(visit)
    assert not visit.complaints
