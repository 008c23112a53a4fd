"""Shared pieces: small workspaces from plain rows, and where the reference data lie."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("LTV_MAX_DATASETS", "100000")  # visitors of AppTest never leave

import pandas as pd
import pytest
from streamlit.runtime.pages_manager import PagesManager

from ltvlib.opening import open_parquet
from ltvlib.schema import TABLES
from ltvlib.workspace import DataSet, Workspace

ROOT = Path(__file__).parents[1]


def _run_the_front_door(self: PagesManager, *parts: Any, **more: Any) -> None:
    """AppTest looks for ``pages/`` anew at every run and would then run a page without ``app.py`` around it."""
    _made(self, *parts, **more)
    PagesManager.uses_pages_directory = False


_made = PagesManager.__init__
PagesManager.__init__ = _run_the_front_door
SHARED = ROOT.parent / "shared" / "data"


def shared(*parts: str) -> Path:
    """A reference file; the test skips with a reason where the folder is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"reference data not on this machine: {'/'.join(parts)}")
    return path


def golden(topic: str) -> dict[str, Any]:
    """Cases of one golden topic by name."""
    data = json.loads(shared("golden", f"{topic}.json").read_text(encoding="utf-8"))
    return {case["name"]: case for case in data["cases"]}


def order_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Canonical orders from rows with customer_id, ordered_at, revenue and whatever else differs."""
    defaults = {"gross_margin": None, "is_refund": False, "channel": None, "manager": None, "status": None}
    full = [{"order_id": f"o{place}", **defaults, **row} for place, row in enumerate(rows)]
    frame = pd.DataFrame(full, columns=list(TABLES["orders"].names))
    frame["ordered_at"] = pd.to_datetime(frame["ordered_at"])
    frame["gross_margin"] = frame["gross_margin"].astype(float)
    return frame


def open_rows(
    folder: Path,
    orders: list[dict[str, Any]] | pd.DataFrame,
    as_of: dt.date,
    margin_rate: float = 1.0,
    margin_source: str = "rate",
    **tables: pd.DataFrame,
) -> Workspace:
    """A workspace from rows; ``tables`` are further canonical tables."""
    frame = orders if isinstance(orders, pd.DataFrame) else order_frame(orders)
    paths = {}
    for name, table in {"orders": frame, **tables}.items():
        paths[name] = folder / f"{name}.parquet"
        table.to_parquet(paths[name])
    return open_parquet(paths, DataSet("test", "Test", "EUR", as_of, margin_source, margin_rate, "rows in a test"))


FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """Where a Chromium is installed, if one is."""
    names = ("chromium", "google-chrome", "chromium-browser")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One real Chromium a test process: Playwright allows only one at a time. Skips where none is installed."""
    from playwright.sync_api import sync_playwright

    found = chromium_path()
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()
