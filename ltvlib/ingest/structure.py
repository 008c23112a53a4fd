"""One row per order, or several? And whose amount is it: of the line, or of the whole order?"""

from __future__ import annotations

from collections.abc import Mapping as Dict

from ltvlib.engine import Database, quote, sql_text
from ltvlib.ingest.model import Mapping, RawColumn, RawTable
from ltvlib.ingest.styles import RAW, number_of, number_style
from ltvlib.ingest.values import cell

ORDER, LINE = "order", "line"
_SURE = 5
"""Orders with several rows of one amount that make an order total believable without a price column."""


def has_products(fields: Dict[str, str]) -> bool:
    """Whether several rows of an order may be its lines."""
    return "product_id" in fields or "product_name" in fields


def amount_mode(database: Database, rows: str) -> str:
    """``line``, ``order``, ``?order`` (order total, but on thin evidence) or empty (no order has several rows)."""
    found = database.rows(sql_text("staging/amount_shape").replace("{rows}", rows))[0]
    orders, same, first_only, line, total = (int(value) for value in found)
    if not orders:
        return ""
    if line > total:
        return LINE
    if total > line and total >= 0.9 * orders:
        return ORDER
    if same < orders:
        return LINE
    sure = first_only == orders or orders >= _SURE or total > 0
    return ORDER if sure else "?order"


def repeats(database: Database, column: RawColumn, order_id: str) -> bool:
    """Whether an order number (SQL text over the raw rows) stands on several rows, or is missing on some."""
    if column.proven.get("unique"):
        return False
    sql = "select count(*) > count(distinct v) from (select {text} as v from {table})"
    return bool(database.rows(sql.format(text=order_id, table=RAW))[0][0])


def amount_guess(database: Database, raw: RawTable, mapping: Mapping, keys: Dict[str, str]) -> str:
    """``?`` when the data hardly tell whose amount it is; otherwise what ``amount_mode`` says."""
    if not has_products(keys) and ("status" in keys or "updated_at" in keys):
        return ""
    columns = {column.key: column for column in raw.columns}
    numbered = columns[keys["order_id"]]
    text = cell(numbered.key, numbered.kind)
    if not repeats(database, numbered, text):
        return ""
    numbers = {
        field: number_of(columns[keys[field]], number_style(database, columns[keys[field]], mapping.decimal))
        for field in ("revenue", "unit_price", "quantity")
        if field in keys
    }
    priced = "unit_price" in numbers and "quantity" in numbers
    money = (
        f"cast({numbers['unit_price']} as decimal(19,4)) * {numbers['quantity']}"
        if priced
        else "cast(null as decimal(18,4))"
    )
    cells = ", ".join(quote(column.key) for column in raw.columns)
    sql = "create or replace temp view amount_rows as select distinct {id} as order_id, {amount} as amount, {money} as line_money, hash({cells}) as fingerprint from {table}"
    database.execute(
        sql.format(id=text, amount=numbers["revenue"], money=money, cells=cells, table=RAW).replace("temp view", "view")
    )
    return "?" if amount_mode(database, "amount_rows").startswith("?") else ""
