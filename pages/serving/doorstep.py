"""What is kept at home is shown at home: who comes from another computer reaches the survey's form and nothing else."""

from __future__ import annotations

import os
from ipaddress import IPv6Address, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from ltvlib.errors import N_
from pages.serving import notice
from pages.serving.room import home_folder
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
    return bool(home_folder()) and os.environ.get("LTV_NETWORK") != "open" and not has_sign_in()


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
            await notice.hang_up(receive, send, _FORBIDDEN, "open on its own computer only")
        else:
            await notice.page(scope, 403, _TITLE, _TEXT)(scope, receive, send)
