"""Working the base in a real browser: log a call and the customer leaves the list; make a list of messages; no complaints."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.test_journey import STREAMLIT_OWN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def violations(visit: Visit) -> list[tuple[str, str]]:
    found = Axe().run(visit.page, context={"exclude": STREAMLIT_OWN}).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]


def share(visit: Visit) -> float:
    return float(visit.page.get_by_test_id("stMetricValue").first.inner_text().rstrip("%"))


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_three_calls_are_logged_and_coverage_rises(visit: Visit):
    page = visit.open("/?data=b2b")
    page.get_by_role("link", name="Who to call today").click()
    page.get_by_role("button", name="talked", exact=True).wait_for(timeout=60_000)
    visit.settle()
    before, seen = share(visit), set()
    for number in range(1, 4):
        customer = page.get_by_role("combobox", name=re.compile("Contact now")).input_value()
        assert customer not in seen, "who was called is not named again"
        seen.add(customer)
        page.get_by_role("button", name="talked", exact=True).click()
        page.get_by_text(re.compile(f"^{number} contacts? done today")).wait_for(timeout=60_000)
        visit.settle()
    assert share(visit) > before, "three customers more were contacted in time"
    assert page.get_by_text("3 contacts done today").is_visible()
    path = visit.download(page.get_by_role("button", name="Bitrix24"))
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("Название лида;Имя;Рабочий телефон")
    assert not [name for name in seen if any(name.rsplit(" ", 1)[0] in row for row in rows)], (
        "who was called is not in the file"
    )
    assert not violations(visit)
    assert not visit.complaints
    assert not visit.strangers


@pytest.mark.parametrize("visit", [{"locale": "ru-RU", "color_scheme": "dark"}], indirect=True)
def test_a_list_of_messages_is_made_and_its_people_rest(visit: Visit):
    page = visit.open("/?data=salon")
    page.get_by_role("link", name="Триггеры").click()
    page.get_by_role("button", name="Составить список").wait_for(timeout=60_000)
    visit.settle()
    page.get_by_role("button", name="Составить список").click()
    page.get_by_text(re.compile("В списке .* сообщ")).wait_for(timeout=30_000)
    page.get_by_text("Пока рано судить").first.wait_for(timeout=30_000)
    path = visit.download(page.get_by_role("button", name="CSV", exact=True))
    assert "дн. и будем вам рады" in path.read_text(encoding="utf-8-sig")
    assert not violations(visit)
    assert not visit.complaints


@pytest.mark.parametrize("visit", [{"locale": "en-US", "color_scheme": "dark"}], indirect=True)
@pytest.mark.parametrize(
    "where", ["regulation?data=b2b", "service?data=electronics", "losses?data=electronics", "programmes?data=salon"]
)
def test_no_serious_accessibility_violations(visit: Visit, where: str):
    page = visit.open(f"/{where}")
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    assert not violations(visit)


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_hand_overs_are_shared_out_with_one_click(visit: Visit):
    page = visit.open("/?data=b2b")
    page.get_by_role("link", name="Touches and roles").click()
    page.get_by_role("tab", name="Hand-overs and orphans").click()
    page.get_by_role("button", name="Hand all over to farmers").click()
    page.get_by_text("0 customers are still with a hunter").wait_for(timeout=30_000)
    assert not visit.complaints


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_a_list_of_participants_is_brought_and_judged(visit: Visit):
    page = visit.open("/?data=salon")
    page.get_by_role("link", name="Did the programme work?").click()
    page.get_by_text("it cost more than it brought").wait_for(timeout=60_000)
    page.get_by_text("Bring a list of participants").click()
    page.get_by_label("Name of the programme").fill("Spring webinar")
    page.get_by_label("Name of the programme").press("Enter")
    lines = "\n".join(f"C{number:04d};2024-05-01" for number in range(1, 200)) + "\nnobody;2024-05-01"
    chooser = page.get_by_test_id("stFileUploaderDropzone").locator("input[type=file]")
    chooser.set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": f"id;date\n{lines}".encode()})
    page.get_by_text("200 lines: 199 found, 1 not found").wait_for(timeout=30_000)
    page.get_by_role("button", name="Keep the list").click()
    page.get_by_role("combobox", name=re.compile("Programme")).click()
    page.get_by_role("option", name=re.compile("Spring webinar")).wait_for(timeout=30_000)
    assert not visit.complaints
