"""A tiny shop by hand, and real lines as a workspace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from ltvlib.workspace import Workspace
from tests.conftest import open_rows

AS_OF = dt.date(2024, 12, 1)
ORDERS = (
    # order, customer, day, lines: product -> (quantity, revenue, cost)
    ("1", "x", "2024-01-01", {"phone": (1, 100, 60), "case": (1, 10, 4)}),
    ("2", "x", "2024-02-01", {"case": (2, 20, 8)}),
    ("3", "y", "2024-01-05", {"phone": (1, 100, 60), "case": (1, 9, 4)}),
    ("4", "y", "2024-03-05", {"lamp": (1, 30, 20)}),
    ("5", "z", "2024-01-10", {"lamp": (1, 30, 20)}),
    ("6", "w", "2024-01-12", {"phone": (1, 80, 60)}),
    ("R1", "w", "2024-01-20", {"phone": (-1, -80, -60)}),
)
CATEGORY = {"phone": "Devices", "case": "Extras", "lamp": "Home"}


def by_hand(folder: Path, with_lines: bool = True) -> Workspace:
    """Four customers, seven documents."""
    orders, lines = [], []
    for number, customer, day, products in ORDERS:
        revenue = sum(line[1] for line in products.values())
        margin = revenue - sum(line[2] for line in products.values())
        orders.append(
            {
                "order_id": number,
                "customer_id": customer,
                "ordered_at": day,
                "revenue": float(revenue),
                "gross_margin": float(margin),
                "is_refund": number.startswith("R"),
                "manager": "Ann" if number in "13" else "Bob",
            }
        )
        lines += [
            {"order_id": number, "product_id": name.upper(), "product_name": name, "category": CATEGORY[name]}
            | dict(zip(("quantity", "revenue", "cost"), map(float, line), strict=True))
            for name, line in products.items()
        ]
    tables = {"order_lines": pd.DataFrame(lines)} if with_lines else {}
    return open_rows(folder, orders, AS_OF, margin_source="cost", **tables)


def from_lines(folder: Path, lines: pd.DataFrame, as_of: dt.date) -> Workspace:
    """A workspace of lines with order_id, customer_id, at, product_id, product_name, category, quantity, revenue, margin."""
    groups = lines.groupby("order_id", sort=False)
    orders = groups.agg(
        customer_id=("customer_id", "first"),
        ordered_at=("at", "min"),
        revenue=("revenue", "sum"),
        gross_margin=("margin", "sum"),
    ).reset_index()
    blank = dict.fromkeys(("channel", "manager", "status"), pd.Series(dtype="str"))
    kept = lines[["order_id", "product_id", "product_name", "category", "quantity", "revenue"]]
    full = orders.assign(is_refund=False, **blank)
    names = ["order_id", "customer_id", "ordered_at", "revenue", "gross_margin", "is_refund", *blank]
    return open_rows(folder, full[names], as_of, order_lines=kept.assign(cost=lines["revenue"] - lines["margin"]))
