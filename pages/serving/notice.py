"""What somebody is told who is not let in: a page in their language, or the end of their websocket."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from pages.survey import html


def page(scope: Scope, status: int, title: str, text: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """A page without a script that is kept nowhere; ``title`` and ``text`` as they stand in the catalogue."""
    language = html.preferred(Headers(scope=scope))
    body = html.message(language, html.said(language, title), html.said(language, text))
    return HTMLResponse(body, status, {**(headers or {}), "cache-control": "no-store"})


async def hang_up(receive: Receive, send: Send, code: int, reason: str) -> None:
    """Close a websocket before it is open."""
    await receive()
    await send({"type": "websocket.close", "code": code, "reason": reason})
