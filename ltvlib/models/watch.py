"""Who waits for a long fit: told what is being done, and able to stop it for good.

A fit asks at every look at the likelihood whether it is still wanted, so it ends within one such look. Without a watch
both calls cost nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from ltvlib.errors import LtvError
from ltvlib.models.messages import Message


class StoppedError(LtvError):
    """The work was stopped by the one who waited for it; nothing of it is kept."""


@dataclass(eq=False)
class Watch:
    """What a long work tells and hears.

    Attributes:
        step: what is being done now; None before the first word.
        stop: set it to end the work.
        looks: how often the work asked whether it is still wanted.
    """

    step: Message | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    looks: int = 0


_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched(watch: Watch) -> Iterator[Watch]:
    """Inside, :func:`tell` and :func:`beat` of this thread go to ``watch``."""
    token = _WATCH.set(watch)
    try:
        yield watch
    finally:
        _WATCH.reset(token)


def tell(template: str, **params: object) -> None:
    """Say what is being done from here on."""
    watch = _WATCH.get()
    if watch is not None:
        watch.step = Message(template, params)
        beat()


def beat() -> None:
    """Raise :class:`StoppedError` where nobody waits any more."""
    watch = _WATCH.get()
    if watch is not None:
        watch.looks += 1
        if watch.stop.is_set():
            raise StoppedError("The forecast was stopped.")
