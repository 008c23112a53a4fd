"""Kept data are shown on their own computer; from elsewhere there is the survey, unless the owner said otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.serving.doorstep import Doorstep
from pages.ui import door

HERE, ELSEWHERE = "127.0.0.1", "192.168.0.17"
DOORS = ("/", "/segments", "/media/list.csv", "/_stcore/health", "/_stcore/upload_file/a/b", "/sx", "/static/a.js")


def house(address: str) -> TestClient:
    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("dashboard")

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("in")

    routes = [WebSocketRoute("/_stcore/stream", stream), Route("/{path:path}", page)]
    return TestClient(Doorstep(Starlette(routes=routes)), client=(address, 50_000))


def _stream(visitor: TestClient) -> str:
    """What the websocket says: "in", or the code with which it is closed."""
    try:
        with visitor.websocket_connect("/_stcore/stream") as socket:
            return socket.receive_text()
    except WebSocketDisconnect as refused:
        return str(refused.code)


def reached(address: str) -> set[str]:
    """Doors that open to somebody at an address, and what the websocket says."""
    visitor = house(address)
    found = {path for path in DOORS if visitor.get(path).status_code == 200}
    found.add(_stream(visitor))
    assert visitor.get("/s/token").status_code == visitor.get("/healthz").status_code == 200
    return found


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LTV_DEMO", "LTV_NETWORK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LTV_HOME", str(tmp_path))
    monkeypatch.setattr(door, "_secrets", dict)


@pytest.mark.parametrize("address", [HERE, "127.3.2.1", "::1", "::ffff:127.0.0.1"])
def test_here_everything_is_open(kept, address: str):
    assert reached(address) == {*DOORS, "in"}


@pytest.mark.parametrize("address", [ELSEWHERE, "8.8.8.8", "fe80::1", "::ffff:192.168.0.17", "somewhere", ""])
def test_from_elsewhere_only_the_survey_is(kept, address: str):
    assert reached(address) == {"1008"}


def test_who_is_turned_away_is_told_why_in_their_language(kept):
    answer = house(ELSEWHERE).get("/overview", headers={"accept-language": "ru-RU"})
    assert answer.status_code == 403
    assert '<html lang="ru">' in answer.text
    assert "LTV_NETWORK=open" in answer.text
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "value"), [("LTV_HOME", ""), ("LTV_DEMO", "1"), ("LTV_DEMO", "samples"), ("LTV_NETWORK", "open")]
)
def test_where_nothing_is_kept_or_the_owner_says_so_all_come_in(kept, monkeypatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    assert reached(ELSEWHERE) == {*DOORS, "in"}


def test_a_sign_in_watches_the_door_itself(kept, monkeypatch):
    monkeypatch.setattr(door, "_secrets", lambda: {"auth": {"client_id": "x"}})
    assert reached(ELSEWHERE) == {*DOORS, "in"}


def test_the_server_has_it_before_everything_that_counts_and_answers():
    import server

    names = [one.cls.__name__ for one in server.app._user_middleware]
    assert names.index("Guard") < names.index("Doorstep") < names.index("Capacity")
