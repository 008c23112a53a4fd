"""The seven reductions on every engine beside SQL written by hand: ``python -m benchmarks.engines orders.parquet spark postgres``.

``--pairs`` asks the seventh alone, of one to three products an order out of 300, which such orders are given here.
``--only=moves,cohorts`` asks some of the seven. ``--once`` asks once, ``--no-marts`` leaves out the folder of marts.

Wall seconds of the second of two runs, processor seconds of this process and of the servers that the engine runs in, and bytes
that came back as Arrow; then the whole way to a folder of marts. Engines are started as in the tests (``make test-engines`` says
what they need); ``LTV_BENCH_SPARK_MB`` gives the workers of Spark more memory, and time to compile well.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from benchmarks import processors
from benchmarks.engines_by_hand import BY_HAND
from ltvlib.ingest.model import Mapping
from ltvlib.remote import folder
from ltvlib.remote.connect import source
from ltvlib.remote.reduce import Bounds
from ltvlib.remote.report import survey
from ltvlib.remote.seven import SEVEN, Asked, Seven
from ltvlib.settings import AbcdxRules
from tests.engines import places

FIELDS = ("order_id", "customer_id", "ordered_at", "revenue", "channel")
CHOSEN = Mapping({**{name: name for name in FIELDS}, "margin": "gross_margin"}, currency="EUR")
ASKED = Asked(AbcdxRules(60.0, 3, 12))
LINES = Mapping({name: name for name in (*FIELDS[:4], "product_id")}, currency="EUR", margin_rate=0.5)
BASKETS = """
    select order_id, customer_id, ordered_at, cast(revenue / n as decimal(18, 2)) as revenue,
        'p' || cast(floor(sqrt(hash(order_id, line) % 90000)) as integer) as product_id
    from (select *, 1 + hash(order_id) % 3 as n, unnest(range(cast(1 + hash(order_id) % 3 as bigint))) as line
        from read_parquet('{path}')) as lines
"""
"""Lines of the orders of a file; a product of a higher number is bought more often."""


def timed(place: places.Place, work: Callable[[], Any], rounds: int = 1) -> tuple[float, float, Any]:
    """Wall seconds of the last round, processor seconds of this process and the engine's in it, and what it gave."""
    for _ in range(rounds):
        started, busy = time.perf_counter(), _busy(place)
        found = work()
        seconds, processor = time.perf_counter() - started, _busy(place) - busy
    return seconds, processor, found


def _busy(place: places.Place) -> float:
    return time.process_time() + processors.used(place.servers)


def pairs(place: places.Place, path: Path, rounds: int, folder: Path) -> None:
    """Products that stood in one order, on one engine."""
    lines = folder / "lines.parquet"
    if not lines.exists():
        duckdb.sql(f"copy ({BASKETS.format(path=path)}) to '{lines}' (format parquet)")
    seconds, processor, _ = timed(place, lambda: place.load(lines, "lines"))
    say(place, "load lines", seconds, processor, lines=pq.read_metadata(lines).num_rows)
    found = survey(place.engine, source(place.engine, "lines", LINES))
    compared(place, Seven(found, place.engine.dialect, ASKED), "pairs", rounds)


def compared(place: places.Place, seven: Seven, name: str, rounds: int) -> None:
    """One reduction; on DuckDB beside the text by hand."""
    seconds, processor, rows = timed(place, lambda: seven.ask(place.engine, name), rounds)
    size, more = {"rows": rows.num_rows, "bytes": rows.nbytes}, {}
    del rows  # ten million customers are not kept beside those of the text by hand
    if place.name == "duckdb":
        hand, hand_processor, expected = timed(place, lambda: place.engine.query(BY_HAND[name]), rounds)
        more = {"by_hand": round(hand, 2), "hand_processor": round(hand_processor, 2), "hand_rows": expected.num_rows}
    say(place, name, seconds, processor, **size, **more)


def run(place: places.Place, path: Path, rounds: int, whole: bool, only: Sequence[str]) -> None:
    """Some of the seven on one engine; a line of JSON each."""
    seconds, processor, _ = timed(place, lambda: place.load(path, "orders"))
    say(place, "load", seconds, processor)
    seconds, processor, found = timed(place, lambda: survey(place.engine, source(place.engine, "orders", CHOSEN)))
    say(place, "survey", seconds, processor, orders=found.orders, customers=found.buyers)
    seven = Seven(found, place.engine.dialect, ASKED)
    for name in only:
        compared(place, seven, name, rounds)
    if whole:
        out = Path(tempfile.mkdtemp()) / "marts"
        bounds = Bounds(orders=10_000_000)
        seconds, processor, written = timed(place, lambda: folder.write(place.engine, found, out, "Benchmark", bounds))
        more = {"bytes": written.moved_bytes, "ranges": written.extent.ranges, "share": written.extent.order_share}
        say(place, "marts", seconds, processor, **more)


def say(place: places.Place, what: str, seconds: float, processor: float, **more: object) -> None:
    """One measurement."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    took = {"seconds": round(seconds, 2), "processor": round(processor, 2)}
    print(json.dumps({"engine": place.name, "what": what, **took, **more, "peak_mb": peak}), flush=True)


def started(name: str, where: Path, stack: ExitStack) -> places.Place:
    """A running engine."""
    if name == "duckdb":
        return places.DuckPlace(where)
    if name == "clickhouse":
        return places.ClickHousePlace(where)
    if name in ("postgres", "adbc"):
        beside = stack.enter_context(places.postgres(where))
        return beside if name == "postgres" else places.AdbcPlace(beside)
    if name == "sail":
        return stack.enter_context(places.sail())
    memory = int(os.environ.get("LTV_BENCH_SPARK_MB", "0"))
    more = {"spark.sql.shuffle.partitions": 64, "spark.driver.maxResultSize": "2g"} if memory else {}
    cluster = stack.enter_context(places.cluster(where, memory or 1_024, more))
    return places.SparkPlace("spark", f"sc://127.0.0.1:{cluster.port}", cluster.pids())


def main(path: Path, names: list[str], options: Collection[str]) -> None:
    """Run the named engines one after the other."""
    rounds, whole = 1 if "--once" in options else 2, "--no-marts" not in options
    asked = next((one.partition("=")[2].split(",") for one in options if one.startswith("--only=")), SEVEN)
    with tempfile.TemporaryDirectory(prefix="ltv-bench-") as temporary, ExitStack() as stack:
        where = Path(temporary)
        for name in names:
            place = started(name, where, stack)
            if "--pairs" in options:
                pairs(place, path, rounds, where)
            else:
                run(place, path, rounds, whole, [one for one in asked if one != "pairs"])


if __name__ == "__main__":
    words = sys.argv[2:]
    main(
        Path(sys.argv[1]).resolve(),
        [word for word in words if not word.startswith("-")] or ["duckdb"],
        {word for word in words if word.startswith("-")},
    )
