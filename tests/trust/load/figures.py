"""What a suite found out: printed, and kept as one JSON line a suite for ``python -m tests.trust.report``."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable
from typing import Any

from tests.conftest import ROOT
from tests.trust.load import machine

FOLDER = ROOT / "build" / "trust"


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed; ``nan`` of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def keep(suite: str, figure: str, promise: str, watch: machine.Watch | None = None, **more: Any) -> None:
    """Print a suite's figure and write its line; ``promise`` is what the figure is held against."""
    line = {
        "suite": suite,
        "figure": figure,
        "promise": promise,
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="minutes"),
        "machine": machine.name(),
        **(watch.facts() if watch else {}),
        **more,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{suite}.json").write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\n{suite}: {figure} (promised: {promise})", {**(watch.facts() if watch else {}), **more}, flush=True)
