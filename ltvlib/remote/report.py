"""What becomes of the rows of a remote table, counted on the server, and the way from its sum to the revenue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ltvlib import ratios
from ltvlib.engine import sql_text
from ltvlib.errors import N_, LtvError
from ltvlib.ingest.model import Note
from ltvlib.ingest.report import ImportReport, Step
from ltvlib.ingest.synonyms import CANCELLED, REFUND, SALE, UNKNOWN, judge_status
from ltvlib.remote.dialect import Engine
from ltvlib.remote.source import Source
from ltvlib.remote.staging import Staging
from ltvlib.settings import EPOCH

UNIT = Decimal(10_000)
MOST_STATUSES = 200
_ORDER = (
    *("no_customer", "no_date", "bad_date", "bad_number", "no_amount", "other_currency"),
    *("cancelled", "not_a_sale", "returned"),
)
_STATUSES = " select {column} as v, count(*) as n from typed where {column} is not null group by {column} order by 2 desc, 1 limit {limit}"
FOREVER = 10_000_000
"""A day beyond any order: nothing is left out by date."""
ROWS_AT_ONCE = 50_000_000
"""Rows that an engine puts together to orders in one question; a longer table is counted in ranges of customers."""
_ADDED = {"first_ts": min, "last_ts": max}
"""How ranges of customers are put together, where they are not added up."""


@dataclass(frozen=True)
class Survey:
    """What was learned of a source before anything is fetched.

    Attributes:
        source: the source with what was found about it (statuses, whether orders have several rows).
        report: what becomes of every row, and the reconciliation.
        as_of: exclusive end of the data: the day after the last order.
        margin_rate: gross margin / revenue for documents without a margin, 0..1.
        unknown_margins: documents without a margin where others have one.
        margin_source: ``cost``, ``margin``, ``rate`` or ``none``.
        orders, buyers: orders, and customers with an order.
    """

    source: Source
    report: ImportReport
    as_of: dt.date
    margin_rate: float
    unknown_margins: int
    margin_source: str
    orders: int
    buyers: int


def statuses_of(engine: Engine, source: Source, field: str) -> tuple[str, ...]:
    """Distinct values of a status column, the most frequent first; empty when there are too many."""
    if not source.has(field):
        return ()
    staging = Staging(source, engine.dialect)
    sql = staging.typed() + _STATUSES.format(column=field, limit=MOST_STATUSES + 1)
    rows = engine.query(sql, staging.params()).to_pylist()
    return tuple(row["v"] for row in rows) if len(rows) <= MOST_STATUSES else ()


def with_statuses(engine: Engine, source: Source) -> Source:
    """The source with the meaning of its statuses; the lists of the mapping come first, as for a file."""
    every = statuses_of(engine, source, "status")
    types = statuses_of(engine, source, "document_type")
    verdicts = {status: judge_status(status) for status in every}
    told, refunded = source.mapping.refund_statuses, source.has("refund")
    backs = tuple(s for s in every if (s in told if told is not None else verdicts[s] == REFUND))
    return replace(
        source,
        sale=_sales(every, verdicts, source),
        refund=() if refunded else backs,
        cancelled=tuple(s for s in every if verdicts[s] == CANCELLED),
        back_types=tuple(t for t in types if (told and t in told) or judge_status(t) == REFUND),
    )


def _sales(every: tuple[str, ...], verdicts: Mapping[str, str], source: Source) -> tuple[str, ...]:
    chosen = source.mapping.sale_statuses
    if chosen is not None:
        return tuple(s for s in every if s in chosen)
    known = tuple(s for s in every if verdicts[s] == SALE or (source.has("refund") and verdicts[s] == REFUND))
    return known or tuple(s for s in every if verdicts[s] == UNKNOWN)


def survey(engine: Engine, source: Source) -> Survey:
    """Count rows by fate, settle what an order is, and sum up: two or three aggregate questions, some in ranges of customers.

    Raises:
        MappingError: a needed column is missing or holds something else.
        LtvError: the engine failed, there are no orders, or the steps do not add up.
    """
    source = with_statuses(engine, source.checked())
    fates = _fates(engine, source)
    used = fates.get("", _Fate(0, 0, 0))
    source = replace(source, is_grouped=not source.has("order_id") or used.numbers < used.rows)
    size = _added(engine, source, "size", used.rows)
    if not size["buyers"]:
        raise LtvError("No row of this table can be used as an order; check which column is which.")
    turned = dict.fromkeys(("turned", "turned_amount", "returned", "returned_amount"), 0)
    if size["revenue"] != used.amount:  # looked for only where money changed without a row leaving
        turned = _added(engine, source, "turned", used.rows)
    report = _report(source, fates, size, _steps(fates, size, turned))
    as_of = EPOCH + dt.timedelta(days=size["last_ts"] // 86400 + 1)
    rate, unknown, told = _rate(source, size)
    return Survey(source, report, as_of, rate, unknown, told, size["orders"], size["buyers"])


@dataclass(frozen=True)
class _Fate:
    rows: int
    numbers: int
    amount: int


def _fates(engine: Engine, source: Source) -> dict[str, _Fate]:
    """Rows, order numbers and money by the reason why rows cannot be used; "" for those that can."""
    staging = Staging(source, engine.dialect)
    rows = engine.query(staging.judged() + sql_text("remote/reasons"), staging.params()).to_pylist()
    return {row["reason"] or "": _Fate(row["n"], row["numbers"], row["amount"]) for row in rows}


def _added(engine: Engine, source: Source, name: str, rows: int) -> dict[str, Any]:
    """One row of sums; of orders with several rows in as many ranges of customers as ``rows`` ask for, put together here."""
    staging = Staging(source, engine.dialect)
    params = {**staging.params(), "ltv_as_of_day": FOREVER}
    ranges = max(1, -(-rows // ROWS_AT_ONCE)) if source.is_grouped else 1
    texts = (staging.documents(0.0, staging.part(ranges, part)) + sql_text(f"remote/{name}") for part in range(ranges))
    found = [engine.query(text, params).to_pylist()[0] for text in texts]
    known = {column: [row[column] for row in found if row[column] is not None] for column in found[0]}
    return {column: _ADDED.get(column, sum)(values) if values else None for column, values in known.items()}


def _rate(source: Source, size: Mapping[str, int]) -> tuple[float, int, str]:
    """The rate for documents without a margin, how many there are, and where margins come from: as on an upload."""
    told = source.margin_source
    given = source.mapping.margin_rate if source.mapping.margin_rate is not None else 1.0
    if told not in ("cost", "margin") or not size["unknown_margins"]:
        return given, 0, told
    if not size["known_revenue"]:
        return 1.0, 0, "none"
    return (
        round(float(ratios.margin_rate(size["known_margin"], size["known_revenue"])), 6),
        size["unknown_margins"],
        told,
    )


def money(units: int) -> str:
    """Ten-thousandths as a decimal with four places, as text."""
    return format((Decimal(units) / UNIT).quantize(Decimal("0.0001")), "f")


def _steps(fates: Mapping[str, _Fate], size: Mapping[str, int], turned: Mapping[str, int]) -> tuple[Step, ...]:
    """The way from the sum of the table to the revenue; raises ``LtvError`` when it does not add up exactly."""
    made = [("file_total", sum(fate.rows for fate in fates.values()), sum(fate.amount for fate in fates.values()))]
    made += [(slug, fates[slug].rows, -fates[slug].amount) for slug in _ORDER if slug in fates]
    made.append(("return_sign", turned["turned"], turned["turned_amount"]))
    made.append(("refund_column", turned["returned"], -turned["returned_amount"]))
    left = size["revenue"] - sum(amount for _, _, amount in made)
    if left:
        raise LtvError("The reconciliation does not add up: {left} is left over.", left=money(left))
    steps = [Step(slug, rows, money(amount)) for slug, rows, amount in made if rows]
    return (*steps, Step("ltv_revenue", fates[""].rows, money(size["revenue"])))


def _report(
    source: Source, fates: Mapping[str, _Fate], size: Mapping[str, int], steps: tuple[Step, ...]
) -> ImportReport:
    records, used = sum(fate.rows for fate in fates.values()), fates[""].rows
    return ImportReport(
        records=records,
        used=used,
        merged=0,
        refused=records - used,
        orders=size["orders"],
        refunds=size["refunds"],
        customers=size["customers"],
        lines=used if source.has_products else 0,
        customer_key=source.customer_key,
        customers_merged=0,
        margin_source=source.margin_source,
        currency=source.mapping.currency.upper(),
        first_at=_iso(size["first_ts"]),
        last_at=_iso(size["last_ts"]),
        reasons={slug: fate.rows for slug, fate in fates.items() if slug},
        reconciliation=steps,
        notes=tuple(_notes(source, fates, size)),
        refund_amount=money(size["given_back"]),
    )


def _notes(source: Source, fates: Mapping[str, _Fate], size: Mapping[str, int]) -> Iterable[Note]:
    """Decisions taken, and what a person should look at."""
    yield Note(
        "Customers are recognised by the column {column}.", {"column": source.mapping.fields[source.customer_key]}
    )
    used = fates[""]
    if source.is_grouped and source.has("order_id") and not source.has_products:
        text = N_("{count} rows share an order number with another one; their amounts are added up to one order.")
        yield Note(text, {"count": used.rows - used.numbers}, "warn")
    if source.kind("ordered_at") == "zoned" and source.zone:
        yield Note("Times are read on the clock of {zone}.", {"zone": source.zone})
    if size["free_orders"]:
        yield Note("{count} orders have an amount of zero; they count as orders.", {"count": size["free_orders"]})
    if source.margin_source == "none":
        yield Note("Neither cost nor profit is in the file: the gross margin is unknown.", {}, "warn")


def _iso(ts: int | None) -> str:
    if ts is None:
        return ""
    return (dt.datetime(1970, 1, 1) + dt.timedelta(seconds=ts)).isoformat()
