"""Raw table + mapping -> canonical Parquet tables, refused rows, and a report that accounts for every record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from ltvlib.codes import Codes
from ltvlib.engine import Database, EngineLimits
from ltvlib.errors import LtvError
from ltvlib.ingest import reconcile
from ltvlib.ingest.choices import Statuses, statuses
from ltvlib.ingest.hiding import KEEP
from ltvlib.ingest.identity import first_key
from ltvlib.ingest.judging import drop_unsold, judge, make_sales, merge, settle_amounts
from ltvlib.ingest.model import Mapping, RawTable
from ltvlib.ingest.remarks import remarks
from ltvlib.ingest.report import ImportReport
from ltvlib.ingest.staging import Plan, make_plan, stage
from ltvlib.ingest.styles import open_raw
from ltvlib.ingest.writing import make_docs, margin_source, rows_of, write_tables

Progress = Callable[[str, float], None]
_LIMITS = EngineLimits(seconds=600)
_COUNTS = (
    "select count(*) filter (not is_refund), count(*) filter (is_refund), min(ordered_at) filter (not is_refund), "
    "max(ordered_at) filter (not is_refund), coalesce(sum(revenue), 0), coalesce(sum(revenue) filter (is_refund), 0) "
    "from written"
)


def _silent(what: str, share: float) -> None:
    """No progress wanted."""


def convert(
    raw: RawTable,
    mapping: Mapping,
    out_dir: Path,
    progress: Progress = _silent,
    limits: EngineLimits | None = None,
    codes: Codes | None = None,
) -> ImportReport:
    """Write orders, order lines, customers and refused rows to ``out_dir``; say what became of every record.

    With ``codes``, people are hidden unless the mapping wants them kept readable.

    Raises:
        MappingError: a needed column is missing, or a choice is open (day and month, decimal sign, currency).
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    with closing(Database(limits or _LIMITS)) as database:
        open_raw(raw, database)
        progress("Reading numbers and dates", 0.1)
        plan = make_plan(database, raw, mapping, None if mapping.people == KEEP else codes)
        found = statuses(database, raw, mapping)
        stage(database, plan)
        progress("Checking every record", 0.4)
        judge(database, plan, found)
        merge(database, plan)
        mode = settle_amounts(database, plan, found)
        drop_unsold(database, plan, found, mode)
        make_sales(database, plan, mode)
        progress("Writing the tables", 0.7)
        make_docs(database, plan, mode)
        write_tables(database, plan, mode, out_dir)
        progress("Reconciling", 0.9)
        return _report(database, plan, found, mode, out_dir)


def _report(database: Database, plan: Plan, found: Statuses, mode: str, out_dir: Path) -> ImportReport:
    """The report; raises ``LtvError`` when a record is not accounted for."""
    raw = plan.raw
    reasons = dict(database.rows("select reason, count(*) from dropped where not is_merged group by reason order by 1"))
    for item in raw.set_aside:
        reasons[item.reason] = reasons.get(item.reason, 0) + 1
    merged = _number(database, "select count(*) from dropped where is_merged")
    used = (
        _number(database, "select count(*) from sales")
        if plan.several
        else rows_of(database, out_dir / "orders.parquet")
    )
    refused = sum(reasons.values())
    if raw.records != used + merged + refused:
        raise LtvError("{count} records are not accounted for.", count=raw.records - used - merged - refused)
    counts = database.rows(_COUNTS)[0]
    key = first_key(plan.keys)
    return ImportReport(
        records=raw.records,
        used=used,
        merged=merged,
        refused=refused,
        orders=counts[0],
        refunds=counts[1],
        customers=rows_of(database, out_dir / "customers.parquet"),
        lines=rows_of(database, out_dir / "order_lines.parquet"),
        customer_key=key,
        customers_merged=plan.identity.folded,
        margin_source=margin_source(plan),
        currency=_currency(database, plan),
        first_at=_iso(counts[2]),
        last_at=_iso(counts[3]),
        reasons=reasons,
        reconciliation=reconcile.steps(database, plan, found, Decimal(counts[4])),
        notes=tuple(remarks(database, plan, found, mode)),
        is_hidden=plan.codes is not None,
        refund_amount=format(Decimal(counts[5]), "f"),
    )


def _number(database: Database, sql: str) -> int:
    return int(database.rows(sql)[0][0])


def _currency(database: Database, plan: Plan) -> str:
    if plan.mapping.currency or "currency" not in plan.keys:
        return plan.mapping.currency.upper()
    return str(database.rows("select coalesce(max(currency), '') from live")[0][0])


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
