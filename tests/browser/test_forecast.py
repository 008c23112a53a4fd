"""The forecast in a real browser: its record first, a customer picked from the list, downloads, accessibility."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from ltvlib import abcdx
from ltvlib.samples import open_sample
from ltvlib.settings import AbcdxSegment
from tests.browser.conftest import Visit
from tests.browser.test_journey import STREAMLIT_OWN, table
from tests.conftest import ROOT
from tests.houses import running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

BOUNDS = ("(Orders, from|Заказов, от)", "(Expected orders|Ожидаемые заказы)", "(Orders, to|Заказов, до)")


@pytest.mark.parametrize("visit", [{"locale": "ru-RU", "color_scheme": "dark"}], indirect=True)
def test_from_the_exam_to_the_list_of_calls(visit: Visit):
    page = visit.open("/?data=electronics")
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    page.get_by_role("link", name="Прогноз").click()
    page.get_by_text("Модель училась на начале данных").wait_for(timeout=60_000)
    page.get_by_text("Кому позвонить?").wait_for(timeout=60_000)
    page.locator(".js-plotly-plot").nth(3).wait_for(timeout=60_000)
    page.get_by_test_id("stFullScreenFrame").nth(1).wait_for(timeout=60_000)
    people = visit.download(page.get_by_role("button", name="Скачать CSV").nth(1))
    found = table(people, "ru")
    assert len(found) > 200, "the file goes on where the screen ends"
    assert found["Почему"].str.contains("обычно раз в").all()
    low, expected, high = (found.filter(regex=name).iloc[:, 0].str.replace(",", ".").astype(float) for name in BOUNDS)
    assert (low <= high).all()
    assert (high >= expected).mean() > 0.95, "intervals of single customers are wide"
    page.set_viewport_size({"width": 390, "height": 844})
    visit.settle()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    problems = Axe().run(page, context={"exclude": STREAMLIT_OWN}).response["violations"]
    assert not [(v["id"], v["nodes"][0]["html"][:200]) for v in problems if v["impact"] in ("serious", "critical")]
    assert not visit.complaints
    assert not visit.strangers


def test_a_list_of_customers_carries_what_is_to_come(visit: Visit):
    """Segments: the column on screen, its line, and a file of everybody in the segment with it."""
    page = visit.open("/?data=electronics")
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    page.get_by_role("link", name="Segments").click()
    page.get_by_text("Expected profit is a forecast for the 12 months after").wait_for(timeout=60_000)
    people = table(visit.download(page.get_by_role("button", name="Download CSV").nth(1)), "en")
    space = open_sample("electronics")
    assert len(people) == len(abcdx.customers(space, abcdx.default_rules(space), (AbcdxSegment.A,), limit=10_000).frame)
    assert people.filter(like="Expected profit, 12 months").notna().all().all()
    assert people["Chance still to be here"].astype(float).between(0, 1).all()
    assert not visit.complaints


def _long_history(path: Path) -> Path:
    """60,000 customers of four years, each with a rhythm of their own: a fit that takes seconds."""
    draw = np.random.default_rng(5)
    orders = draw.geometric(0.2, 60_000)
    who = np.repeat(np.arange(60_000), orders)
    first, gap = draw.integers(0, 1_200, 60_000), draw.exponential(60, 60_000)
    day = np.minimum(first[who] + (draw.exponential(gap[who]) * draw.integers(0, 12, len(who))).astype(int), 1_459)
    when = pd.Timestamp("2022-01-01") + pd.to_timedelta(day, unit="D")
    frame = {
        "Order ID": np.arange(len(who)),
        "Customer ID": who,
        "Order date": when,
        "Total": draw.integers(10, 90, len(who)),
    }
    pd.DataFrame(frame).to_csv(path, index=False)
    return path


def test_a_long_fit_is_stopped_and_started_again(browser: Browser, tmp_path: Path):
    """The button stops it at once, the page stays usable, nothing is kept, and it can be asked for again."""
    file = _long_history(tmp_path / "orders.csv")
    with running(tmp_path, str(ROOT / "server.py"), LTV_DATA=str(file)) as house:
        visit = Visit(browser, house.address)
        page = visit.open("/")
        page.get_by_role("heading", level=1).wait_for(timeout=60_000)
        page.get_by_role("link", name="Forecast").click()
        page.get_by_role("button", name="Stop", exact=True).click(timeout=60_000)
        page.get_by_text("Stopped. Nothing was kept of it.").wait_for(timeout=10_000)
        assert not page.get_by_role("button", name="Stop", exact=True).is_visible()
        page.get_by_role("link", name="Segments").click()
        page.get_by_role("heading", name="Segments").first.wait_for(timeout=60_000)
        page.get_by_role("link", name="Forecast").click()
        page.get_by_role("button", name="Start again").click(timeout=60_000)
        page.get_by_text("happened").first.wait_for(timeout=120_000)
        assert not visit.complaints
        visit.context.close()
