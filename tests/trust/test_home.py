"""What is kept on this computer, as a visitor meets it: kept, added to, shared by tabs, deleted; off for strangers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ltvlib.outreach import worklist
from ltvlib.outreach.words import Kind, Outcome
from pages.ui.registry import HOME, REGISTRY
from tests.trust.visitors import build, drop, export, healthy, visitor

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Iterator[None]:
    REGISTRY.close_home()
    monkeypatch.setenv("LTV_HOME", str(tmp_path / "home"))
    yield
    REGISTRY.close_home()


def keys(at) -> set[str]:
    return {str(button.key) for button in at.button}


def test_a_file_is_kept_and_the_next_one_is_announced_and_added(home):
    at = healthy(build(drop(visitor(), export("ALPHA"))))
    healthy(at.button(key="home_keep").click().run())
    assert at.session_state["data"] == HOME
    orders = REGISTRY.kept().facts().orders
    assert orders > 0
    other = healthy(visitor())
    assert other.session_state["data"] == HOME, "what is kept opens by itself in every tab"
    again = healthy(build(drop(other, export("ALPHA"))))
    assert any("are kept already" in text.value for text in again.markdown)
    healthy(again.button(key="home_append").click().run())
    assert REGISTRY.kept().facts().orders == orders, "the same file again changes nothing"


def test_what_one_tab_writes_the_other_reads(home):
    at = healthy(build(drop(visitor(), export("ALPHA"))))
    at.button(key="home_keep").click().run()
    day = REGISTRY.kept().info.as_of
    worklist.log_touch(REGISTRY.home().journal, "nobody in particular", day, Kind.CALL, Outcome.TALKED)
    other = healthy(visitor())
    other.switch_page("pages/calls.py").run()
    healthy(other)
    assert any("kept on this computer" in caption.value for caption in other.caption)
    REGISTRY.close_home()  # the program ends and begins again
    assert REGISTRY.home().journal.count("touches") == 1


def test_deleting_is_for_good(home):
    at = healthy(build(drop(visitor(), export("ALPHA"))))
    at.button(key="home_keep").click().run()
    healthy(at.button(key="home_forget").click().run())
    assert REGISTRY.home().info() is None
    assert at.session_state["data"] != HOME


def test_a_demo_for_strangers_keeps_nothing(home, monkeypatch):
    monkeypatch.setenv("LTV_DEMO", "1")
    at = healthy(build(drop(visitor(), export("ALPHA"))))
    assert not {"home_keep", "home_append", "home_save", "home_forget"} & keys(at)
    assert REGISTRY.home() is None
