"""The same link opened on DuckDB and on another engine shows the same ABCDX table, to the cent."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.engines.places import Place
from tests.engines.test_parity import mapping, marts, orders_of, surveyed
from tests.test_pages import visit


def shown(place: Place, out: Path, path: Path, patch: pytest.MonkeyPatch) -> list[object]:
    """Every table of the page Segments on the marts that an engine brings."""
    patch.setenv("LTV_DATA", str(marts(place, surveyed(place, path, "linked", mapping(False)), out)))
    at = visit("segments", "upload", value="2400", often="4")
    assert not at.exception
    return [table.value for table in at.dataframe]


def test_the_same_link_shows_the_same_table(
    duck: Place, other: Place, running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = orders_of("salon", running.folder)
    here = running.once("linked", lambda: shown(duck, tmp_path / "here", path, monkeypatch))
    there = shown(other, tmp_path / "there", path, monkeypatch)
    assert len(here) > 1
    for one, two in zip(here, there, strict=True):
        pd.testing.assert_frame_equal(one, two, check_exact=True)
