"""The same app behind an ASGI server of our own: warm start, security headers, compressed assets, health check.

``make run`` uses it; ``streamlit run app.py`` keeps working without it.
"""

from __future__ import annotations

from pages.serving import memory

if __name__ == "__main__":
    memory.strictly()  # before anything large is imported: it starts the program again

import asyncio
import contextlib
import gc
import logging
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ltvlib.errors import LtvError
from pages.serving.capacity import Capacity
from pages.serving.departures import Departures, janitor
from pages.serving.doorstep import Doorstep, is_private
from pages.serving.guard import Guard
from pages.serving.packed import Packed
from pages.serving.room import is_own_computer
from pages.survey import routes as survey

ROOT = Path(__file__).parent
log = logging.getLogger("ltv")


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


def keep_addresses_out_of_the_log() -> None:
    """No line per request: the address of an upload holds the session's id, which is a key. Streamlit turns them on."""
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)


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
    keep_addresses_out_of_the_log()
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
    middleware=[
        Middleware(Guard),
        Middleware(Doorstep),
        Middleware(Capacity),
        Middleware(Departures),
        Middleware(Packed),
        Middleware(GZipMiddleware, minimum_size=2048, compresslevel=6),
    ],
    on_script_error=on_script_error,
)


def main() -> None:
    """Serve on 127.0.0.1:8501, or as LTV_HOST and LTV_PORT say; LTV_PROXY: addresses of the proxy that is believed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    host, port = os.environ.get("LTV_HOST", "127.0.0.1"), int(os.environ.get("LTV_PORT", "8501"))
    os.chdir(ROOT)
    print(f"LTV Workbench: http://{host}:{port}", flush=True)  # noqa: T201
    if is_private() and not is_own_computer():
        print("Data are kept here (LTV_HOME): from other computers only the survey can be reached.", flush=True)  # noqa: T201
    uvicorn.run(
        app,
        host=host,
        port=port,
        loop="auto" if sys.platform == "win32" else "pages.serving.loop:Loop",
        ws="websockets-sansio",
        ws_max_size=50 * 2**20,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        access_log=False,
        server_header=False,
        proxy_headers=bool(os.environ.get("LTV_PROXY")),
        forwarded_allow_ips=os.environ.get("LTV_PROXY", "") or None,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
