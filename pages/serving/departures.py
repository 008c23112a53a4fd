"""Tabs that were closed for good, told apart from tabs that lost the network, and what Streamlit keeps of both.

A browser says goodbye when a tab is closed or left (websocket code 1001); where the network breaks nobody says anything,
and the tab may come back. Streamlit's session ends in the task that received the goodbye, so a context variable
carries it to the place where the session learns that its tab is gone.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from pages.serving import memory
from pages.ui.registry import REGISTRY

GOODBYES = (1000, 1001)
JANITOR_SECONDS = 5
_is_left: ContextVar[bool] = ContextVar("is_left", default=False)
log = logging.getLogger("ltv")


def is_left() -> bool:
    """Whether the browser of this websocket said goodbye."""
    return _is_left.get()


class Departures:
    """Middleware: remembers how a websocket ended, for :func:`is_left`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def heard() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect" and message.get("code") in GOODBYES:
                _is_left.set(True)
            return message

        await self.app(scope, heard if scope["type"] == "websocket" else receive, send)


def _parked() -> Any:
    """Streamlit's store of disconnected sessions; ``None`` where this version keeps it elsewhere."""
    if not runtime.exists():
        return None
    storage: Any = getattr(getattr(runtime.get_instance(), "_session_mgr", None), "_session_storage", None)
    return getattr(storage, "_cache", None)


def expire_sessions(left: list[str] | None = None) -> int:
    """Shut down Streamlit's sessions of tabs closed for good, with the uploads in their memory; returns how many.

    Those named in ``left`` and those whose time to come back is over. Streamlit itself looks only when another
    visitor comes or goes.
    """
    parked = _parked()
    if parked is None:
        return 0
    found = [session for _, session in parked.expire() or ()] if hasattr(parked, "expire") else []
    found += [parked.pop(name) for name in left or () if name in parked]
    for each in found:
        each.session.shutdown()
    return len(found)


async def janitor() -> None:
    """Look after closed tabs as long as the server runs."""
    while True:
        await asyncio.sleep(JANITOR_SECONDS)
        try:
            await asyncio.to_thread(REGISTRY.sweep)
            left = REGISTRY.take_left()
            if expire_sessions(left) or left or REGISTRY.has_deleted():
                await memory.let_go()
                await asyncio.to_thread(memory.clean)
        except Exception as error:
            log.error("closed tabs could not be cleared: %s", type(error).__name__)
