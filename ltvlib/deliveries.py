"""What became of the orders, brought as a list: orders found by their number, one row an order, and the mart made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ltvlib.engine import QUICK_PARQUET, Database, literal, quote, sql_text
from ltvlib.ingest.model import SetAside
from ltvlib.ingest.report import ListRead
from ltvlib.schema import FULFILMENTS
from ltvlib.workspace import Workspace

TABLE = FULFILMENTS.name
_BARE = "ltrim(regexp_replace(lower({name}), '[^0-9a-zа-яё]+|заказ|order', '', 'g'), '0')"


@dataclass(frozen=True, eq=False)
class Delivered:
    """What a list says of the orders; ``records`` = used + ``merged`` + refused.

    Attributes:
        rows: one row an order the data know: the columns of ``fulfilments``, what was known before filled in.
        keys: order_id, order_key and manager of the same orders.
        records: records in the file.
        orders: orders the file tells of; ``fresh`` of them had nothing on record before.
        merged: further rows of an order told of already (parts of one delivery).
        refused: records that could not be used, with line and reason; also ``unknown_order`` and ``several_orders``.
    """

    rows: pd.DataFrame
    keys: pd.DataFrame
    records: int
    orders: int
    fresh: int
    merged: int
    refused: tuple[SetAside, ...]


def keep_numbers(orders: Path, target: Path) -> None:
    """Keep the numbers of the orders, their places in the file and their sellers: what a list of deliveries is matched by."""
    with closing(Database()) as database:
        sql = f"select order_id, file_row_number as order_key, manager from {_orders(orders)} where not is_refund"  # noqa: S608
        database.copy_to_parquet(sql, target, options=QUICK_PARQUET)


def _orders(path: Path) -> str:
    return f"read_parquet({literal(str(path))}, file_row_number=true)"


def delivered(read: ListRead, numbers: Path, workspace: Workspace) -> Delivered:
    """The rows of ``read`` by order; ``numbers`` is a file of :func:`keep_numbers`, or the orders themselves.

    Several rows of one order are parts of it: it is delivered with the last of them, promised for the last promise, its
    documents are right if all were, and its complaints are told together. What is not said stays as it was known.
    """
    before = workspace.database.query("select * from fulfilments").frame
    wanted = {told["order_id"] for _line, told in read.rows} | set(before["order_id"])
    found = _found(numbers, sorted(wanted))
    by_number = dict(zip(found["number"], zip(found["order_id"], found["n"], strict=True), strict=True))
    parts: dict[str, dict[str, object]] = {}
    refused, merged = list(read.refused), 0
    for line, told in read.rows:
        order, meant = by_number.get(told["order_id"], ("", 0))
        if meant != 1:
            reason = "several_orders" if meant else "unknown_order"
            refused.append(SetAside(line, reason, "; ".join(told.values())))
            continue
        merged += order in parts
        parts[order] = _together(parts.get(order, {"order_id": order}), told)
    new = pd.DataFrame(list(parts.values()), columns=list(FULFILMENTS.names))
    rows = _filled(new, before)
    keys = found[found["n"] == 1].drop_duplicates("order_id")[["order_id", "order_key", "manager"]]
    every = tuple(sorted(refused, key=lambda one: one.line))
    fresh = len(set(new["order_id"]) - set(before["order_id"]))
    return Delivered(rows, keys.reset_index(drop=True), read.records, len(new), fresh, merged, every)


def _found(numbers: Path, wanted: list[str]) -> pd.DataFrame:
    """The orders that numbers may mean: number, order_id, order_key, manager, n."""
    with closing(Database()) as database:
        names = {row[0] for row in database.rows(f"describe select * from {_orders(numbers)}")}  # noqa: S608
        plain = (
            "order_id, order_key, manager"
            if "order_key" in names
            else "order_id, file_row_number as order_key, manager"
        )
        sold = "where not is_refund" if "is_refund" in names else ""
        database.execute(f"create view numbers as select {plain} from {_orders(numbers)} {sold}")  # noqa: S608
        sql = sql_text("home/order_numbers")
        for name in ("number", "order_id"):
            sql = sql.replace("{{" + name + "}}", _BARE.format(name=name))
        return database.query(sql, {"numbers": wanted}).frame


def _together(one: Mapping[str, object], told: Mapping[str, str]) -> dict[str, object]:
    """An order's row with one part more."""
    row = dict(one)
    for name in ("promised_at", "delivered_at"):
        if name in told:
            at, last = dt.datetime.fromisoformat(told[name]), row.get(name)
            row[name] = max(at, last) if isinstance(last, dt.datetime) else at
    for name in ("documents_ok", "documents_wrong"):
        if name in told:
            row["documents_ok"] = row.get("documents_ok", True) is not False and told[name] == "true"
    if "complaint" in told:
        said = [text for text in (row.get("complaint"), told["complaint"]) if text]
        row["complaint"] = "; ".join(dict.fromkeys(map(str, said)))
    return row


def _filled(new: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The new rows, what they do not say taken from those before, and the orders that only those before tell of."""
    both = new.astype(object).set_index("order_id").combine_first(before.astype(object).set_index("order_id"))
    rows = both.reset_index()[list(FULFILMENTS.names)]
    return rows.astype(object).where(rows.notna(), None)


def tell(workspace: Workspace, found: Delivered) -> None:
    """Put the deliveries into an open data set: its mart of deliveries is made anew, and every cache sees another data set."""
    database = workspace.database
    for name, frame, types in (
        (TABLE, found.rows, {column.name: column.type for column in FULFILMENTS.columns}),
        ("documents", found.keys, {"order_id": "VARCHAR", "order_key": "BIGINT", "manager": "VARCHAR"}),
    ):
        database.execute(f"create or replace table {quote(name)} as {_values(types)}", _lists(frame, list(types)))
    database.execute(sql_text("marts/fulfilment"))
    database.drop("documents")
    workspace.renewed(TABLE)


def write(found: Delivered, target: Path) -> None:
    """The deliveries as a canonical Parquet file."""
    types = {column.name: column.type for column in FULFILMENTS.columns}
    with closing(Database()) as database:
        database.execute(f"create table told as {_values(types)}", _lists(found.rows, list(types)))
        database.copy_to_parquet("select * from told", target)


def _values(types: Mapping[str, str]) -> str:
    return "select " + ", ".join(f"unnest(cast(${name} as {kind}[])) as {quote(name)}" for name, kind in types.items())


def _lists(frame: pd.DataFrame, names: list[str]) -> dict[str, object]:
    plain = frame.astype(object).where(frame.notna(), None)
    return {name: [_python(value) for value in plain[name]] for name in names}


def _python(value: object) -> object:
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
