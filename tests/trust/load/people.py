"""Visitors that click around: what they do is drawn from seeded dice, so that two plays are the same play."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from tests.pages import PAGES
from tests.trust.load import figures
from tests.trust.load.client import Run, Tab, VisitError

SAMPLES = ("salon", "kids", "electronics", "b2b", "crm")
MARTS = ("overview", "segments", "cohorts", "acquisition", "ltv", "drivers", "products", "losses", "nps", "service")
"""Pages that read the ready tables and nothing else."""
TO_PAGE, TO_FRAME = 0.3, 0.1
"""Of ten actions three open another page, one touches the frame (data set, filters), six move something on the page."""


@dataclass
class Play:
    """What became of a number of visitors."""

    runs: list[Run] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, tab: Tab) -> None:
        """Take over what a tab saw."""
        self.runs += tab.runs
        self.errors += tab.errors

    def of(self, *kinds: str) -> list[float]:
        """Seconds of the actions of some kinds; without kinds, of all but opening."""
        return [run.seconds for run in self.runs if (run.what in kinds if kinds else run.what != "open")]

    @property
    def p95(self) -> float:
        """Seconds that 95 of 100 actions did not exceed."""
        return figures.percentile(self.of(), 0.95)

    @property
    def median(self) -> float:
        """Seconds of the action in the middle."""
        return figures.percentile(self.of(), 0.5)

    def slowest_pages(self, most: int = 5) -> dict[str, float]:
        """The pages with the longest p95, and it."""
        pages = defaultdict(list)
        for run in self.runs:
            if run.what != "open":
                pages[run.page].append(run.seconds)
        found = {page: round(figures.percentile(seconds, 0.95), 2) for page, seconds in pages.items()}
        return dict(sorted(found.items(), key=lambda item: -item[1])[:most])


async def act(tab: Tab, dice: random.Random, pages: tuple[str, ...] = PAGES) -> Run:
    """One action of a visitor: another page, a choice in the frame, or something on the page."""
    lot = dice.random()
    if lot < TO_PAGE:
        return await tab.go(dice.choice([page for page in pages if page in tab.pages and page != tab.page]))
    choices = tab.can_change(dice, with_frame=False)
    if lot < TO_PAGE + TO_FRAME or not choices:
        choices = [pair for pair in tab.can_change(dice) if pair[0].script == tab.main_script]
    return await tab.set(*dice.choice(choices))


async def stroll(tab: Tab, dice: random.Random, until: float, pace: tuple[float, float]) -> None:
    """Click until the time is over, thinking in between; a visitor thinks no shorter because the answer was slow."""
    while True:
        pause = dice.uniform(*pace)
        if time.monotonic() + pause > until:
            return
        await asyncio.sleep(pause)
        await act(tab, dice)


async def visit(tab: Tab, play: Play, rest: Callable[[Tab], Awaitable[None]]) -> None:
    """Open, do the rest, leave; whatever breaks is an error of the play."""
    try:
        await tab.open()
        await rest(tab)
        await tab.close()
    except (VisitError, OSError, WebSocketException, TimeoutError) as error:
        play.errors.append(f"{tab.page or tab.path}: {type(error).__name__} {error}"[:200])
        tab.drop()
    finally:
        play.add(tab)


async def crowd(
    address: str, people: int, seconds: float, pace: tuple[float, float], seed: int = 7, spread: float = 5.0
) -> Play:
    """``people`` visitors on mixed samples and pages, who came within ``spread`` seconds and click for ``seconds``."""
    play, until = Play(), time.monotonic() + spread + seconds

    async def one(number: int) -> None:
        dice = random.Random(seed * 1000 + number)
        await asyncio.sleep(dice.uniform(0, spread))
        sample, page = SAMPLES[number % len(SAMPLES)], PAGES[number % len(PAGES)]
        tab = Tab(address, page, f"data={sample}" if number % len(SAMPLES) else "")
        await visit(tab, play, lambda found: stroll(found, dice, until, pace))

    await asyncio.gather(*(one(number) for number in range(people)))
    return play


async def first_look(address: str) -> Play:
    """Somebody opens every page of every sample once, as whoever prepares a workshop does; long models are made then."""
    play = Play()

    async def every_page(tab: Tab) -> None:
        for page in PAGES:
            await tab.go(page, 120)

    for sample in SAMPLES:
        await visit(Tab(address, "overview", f"data={sample}"), play, every_page)
    return play
