"""The seven reductions on every engine beside SQL written by hand: ``python -m benchmarks.engines orders.parquet spark postgres``.

Wall seconds of the second of two runs, processor seconds of this process and of the servers that the engine runs in, and bytes
that came back as Arrow; then the whole way to a folder of marts. Engines are started as in the tests (``make test-engines`` says
what they need); ``LTV_BENCH_SPARK_MB`` gives the workers of Spark more memory, and time to compile well.
"""

from __future__ import annotations

import json
import os
import resource
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from benchmarks import engines_by_hand, processors
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
IN_RANGES = ("customer_table", "pairs")
"""Questions that may be asked range by range."""
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


def pairs(place: places.Place, asked: Namespace) -> None:
    """Products that stood in one order, on one engine; the lines are kept beside the orders."""
    lines = asked.orders.with_name(f"{asked.orders.stem}_lines.parquet")
    if not lines.exists() or lines.stat().st_mtime < asked.orders.stat().st_mtime:
        duckdb.sql(f"copy ({BASKETS.format(path=asked.orders)}) to '{lines}' (format parquet)")
    seconds, processor, _ = timed(place, lambda: place.load(lines, "lines"))
    say(place, "load lines", seconds, processor, lines=pq.read_metadata(lines).num_rows)
    found = survey(place.engine, source(place.engine, "lines", LINES))
    compared(place, Seven(found, place.engine.dialect, ASKED), "pairs", asked)


def compared(place: places.Place, seven: Seven, name: str, asked: Namespace) -> None:
    """One reduction beside the text by hand for the same engine."""
    ranges, rounds = (asked.ranges if name in IN_RANGES else 1), 1 if asked.once else 2
    seconds, processor, (rows, size) = timed(place, lambda: _parts(place, seven, name, ranges), rounds)
    more: dict[str, object] = {"rows": rows, "bytes": size, "ranges": ranges}
    if asked.hand:
        text = engines_by_hand.text(name, place.engine.dialect.name)
        hand, hand_processor, count = timed(place, lambda: _fetched(place, text), rounds)
        more |= {"by_hand": round(hand, 2), "hand_processor": round(hand_processor, 2), "hand_rows": count}
    say(place, name, seconds, processor, **more)


def _parts(place: places.Place, seven: Seven, name: str, ranges: int) -> tuple[int, int]:
    """Rows and bytes of one reduction; what one range brought is let go before the next is asked for, or added to what is there."""
    if name == "pairs" and ranges > 1:
        added = seven.pairs(place.engine, ranges)
        return added.num_rows, added.nbytes
    found = (seven.ask(place.engine, name, ranges, part) for part in range(ranges))
    counts = [(table.num_rows, table.nbytes) for table in found]
    return sum(rows for rows, _ in counts), sum(size for _, size in counts)


def _fetched(place: places.Place, text: str) -> int:
    """Rows that a text by hand gives; through psycopg as it gives them, for our reader knows no decimals and times."""
    if place.name == "postgres":
        return len(place.engine._connection.execute(text).fetchall())  # type: ignore[attr-defined]
    return place.engine.query(text).num_rows


def run(place: places.Place, asked: Namespace) -> None:
    """Some of the seven on one engine; a line of JSON each."""
    seconds, processor, _ = timed(place, lambda: place.load(asked.orders, "orders"))
    say(place, "load", seconds, processor)
    seconds, processor, found = timed(place, lambda: survey(place.engine, source(place.engine, "orders", CHOSEN)))
    say(place, "survey", seconds, processor, orders=found.orders, customers=found.buyers)
    seven = Seven(found, place.engine.dialect, ASKED)
    for name in asked.only:
        if name != "pairs":
            compared(place, seven, name, asked)
    if asked.marts:
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
        beside = stack.enter_context(places.postgres(where, work_mb=512))
        return beside if name == "postgres" else places.AdbcPlace(beside)
    if name == "sail":
        return stack.enter_context(places.sail())
    memory = int(os.environ.get("LTV_BENCH_SPARK_MB", "0"))
    large = {"spark.sql.shuffle.partitions": 64, "spark.driver.maxResultSize": "2g", "spark.task.maxFailures": 4}
    more = large if memory else {}
    cluster = stack.enter_context(places.cluster(where, memory or 1_024, more))
    return places.SparkPlace("spark", f"sc://127.0.0.1:{cluster.port}", cluster.pids())


def wanted() -> Namespace:
    """What the command line asks for."""
    parser = ArgumentParser(prog="python -m benchmarks.engines")
    parser.add_argument(
        "orders", type=lambda text: Path(text).resolve(), help="Parquet file of benchmarks/make_orders.py"
    )
    parser.add_argument("engines", nargs="*", default=["duckdb"])
    parser.add_argument("--only", type=lambda text: text.split(","), default=SEVEN, help="some of the seven, by comma")
    parser.add_argument("--pairs", action="store_true", help="the seventh alone, of one to three products an order")
    parser.add_argument("--ranges", type=int, default=1, help="fetch the customer table or the pairs in so many parts")
    parser.add_argument("--once", action="store_true", help="ask once instead of twice")
    parser.add_argument("--no-marts", dest="marts", action="store_false", help="leave out the folder of marts")
    parser.add_argument("--no-hand", dest="hand", action="store_false", help="leave out the texts by hand")
    return parser.parse_args()


def main(asked: Namespace) -> None:
    """Run the named engines one after the other."""
    with tempfile.TemporaryDirectory(prefix="ltv-bench-") as temporary, ExitStack() as stack:
        where = Path(temporary)
        for name in asked.engines:
            place = started(name, where, stack)
            if asked.pairs:
                pairs(place, asked)
            else:
                run(place, asked)


if __name__ == "__main__":
    main(wanted())
