"""How much one server takes on, from the environment; a wrong value stops the start with a sentence."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

LOCAL = ("127.0.0.1", "localhost", "::1")
"""Names by which a computer calls itself."""


@dataclass(frozen=True)
class Room:
    """How much one server takes on. Each is set by the environment variable ``LTV_`` and the name in capitals.

    Attributes:
        max_sessions: tabs open at once. A tab costs a few MB; two processors serve about a hundred people who click.
        max_per_address: tabs of one address, so that no stranger alone fills the house; 0 for no limit, which a room of
            people behind one Wi-Fi needs. In demo mode half of all if not set.
        max_upload_mb: megabytes of files on their way at once.
        max_datasets: data sets of visitors' own that are open at once.
        session_mb: memory of one visitor's database; what needs more is spilled to disk.
    """

    max_sessions: int = 120
    max_per_address: int = 0
    max_upload_mb: int = 1_000
    max_datasets: int = 60
    session_mb: int = 2_048

    @classmethod
    def of_environment(cls) -> Room:
        """As the environment says; raises ``ValueError`` where a value is no whole number."""
        named = {field.name: os.environ.get(f"LTV_{field.name.upper()}", "") for field in fields(cls)}
        wrong = next((name for name, text in named.items() if text and not text.isdecimal()), None)
        if wrong is not None:
            raise ValueError(f"LTV_{wrong.upper()} must be a whole number, not {named[wrong]!r}")
        given = {name: int(text) for name, text in named.items() if text}
        if is_demo() and "max_per_address" not in given:
            given["max_per_address"] = given.get("max_sessions", cls.max_sessions) // 2
        return cls(**given)


def is_demo() -> bool:
    """Whether this server is a demo for strangers (``LTV_DEMO``)."""
    return bool(os.environ.get("LTV_DEMO"))


def home_folder() -> str:
    """The folder whose data this server keeps (``LTV_HOME``); empty where it keeps none, as in a demo: strangers share nothing."""
    return "" if is_demo() else os.environ.get("LTV_HOME", "")


def is_own_computer() -> bool:
    """Whether this server listens to its own computer only (``LTV_HOST``)."""
    return os.environ.get("LTV_HOST", "127.0.0.1") in LOCAL


ROOM = Room.of_environment()
