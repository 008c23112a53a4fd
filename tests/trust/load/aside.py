"""Asynchronous plays from ordinary tests: in a thread of their own, because a browser that drives other tests may keep this one's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(play: Coroutine[Any, Any, T]) -> T:
    """What ``asyncio.run`` gives."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, play).result()
