"""Strangers with files: small exports, visitors that drop and build them, and all that a page says."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.ui.registry import REGISTRY, Session
from tests.conftest import ROOT

PAGES = ("overview", "segments", "cohorts")
HEADER = ("Order ID", "Order date", "Customer", "Email", "Total", "Channel", "Product", "City")


def export(
    mark: str, rows: int = 80, channels: tuple[str, ...] = ("web", "shop"), header: tuple[str, ...] = HEADER
) -> bytes:
    """Orders of 20 customers over a year and a half; ``mark`` stands in every text that is somebody's own."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(header)
    for n in range(rows):
        who = min(n % 20, n % 7) if n >= 20 else n
        day = f"{2023 + (n * 7 // 365)}-{1 + n * 7 % 365 // 31:02}-{1 + n % 27:02}"
        channel = channels[who % len(channels)]
        product = f"{mark} {channels[(who + 1) % len(channels)]}"
        out.writerow(
            (
                f"{mark}-{n}",
                day,
                f"{mark} person {who}",
                f"{mark}{who}@example.com",
                100 + n + who % 5 * 200,
                channel,
                product,
                "Riga",
            )
        )
    return text.getvalue().encode()


def visitor(data: str | None = None, language: str = "en", **state: object) -> AppTest:
    """A new session on the data page."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.session_state["lang"] = language
    if data:
        at.session_state["data"] = data
    for key, value in state.items():
        at.session_state[key] = value
    return at.run()


def drop(at: AppTest, data: bytes, name: str = "orders.csv") -> AppTest:
    """Drop a file into the uploader."""
    uploader = next(found for found in at.file_uploader if str(found.key).startswith("upload_"))
    return uploader.upload(name, data, "text/csv").run()


def build(at: AppTest) -> AppTest:
    """Press the button that makes the data set."""
    return next(button for button in at.button if button.label == "Build my data set").click().run()


def owner(data: bytes, name: str = "orders.csv") -> AppTest:
    """A visitor with a data set of their own, open."""
    return healthy(build(healthy(drop(visitor(), data, name))))


def healthy(at: AppTest) -> AppTest:
    """No exception and no error box."""
    assert not at.exception, [e.value for e in at.exception]
    assert not at.error, [e.value for e in at.error]
    return at


def mine(at: AppTest) -> Session:
    """What the tab owns on the server."""
    return REGISTRY._sessions[at.session_state["uid"]]


def said(at: AppTest) -> str:
    """Everything sent to the browser, tables included."""
    parts: list[Any] = [str(block.proto) for block in at.main.children.values() if hasattr(block, "proto")]
    parts += [str(element.proto) for element in _elements(at)]
    parts += [frame.value.to_csv() for frame in at.dataframe]
    return "\n".join(parts)


def _elements(at: AppTest) -> list[Any]:
    return [element for element in at._tree if hasattr(element, "proto")]


def files(folder: Path) -> list[str]:
    """All files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
