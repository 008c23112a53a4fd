"""Who comes when the house is full is told so, in their language, and those who are in go on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.serving.capacity import Capacity
from pages.serving.room import Room
from pages.ui.registry import REGISTRY
from tests.browser.conftest import Visit
from tests.conftest import ROOT
from tests.houses import running
from tests.trust.load import aside
from tests.trust.visitors import build, drop, export, healthy, mine, owner, visitor


def house(room: Room) -> TestClient:
    """Stands where the dashboard stands; a body with ``wait`` is kept arriving until the test says so."""

    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("dashboard")

    async def taken(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        try:
            await socket.receive_text()
        except WebSocketDisconnect:
            return

    routes = [
        WebSocketRoute("/_stcore/stream", stream),
        Route("/_stcore/upload_file/{a}/{b}", taken, methods=["PUT"]),
        Route("/{path:path}", page),
    ]
    return TestClient(Capacity(Starlette(routes=routes), room))


def test_a_full_house_says_so_and_takes_the_next_when_one_leaves():
    visitor = house(Room(max_sessions=2))
    with visitor.websocket_connect("/_stcore/stream"), visitor.websocket_connect("/_stcore/stream") as second:
        answer = visitor.get("/overview", headers={"accept-language": "ru-RU"})
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == answer.headers["refresh"] == "60"
        assert '<html lang="ru">' in answer.text
        assert "<script" not in answer.text
        for still_served in ("/healthz", "/static/a.js", "/_stcore/health", "/s/token"):
            assert visitor.get(still_served).status_code == 200
        with visitor.websocket_connect("/_stcore/stream"):  # room for one who comes back
            with pytest.raises(WebSocketDisconnect) as refused, visitor.websocket_connect("/_stcore/stream"):
                pass
            assert refused.value.code == 1013
        second.close()
    assert visitor.get("/overview").text == "dashboard"


def test_one_address_cannot_fill_the_house():
    visitor = house(Room(max_sessions=10, max_per_address=1))
    with visitor.websocket_connect("/_stcore/stream"):
        assert visitor.get("/").status_code == 503
        other = TestClient(visitor.app, client=("10.0.0.7", 50000))
        assert other.get("/").status_code == 200


def test_files_on_their_way_are_counted():
    visitor = house(Room(max_upload_mb=1))
    assert visitor.put("/_stcore/upload_file/a/b", content=b"x" * 1000).text == "1000"
    assert visitor.put("/_stcore/upload_file/a/b", content=b"x" * (1 << 21)).status_code == 503
    assert visitor.put("/_stcore/upload_file/a/b", content=iter([b"x"])).status_code == 411
    assert visitor.put("/_stcore/upload_file/a/b", content=b"x" * 1000).status_code == 200, (
        "what is over is not counted"
    )


def test_files_arriving_together_share_the_room():
    async def both() -> list[int]:
        app = house(Room(max_upload_mb=1)).app
        found: list[int] = []
        go = asyncio.Event()

        async def one(first: bool) -> None:
            sent = [{"type": "http.request", "body": b"x" * 700_000}]

            async def receive() -> dict:
                if first:
                    await go.wait()
                return sent.pop() if sent else {"type": "http.disconnect"}

            async def send(message: dict) -> None:
                if message["type"] == "http.response.start":
                    found.append(message["status"])

            scope = {
                "type": "http",
                "method": "PUT",
                "path": "/_stcore/upload_file/a/b",
                "headers": [(b"content-length", b"700000")],
                "query_string": b"",
                "client": ("10.0.0.1", 1),
            }
            await app(scope, receive, send)

        waiting = asyncio.create_task(one(True))
        await asyncio.sleep(0)
        await one(False)
        go.set()
        await waiting
        await one(False)
        return found

    assert aside.run(both()) == [503, 200, 200]


@pytest.mark.parametrize(
    ("name", "value"), [("LTV_MAX_SESSIONS", "many"), ("LTV_SESSION_MB", "-1"), ("LTV_MAX_DATASETS", "1.5")]
)
def test_a_wrong_number_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name):
        Room.of_environment()


def test_a_demo_leaves_half_to_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LTV_DEMO", "1")
    monkeypatch.setenv("LTV_MAX_SESSIONS", "30")
    assert Room.of_environment().max_per_address == 15
    monkeypatch.setenv("LTV_MAX_PER_ADDRESS", "3")
    assert Room.of_environment().max_per_address == 3


@pytest.mark.browser
@pytest.mark.timeout(120)
def test_the_second_visitor_of_a_house_for_one(browser: Browser, tmp_path: Path):
    """Told so in a real browser; when the first has left, the page comes up."""
    with running(tmp_path, str(ROOT / "server.py"), LTV_MAX_SESSIONS="1") as found:
        first, second = Visit(browser, found.address), Visit(browser, found.address, locale="ru-RU")
        first.open("/?data=salon").get_by_role("heading", level=1).wait_for(timeout=60_000)
        second.page.goto(found.address)
        second.page.get_by_role("heading", level=1).wait_for(timeout=10_000)
        assert 'lang="ru"' in second.page.content()
        first.context.close()
        second.page.wait_for_timeout(2_000)
        second.open("/?data=salon").get_by_role("heading", level=1).wait_for(timeout=60_000)
        second.context.close()


def test_no_more_data_sets_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch):
    """The next owner is told so; who has a data set already may replace it; room comes back."""
    first = owner(export("ALPHA"))
    monkeypatch.setattr("pages.ui.receive.ROOM", Room(max_datasets=REGISTRY.own_data_sets()))
    at = drop(visitor(), export("BRAVO"))
    assert any("try again in a minute" in error.value for error in at.error)
    assert mine(at).workspace is None
    assert not list(mine(at).folder.iterdir())
    healthy(build(healthy(drop(first, export("CHARLIE")))))
    monkeypatch.setattr("pages.ui.receive.ROOM", Room(max_datasets=REGISTRY.own_data_sets() + 1))
    healthy(build(healthy(drop(at, export("BRAVO")))))
