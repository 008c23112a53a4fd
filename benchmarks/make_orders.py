"""Generate orders for the benchmarks: ``python -m benchmarks.make_orders 10_000_000 1_000_000 folder``.

Seeded; customers arrive over three years, order counts are skewed, order values are log-normal. Writes
``orders.csv`` (skipped above 20 M rows) and ``orders.parquet`` in time order, as an export would be.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def make(orders: int, customers: int, folder: Path) -> None:
    """Write the files unless they are there already."""
    folder.mkdir(parents=True, exist_ok=True)
    parquet, csv = folder / "orders.parquet", folder / "orders.csv"
    database = duckdb.connect(config={"threads": 2, "memory_limit": "6GB", "temp_directory": str(folder / "tmp")})
    if not parquet.exists():
        database.execute("select setseed(0.5)")
        database.execute(
            f"""
            copy (
                select
                    'o' || row_number() over () as order_id,
                    'c' || cast(pow(random(), 1.6) * {customers} as integer) as customer_id,
                    timestamp '2022-01-01' + to_seconds(cast(random() * 3 * 365 * 86400 as bigint)) as ordered_at,
                    cast(exp(random() * 2 + random() * 2 + 3) as decimal(18, 2)) as revenue,
                    cast(exp(random() * 2 + 2) as decimal(18, 2)) as gross_margin,
                    ['search', 'social', 'maps', 'friends'][1 + cast(floor(random() * 4) as integer)] as channel
                from range({orders})
                order by ordered_at
            ) to '{parquet}' (format parquet)
            """
        )
    if not csv.exists() and orders <= 20_000_000:
        database.execute(f"copy (select * from read_parquet('{parquet}')) to '{csv}' (header)")


if __name__ == "__main__":
    make(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
