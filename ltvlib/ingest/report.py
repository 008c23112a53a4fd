"""What became of every record of a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from ltvlib.ingest.jsonvalue import JsonValue
from ltvlib.ingest.model import Note, SetAside

LIST_OF_CUSTOMERS = 20
"""Customers with one order each from which a file looks like a list of customers."""


@dataclass(frozen=True)
class Step(JsonValue):
    """One step of the reconciliation: from the file's sum to the revenue used for LTV.

    ``amount`` is a decimal as text, so that no cent is lost; negative steps take money away.
    ``table`` names the Parquet (in the output folder) that holds the rows of the step, if any.
    """

    slug: str
    rows: int
    amount: str
    table: str = ""


@dataclass(frozen=True)
class ImportReport(JsonValue):
    """What became of every record of the file.

    Invariant: ``records == used + merged + refused``. ``merged`` are records that were folded into
    another row: exact duplicates and older versions of the same order. ``refused`` are records that
    could not be used, each with line, column and reason in ``refused.parquet``
    (columns ``line``, ``column``, ``reason``, ``text``).

    Attributes:
        orders, refunds, customers, lines: rows in the canonical tables.
        customer_key: how customers were recognised: ``customer_id``, ``phone``, ``email``, ``name``.
        customers_merged: how many spellings were folded into another customer.
        margin_source: ``cost``, ``margin``, ``rate`` or ``none``.
        first_at, last_at: ISO times of the first and last order.
        refund_amount: money given back, a negative decimal as text (part of ``ltv_revenue``).
        reasons: refused records by reason slug.
        is_hidden: people stand as codes.
        reconciliation: steps; the first is ``file_total``, the last ``ltv_revenue``; the amounts of all
            but the last sum to the last.
    """

    records: int
    used: int
    merged: int
    refused: int
    orders: int
    refunds: int
    customers: int
    lines: int
    customer_key: str
    customers_merged: int
    margin_source: str
    currency: str
    first_at: str
    last_at: str
    reasons: dict[str, int] = field(default_factory=dict)
    reconciliation: tuple[Step, ...] = ()
    notes: tuple[Note, ...] = ()
    refund_amount: str = "0"
    is_hidden: bool = False

    _nested = {"reconciliation": Step, "notes": Note}

    @property
    def looks_like_customers(self) -> bool:
        """Whether every one of at least 20 customers has exactly one order: a list of customers rather than of orders."""
        return self.orders == self.customers >= LIST_OF_CUSTOMERS


@dataclass(frozen=True)
class SpendRead(JsonValue):
    """Spend found in a file: every record is either in ``rows`` or in ``refused``.

    Attributes:
        rows: (month number, channel, amount as decimal text, line).
        refused: records that could not be used, with line and reason (``no_date``, ``bad_date``, ``no_amount``,
            ``bad_number``, or what the reader set aside).
        records: records in the file.
        columns: the columns that were taken: month, channel ("" = none), amount.
    """

    rows: tuple[tuple[int, str, str, int], ...]
    refused: tuple[SetAside, ...]
    records: int
    columns: tuple[str, str, str]

    _nested = {"refused": SetAside}


@dataclass(frozen=True)
class NpsRead(JsonValue):
    """Answers found in a file: every record is either in ``rows`` or in ``refused``.

    Attributes:
        rows: (line, answered at as ISO text, score, customer, improvement, asked via); "" = not given.
        refused: records that could not be used, with line and reason (``no_score``, ``off_scale``, ``no_date``,
            ``bad_date``, ``bad_number``, or what the reader set aside).
        records: records in the file.
        columns: the columns that were taken: score, date, customer, text, asked via ("" = none).
    """

    rows: tuple[tuple[int, str, int, str, str, str], ...]
    refused: tuple[SetAside, ...]
    records: int
    columns: tuple[str, ...]

    _nested = {"refused": SetAside}


@dataclass(frozen=True)
class ListRead(JsonValue):
    """A list found in a file: every record is either in ``rows`` or in ``refused``, unless something has to be settled first.

    Attributes:
        rows: (line, values by field); a field without a value is not in it. Times are ISO text.
        refused: records that could not be used, with line and reason (``no_customer``, ``no_order``, ``no_date``,
            ``bad_date``, ``bad_flag``, ``nothing_told``, or what the reader set aside).
        records: records in the file.
        columns: header of each field; "" = none.
        headers: all headers of the file.
        missing: the first field of each group that no column was found for; then there are no rows.
        doubtful: columns whose dates can be read with the day or the month first; then there are no rows.
    """

    rows: tuple[tuple[int, dict[str, str]], ...]
    refused: tuple[SetAside, ...]
    records: int
    columns: dict[str, str]
    headers: tuple[str, ...]
    missing: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()

    _nested = {"refused": SetAside}
