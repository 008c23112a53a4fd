"""From fetched reductions to the marts of a data set: the finishing, in the embedded DuckDB."""

from __future__ import annotations

from pathlib import Path

from ltvlib.codes import Codes
from ltvlib.engine import Database, literal, sql_text
from ltvlib.ingest.hiding import is_personal
from ltvlib.ingest.identity import key_sql
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


def finish(database: Database, fetched: Path, codes: Codes | None = None, hide_ids: bool = False) -> None:
    """Make the marts in ``database`` from the reductions that :func:`ltvlib.remote.reduce.fetch` wrote to ``fetched``.

    With ``codes``, names are left out, phones and e-mails become codes, and so do ids that are (``hide_ids``) or look like any of them.
    """
    for name in ("orders", "customers", "order_lines"):
        database.execute(create_empty(TABLES[name]))
    _found(database, fetched)
    if codes is not None:
        _hide(database, codes, hide_ids)
    steps = ["exact", "customer_ids", "customers", "orders", "mart_order", "documents", "order_lines"]
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


def _hide(database: Database, codes: Codes, hide_ids: bool) -> None:
    few = [str(row[0]) for row in database.rows("select customer_id from got_customers limit 200")]
    new = {
        "customer_id": codes.sql("customer_id") if hide_ids or is_personal(few) else "customer_id",
        "name": "cast(null as varchar)",
        **{field: codes.sql(key_sql(field, field)) for field in ("phone", "email")},
    }
    columns = ", ".join(f"{sql} as {name}" for name, sql in new.items())
    database.execute(f"create table hidden as select * replace ({columns}) from got_customers")  # noqa: S608
    database.drop("got_customers")
    database.execute("create view got_customers as select * from hidden")
