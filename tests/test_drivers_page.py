"""The page about what moves the profit: every sample, both languages, little data, every switch."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ltvlib.samples import samples
from pages.ui.registry import REGISTRY
from tests.conftest import open_rows
from tests.test_pages import LOSS, REFUND_ONLY, TINY, healthy, own, visit

TITLE = {"en": "What moves the profit", "ru": "Что движет прибылью"}
TABS = {
    "en": ("What changed", "News or a wobble", "How long customers stay", "If the largest leave"),
    "ru": ("Что изменилось", "Новость или колебание", "Как долго остаются клиенты", "Если уйдут крупнейшие"),
}


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption, *at.info])


def opened(tab: int, data: str = "salon", language: str = "en", **state: object) -> AppTest:
    return healthy(visit("drivers", data, language, driver_tabs=TABS[language][tab], **state))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("data", list(samples()))
def test_every_tab_opens_on_every_sample(data: str, language: str):
    for tab, (charts, tables) in enumerate(((1, 2), (6, 0), (1, 0), (0, 1))):
        at = opened(tab, data, language)
        assert at.title[0].value == TITLE[language]
        assert not at.info, "every sample has enough data for all of it"
        assert len(at.get("plotly_chart")) >= charts
        assert len(at.dataframe) == tables, TABS[language][tab]


@pytest.mark.parametrize("tab", range(4))
@pytest.mark.parametrize(
    "rows", [TINY, LOSS, REFUND_ONLY, []], ids=["one customer", "no revenue", "refunds only", "empty"]
)
def test_little_data_get_a_sentence(rows: list[dict], tab: int, tmp_path: Path):
    at = opened(tab, "upload", uid=own(tmp_path, rows))
    assert at.session_state["data"] == "upload"
    assert at.title
    assert len(words(at)) > 100


def test_too_short_a_file_says_so(tmp_path: Path):
    assert "does not reach back far enough" in words(opened(0, "upload", uid=own(tmp_path, TINY)))
    loss = tmp_path / "loss"
    loss.mkdir()
    assert "No customer made a profit" in words(opened(3, "upload", uid=own(loss, LOSS)))


def test_the_parts_on_screen_sum_to_the_change():
    at = opened(0)
    parts, groups = at.dataframe[0].value, at.dataframe[1].value
    effect = parts["effect"].iloc[0] + parts["effect"].iloc[3:].sum()
    assert parts["effect"].iloc[0] == pytest.approx(parts["effect"].iloc[1:3].sum(), abs=2)
    assert effect == pytest.approx(groups["change"].sum(), abs=10)
    assert groups["change"].abs().is_monotonic_decreasing


def test_both_views_tell_the_same_change():
    drivers, people = (opened(0, drivers_view=view).dataframe[0].value for view in ("drivers", "people"))
    assert people["effect"].sum() == pytest.approx(drivers["effect"].sum() - drivers["effect"].iloc[0], abs=10)
    assert "who bought in both periods" in words(opened(0, drivers_view="people"))


def test_a_shorter_period_can_be_compared_with_a_year_earlier():
    before = words(opened(0, salon_drivers_months=3))
    earlier = words(opened(0, salon_drivers_months=3, salon_drivers_back=12))
    assert "Aug 1, 2025 – Oct 31, 2025" in before
    assert "May 1, 2025 – Jul 31, 2025" in before
    assert "Aug 1, 2024 – Oct 31, 2024" in earlier


@pytest.mark.parametrize("by", ["segment", "channel", "first_category"])
def test_groups_by(by: str):
    at = opened(0, salon_drivers_by=by)
    assert len(at.dataframe[1].value) > 1


def test_a_filter_changes_the_page():
    at = opened(0, salon_channel=["Карты"])
    assert any("Карты" in caption.value for caption in at.caption)
    assert at.dataframe[1].value["change"].sum() < opened(0).dataframe[1].value["change"].sum()


def test_segments_of_now_do_not_choose_their_own_result():
    """Who is in A now has grown into it; the page tells the change of everybody and says so."""
    for tab in range(4):
        everybody, chosen = opened(tab), opened(tab, salon_segments=["A"])
        assert "choice of segments is left aside" in words(chosen)
        assert "choice of segments is left aside" not in words(everybody)
        assert [m.value for m in chosen.markdown] == [m.value for m in everybody.markdown]
        for shown, wanted in zip(chosen.dataframe, everybody.dataframe, strict=True):
            assert shown.value.equals(wanted.value)


def test_a_month_without_an_order_is_not_called_an_end(tmp_path: Path):
    """Every second month an order: in one month half of the customers rest, and they will be back."""
    rows = [
        {"customer_id": f"c{k}", "ordered_at": f"2024-{month:02}-05", "revenue": 100.0 + k}
        for k in range(20)
        for month in range(1 + k % 2, 13, 2)
    ]
    REGISTRY.session(tmp_path.name).workspace = open_rows(tmp_path, rows, dt.date(2025, 1, 1), 0.3)
    at = opened(0, "upload", uid=tmp_path.name, upload_drivers_months=1)
    assert "customers did not buy in this period" in words(at)
    assert "earlier customers bought again" in words(at)
    assert "stopped buying" not in words(at)


def test_an_interval_is_called_by_its_name():
    said = words(opened(2))
    assert "(95 % interval: " in said
    assert "surely" not in said


def test_a_file_shorter_than_the_silence_says_so(tmp_path: Path):
    rows = [{"customer_id": f"c{k}", "ordered_at": f"2024-0{k + 2}-05", "revenue": 10.0} for k in range(6)]
    at = opened(2, "upload", uid=own(tmp_path, rows), upload_lapse=365)
    assert "Nobody's first order is more than 365 days old" in words(at)
    assert not at.get("plotly_chart")
    assert "seen up to" in words(opened(2))


def test_a_longer_silence_keeps_customers_longer():
    short, long = (words(opened(2, "b2b", b2b_lapse=lapse)) for lapse in (30, 365))
    assert "More than half" not in short
    assert "More than half" in long


def test_the_largest_customers_are_listed():
    frame = opened(3, "b2b").dataframe[0].value
    assert len(frame) == 5
    assert frame["margin"].is_monotonic_decreasing
