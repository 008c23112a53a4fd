"""Choices that hang on the values of a column: which statuses are sales, which documents give money back."""

from __future__ import annotations

from dataclasses import dataclass

from ltvlib.engine import Database
from ltvlib.ingest.mapping import columns_by_field
from ltvlib.ingest.model import Mapping, RawTable
from ltvlib.ingest.styles import RAW
from ltvlib.ingest.synonyms import CANCELLED, REFUND, SALE, UNKNOWN, judge_status
from ltvlib.ingest.values import cell

MAX_STATUSES = 200
"""A column with more distinct values is no status."""


@dataclass(frozen=True)
class Statuses:
    """What the statuses and document types of a file mean.

    Attributes:
        sale: statuses that count as sales; refused otherwise, as ``cancelled`` or ``not_a_sale``.
        refund: statuses that say the money went back.
        cancelled: statuses of cancelled orders.
        refund_types: document types that are returns.
        unknown: statuses the words do not know.
        every: all statuses, the most frequent first.
        usable: whether the status column has few enough values to be judged.
    """

    sale: tuple[str, ...] = ()
    refund: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    refund_types: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    usable: bool = False


def values_of(database: Database, raw: RawTable, key: str, limit: int = MAX_STATUSES) -> tuple[str, ...]:
    """Distinct values of a column, the most frequent first; empty when there are more than ``limit``."""
    kind = next(column.kind for column in raw.columns if column.key == key)
    sql = (
        "select v, count(*) from (select {cell} as v from {table}) where v is not null "
        "group by v order by 2 desc, 1 limit {limit}"
    )
    rows = database.rows(sql.format(cell=cell(key, kind), table=RAW, limit=limit + 1))
    return tuple(row[0] for row in rows) if len(rows) <= limit else ()


def statuses(database: Database, raw: RawTable, mapping: Mapping) -> Statuses:
    """What statuses and document types mean under the mapping; its own lists come first.

    Without a list, known sale words count; unknown statuses count only where no status is known as a sale.
    With a refund column, refunded orders stay sales: the column says how much went back.
    """
    keys = columns_by_field(raw, mapping.fields)
    every = values_of(database, raw, keys["status"]) if "status" in keys else ()
    types = values_of(database, raw, keys["document_type"]) if "document_type" in keys else ()
    verdicts = {status: judge_status(status) for status in every}
    refund = mapping.refund_statuses
    backs = tuple(s for s in every if (s in refund if refund is not None else verdicts[s] == REFUND))
    if "refund" in keys:
        backs = ()
    return Statuses(
        sale=_sales(every, verdicts, mapping, "refund" in keys),
        refund=backs,
        cancelled=tuple(s for s in every if verdicts[s] == CANCELLED),
        refund_types=tuple(t for t in types if (refund and t in refund) or judge_status(t) == REFUND),
        unknown=tuple(s for s in every if verdicts[s] == UNKNOWN),
        every=every,
        usable=bool(every),
    )


def _sales(every: tuple[str, ...], verdicts: dict[str, str], mapping: Mapping, refunded: bool) -> tuple[str, ...]:
    if mapping.sale_statuses is not None:
        return tuple(s for s in every if s in mapping.sale_statuses)
    known = tuple(s for s in every if verdicts[s] == SALE or (refunded and verdicts[s] == REFUND))
    return known or tuple(s for s in every if verdicts[s] == UNKNOWN)
