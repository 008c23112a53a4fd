"""Every page with every sample, with one customer, with nothing, in both languages: no exception, the right words."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ltvlib.samples import samples
from pages.ui.registry import REGISTRY
from tests.conftest import ROOT, open_rows
from tests.pages import PAGES

TITLES = {
    "overview": ("Overview", "Обзор"),
    "segments": ("Segments (ABCDX)", "Сегменты (ABCDX)"),
    "cohorts": ("Cohorts", "Когорты"),
    "acquisition": ("Acquisition", "Привлечение"),
    "ltv": ("LTV laboratory", "Лаборатория LTV"),
    "drivers": ("What moves the profit", "Что движет прибылью"),
    "plan": ("What-if plan", "План «что, если»"),
    "forecast": ("Forecast", "Прогноз"),
    "calls": ("Who to call today", "Кому звонить сегодня"),
    "regulation": ("Touches and roles", "Касания и роли"),
    "triggers": ("Triggers", "Триггеры"),
    "service": ("Service quality", "Качество сервиса"),
    "nps": ("NPS", "NPS"),
    "losses": ("Losses", "Потери"),
    "programmes": ("Did the programme work?", "Сработала ли программа?"),
    "market": ("Market", "Рынок"),
    "products": ("Products", "Товары"),
    "definitions": ("How the numbers are counted", "Как считаются показатели"),
}


def visit(page: str, data: str = "salon", language: str = "en", **state: object) -> AppTest:
    """The page in a fresh session."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.session_state["lang"] = language
    at.session_state["data"] = data
    for key, value in state.items():
        at.session_state[key] = value
    at.run()
    if page != "data":
        at.switch_page(f"pages/{page}.py").run()
    return at


def healthy(at: AppTest) -> AppTest:
    """No exception and no error box."""
    assert not at.exception, [e.value for e in at.exception]
    assert not at.error, [e.value for e in at.error]
    return at


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("data", list(samples()))
def test_every_page_opens_on_every_sample(page: str, data: str, language: str):
    at = healthy(visit(page, data, language))
    assert at.title[0].value == TITLES[page][language == "ru"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_data_page_tells_the_stories(language: str):
    at = healthy(visit("data", language=language))
    words = " ".join(element.value for element in [*at.caption, *at.markdown])
    for sample in samples().values():
        assert sample.sentence[language] in words


def own(folder: Path, rows: list[dict]) -> str:
    """A session with a data set of its own, as an upload would leave it; returns its id."""
    uid = folder.name
    REGISTRY.session(uid).workspace = open_rows(folder, rows, dt.date(2025, 1, 15), 0.3)
    return uid


TINY = [{"customer_id": "c1", "ordered_at": dt.datetime(2025, 1, 10, 12), "revenue": 100.0}]
LOSS = [{"customer_id": f"c{n}", "ordered_at": dt.datetime(2024, 1 + n, 10), "revenue": 0.0} for n in range(5)]
REFUND_ONLY = [{"customer_id": "c1", "ordered_at": dt.datetime(2025, 1, 10, 12), "revenue": -100.0, "is_refund": True}]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "rows", [TINY, LOSS, REFUND_ONLY, []], ids=["one customer", "no revenue", "refunds only", "empty"]
)
def test_pages_say_something_sensible_about_little(page: str, rows: list[dict], tmp_path: Path):
    at = healthy(visit(page, "upload", uid=own(tmp_path, rows)))
    assert at.session_state["data"] == "upload"
    assert at.title


def test_borders_are_not_judged_by_one_customer(tmp_path: Path):
    at = healthy(visit("segments", "upload", uid=own(tmp_path, TINY)))
    assert any("too few to say whether the borders stand firm" in caption.value for caption in at.caption)
    assert not any("crowd" in caption.value for caption in at.caption)


def test_equally_frequent_customers_are_told_so(tmp_path: Path):
    """Thirty customers with one order each: the border of orders divides nobody, whatever it is."""
    rows = [{**TINY[0], "customer_id": f"c{n}", "revenue": 100.0 + n} for n in range(30)]
    at = healthy(visit("segments", "upload", uid=own(tmp_path, rows)))
    (told,) = [caption.value for caption in at.caption if "ordered equally often" in caption.value]
    assert "All 30 customers" in told


def test_cohorts_without_a_complete_period_say_so(tmp_path: Path):
    at = healthy(visit("cohorts", "upload", uid=own(tmp_path, TINY)))
    assert any("No period of a customer's life is complete yet" in info.value for info in at.info)
    assert not at.get("plotly_chart")


def test_one_circle_and_the_borders_stand_inside_the_map(tmp_path: Path):
    """One order of 100; the border of orders is 2, drawn at 1.5."""
    at = healthy(visit("segments", "upload", uid=own(tmp_path, TINY)))
    layout = json.loads(at.get("plotly_chart")[0].proto.spec)["layout"]
    (left, right), (low, high) = layout["xaxis"]["range"], layout["yaxis"]["range"]
    assert 10**left < 90
    assert 10**right > 110
    assert 10**low < 0.9
    assert 10**high > 2


def test_a_slider_moves_customers_between_segments():
    at = healthy(visit("segments"))
    before = at.dataframe[0].value["customers"].tolist()
    at.slider(key="salon_often").set_value(1).run()
    after = healthy(at).dataframe[0].value["customers"].tolist()
    assert sum(before) == sum(after)
    assert before != after
    assert after[1] == after[3] == 0, "with the border at one order nobody buys rarely"


def test_a_link_reproduces_the_view():
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in {"lang": "ru", "data": "b2b", "b2b_window": "6", "b2b_value": "1000"}.items():
        at.query_params[key] = value
    at.run()
    at.switch_page("pages/segments.py").run()
    healthy(at)
    assert at.session_state["lang"] == "ru"
    assert at.session_state["data"] == "b2b"
    assert at.session_state["b2b_window"] == 6
    assert at.slider(key="b2b_value").value == 1000


def test_a_link_to_somebody_elses_upload_says_what_it_is():
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["data"] = "upload"
    at.query_params["lang"] = "en"
    healthy(at.run())
    assert "not open in this tab" in at.toast[0].value
    assert not healthy(at.run()).toast, "said once"


def test_a_suggested_border_is_one_click():
    at = healthy(visit("segments"))
    button = at.button(key="salon_value_median")
    button.click().run()
    assert f"{at.slider(key='salon_value').value:,.0f}" in button.label
    assert at.query_params["salon_value"] == str(at.slider(key="salon_value").value), "the link holds it too"


def test_filters_hold_on_every_page():
    at = visit("overview", salon_channel=["Карты"])
    healthy(at)
    assert any("Карты" in caption.value for caption in at.caption)
    at.switch_page("pages/cohorts.py").run()
    assert any("Карты" in caption.value for caption in healthy(at).caption)


def test_a_clicked_cell_opens_its_customers():
    at = visit("cohorts", salon_grain="quarter", measure="retention_rate")
    at.session_state["cohort_heat"] = {
        "selection": {"points": [{"point_index": 1}], "point_indices": [1], "box": [], "lasso": []}
    }
    at.run()
    healthy(at)
    assert any(len(frame.value) and "customer_id" in frame.value for frame in at.dataframe)


@pytest.mark.parametrize(
    "measure",
    [
        "active_customers",
        "retention_rate",
        "rolling_retention_rate",
        "orders_per_customer",
        "average_order_value",
        "revenue",
        "margin",
        "cumulative_ltv",
    ],
)
@pytest.mark.parametrize("by", ["date", "channel"])
def test_every_cohort_measure_draws(measure: str, by: str):
    from ltvlib.cohorts import Measure

    healthy(visit("cohorts", measure=Measure(measure), salon_cohort_by=by))


def test_the_form_shows_every_field_a_proposal_can_fill(monkeypatch):
    from ltvlib.ingest.synonyms import FIELDS
    from pages.ui import mapping_words, words

    monkeypatch.setattr(words, "language", lambda: "en")
    assert set(mapping_words.field_names()) == set(FIELDS)


def test_every_reason_and_step_has_words(monkeypatch):
    """Slugs that reach the page are said in words, not shown raw."""
    import re

    from ltvlib.ingest import reconcile
    from pages.ui import mapping_words, words

    monkeypatch.setattr(words, "language", lambda: "en")
    sql = ROOT / "ltvlib" / "sql" / "staging"
    reasons = {
        slug
        for path in sql.glob("*.sql")
        for slug in re.findall(r"then '([a-z_]{6,})'", path.read_text(encoding="utf-8"))
    }
    assert {"no_customer", "bad_date"} <= reasons
    for slug in reasons | set(reconcile._ORDER):
        assert mapping_words.step_name(slug) != slug.replace("_", " "), slug


@pytest.mark.parametrize("page", ["segments", "ltv", "products"])
def test_a_picture_that_is_kept_is_drawn_the_same_every_time(page):
    at = visit(page)
    drawn = [json.loads(one.proto.spec) for one in at.get("plotly_chart")]
    for _ in range(2):
        at.run()
        assert [json.loads(one.proto.spec) for one in at.get("plotly_chart")] == drawn
    assert drawn
    assert all(one["data"] for one in drawn)
