"""The same answers as a user would write them: ``python -m benchmarks.peers pandas|polars|duckdb orders.csv``.

Each reads the file and computes what the first charts need: revenue and margin by month, one row per customer,
ABCDX counts of the last 12 months, and the monthly cohort triangle. ``duckdb`` only scans the same columns.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

AS_OF, START = "2025-01-01", "2024-01-01"
COLUMNS = ["order_id", "customer_id", "ordered_at", "revenue", "gross_margin", "channel"]


def with_pandas(path: Path) -> dict[str, float]:
    """A script of the kind found in notebooks."""
    import pandas as pd

    frame = pd.read_csv(path, parse_dates=["ordered_at"]) if path.suffix == ".csv" else pd.read_parquet(path)
    frame["revenue"] = frame["revenue"].astype(float)
    frame["gross_margin"] = frame["gross_margin"].astype(float)
    frame["month"] = frame["ordered_at"].dt.to_period("M")
    months = frame.groupby("month")[["revenue", "gross_margin"]].sum()
    customers = frame.groupby("customer_id").agg(
        first=("ordered_at", "min"),
        last=("ordered_at", "max"),
        orders=("order_id", "count"),
        revenue=("revenue", "sum"),
        margin=("gross_margin", "sum"),
    )
    frame["cohort"] = frame.groupby("customer_id")["ordered_at"].transform("min").dt.to_period("M")
    triangle = frame.groupby(["cohort", "month"])["customer_id"].nunique()
    started = time.perf_counter()
    recent = (
        frame[frame["ordered_at"] >= START]
        .groupby("customer_id")
        .agg(orders=("order_id", "count"), revenue=("revenue", "sum"))
    )
    value, often = recent["revenue"] / recent["orders"] >= 60, recent["orders"] >= 3
    segments = pd.crosstab(value, often)
    return {
        "customers": len(customers),
        "months": len(months),
        "cells": len(triangle),
        "segments": int(segments.to_numpy().sum()),
        "threshold": time.perf_counter() - started,
    }


def with_polars(path: Path) -> dict[str, float]:
    """The same in Polars, lazily."""
    import polars as pl

    frame = (pl.scan_csv(path, try_parse_dates=True) if path.suffix == ".csv" else pl.scan_parquet(path)).with_columns(
        pl.col("revenue").cast(pl.Float64),
        pl.col("gross_margin").cast(pl.Float64),
        month=pl.col("ordered_at").dt.truncate("1mo"),
    )
    frame = frame.with_columns(cohort=pl.col("ordered_at").min().over("customer_id").dt.truncate("1mo")).collect()
    months = frame.group_by("month").agg(pl.col("revenue").sum(), pl.col("gross_margin").sum())
    customers = frame.group_by("customer_id").agg(
        pl.col("ordered_at").min().alias("first"),
        pl.col("ordered_at").max().alias("last"),
        pl.len().alias("orders"),
        pl.col("revenue").sum(),
        pl.col("gross_margin").sum(),
    )
    triangle = frame.group_by("cohort", "month").agg(pl.col("customer_id").n_unique())
    started = time.perf_counter()
    recent = (
        frame.filter(pl.col("ordered_at") >= pl.lit(START).str.to_datetime())
        .group_by("customer_id")
        .agg(pl.len().alias("orders"), pl.col("revenue").sum())
    )
    segments = recent.group_by(pl.col("revenue") / pl.col("orders") >= 60, (pl.col("orders") >= 3).alias("often")).len()
    return {
        "customers": len(customers),
        "months": len(months),
        "cells": len(triangle),
        "segments": int(segments["len"].sum()),
        "threshold": time.perf_counter() - started,
    }


def with_duckdb(path: Path) -> dict[str, float]:
    """The bare scan of the same columns: the floor for anything that reads the file."""
    import duckdb

    source = f"read_csv('{path}')" if path.suffix == ".csv" else f"read_parquet('{path}')"
    database = duckdb.connect(config={"threads": 2})
    row = database.execute(
        f"select count(*), max(order_id), max(customer_id), max(ordered_at), sum(revenue), sum(gross_margin), max(channel) from {source}"
    ).fetchone()
    return {"rows": row[0]}


if __name__ == "__main__":
    run = {"pandas": with_pandas, "polars": with_polars, "duckdb": with_duckdb}[sys.argv[1]]
    began = time.perf_counter()
    marks = run(Path(sys.argv[2]))
    print(json.dumps({**marks, "open_to_first_chart": time.perf_counter() - began}))
