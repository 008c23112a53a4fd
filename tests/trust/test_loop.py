"""The loop of the server: nothing handed over from another thread is lost or late, and most wake-ups are left out."""

from __future__ import annotations

import asyncio
import random
import sys
import threading
import time
from collections.abc import Coroutine

import pytest

from pages.serving.loop import Loop

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the server uses it on Linux and macOS"),
    pytest.mark.timeout(60),
]


def handed_over(loop: asyncio.AbstractEventLoop, threads: int, each: int, pause: float) -> list[float]:
    """Seconds from the hand-over of every message to the loop's taking it; the loop has nothing else that would wake it."""
    waited: list[float] = []

    async def listen() -> None:
        done = asyncio.Event()

        def take(since: float) -> None:
            waited.append(time.perf_counter() - since)
            if len(waited) == threads * each:
                done.set()

        def speak(number: int) -> None:
            dice = random.Random(number)
            for _ in range(each):
                loop.call_soon_threadsafe(take, time.perf_counter())
                if dice.random() < 0.2:
                    time.sleep(dice.random() * pause)

        for number in range(threads):
            threading.Thread(target=speak, args=(number,), daemon=True).start()
        await done.wait()

    run(loop, listen())
    return waited


def run(loop: asyncio.AbstractEventLoop, work: Coroutine[object, object, None]) -> None:
    """In a thread of its own: a browser that another test opened has its loop in this one."""
    runner = threading.Thread(target=loop.run_until_complete, args=(work,))
    runner.start()
    runner.join()


@pytest.fixture
def loop():
    made = Loop()
    yield made
    made.close()


def test_nothing_is_lost_and_nothing_waits_for_another_wake_up(loop: Loop):
    waited = handed_over(loop, threads=6, each=4_000, pause=0.002)
    assert len(waited) == 24_000
    assert max(waited) < 5.0


def test_a_lonely_message_wakes_the_loop_every_time(loop: Loop):
    waited = handed_over(loop, threads=1, each=300, pause=0.01)
    assert len(waited) == 300


def test_wake_ups_are_left_out(loop: Loop, monkeypatch: pytest.MonkeyPatch):
    written: list[int] = []
    usual = asyncio.SelectorEventLoop._write_to_self
    monkeypatch.setattr(asyncio.SelectorEventLoop, "_write_to_self", lambda self: (written.append(1), usual(self))[1])

    async def many() -> None:
        for _ in range(1_000):
            loop.call_soon_threadsafe(lambda: None)
        await asyncio.sleep(0)

    run(loop, many())
    assert 1 <= len(written) <= 3


def test_twin_a_loop_that_marks_itself_too_early_is_found():
    class TooEarly(Loop):
        def _read_from_self(self) -> None:
            self._is_woken = False
            self.call_soon_threadsafe(lambda: None)  # what another thread may do at this very moment
            asyncio.SelectorEventLoop._read_from_self(self)

    loop, over = TooEarly(), threading.Event()

    def rescue() -> None:
        while not over.wait(1.0):
            asyncio.SelectorEventLoop._write_to_self(loop)

    rescuer = threading.Thread(target=rescue, daemon=True)
    rescuer.start()
    waited = handed_over(loop, threads=1, each=30, pause=0.05)
    over.set()
    rescuer.join()
    loop.close()
    assert max(waited) > 0.3, "it sleeps over a message until somebody else wakes it"
