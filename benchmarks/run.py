"""All runs in turn, ratios from one session: ``python -m benchmarks.run folder [repeats]``.

Each run is a process of its own; wall seconds and the peak memory of the process and its largest child are
reported as medians. Prints the table that stands in ``benchmarks/README.md``.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path


def tree_memory(pid: int) -> int:
    """Resident bytes of a process and its children."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(entry.name) == pid or int(fields[1]) == pid:
                    total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
            except (OSError, IndexError):
                continue
    return total


def measured(command: list[str]) -> dict[str, float]:
    """Marks printed by one run, and its peak memory in MB."""
    process = subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True)
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, tree_memory(process.pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    began = time.perf_counter()
    output = process.communicate()[0]
    wall = time.perf_counter() - began
    done.set()
    assert process.returncode == 0, command
    return {**json.loads(output.strip().splitlines()[-1]), "wall": wall, "peak_mb": peak / 2**20}


def main(folder: Path, repeats: int) -> None:
    """Interleave the candidates, print medians and ratios to ours."""
    for name in ("orders.csv", "orders.parquet"):
        path = folder / name
        if not path.exists():
            continue
        candidates = {
            "ours": ["benchmarks.ours", str(path)],
            **{peer: ["benchmarks.peers", peer, str(path)] for peer in ("duckdb", "polars", "pandas")},
        }
        runs: dict[str, list[dict[str, float]]] = {key: [] for key in candidates}
        for _ in range(repeats):
            for key, command in candidates.items():
                runs[key].append(measured(command))
                print(name, key, {k: round(v, 3) for k, v in runs[key][-1].items()}, file=sys.stderr, flush=True)
        for key, results in runs.items():
            open_s = statistics.median(r["open_to_first_chart"] for r in results)
            peak = statistics.median(r["peak_mb"] for r in results)
            print(f"| {name} | {key} | {open_s:.1f} | {peak:.0f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
