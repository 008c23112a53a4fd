"""A file made while its owner looks at the preview: what is taken is what the button makes, and what is not wanted goes."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from ltvlib import ingest, kpis
from ltvlib.errors import LtvError
from pages.ui import ahead
from pages.ui.ahead import Ahead
from pages.ui.registry import Upload
from tests.trust.visitors import build, drop, export, files, healthy, mine, owner, said, visitor

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Short files are made ahead too; the margins with which files were converted."""
    monkeypatch.setattr(ahead, "AHEAD_FROM", 1)
    convert, seen = ingest.load, []

    def counted(raw, mapping, *rest, **named):
        seen.append(mapping.margin_rate)
        return convert(raw, mapping, *rest, **named)

    monkeypatch.setattr(ingest, "load", counted)
    return seen


def coming(at: AppTest) -> tuple[Upload, Ahead]:
    upload = mine(at).coming
    assert upload is not None
    assert upload.ahead is not None
    return upload, upload.ahead


def made(at: AppTest) -> ahead.Made:
    """What was made ahead, once it is."""
    found = coming(at)[1]
    assert found.done.wait(60)
    assert found._made is not None
    return found._made


def is_closed(found: ahead.Made) -> bool:
    try:
        found.space.ltv_revenue()
    except LtvError:
        return not found.out.exists()
    return False


def test_who_changes_nothing_gets_what_was_made_ahead(loads):
    at = healthy(drop(visitor(), export("EARLY")))
    early = made(at)
    assert loads == [0.3]
    healthy(build(at))
    assert mine(at).workspace is early.space
    assert loads == [0.3], "not converted again"


def test_it_is_the_data_set_that_the_button_makes(loads, monkeypatch):
    at = healthy(drop(visitor(), export("SAME")))
    made(at)
    healthy(build(at))
    monkeypatch.setattr(ahead, "AHEAD_FROM", 10**9)
    late = owner(export("SAME"))
    spaces = [mine(tab).workspace for tab in (at, late)]
    assert all(space is not None for space in spaces)
    one, two = ((space.info, space.facts(), kpis.overview(space).months.to_csv()) for space in spaces)
    assert one == two
    assert sorted(files(mine(at).folder)) == sorted(files(mine(late).folder))


def test_the_button_waits_for_what_is_under_way(loads, monkeypatch):
    convert = ingest.load

    def slow(*parts, **named):
        time.sleep(1)
        return convert(*parts, **named)

    monkeypatch.setattr(ingest, "load", slow)
    at = healthy(drop(visitor(), export("WAIT")))
    assert not coming(at)[1].done.is_set()
    healthy(build(at))
    assert mine(at).workspace is not None
    assert loads == [0.3]


def test_another_mapping_is_made_anew(loads):
    at = healthy(drop(visitor(), export("MOVED")))
    early = made(at)
    at.slider[0].set_value(50)
    healthy(build(at))
    space = mine(at).workspace
    assert space is not None
    assert space.info.margin_rate == 0.5
    assert loads == [0.3, 0.5]
    assert is_closed(early)


@pytest.mark.parametrize("is_ready", [True, False])
@pytest.mark.parametrize("label", ["Put this file aside", "Delete my data now"])
def test_put_aside_or_deleted_nothing_stays(loads, label, is_ready):
    at = healthy(drop(owner(export("FIRST")), export("GONE")))
    early = made(at) if is_ready else None
    thread = coming(at)[1]
    healthy(next(button for button in at.button if button.label == label).click().run())
    assert thread.done.wait(30)
    assert thread._made is None
    assert early is None or is_closed(early)
    assert mine(at).coming is None
    left = files(mine(at).folder)
    assert "orders.parquet" not in left
    assert (left == []) is (label == "Delete my data now")
    assert "GONE" not in said(at)


def test_the_next_file_takes_the_place(loads):
    at = healthy(drop(visitor(), export("ONE")))
    early = made(at)
    drop(at, export("TWO", rows=60))
    healthy(at)
    assert is_closed(early)
    made(at)
    healthy(build(at))
    assert mine(at).workspace.facts().orders == 60


def test_a_tab_that_closes_takes_it_along(loads):
    at = healthy(drop(visitor(), export("LEFT")))
    early = made(at)
    mine(at).close()
    assert is_closed(early)


def test_what_fails_ahead_is_told_when_the_button_is_pressed(loads, monkeypatch):
    def fails(*parts, **named):
        raise LtvError("Choose the column with the date of the order.")

    monkeypatch.setattr(ingest, "load", fails)
    at = healthy(drop(visitor(), export("FAILS")))
    assert coming(at)[1].done.wait(30)
    assert not at.error
    build(at)
    assert [error.value for error in at.error] == ["Choose the column with the date of the order."]
    assert mine(at).workspace is None


def test_one_file_at_a_time_and_none_for_strangers(loads, monkeypatch):
    with ahead._turn:
        at = healthy(drop(visitor(), export("BUSY")))
        assert mine(at).coming.ahead is None
    healthy(build(at))
    monkeypatch.setattr(ahead, "is_demo", lambda: True)
    at = healthy(drop(visitor(), export("DEMO")))
    assert mine(at).coming.ahead is None
