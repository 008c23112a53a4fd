"""Long fits: they tell what they do, a stop really ends them, and what was stopped stays stopped until asked for."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from ltvlib import forecast
from ltvlib.models.fitting import ModelName, fit
from ltvlib.models.gamma_gamma import fit_spend
from ltvlib.models.watch import StoppedError, Watch, beat, tell, watched
from ltvlib.settings import Filters
from pages.ui import patience
from pages.ui.registry import REGISTRY
from tests.models.world import pareto_world
from tests.test_pages import healthy, visit


@pytest.fixture(scope="module")
def counts():
    return pareto_world(400, 5, 0.7, 8.0, 0.6, 12.0)


def test_without_a_watch_nothing_is_asked():
    beat()
    tell("Nobody listens")


def test_a_fit_tells_and_asks_at_every_look(counts):
    with watched(Watch()) as watch:
        fit(ModelName.PARETO_NBD, counts)
        looks = watch.looks
        fit_spend(np.arange(1, 60), np.arange(1.0, 60.0) ** 1.5)
    assert looks > 15
    assert watch.looks > looks + 15
    assert "order" in str(watch.step)


@pytest.mark.parametrize("model", list(ModelName))
def test_a_stopped_fit_ends_at_its_next_look(counts, model):
    watch = Watch()
    watch.stop.set()
    with watched(watch), pytest.raises(StoppedError):
        fit(model, counts)
    assert watch.looks == 1
    assert fit(model, counts).is_converged, "the next one is not touched"


class _Gone(BaseException):
    """What Streamlit raises where a run has to end."""


def test_a_run_that_ends_takes_its_fit_along(monkeypatch):
    started, ended = threading.Event(), threading.Event()

    def endless() -> None:
        started.set()
        try:
            while True:
                beat()
                time.sleep(0.001)
        finally:
            ended.set()

    worker = patience._Worker(endless)

    def pause() -> None:
        started.wait(5)
        raise _Gone

    monkeypatch.setattr(worker, "_pause", pause)
    with pytest.raises(_Gone):
        worker.result("endless")
    assert ended.is_set()
    assert not worker._thread.is_alive()


def test_a_failure_comes_back_to_the_page(monkeypatch):
    def broken() -> None:
        raise ValueError("broken")

    worker = patience._Worker(broken)
    monkeypatch.setattr(worker, "_pause", lambda: time.sleep(0.001))
    with pytest.raises(ValueError, match="broken"):
        worker.result("broken")


def test_what_was_stopped_waits_for_a_click(monkeypatch):
    monkeypatch.setattr(REGISTRY.sample("crm"), "stamp", "nothing remembered of it: stopped")
    name = f"{REGISTRY.sample('crm').stamp} {forecast.exam.__module__}.exam {(Filters(),)!r} {{}}"
    at = healthy(visit("forecast", "crm", halted=(name,)))
    assert "Stopped" in at.info[0].value
    assert not at.dataframe
    next(button for button in at.button if button.label == "Start again").click().run()
    assert healthy(at).dataframe
    assert not at.session_state["halted"]


def test_long_work_shows_its_step_and_a_way_out(monkeypatch):
    """With no patience at all the box is drawn at once, and gone with the answer."""
    shown = []
    monkeypatch.setattr(patience, "QUIET_SECONDS", -1.0)
    original = patience._Worker._words

    def words(self) -> str:
        shown.append(original(self))
        return shown[-1]

    monkeypatch.setattr(patience._Worker, "_words", words)
    monkeypatch.setattr(REGISTRY.sample("salon"), "stamp", "nothing remembered of it: patient")
    at = healthy(visit("forecast", "salon"))
    assert any("with the model Pareto/NBD" in text or "Counting who bought" in text for text in shown)
    assert "Stop" not in [button.label for button in at.button]
    assert at.dataframe
