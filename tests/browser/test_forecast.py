"""The forecast in a real browser: its record first, a customer picked from the list, downloads, accessibility."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.test_journey import STREAMLIT_OWN, table

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize("visit", [{"locale": "ru-RU", "color_scheme": "dark"}], indirect=True)
def test_from_the_exam_to_the_list_of_calls(visit: Visit):
    page = visit.open("/?data=kids")
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    page.get_by_role("link", name="Прогноз").click()
    page.get_by_text("Модель училась на начале данных").wait_for(timeout=60_000)
    page.get_by_text("Кому позвонить?").wait_for(timeout=60_000)
    page.locator(".js-plotly-plot").nth(3).wait_for(timeout=60_000)
    people = visit.download(page.get_by_role("button", name="Скачать CSV").last)
    found = table(people, "ru")
    assert len(found)
    assert found["Почему"].str.contains("обычно раз в").all()
    page.set_viewport_size({"width": 390, "height": 844})
    visit.settle()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    problems = Axe().run(page, context={"exclude": STREAMLIT_OWN}).response["violations"]
    assert not [(v["id"], v["nodes"][0]["html"][:200]) for v in problems if v["impact"] in ("serious", "critical")]
    assert not visit.complaints
    assert not visit.strangers
