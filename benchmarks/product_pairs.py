"""Pairs of products in orders against mlxtend: ``python -m benchmarks.product_pairs PLACE [LINES ...]``.

PLACE holds the simulated order lines (made once, seeded) and the peer's environment:

    python3 -m venv PLACE/mlxtend && PLACE/mlxtend/bin/pip install mlxtend==0.25.0 pyarrow

Two thousand products, as usual as 1 / rank, five lines an order on average. A job is a process of its own; it begins with
the lines in memory of its own kind (our marts; a pandas frame of order and product) and ends with all pairs that stand in at
least one order in twenty thousand, with support, confidence, lift and conviction. Ours tests every pair against chance and
counts customers as well. The peer gets its best way: a sparse one-hot frame and FP-growth with sets of at most two; apriori
where asked. Seconds are wall seconds of that step, memory the peak of the process; a job over 600 processor seconds or
6 GB is given up.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

LIMIT_SECONDS, LIMIT_BYTES = 600, 6 << 30
SIZES = (50_000, 500_000, 5_000_000)
PRODUCTS, PER_ORDER, PER_CUSTOMER = 2_000, 5, 4
LEAST_SHARE = 1 / 20_000
ROUNDS = 3


def lines_file(place: Path, lines: int) -> Path:
    """Order lines of a size, made where they are missing: orders.parquet and order_lines.parquet in a folder."""
    import numpy as np
    import pandas as pd

    folder = place / f"lines_{lines}"
    if (folder / "order_lines.parquet").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(11)
    size = 1 + draw.poisson(PER_ORDER - 1, lines // PER_ORDER)
    order = np.repeat(np.arange(len(size)), size)
    weight = 1 / np.arange(1, PRODUCTS + 1)
    product = draw.choice(PRODUCTS, len(order), p=weight / weight.sum())
    follows = np.flatnonzero((np.diff(order, prepend=-1) == 0) & (draw.random(len(order)) < 0.1))
    product[follows] = (product[follows - 1] * 7 + 1) % PRODUCTS  # a tenth of the lines go with the one before
    ids = pd.Series(order).astype(str)
    table = pd.DataFrame({"order_id": ids, "product_id": pd.Series(product).astype(str).str.zfill(5)})
    texts = {"product_name": table["product_id"], "category": pd.Series(product % 20).astype(str)}
    table.assign(**texts, quantity=1.0, revenue=10.0, cost=6.0).to_parquet(folder / "order_lines.parquet")
    n = len(size)
    orders = {
        "order_id": pd.Series(np.arange(n)).astype(str),
        "customer_id": pd.Series(draw.integers(0, max(1, n // PER_CUSTOMER), n)).astype(str),
        "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 700, n), unit="D"),
        "revenue": size * 10.0,
        "gross_margin": size * 4.0,
        "is_refund": False,
        "channel": "web",
        "manager": "one",
        "status": "",
    }
    pd.DataFrame(orders).to_parquet(folder / "orders.parquet")
    return folder


def ours(folder: Path) -> tuple[float, int, dict[str, float]]:
    """Pairs from our marts; opening and building them is told apart."""
    import datetime as dt

    from ltvlib.opening import open_parquet
    from ltvlib.products import pairs
    from ltvlib.products.items import Level
    from ltvlib.workspace import DataSet

    began = time.perf_counter()
    paths = {name: folder / f"{name}.parquet" for name in ("orders", "order_lines")}
    space = open_parquet(paths, DataSet("b", "b", "EUR", dt.date(2026, 1, 1), "margin", 1.0, "b"))
    opened = time.perf_counter()
    found = pairs.within(space, Level.PRODUCT)
    return time.perf_counter() - opened, len(found.frame) // 2, {"open": opened - began}


def mlxtend(folder: Path, way: str) -> tuple[float, int, dict[str, float]]:
    """The same from mlxtend."""
    import numpy as np
    import pandas as pd
    from mlxtend.frequent_patterns import apriori, association_rules, fpgrowth
    from scipy import sparse

    lines = pd.read_parquet(folder / "order_lines.parquet", columns=["order_id", "product_id"])
    began = time.perf_counter()
    rows, _ = pd.factorize(lines["order_id"])
    columns, names = pd.factorize(lines["product_id"])
    cells = sparse.csr_matrix(
        (np.ones(len(lines), dtype=bool), (rows, columns)), (rows.max() + 1, len(names)), dtype=bool
    )
    hot = pd.DataFrame.sparse.from_spmatrix(cells, columns=list(names))
    least = max(5, int((rows.max() + 1) * LEAST_SHARE)) / (rows.max() + 1)
    mine = {"fpgrowth": fpgrowth, "apriori": apriori}[way]
    options = {"low_memory": True} if way == "apriori" else {}
    sets = mine(hot, min_support=least - 1e-12, max_len=2, use_colnames=True, **options)
    found = association_rules(sets, metric="support", min_threshold=0.0)
    return time.perf_counter() - began, len(found) // 2, {}


def job(candidate: str, folder: Path) -> dict[str, object]:
    """One way in this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT_BYTES, LIMIT_BYTES))
    spent, pairs, more = ours(folder) if candidate == "ours" else mlxtend(folder, candidate)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": spent, "pairs": pairs, "peak_mb": peak, **more}


def started(place: Path, candidate: str, folder: Path) -> dict[str, object]:
    """The result of a job, or why there is none."""
    python = sys.executable if candidate == "ours" else str(place / "mlxtend" / "bin" / "python")
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    if candidate != "ours":
        environment.pop("PYTHONPATH", None)
    command = [python, __file__, "--job", candidate, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"over {LIMIT_SECONDS} s"])[-1]
        return {"error": "out of 6 GB" if "MemoryError" in last or "allocate" in last else last[:60]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Jobs when called with ``--job``, else the table."""
    if sys.argv[1] == "--job":
        print(json.dumps(job(sys.argv[2], Path(sys.argv[3])), default=float))
        return
    place, sizes = Path(sys.argv[1]), [int(size) for size in sys.argv[2:]] or list(SIZES)
    print("| lines | candidate | seconds | peak MB | pairs |\n| --- | --- | --- | --- | --- |")
    for size in sizes:
        folder = lines_file(place, size)
        found: dict[str, list[dict[str, object]]] = {name: [] for name in ("ours", "fpgrowth", "apriori")}
        for _turn in range(ROUNDS):
            for name, results in found.items():
                if not any("error" in result for result in results):
                    results.append(started(place, name, folder))
                    print(size, name, results[-1], file=sys.stderr, flush=True)
        for name, results in found.items():
            if "error" in results[-1]:
                print(f"| {size:,} | {name} | {results[-1]['error']} | | |", flush=True)
                continue
            medians = [statistics.median(float(str(r[key])) for r in results) for key in ("seconds", "peak_mb")]
            print(
                f"| {size:,} | {name} | {medians[0]:.2f} | {medians[1]:,.0f} | {results[-1]['pairs']:,} |", flush=True
            )


if __name__ == "__main__":
    main()
