"""The products page in a real browser: every tab in both themes, no complaints, files that hold what the screen shows."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_outreach import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TABS = {
    "en-US": ("Journey", "Goes together", "Next offer", "Discounts"),
    "ru-RU": ("Путь", "Что берут вместе", "Что предложить", "Скидки"),
}


@pytest.mark.parametrize(
    "visit",
    [{"locale": "en-US"}, {"locale": "ru-RU", "color_scheme": "dark"}],
    indirect=True,
    ids=["light", "dark"],
)
def test_every_tab_is_readable_and_quiet(visit: Visit, request):
    page = visit.open("/?data=electronics")
    is_russian = "dark" in request.node.name
    page.get_by_role("link", name="Товары" if is_russian else "Products").click()
    for tab in TABS["ru-RU" if is_russian else "en-US"]:
        page.get_by_role("tab", name=tab, exact=True).click()
        page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
        visit.settle()
        assert not violations(visit), tab
    assert not visit.complaints
    assert not visit.strangers


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_the_accessory_pairs_have_customers_to_call(visit: Visit):
    page = visit.open("/?data=electronics")
    page.get_by_role("link", name="Products").click()
    page.get_by_role("tab", name="Goes together").click()
    page.get_by_text("Whom to call: they have the first").wait_for(timeout=60_000)
    visit.settle()
    box = page.get_by_role("combobox", name=re.compile("Bought within a year"))
    box.fill("Сумка")
    page.get_by_role("option", name=re.compile("Ноутбук Strela 14, not yet Сумка")).click()
    visit.settle()
    said = page.get_by_text(re.compile("of those who buy Ноутбук Strela 14 take Сумка")).inner_text()
    assert "23%" in said
    path = visit.download(page.get_by_role("button", name="Download CSV").last)
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    customers = int(re.match(r"([\d,]+) customers", said)[1].replace(",", ""))
    assert len(rows) == customers + 1 > 50


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_what_is_out_of_stock_is_not_offered(visit: Visit):
    page = visit.open("/?data=electronics")
    page.get_by_role("link", name="Products").click()
    page.get_by_role("tab", name="Next offer").click()
    page.get_by_role("button", name="Keep the list").wait_for(timeout=60_000)
    visit.settle()
    button = page.get_by_role("button", name="Download CSV").last
    before = visit.download(button).read_text(encoding="utf-8-sig")
    assert before.count("Умная колонка Домик,") > 100
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        {"name": "gone.csv", "mimeType": "text/csv", "buffer": "Умная колонка Домик\n".encode()}
    )
    visit.settle()
    page.get_by_role("button", name="Keep the list").click()
    visit.settle()
    page.get_by_test_id("stMultiSelect").get_by_text("Умная колонка Домик").wait_for(timeout=30_000)
    after = visit.download(page.get_by_role("button", name="Download CSV").last).read_text(encoding="utf-8-sig")
    offered = [line.split(",")[2] for line in after.splitlines()[1:]]
    assert len(offered) > 1_000
    assert "Умная колонка Домик" not in offered
    assert not visit.complaints
