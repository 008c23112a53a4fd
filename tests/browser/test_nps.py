"""The survey from the counter to the queue in a real browser: a phone without JavaScript, and a manager who only looks on."""

from __future__ import annotations

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visit
from tests.browser.test_journey import STREAMLIT_OWN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script> **slow** =1+1"


def opened(visit: Visit, tab: str, data: str = "salon") -> Page:
    """The NPS page with a tab of it open."""
    page = visit.open(f"/?data={data}")
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    page.get_by_role("link", name="NPS").click()
    page.get_by_role("tab", name=tab).click()
    visit.settle()
    return page


def link_of(visit: Visit, collect: str = "Collect answers") -> str:
    """The link for the counter."""
    page = visit.page
    page.get_by_role("tab", name=collect).click()
    code = page.locator("pre, code").filter(has_text="/s/").first
    code.wait_for(timeout=60_000)
    return "".join(code.inner_text().split())


def waits(page: Page) -> int:
    """The number on the tile of those who wait."""
    tile = page.get_by_test_id("stMetric").filter(has_text=re.compile("Low scores to call back|Ждут звонка"))
    return int(tile.get_by_test_id("stMetricValue").inner_text())


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_a_detractor_on_a_phone_is_a_task_within_seconds(visit: Visit, browser: Browser):
    page = opened(visit, "Collect answers")
    link = link_of(visit)
    page.get_by_role("tab", name="Call back").click()
    page.get_by_text("low scores wait").wait_for(timeout=60_000)
    before = waits(page)
    assert not page.get_by_text("Without a name").count()
    phone = browser.new_context(java_script_enabled=False, **PHONE)
    form = phone.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    form.goto(link)
    assert form.locator("textarea").is_hidden()
    form.locator("label", has=form.locator("input[value='10']")).click()
    assert form.locator("textarea").is_hidden(), "the top of the scale is not asked what to improve"
    form.locator("label", has=form.locator("input[value='3']")).click()
    form.locator("textarea").fill(EVIL)
    form.get_by_role("button").click()
    form.get_by_text("Thank you!").wait_for()
    sent = time.monotonic()
    page.get_by_text("Without a name: 1 low answer").wait_for(timeout=20_000)
    assert time.monotonic() - sent < 12, "nobody clicked anything on the manager's side"
    page.get_by_text("<script>alert(2)</script>").first.wait_for(timeout=20_000)
    assert not page.locator("img[src='x']").count()
    assert waits(page) == before, "nobody can be called back"
    page.get_by_role("button", name="Read, put them away").click()
    page.get_by_text("Without a name").first.wait_for(state="detached", timeout=20_000)
    assert not dialogs
    assert not visit.complaints
    phone.close()


@pytest.mark.parametrize("visit", [{"locale": "ru-RU"}], indirect=True)
def test_the_form_speaks_russian_and_asks_once_more(visit: Visit, browser: Browser):
    opened(visit, "Собрать ответы", "kids")
    phone = browser.new_context(**PHONE)
    form = phone.new_page()
    form.goto(link_of(visit, "Собрать ответы"))
    assert form.locator("html").get_attribute("lang") == "ru"
    assert form.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = form.locator(".row label").evaluate_all("all => all.map(e => [e.offsetWidth, e.offsetHeight])")
    assert len(boxes) == 11
    assert min(min(box) for box in boxes) >= 44, "a finger needs 44 pixels"
    form.locator("label", has=form.locator("input[value='6']")).click()
    form.get_by_role("button", name="Отправить").click()
    form.locator("textarea").fill("Долго ждали")
    form.get_by_role("button", name="Отправить").click()
    form.get_by_text("Ваш ответ у нас").wait_for()
    phone.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_the_form_is_accessible(visit: Visit, browser: Browser, scheme: str):
    opened(visit, "Collect answers")
    phone = browser.new_context(color_scheme=scheme, **PHONE)
    form = phone.new_page()
    form.goto(link_of(visit))
    form.get_by_role("radio", name="5").focus()
    form.keyboard.press("Space")
    assert form.locator("textarea").is_visible(), "the keyboard is enough"
    policy_free = browser.new_context(color_scheme=scheme, bypass_csp=True, **PHONE)
    checked = policy_free.new_page()
    checked.goto(form.url)
    found = Axe().run(checked).response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:200]) for one in found]
    phone.close()
    policy_free.close()


@pytest.mark.parametrize("visit", [{"locale": "en-US"}, {"locale": "ru-RU", "color_scheme": "dark"}], indirect=True)
def test_no_serious_accessibility_violations(visit: Visit):
    page = visit.open("/nps?data=electronics")
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    tabs = page.get_by_role("tab")
    for place in range(tabs.count()):
        tabs.nth(place).click()
        page.wait_for_timeout(2_000)
        found = Axe().run(page, context={"exclude": STREAMLIT_OWN}).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert not [(one["id"], one["nodes"][0]["html"][:200]) for one in serious], place


@pytest.mark.parametrize("visit", [{"locale": "ru-RU"}], indirect=True)
def test_a_phone_shows_the_page_without_sideways_scrolling(visit: Visit):
    visit.page.set_viewport_size({"width": 390, "height": 844})
    page = visit.open("/nps?data=salon")
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
