"""Servers of this folder's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.houses import House, running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The product as ``make run`` starts it."""
    with running(tmp_path_factory.mktemp("house"), str(ROOT / "server.py")) as found:
        yield found


@pytest.fixture(scope="module")
def plain_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The product as ``streamlit run`` starts it; the first visitor must be a deep link."""
    command = ("-m", "streamlit", "run", "app.py", "--server.port", "{port}")
    with running(tmp_path_factory.mktemp("plain"), *command, health="/_stcore/health") as found:
        yield found
