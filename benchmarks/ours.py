"""From a file to the first chart with ltvlib, then the clicks: ``python -m benchmarks.ours orders.csv``."""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
import time
from pathlib import Path

from ltvlib import abcdx, cohorts, ingest, kpis
from ltvlib.engine import EngineLimits
from ltvlib.ingest.model import Limits
from ltvlib.opening import open_parquet
from ltvlib.schema import TABLES
from ltvlib.settings import AbcdxRules, Filters
from ltvlib.workspace import DataSet, Workspace

LIMITS = Limits(file_mb=200_000, memory_mb=16_384, seconds=3_600, output_mb=100_000)


def opened(path: Path, marks: dict[str, float]) -> Workspace:
    """What an upload goes through: read and map in the child, convert in the child, marts here."""
    work = Path(tempfile.mkdtemp())
    started = time.perf_counter()
    found = ingest.inspect(path, work / "raw", limits=LIMITS)
    marks["inspect"] = time.perf_counter() - started
    (work / "out").mkdir()
    report = ingest.load(found.raw, found.proposal, work / "out", limits=LIMITS)
    marks["convert"] = time.perf_counter() - started - marks["inspect"]
    assert report.records == report.used + report.merged + report.refused
    tables = {name: work / "out" / f"{name}.parquet" for name in TABLES if (work / "out" / f"{name}.parquet").exists()}
    info = DataSet("bench", "bench", "EUR", dt.date(2025, 1, 1), report.margin_source)
    space = open_parquet(tables, info, EngineLimits(memory_mb=8_192, temp_mb=100_000, seconds=600))
    marks["marts"] = time.perf_counter() - started - marks["inspect"] - marks["convert"]
    return space


def clicks(space: Workspace, marks: dict[str, float]) -> None:
    """Median engine time of the things people do again and again."""
    rules = abcdx.default_rules(space)
    times: dict[str, list[float]] = {"threshold": [], "cohorts": [], "overview": []}
    for step in range(7):
        moved = AbcdxRules(rules.value_threshold + step, rules.often_threshold, rules.window_months)
        times["threshold"].append(abcdx.segment_table(space, moved).answer.seconds)
        times["cohorts"].append(cohorts.cohort_table(space, cohorts.Measure.RETENTION).answer.seconds)
    marks.update({name: sorted(values)[len(values) // 2] for name, values in times.items() if values})


def main(path: Path) -> None:
    """Print the marks as one line of JSON."""
    marks: dict[str, float] = {}
    started = time.perf_counter()
    space = opened(path, marks)
    kpis.overview(space, Filters())
    marks["open_to_first_chart"] = time.perf_counter() - started
    clicks(space, marks)
    marks["customers"], marks["orders"] = space.facts().customers, space.facts().orders
    print(json.dumps(marks))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
