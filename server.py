"""The same app behind an ASGI server of our own: warm start, security headers, compressed assets, health check.

``make run`` uses it; ``streamlit run app.py`` keeps working without it.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import hashlib
import logging
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from ltvlib.errors import LtvError
from pages.survey import routes as survey

ROOT = Path(__file__).parent
BLOCKED = ("/_stcore/metrics", "/_stcore/agent")
JANITOR_SECONDS = 20
log = logging.getLogger("ltv")


def script_hashes() -> str:
    """CSP sources for the inline scripts of Streamlit's own index page, computed from the installed version."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page, flags=re.S)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def policy() -> str:
    """Content security policy: nothing from elsewhere, no inline scripts but Streamlit's own, no framing."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'wasm-unsafe-eval' {script_hashes()}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' ws: wss:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """Pure ASGI middleware: security headers on every answer, internal endpoints closed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"].startswith(BLOCKED):
            await PlainTextResponse("not found", 404)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self.headers]
            await send(message)

        await self.app(scope, receive, with_headers)


async def healthz(request: Request) -> PlainTextResponse:
    """Alive, for watchdogs."""
    return PlainTextResponse("ok")


def on_script_error(error: BaseException) -> bool:
    """Show an incident number instead of details; the log has the type and place, never customer data."""
    from pages.ui import discreet
    from pages.ui.words import _, say

    if isinstance(error, LtvError):
        st.error(say(error), icon=":material/error:")
        return True
    number = token_hex(4)
    log.error("incident %s: %s", number, discreet.place(error))
    words = _("Something went wrong on our side. Please reload the page. Incident {number}.", number=number)
    st.error(words, icon=":material/error:")
    return True


def expire_sessions() -> int:
    """Shut down Streamlit's sessions of tabs closed for good, with the uploads in their memory; returns how many.

    Streamlit itself does so only when another visitor comes or goes.
    """
    if not runtime.exists():
        return 0
    storage: Any = getattr(getattr(runtime.get_instance(), "_session_mgr", None), "_session_storage", None)
    parked: Any = getattr(storage, "_cache", None)
    expired = list(parked.expire() or ()) if hasattr(parked, "expire") else []
    for _session_id, found in expired:
        found.session.shutdown()
    return len(expired)


async def janitor() -> None:
    """Look after closed tabs as long as the server runs."""
    while True:
        await asyncio.sleep(JANITOR_SECONDS)
        try:
            if expire_sessions():
                gc.collect()
        except Exception as error:
            log.error("closed tabs could not be cleared: %s", type(error).__name__)


@contextlib.asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[dict[str, object]]:
    """Warm imports and samples before the first visitor; freeze what stays for good."""
    import plotly.graph_objects  # noqa: F401  # the first page would wait for it

    import pages.ui  # noqa: F401  # before the first visitor: app.py lists the pages, not the folder
    from ltvlib.samples import samples
    from pages.ui.registry import REGISTRY

    for name in samples():
        REGISTRY.sample(name)
    gc.collect()
    gc.freeze()
    task = asyncio.create_task(janitor())
    try:
        yield {}
    finally:
        task.cancel()
        REGISTRY.close_all()


app = st.App(
    str(ROOT / "app.py"),
    lifespan=lifespan,
    routes=[Route("/healthz", healthz), *survey.routes()],
    middleware=[Middleware(Guard), Middleware(GZipMiddleware, minimum_size=2048, compresslevel=6)],
    on_script_error=on_script_error,
)


def main() -> None:
    """Serve on 127.0.0.1:8501, or as LTV_HOST and LTV_PORT say."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    host, port = os.environ.get("LTV_HOST", "127.0.0.1"), int(os.environ.get("LTV_PORT", "8501"))
    os.chdir(ROOT)
    print(f"LTV Workbench: http://{host}:{port}", flush=True)  # noqa: T201
    uvicorn.run(
        app,
        host=host,
        port=port,
        ws="websockets-sansio",
        ws_max_size=50 * 2**20,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
