"""What the report says in words: decisions taken, and what a person should look at."""

from __future__ import annotations

from collections.abc import Iterator

from ltvlib.engine import Database
from ltvlib.errors import N_
from ltvlib.ingest.choices import Statuses
from ltvlib.ingest.identity import first_key, warnings
from ltvlib.ingest.model import Note
from ltvlib.ingest.staging import Plan
from ltvlib.ingest.structure import ORDER
from ltvlib.ingest.styles import RAW
from ltvlib.ingest.values import compose

_OFFSET = r"(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{0,2})$"


def remarks(database: Database, plan: Plan, found: Statuses, mode: str) -> list[Note]:
    """All notes of one import."""
    return [
        *_dates(database, plan),
        *_customers(database, plan),
        *_amounts(database, plan, mode),
        *_merged(database),
        *_statuses(database, found),
        *_margin(plan),
    ]


def _dates(database: Database, plan: Plan) -> Iterator[Note]:
    style = plan.dates["ordered_at"]
    if style.formats:
        params = {"column": plan.names["ordered_at"], "format": style.formats[0]}
        yield Note("Dates of the column {column} are read as {format}.", params)
    if style.dotted and style.formats and style.formats[0].startswith("%d"):
        yield Note("Dates written with dots are read with the day first.")
    if style.formats and style.formats[0].startswith("unix"):
        yield Note("Unix times are read as UTC.")
    if not style.offset:
        return
    sql = (
        "select count(distinct regexp_extract(v, '{offset}')) from (select {text} as v from {table}) where v like '%:%'"
    )
    count = database.rows(sql.format(offset=_OFFSET, text=plan.texts["ordered_at"], table=RAW))[0][0]
    if count > 1:
        text = N_("Column {column} has {count} time zones; each time is kept as written, on the clock of its zone.")
        yield Note(text, {"column": plan.names["ordered_at"], "count": count}, "warn")


def _customers(database: Database, plan: Plan) -> Iterator[Note]:
    key = first_key(plan.keys)
    yield Note("Customers are recognised by the column {column}.", {"column": plan.names[key]})
    for field, style in plan.numbers.items():
        bad = style.filled - style.numbers
        if bad and field in ("cost", "margin", "refund", "quantity"):
            text = N_("Column {column}: values that are not numbers and are left empty: {count}.")
            yield Note(text, {"column": plan.names[field], "count": bad}, "warn")
    every = "buyers" if key == "customer_id" and not plan.identity.joins and not _dropped(database) else ""
    yield from warnings(database, plan.texts, plan.names, every)


def _dropped(database: Database) -> int:
    return int(database.rows("select count(*) from dropped")[0][0])


def _amounts(database: Database, plan: Plan, mode: str) -> Iterator[Note]:
    if mode.endswith(ORDER):
        level = "warn" if mode.startswith("?") else "info"
        text = N_("The amount of an order repeats on each of its rows ({column}); it is counted once per order.")
        yield Note(text, {"column": plan.names["revenue"]}, level)
    if "revenue" not in plan.keys:
        yield Note("The amount is unit price times quantity.")
    if plan.mapping.minor_units:
        yield Note("Amounts are in the smallest unit of the currency and were divided by 100 where it has one.")
    if "order_id" not in plan.keys:
        yield Note("There is no order number: rows of one customer at the same time are one order.")
        sql = "select count(*) - count(distinct fingerprint) from live"
        same = database.rows(sql)[0][0]
        if same:
            text = N_("{count} rows equal another one; they are kept, because two equal sales on one day are possible.")
            yield Note(text, {"count": same}, "warn")
    free = "docs where gross" if "refund" in plan.keys else "written where revenue"
    zero = database.rows(compose("select count(*) from {free} = 0", free=free))[0][0]
    if zero:
        yield Note("Orders with an amount of zero: {count}. They count as orders.", {"count": zero})


def _merged(database: Database) -> Iterator[Note]:
    words = {
        "duplicate": N_("Exact duplicate rows that were merged: {count}."),
        "older_version": N_("Older versions of orders that were replaced by the last one: {count}."),
    }
    for reason, count in database.rows(
        "select reason, count(*) from dropped where is_merged group by reason order by 1"
    ):
        yield Note(words[reason], {"count": count}, "warn")


def _statuses(database: Database, found: Statuses) -> Iterator[Note]:
    count = database.rows("select count(*) from dropped where reason = 'returned'")[0][0]
    if count:
        text = N_(
            "{count} orders with a return status and a positive amount bring no revenue. If they are return documents "
            "of their own, map the column as document type."
        )
        yield Note(text, {"count": count}, "warn")
    if found.unknown:
        yield Note(
            "Statuses that are not known: {count}. Check which of them are sales.",
            {"count": len(found.unknown)},
            "warn",
        )


def _margin(plan: Plan) -> Iterator[Note]:
    if "cost" in plan.keys:
        text = N_("The column {column} is the cost of one piece and is multiplied by the quantity.")
        total = N_("The column {column} is the cost of the whole row.")
        yield Note(text if plan.unit_cost else total, {"column": plan.names["cost"]})
    elif "margin" not in plan.keys and plan.mapping.margin_rate is None:
        yield Note("Neither cost nor profit is in the file: the gross margin is unknown.", {}, "warn")
