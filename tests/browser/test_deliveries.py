"""An owner drops orders, then what became of them, in a real browser: the page of service comes alive; nothing complains."""

from __future__ import annotations

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.test_journey import STREAMLIT_OWN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
FIRST = dt.date(2023, 1, 2)


def orders() -> bytes:
    """Two hundred first orders; who was served in time comes back within two months, of the others every third."""
    lines = ["Order ID,Order date,Customer ID,Total"]
    for n in range(200):
        day = FIRST + dt.timedelta(days=2 * n)
        lines.append(f"A{n},{day},c{n},100")
        if n % 2 == 0 or n % 3 == 0:
            lines.append(f"B{n},{day + dt.timedelta(days=25 + n * 7 % 40)},c{n},100")
    return "\n".join(lines).encode()


def register() -> bytes:
    """Every odd first order came three days late."""
    lines = ["Номер заказа;Плановая дата доставки;Дата вручения;Претензия"]
    for n in range(200):
        promised = FIRST + dt.timedelta(days=2 * n + 2)
        came = promised + dt.timedelta(days=3 * (n % 2))
        lines.append(f"A{n};{promised:%d.%m.%Y};{came:%d.%m.%Y};{'бой' if n == 7 else 'нет'}")
    return "\n".join([*lines, "X1;01.01.2023;01.01.2023;"]).encode("cp1251")


def drop(page: Page, name: str, data: bytes) -> None:
    chooser = page.get_by_test_id("stFileUploaderDropzone").locator("input[type=file]").first
    chooser.set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})


@pytest.mark.parametrize("visit", [{"locale": "en-US"}], indirect=True)
def test_deliveries_of_ones_own_bring_the_page_to_life(visit: Visit):
    page = visit.open()
    drop(page, "orders.csv", orders())
    page.get_by_role("button", name="Build my data set").click(timeout=60_000)
    page.get_by_test_id("stMetric").filter(has_text="= used").wait_for(timeout=60_000)
    visit.settle()
    page.get_by_role("link", name="Service quality").click()
    page.get_by_text("Nobody has said yet what became of the orders").wait_for(timeout=60_000)
    drop(page, "register.csv", register())
    page.get_by_role("button", name="Read the file").click(timeout=30_000)
    page.get_by_text("201 lines in the file = 200 used + 0 merged + 1 refused.").wait_for(timeout=60_000)
    assert page.get_by_text("Lines that were not used: 1").is_visible()
    page.get_by_role("button", name="Take the deliveries of 200 orders").click()
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    visit.settle()
    assert page.get_by_text("Nobody has said yet").count() == 0
    assert page.get_by_text("late").first.is_visible()
    found = Axe().run(page, context={"exclude": STREAMLIT_OWN}).response["violations"]
    assert not [v["id"] for v in found if v["impact"] in ("serious", "critical")]
    assert not visit.complaints
    assert not visit.strangers
