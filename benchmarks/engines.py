"""The seven reductions on every engine beside SQL written by hand: ``python -m benchmarks.engines orders.parquet spark postgres``.

``--pairs`` asks the seventh alone, of one to three products an order out of 300, which such orders are given here.

Wall seconds of the second of two runs, processor seconds where the engine runs inside this process, and bytes that came back as Arrow; then the whole way to a folder of marts.
Engines are started as in the tests (``make test-engines`` says what they need); ``duckdb`` is always run first.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

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


def timed(work: Callable[[], pa.Table], rounds: int) -> tuple[float, float, pa.Table]:
    """Wall seconds of the last round, processor seconds of this process in it (engines inside it), and its rows."""
    for _ in range(rounds):
        started, busy = time.perf_counter(), time.process_time()
        found = work()
        seconds, processor = time.perf_counter() - started, time.process_time() - busy
    return seconds, processor, found


def pairs(place: places.Place, path: Path, rounds: int, folder: Path) -> None:
    """Products that stood in one order, on one engine."""
    lines = folder / "lines.parquet"
    if not lines.exists():
        duckdb.sql(f"copy ({BASKETS.format(path=path)}) to '{lines}' (format parquet)")
    started = time.perf_counter()
    place.load(lines, "lines")
    say(place, "load lines", time.perf_counter() - started, lines=pq.read_metadata(lines).num_rows)
    found = survey(place.engine, source(place.engine, "lines", LINES))
    seven = Seven(found, place.engine.dialect, ASKED)
    seconds, processor, rows = timed(lambda: seven.ask(place.engine, "pairs"), rounds)
    more = {}
    if place.name == "duckdb":
        hand, hand_processor, expected = timed(lambda: place.engine.query(BY_HAND["pairs"]), rounds)
        more = {"by_hand": round(hand, 2), "hand_processor": round(hand_processor, 2), "hand_rows": expected.num_rows}
    say(place, "pairs", seconds, processor=round(processor, 2), rows=rows.num_rows, bytes=rows.nbytes, **more)


def run(place: places.Place, path: Path, rounds: int, whole: bool) -> None:
    """All seven on one engine; a line of JSON each."""
    started = time.perf_counter()
    place.load(path, "orders")
    say(place, "load", time.perf_counter() - started)
    started = time.perf_counter()
    found = survey(place.engine, source(place.engine, "orders", CHOSEN))
    say(place, "survey", time.perf_counter() - started, orders=found.orders, customers=found.buyers)
    seven = Seven(found, place.engine.dialect, ASKED)
    for name in (one for one in SEVEN if one != "pairs"):
        seconds, processor, rows = timed(lambda name=name: seven.ask(place.engine, name), rounds)
        more = {}
        if place.name == "duckdb":
            hand, hand_processor, expected = timed(lambda name=name: place.engine.query(BY_HAND[name]), rounds)
            more = {
                "by_hand": round(hand, 2),
                "hand_processor": round(hand_processor, 2),
                "hand_rows": expected.num_rows,
            }
        say(place, name, seconds, processor=round(processor, 2), rows=rows.num_rows, bytes=rows.nbytes, **more)
    if whole:
        started = time.perf_counter()
        out = Path(tempfile.mkdtemp()) / "marts"
        written = folder.write(place.engine, found, out, "Benchmark", Bounds(orders=10_000_000))
        more = {"bytes": written.moved_bytes, "ranges": written.extent.ranges, "share": written.extent.order_share}
        say(place, "marts", time.perf_counter() - started, **more)


def say(place: places.Place, what: str, seconds: float, **more: object) -> None:
    """One measurement."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        json.dumps({"engine": place.name, "what": what, "seconds": round(seconds, 2), **more, "peak_mb": peak}),
        flush=True,
    )


def main(path: Path, names: list[str], rounds: int = 2, whole: bool = True, only_pairs: bool = False) -> None:
    """Run the named engines one after the other."""
    with tempfile.TemporaryDirectory(prefix="ltv-bench-") as temporary, ExitStack() as stack:
        where = Path(temporary)
        for name in names:
            if name == "duckdb":
                place: places.Place = places.DuckPlace(where)
            elif name == "postgres":
                place = stack.enter_context(places.postgres(where))
            elif name == "adbc":
                place = places.AdbcPlace(stack.enter_context(places.postgres(where)))
            elif name == "clickhouse":
                place = places.ClickHousePlace(where)
            elif name == "sail":
                place = stack.enter_context(places.sail())
            else:
                cluster = stack.enter_context(places.cluster(where))
                place = places.SparkPlace("spark", f"sc://127.0.0.1:{cluster.port}")
            if only_pairs:
                pairs(place, path, rounds, where)
            else:
                run(place, path, rounds, whole)


if __name__ == "__main__":
    chosen = [name for name in sys.argv[2:] if not name.startswith("-")] or ["duckdb"]
    main(
        Path(sys.argv[1]).resolve(),
        chosen,
        1 if "--once" in sys.argv else 2,
        "--no-marts" not in sys.argv,
        "--pairs" in sys.argv,
    )
