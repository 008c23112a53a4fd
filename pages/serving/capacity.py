"""Room for so many people and so many bytes: who comes when it is full is told so, instead of everybody waiting."""

from __future__ import annotations

from collections import Counter

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ltvlib.errors import N_
from pages.serving import notice
from pages.serving.room import ROOM, Room

AGAIN_SECONDS = 60
RETURNING = 1.1
"""Who is in and loses the network comes back by websocket alone; this much room is kept for them."""
_STREAM, _UPLOAD = "/_stcore/stream", "/_stcore/upload_file/"
_SERVED = ("/_stcore", "/static", "/media", "/component", "/s/", "/healthz", "/favicon", "/oauth2callback", "/auth")
_TRY_AGAIN = 1013
"""Websocket close code: try again later."""
_TITLE = N_("The workbench is full right now")
_TEXT = N_("As many people as it can serve are working with it. This page tries again by itself in a minute.")


class Capacity:
    """Middleware that counts open tabs and arriving files, and turns away what is too much."""

    def __init__(self, app: ASGIApp, room: Room | None = None) -> None:
        self.app = app
        self.room = room or ROOM
        self.open: Counter[str] = Counter()
        self.arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind, path = scope["type"], scope.get("path", "")
        if kind == "websocket" and path.endswith(_STREAM):
            await self._tab(scope, receive, send)
        elif kind == "http" and _UPLOAD in path and scope["method"] in ("PUT", "POST"):
            await self._file(scope, receive, send)
        elif kind == "http" and scope["method"] == "GET" and not path.startswith(_SERVED) and self.is_full(scope):
            await _full(scope)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def is_full(self, scope: Scope, more: float = 1.0) -> bool:
        """Whether a tab from this address finds no room."""
        most, here = self.room.max_per_address, self.open[_address(scope)]
        return self.open.total() >= self.room.max_sessions * more or bool(most and here >= most * more)

    async def _tab(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.is_full(scope, RETURNING):
            await notice.hang_up(receive, send, _TRY_AGAIN, "full, try again in a minute")
            return
        address = _address(scope)
        self.open[address] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.open[address] -= 1
            self.open += Counter()  # addresses without a tab are forgotten

    async def _file(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = Headers(scope=scope).get("content-length", "")
        size = int(length) if length.isdecimal() else -1
        if size < 0:
            await PlainTextResponse("length required", 411)(scope, receive, send)
        elif self.arriving + size > self.room.max_upload_mb << 20:
            again = {"retry-after": str(AGAIN_SECONDS)}
            await PlainTextResponse("full, try again in a minute", 503, again)(scope, receive, send)
        else:
            self.arriving += size
            try:
                await self.app(scope, receive, send)
            finally:
                self.arriving -= size


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _full(scope: Scope) -> Response:
    """The page for those who find no room: it comes back by itself, without a script."""
    again = str(AGAIN_SECONDS)
    return notice.page(scope, 503, _TITLE, _TEXT, {"retry-after": again, "refresh": again})
