"""The page of promises is made from what the suites wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.trust import report
from tests.trust.load import figures, machine


def test_the_table_says_what_the_suites_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    figures.keep("rush", "the last 1.23 s", "5 s")
    with machine.Watch(()) as watch:
        pass
    figures.keep("load", "p95 0.50 s", "1 s", watch)
    found = report.lines()
    assert [line["suite"] for line in found] == ["load", "rush"], "in the order of the page"
    text = report.rewritten(f"head\n{report.BEGIN}\nold\n{report.END}\ntail\n", found)
    assert text.startswith("head\n")
    assert text.endswith("tail\n")
    assert "old" not in text
    assert "| 50 people open it within 10 s | 5 s | the last 1.23 s | - |" in text
    assert "| 50 people click around | 1 s | p95 0.50 s | load " in text
    assert json.loads((tmp_path / "rush.json").read_text())["machine"] in text


def test_the_page_has_a_place_for_every_suite():
    text = report.PLACE.read_text(encoding="utf-8")
    assert text.count(report.BEGIN) == text.count(report.END) == 1
    suites = Path(__file__).parents[1].glob("*/test_*.py")
    source = "".join(path.read_text(encoding="utf-8") for path in suites)
    kept = {name for name in report.NAMES if f'"{name}"' in source or name.rsplit("_", 1)[0] + "_{" in source}
    assert kept == set(report.NAMES)


def test_percentiles():
    assert figures.percentile([], 0.95) != figures.percentile([], 0.95)
    assert figures.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert figures.percentile(range(1, 101), 0.95) == 95
