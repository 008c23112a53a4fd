"""Streamlit's own leftovers of closed tabs are cleared without waiting for the next visitor."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from pages.serving import departures


class Tab:
    """A parked session."""

    def __init__(self, name: str) -> None:
        self.id, self.is_shut = name, False

    def shutdown(self) -> None:
        self.is_shut = True


def test_parked_sessions_are_shut_down_when_their_time_is_over(monkeypatch: pytest.MonkeyPatch):
    storage = MemorySessionStorage(ttl_seconds=0)
    closed, parked = Tab("closed"), MemorySessionStorage(ttl_seconds=60)
    waiting = Tab("waiting")
    found: Any = SimpleNamespace(session=closed)
    storage.save(found)
    parked.save(SimpleNamespace(session=waiting))  # type: ignore[arg-type]
    monkeypatch.setattr(runtime, "exists", lambda: True)
    for where, gone in ((storage, 1), (parked, 0)):
        manager = SimpleNamespace(_session_mgr=SimpleNamespace(_session_storage=where))
        monkeypatch.setattr(runtime, "get_instance", lambda manager=manager: manager)
        assert departures.expire_sessions() == gone
    assert closed.is_shut
    assert not waiting.is_shut


def test_the_runtime_still_has_what_the_janitor_reaches_for():
    """Private names of Streamlit; a new version may move them."""
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    assert hasattr(MemorySessionStorage()._cache, "expire")
    assert "_session_storage" in WebsocketSessionManager.__init__.__code__.co_names
    assert "_session_mgr" in runtime.Runtime.__init__.__code__.co_names
