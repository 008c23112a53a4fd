"""From fetched reductions to the marts of a data set: the finishing, in the embedded DuckDB."""

from __future__ import annotations

from pathlib import Path

from ltvlib.engine import Database, literal, sql_text
from ltvlib.opening import create_empty
from ltvlib.schema import TABLES

MARTS = (
    *("customer_ids", "mart_customer", "mart_customer_month", "mart_customer_back", "mart_order", "mart_manager"),
    *("mart_first_product", "mart_product", "mart_seller", "mart_line", "customers", "order_lines"),
)
"""Tables of a folder of marts; ``mart_customer_back`` only where the data do not end with a month."""
EMPTY = {
    "got_managers": "customer_hash bigint, manager varchar, orders bigint, margin bigint, first_number bigint, first_day bigint, last_day bigint",
    "got_lines": "customer_hash bigint, order_id varchar, is_back bigint, product_id varchar, product_name varchar, category varchar, quantity bigint, revenue bigint, cost bigint",
}
"""Reductions that not every source has."""


def finish(database: Database, fetched: Path) -> None:
    """Make the marts in ``database`` from the reductions that :func:`ltvlib.remote.reduce.fetch` wrote to ``fetched``."""
    for name in ("orders", "customers", "order_lines"):
        database.execute(create_empty(TABLES[name]))
    _found(database, fetched)
    steps = ["customer_ids", "customers", "orders", "mart_order", "documents", "order_lines"]
    for step in steps:
        database.execute(sql_text(f"remote/finish/{step}"))
    for mart in ("first_product", "product", "seller", "line"):
        database.execute(sql_text(f"marts/{mart}"))
    last = ["mart_customer", "mart_customer_month", "mart_manager"]
    for step in last + (["mart_customer_back"] if (fetched / "back").exists() else []):
        database.execute(sql_text(f"remote/finish/{step}"))


def _found(database: Database, fetched: Path) -> None:
    """``got_<name>`` over the fetched files, empty where a source has none."""
    for path in sorted(fetched.iterdir()):
        files = literal(str(path / "*.parquet"))
        database.execute(f"create view got_{path.name} as select * from read_parquet({files})")  # noqa: S608
    for name, columns in EMPTY.items():
        if not (fetched / name.removeprefix("got_")).exists():
            database.execute(f"create table {name} ({columns})")
