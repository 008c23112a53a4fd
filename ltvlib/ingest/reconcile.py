"""From the sum of the file to the revenue that LTV uses, step by step, to the last cent."""

from __future__ import annotations

from decimal import Decimal

from ltvlib.engine import Database
from ltvlib.errors import LtvError
from ltvlib.ingest.choices import Statuses
from ltvlib.ingest.report import Step
from ltvlib.ingest.staging import Plan
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
_CONVERTED = "select (select count(*) from live where value <> amount), (select coalesce(sum(value - amount), 0) from live {kept})"
_TURNED = (
    "select count(*) filter (money <> coalesce(worth, 0)), coalesce(sum(money - coalesce(worth, 0)), 0) from sales"
)
_GIVEN_BACK = "select count(*), -coalesce(sum(refund), 0) from docs where not is_back and refund <> 0"


def steps(database: Database, plan: Plan, found: Statuses, revenue: Decimal) -> tuple[Step, ...]:
    """All steps; raises ``LtvError`` when they do not sum to ``revenue`` (of the written orders) exactly."""
    raw = plan.raw
    made = [_file_total(database, plan)]
    if raw.set_aside:
        made.append(Step("set_aside", len(raw.set_aside), "0", REFUSED_FILE))
    made += _dropped(database)
    made += _changes(database, plan, found)
    rows = sum((Decimal(step.amount) for step in made), Decimal(0))
    count = _count(database, "sales" if plan.several else "written")
    if rows != revenue:
        raise LtvError("The reconciliation does not add up: {left} is left over.", left=str(rows - revenue))
    return (*made, Step("ltv_revenue", count, _text(revenue), "orders.parquet"))


def _file_total(database: Database, plan: Plan) -> Step:
    """The sum of the column of amounts; where inspection took it already, the two readings prove each other."""
    total = plan.column("revenue").proven.get("total") if "revenue" in plan.keys else None
    if total is None or plan.mapping.minor_units:
        total = database.rows("select coalesce(sum(amount), 0) from judged")[0][0]
    return Step("file_total", plan.raw.rows, _text(Decimal(total)))


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


def _changes(database: Database, plan: Plan, found: Statuses) -> list[Step]:
    """Money that changes without a record leaving: currency, signs of returns, a refund column.

    Only what the mapping makes possible is looked for: each look is a pass over the records.
    """
    keys = plan.keys.keys()
    returns = found.refund or found.refund_types or "is_refund" in keys or {"quantity", "revenue"} <= keys
    made = []
    if "currency" in keys:
        kept = "where line not in (select line from repeated)" if plan.several else ""
        made.append(("currency_conversion", database.rows(compose(_CONVERTED, kept=kept))[0]))
    if returns or plan.several:
        made.append(("return_sign", database.rows(_TURNED)[0]))
    if "refund" in keys:
        made.append(("refund_column", database.rows(_GIVEN_BACK)[0]))
    return [Step(slug, int(rows), _text(amount)) for slug, (rows, amount) in made if rows]


def _count(database: Database, table: str) -> int:
    return int(database.rows(compose("select count(*) from {table}", table=table))[0][0])


def _text(amount: Decimal | int) -> str:
    return format(Decimal(amount).quantize(Decimal("0.0001")), "f")
