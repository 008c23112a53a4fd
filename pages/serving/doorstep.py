"""What is kept at home is shown at home: who comes from another computer reaches the survey's form and nothing else."""

from __future__ import annotations

import os
from ipaddress import IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ltvlib.errors import N_
from pages.serving.room import is_demo
from pages.survey import html
from pages.ui.door import has_sign_in

FOR_ALL = ("/s/", "/healthz")
_FORBIDDEN = 1008
"""Websocket close code: against the rules of the house."""
_TITLE = N_("This workbench is open on its own computer only")
_TEXT = N_(
    "It keeps the data of a business. From elsewhere only its survey can be answered. Its owner can let others in with a sign-in, or with LTV_NETWORK=open."
)


def is_private() -> bool:
    """Whether this server keeps data (``LTV_HOME``) behind no sign-in, and nobody said that all may see them."""
    is_kept = bool(os.environ.get("LTV_HOME")) and not is_demo()
    return is_kept and os.environ.get("LTV_NETWORK") != "open" and not has_sign_in()


def is_here(scope: Scope) -> bool:
    """Whether a request comes from this computer; an address that is none comes from elsewhere."""
    try:
        address = ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


class Doorstep:
    """Middleware: with kept data and no sign-in, visitors from other computers are let to the survey only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.is_private = app, is_private()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asking = scope["type"] in ("http", "websocket")
        if not is_asking or not self.is_private or scope["path"].startswith(FOR_ALL) or is_here(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _FORBIDDEN, "reason": "open on its own computer only"})
        else:
            language = html.known(Headers(scope=scope).get("accept-language", "en")[:2].lower())
            text = html.message(language, html.said(language, _TITLE), html.said(language, _TEXT))
            await HTMLResponse(text, 403, {"cache-control": "no-store"})(scope, receive, send)
