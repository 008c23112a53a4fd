"""The page: every section with every sample in both languages, and what it says where there is nothing to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from ltvlib.samples import samples
from tests.products.shop import by_hand
from tests.test_pages import REGISTRY, healthy, visit

VIEWS = {
    "journey": (("Journey", "Путь"), None),
    "order": (("Goes together", "Что берут вместе"), "order"),
    "later": (("Goes together", "Что берут вместе"), "later"),
    "added": (("Goes together", "Что берут вместе"), "added"),
    "up": (("Goes together", "Что берут вместе"), "up"),
    "offer": (("Next offer", "Что предложить"), None),
    "discounts": (("Discounts", "Скидки"), None),
}


def opened(view: str, data: str, language: str, **state: object):
    tabs, show = VIEWS[view]
    more = {f"{data}_pairs_show": show} if show else {}
    return healthy(visit("products", data, language, products_tabs=tabs[language == "ru"], **more, **state))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("view", list(VIEWS))
@pytest.mark.parametrize("data", list(samples()))
def test_every_section_on_every_sample(view: str, data: str, language: str):
    at = opened(view, data, language)
    assert at.dataframe or at.info or at.get("plotly_chart") or data == "crm"


@pytest.mark.parametrize("level", ["category", "product"])
@pytest.mark.parametrize("view", list(VIEWS))
def test_both_levels_of_the_shop(view: str, level: str):
    opened(view, "electronics", "en", electronics_journey_level=level, electronics_pairs_level=level)


@pytest.mark.parametrize("view", list(VIEWS))
def test_four_customers_are_enough_to_open_it(view: str, tmp_path: Path):
    REGISTRY.session(tmp_path.name).workspace = by_hand(tmp_path)
    opened(view, "upload", "en", uid=tmp_path.name)


def test_without_lines_it_says_what_to_upload(tmp_path: Path):
    REGISTRY.session(tmp_path.name).workspace = by_hand(tmp_path, with_lines=False)
    at = healthy(visit("products", "upload", uid=tmp_path.name))
    assert "lines of the orders" in at.info[0].value
    next(button for button in at.button if button.label == "Open the electronics shop").click().run()
    assert at.session_state["data"] == "electronics"
    assert healthy(at).tabs


def test_the_page_owns_up_where_bestsellers_do_as_well(monkeypatch: pytest.MonkeyPatch):
    """With an exam that is within chance the reader is warned."""
    from ltvlib.products.next_offer import Exam

    assert not opened("offer", "electronics", "en").warning
    monkeypatch.setattr(Exam, "is_better", property(lambda self: self.low > 1))
    at = opened("offer", "electronics", "en")
    assert "do not beat a plain list of bestsellers" in at.warning[0].value
