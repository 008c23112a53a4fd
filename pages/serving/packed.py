"""Streamlit's own static files, compressed once and not anew for every visitor.

Fifty people who open the page within seconds would otherwise cost fifty times the compression of 9 MB, all of it on the
event loop that serves everybody. The files' names carry their content's hash, so what is kept is never out of date.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PLACE = "/static/"
MOST_BYTES = 64 << 20
"""Compressed bytes kept at most; all of Streamlit's files together are below it."""


class Packed:
    """Middleware around the compressing one: gives the kept answer where it has one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.kept: dict[str, list[Message]] = {}
        self.size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_ours(scope):
            await self.app(scope, receive, send)
            return
        path = str(scope["path"])
        if path not in self.kept:
            answer = _Heard()
            await self.app(scope, receive, answer)
            if not answer.is_whole or self.size + answer.size > MOST_BYTES:
                await answer.say(send)
                return
            self.kept[path] = answer.messages
            self.size += answer.size
        for message in self.kept[path]:
            await send(_copied(message))


def _is_ours(scope: Scope) -> bool:
    """A plain question for a static file by somebody who understands gzip; the query is not part of the file's name."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(PLACE):
        return False
    headers = Headers(scope=scope)
    special = ("range", "if-none-match", "if-modified-since", "origin")
    return "gzip" in headers.get("accept-encoding", "") and not any(name in headers for name in special)


class _Heard:
    """An answer that is listened to before it is passed on."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(_copied(message))

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return sum(len(message.get("body", b"")) for message in self.messages)

    @property
    def is_whole(self) -> bool:
        """A complete file, not an error."""
        return bool(self.messages) and self.messages[0].get("status") == 200 and not self.messages[-1].get("more_body")

    async def say(self, send: Send) -> None:
        """Pass it on."""
        for message in self.messages:
            await send(message)


def _copied(message: MutableMapping[str, Any]) -> Message:
    """Servers and middleware may add headers to the list that they are given."""
    return {**message, "headers": list(message["headers"])} if "headers" in message else dict(message)
