"""Raw table + mapping -> canonical Parquet tables, refused rows, and a report that accounts for every record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq

from ltvlib.engine import Database, EngineLimits, quote, sql_text
from ltvlib.errors import LtvError
from ltvlib.ingest import reconcile
from ltvlib.ingest.choices import Statuses, statuses
from ltvlib.ingest.identity import first_key
from ltvlib.ingest.judging import drop_unsold, judge, make_sales, merge, settle_amounts
from ltvlib.ingest.model import ImportReport, Mapping, RawTable
from ltvlib.ingest.remarks import remarks
from ltvlib.ingest.staging import Plan, make_plan, stage
from ltvlib.ingest.structure import ORDER, has_products
from ltvlib.ingest.styles import open_raw

Progress = Callable[[str, float], None]
_LIMITS = EngineLimits(seconds=600)
_FAULTS = {
    "no_customer": ("customer_id", "phone", "email", "name"),
    "no_date": ("ordered_at",),
    "bad_date": ("ordered_at",),
    "bad_number": ("revenue", "unit_price"),
    "no_amount": ("revenue", "unit_price"),
    "other_currency": ("currency",),
    "cancelled": ("status", "cancelled_at"),
    "not_a_sale": ("status",),
    "returned": ("status",),
}
"""Reason -> fields that may be at fault; the first that is mapped is named in the refused table."""


def _silent(what: str, share: float) -> None:
    """No progress wanted."""


def convert(raw: RawTable, mapping: Mapping, out_dir: Path, progress: Progress = _silent) -> ImportReport:
    """Write orders, order lines, customers and refused rows to ``out_dir``; say what became of every record.

    Raises:
        MappingError: a needed column is missing, or a choice is open (day and month, decimal sign, currency).
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    with closing(Database(_LIMITS)) as database:
        open_raw(raw, database)
        progress("Reading numbers and dates", 0.1)
        plan = make_plan(database, raw, mapping)
        found = statuses(database, raw, mapping)
        stage(database, plan)
        progress("Checking every record", 0.4)
        judge(database, plan, found)
        merge(database, plan)
        mode = settle_amounts(database, plan, found)
        drop_unsold(database, plan, found, mode)
        make_sales(database, plan, mode)
        progress("Writing the tables", 0.7)
        _make_docs(database, plan, mode)
        _write(database, plan, mode, out_dir)
        progress("Reconciling", 0.9)
        return _report(database, plan, found, mode, out_dir)


def _make_docs(database: Database, plan: Plan, mode: str) -> None:
    """Create ``docs``: one row per order or refund document, with unique numbers."""
    if not plan.several:
        database.execute(sql_text("staging/orders_single"))
        return
    once = {f"{name}_once": str(_once(database, plan, name, mode)) for name in ("refund", "cost", "margin")}
    database.execute(sql_text("staging/orders_grouped").format(**once))
    database.execute(
        "create or replace table docs as select *, order_id || case when place = 1 then '' when is_back then '-R' "
        "|| case when place > 2 then cast(place as varchar) else '' end else '#' || place end as doc_id from (select *, "
        "row_number() over (partition by order_id order by is_back, ordered_at, customer_id) as place from docs)"
    )


def _once(database: Database, plan: Plan, name: str, mode: str) -> bool:
    """Whether a number of the order repeats on each of its rows, like an order total."""
    if name not in plan.keys or not mode.endswith(ORDER):
        return False
    sql = (
        "select count(*) filter (least <> most) = 0 from (select min({name}) as least, max({name}) as most "
        "from sales group by order_id, customer_id, part, is_back having count({name}) > 1)"
    )
    return bool(database.rows(sql.format(name=name))[0][0])


def margin_source(plan: Plan) -> str:
    """Where the gross margin comes from: ``cost``, ``margin``, ``rate`` or ``none``."""
    for name in ("cost", "margin"):
        if name in plan.keys:
            return name
    return "rate" if plan.mapping.margin_rate is not None else "none"


def _margin_sql(plan: Plan) -> str:
    """A refund column lowers the margin by what was given back: the goods are taken as not returned."""
    rate = f"cast({float(plan.mapping.margin_rate or 0)!r} as decimal(9,6))"
    return {
        "cost": "revenue - cost",
        "margin": "margin - case when is_back then 0 else refund end",
        "rate": f"round(cast(revenue as decimal(19,4)) * {rate}, 4)",
        "none": "null",
    }[margin_source(plan)]


def _write(database: Database, plan: Plan, mode: str, out_dir: Path) -> None:
    """Write the canonical tables and the refused and merged records."""
    name = "doc_id" if plan.several else "order_id"
    orders = sql_text("staging/orders").format(order_id=name, margin=_margin_sql(plan))
    database.copy_to_parquet(orders, out_dir / "orders.parquet")
    database.copy_to_parquet(sql_text("staging/customers"), out_dir / "customers.parquet")
    lines = out_dir / "order_lines.parquet"
    lines.unlink(missing_ok=True)
    if has_products(plan.keys):
        database.copy_to_parquet(_lines_sql(plan, mode), lines)
    _write_refused(database, plan, out_dir)


def _lines_sql(plan: Plan, mode: str) -> str:
    money = "s.money"
    if mode.endswith(ORDER):
        alone = "count(*) over (partition by s.order_id, s.customer_id, s.part, s.is_back) = 1"
        money = "s.line_money" if "unit_price" in plan.keys else f"case when {alone} then s.money end"
    join = (
        "join docs as d on d.order_id = s.order_id and d.customer_id = s.customer_id "
        "and d.part is not distinct from s.part and d.is_back = s.is_back"
    )
    return sql_text("staging/order_lines").format(
        order_id="d.doc_id" if plan.several else "s.order_id", line_money=money, names=join if plan.several else ""
    )


def _write_refused(database: Database, plan: Plan, out_dir: Path) -> None:
    """Refused and merged records as they stood in the file, those the reader set aside included."""
    cells = ", ".join(f"cast({quote(column.key)} as varchar)" for column in plan.raw.columns)
    sql = sql_text("staging/refused").replace("{text}", f"concat_ws('; ', {cells})")
    names = {
        reason: next((plan.names[field] for field in fields if field in plan.names), "")
        for reason, fields in _FAULTS.items()
    }
    params: dict[str, object] = {"reasons": list(names), "names": list(names.values())}
    for merged, file in ((False, reconcile.REFUSED_FILE), (True, reconcile.MERGED_FILE)):
        aside = () if merged else plan.raw.set_aside
        params |= {
            "merged": merged,
            "lines": [item.line for item in aside],
            "slugs": [item.reason for item in aside],
            "texts": [item.text for item in aside],
        }
        database.copy_to_parquet(sql, out_dir / file, params)


def _report(database: Database, plan: Plan, found: Statuses, mode: str, out_dir: Path) -> ImportReport:
    """The report; raises ``LtvError`` when a record is not accounted for."""
    raw, path = plan.raw, out_dir / "orders.parquet"
    reasons = dict(database.rows("select reason, count(*) from dropped where not is_merged group by reason order by 1"))
    for item in raw.set_aside:
        reasons[item.reason] = reasons.get(item.reason, 0) + 1
    used, merged = database.rows("select (select count(*) from sales), count(*) from dropped where is_merged")[0]
    refused = sum(reasons.values())
    if raw.records != used + merged + refused:
        raise LtvError("{count} records are not accounted for.", count=raw.records - used - merged - refused)
    revenue, back = reconcile.orders_total(database, path)
    counts = database.rows(
        "select count(*) filter (not is_refund), count(*) filter (is_refund), count(distinct customer_id), "
        "min(ordered_at) filter (not is_refund), max(ordered_at) filter (not is_refund) from read_parquet($path)",
        {"path": str(path)},
    )[0]
    key = first_key(plan.keys)
    return ImportReport(
        records=raw.records,
        used=used,
        merged=merged,
        refused=refused,
        orders=counts[0],
        refunds=counts[1],
        customers=counts[2],
        lines=_lines(out_dir),
        customer_key=key,
        customers_merged=plan.identity.folded,
        margin_source=margin_source(plan),
        currency=_currency(database, plan),
        first_at=_iso(counts[3]),
        last_at=_iso(counts[4]),
        reasons=reasons,
        reconciliation=reconcile.steps(database, raw, revenue),
        notes=tuple(remarks(database, plan, found, mode)),
        refund_amount=format(back, "f"),
    )


def _lines(out_dir: Path) -> int:
    path = out_dir / "order_lines.parquet"
    return int(pq.read_metadata(path).num_rows) if path.exists() else 0


def _currency(database: Database, plan: Plan) -> str:
    if plan.mapping.currency or "currency" not in plan.keys:
        return plan.mapping.currency.upper()
    return str(database.rows("select coalesce(max(currency), '') from live")[0][0])


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
