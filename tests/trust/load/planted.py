"""The product with one defect planted, to see that a suite finds it: ``python -m tests.trust.load.planted DEFECT``.

A suite that cannot fail proves nothing. ``LTV_PLANTED`` holds the number or path that a defect needs.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HELD: list[bytes] = []
LEAKED: dict[tuple[str, str], object] = {}
LOCK = threading.Lock()


def slow() -> None:
    """Every page sleeps."""
    from pages.ui import session

    begin, seconds = session.begin_run, float(os.environ["LTV_PLANTED"])

    def late() -> None:
        begin()
        time.sleep(seconds)

    session.begin_run = late


def leak() -> None:
    """One cache for everybody that forgets whose data it holds."""
    from pages.ui import session

    def remember(work: Callable[..., Any], *arguments: object, **options: object) -> Any:
        key = (f"{work.__module__}.{work.__qualname__}", repr(arguments) + repr(options))
        if key not in LEAKED:
            LEAKED[key] = work(session.workspace(), *arguments, **options)
        return LEAKED[key]

    session.remember = remember


def hold() -> None:
    """A list that keeps every uploaded file."""
    from pages.ui import receive

    take = receive.take

    def greedy(found: Any) -> None:
        HELD.append(bytes(found.getvalue()))
        take(found)

    receive.take = greedy


def jam() -> None:
    """Whoever builds a data set holds a lock that everybody else's pages wait for."""
    from pages.ui import receive, session

    begin, load, seconds = session.begin_run, receive.load, float(os.environ["LTV_PLANTED"])

    def waits() -> None:
        with LOCK:
            begin()

    def holds(*parts: Any) -> Any:
        with LOCK:
            time.sleep(seconds)
        return load(*parts)

    session.begin_run, receive.load = waits, holds


def gone() -> None:
    """The second start never gets as far as serving."""
    mark = Path(os.environ["LTV_PLANTED"])
    if mark.exists():
        time.sleep(600)
    mark.touch()


def still() -> None:
    """A page that does not ask for itself again after the line was lost."""
    from pages.ui import session

    session.come_back = lambda: None


DEFECTS = {"slow": slow, "leak": leak, "hold": hold, "jam": jam, "gone": gone, "still": still}

if __name__ == "__main__":
    from pages.serving import memory

    memory.strictly()
    DEFECTS[sys.argv[1]]()
    import server

    server.main()
