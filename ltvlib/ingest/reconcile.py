"""From the sum of the file to the revenue that LTV uses, step by step, to the last cent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from ltvlib.engine import Database
from ltvlib.errors import LtvError
from ltvlib.ingest.model import RawTable, Step
from ltvlib.ingest.values import compose

REFUSED_FILE = "refused.parquet"
MERGED_FILE = "merged.parquet"
_ORDER = (
    "no_customer",
    "no_date",
    "bad_date",
    "bad_number",
    "no_amount",
    "other_currency",
    "duplicate",
    "older_version",
    "repeated_order_total",
    "cancelled",
    "not_a_sale",
    "returned",
)


def steps(database: Database, raw: RawTable, revenue: Decimal) -> tuple[Step, ...]:
    """All steps; raises ``LtvError`` when they do not sum to ``revenue`` exactly."""
    made = [_file_total(database, raw)]
    if raw.set_aside:
        made.append(Step("set_aside", len(raw.set_aside), "0", REFUSED_FILE))
    made += _dropped(database)
    made += _changes(database)
    rows, count = sum((Decimal(step.amount) for step in made), Decimal(0)), _count(database, "sales")
    if rows != revenue:
        raise LtvError("The reconciliation does not add up: {left} is left over.", left=str(rows - revenue))
    return (*made, Step("ltv_revenue", count, _text(revenue), "orders.parquet"))


def _file_total(database: Database, raw: RawTable) -> Step:
    total = database.rows("select coalesce(sum(amount), 0) from judged")[0][0]
    return Step("file_total", raw.rows, _text(total))


def _dropped(database: Database) -> list[Step]:
    rows = database.rows("select reason, is_merged, count(*), sum(amount) from dropped group by all")
    found = {
        reason: Step(reason, int(count), _text(-amount), MERGED_FILE if merged else REFUSED_FILE)
        for reason, merged, count, amount in rows
    }
    count, amount = database.rows(
        "select count(*), coalesce(sum(r.amount), 0) from repeated as r anti join "
        "(select line from dropped where is_merged) as d using (line)"
    )[0]
    if count:
        found["repeated_order_total"] = Step("repeated_order_total", int(count), _text(-amount))
    return [found[slug] for slug in _ORDER if slug in found]


def _changes(database: Database) -> list[Step]:
    """Money that changes without a record leaving: currency, signs of returns, a refund column."""
    row = database.rows(
        "select (select coalesce(sum(value - amount), 0) from live anti join repeated using (line)), "
        "(select count(*) from live where value <> amount), "
        "coalesce(sum(money - coalesce(worth, 0)), 0), count(*) filter (where money <> coalesce(worth, 0)) from sales"
    )[0]
    back = database.rows("select coalesce(sum(refund), 0), count(*) from docs where not is_back and refund <> 0")[0]
    made = (
        ("currency_conversion", row[1], row[0]),
        ("return_sign", row[3], row[2]),
        ("refund_column", back[1], -back[0]),
    )
    return [Step(slug, int(rows), _text(amount)) for slug, rows, amount in made if rows]


def _count(database: Database, table: str) -> int:
    return int(database.rows(compose("select count(*) from {table}", table=table))[0][0])


def _text(amount: Decimal | int) -> str:
    return format(Decimal(amount).quantize(Decimal("0.0001")), "f")


def orders_total(database: Database, path: Path) -> tuple[Decimal, Decimal]:
    """Revenue and money back as they stand in the written table."""
    sql = "select coalesce(sum(revenue), 0), coalesce(sum(revenue) filter (is_refund), 0) from read_parquet($path)"
    row = database.rows(sql, {"path": str(path)})[0]
    return Decimal(row[0]), Decimal(row[1])
