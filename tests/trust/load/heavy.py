"""The guest that asks for the heaviest things: a big file, its forecast, its product pairs."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time

from tests.trust.load.client import Tab

ROWS, CUSTOMERS = 120_000, 15_000


def make(mark: str = "HEAVY", rows: int = ROWS) -> bytes:
    """Orders with products of many customers over three years, in no order."""
    dice = random.Random(5)
    lines = ["Order ID,Order date,Customer,Email,Total,Channel,Product,City"]
    start = dt.date(2023, 1, 1)
    days = [(start + dt.timedelta(days=n)).isoformat() for n in range(1000)]
    for n in range(rows):
        who = int(dice.expovariate(1.0) * CUSTOMERS / 4) % CUSTOMERS
        day = days[min(999, int(999 * dice.random()))]
        goods = f"{mark} item {dice.randrange(200)}"
        lines.append(f"{mark}-{n // 2},{day},{mark} {who},{who}@example.com,{100 + n % 900},web,{goods},Riga")
    return "\n".join(lines).encode()


def export() -> bytes:
    """The big file."""
    return make()


async def ask(tab: Tab, until: float) -> int:
    """Upload, build, then one heavy page after the other without a pause, filters changed so that nothing is ready."""
    done, dice = 0, random.Random(9)
    await tab.open()
    await tab.upload("heavy.csv", await asyncio.to_thread(export))
    await tab.press("Build my data set", 120)
    while time.monotonic() < until:
        for page in ("forecast", "products", "calls", "segments"):
            await tab.go(page, 180)
            tabs = [pair for pair in tab.can_change(dice, with_frame=False) if pair[0].kind == "tab_container"]
            for pair in tabs:
                await tab.set(*pair, seconds=180)
            done += 1
        period = [
            pair for pair in tab.can_change(dice) if pair[0].kind == "slider" and pair[0].script == tab.main_script
        ]
        if period:
            await tab.set(*period[0], seconds=180)
    return done
