"""The values that travel through reading: raw table -> profile -> mapping; what came of it is in ``report``.

All are frozen and turn to and from JSON (``dumps``/``loads`` below), because they cross
the border between the parent and the limited child process that touches the file.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from ltvlib.ingest.jsonvalue import JsonValue


@dataclass(frozen=True)
class Limits(JsonValue):
    """What one upload may use; every limit is stated to the user when it is reached.

    Attributes:
        file_mb: size of the file, MB.
        columns: widest table.
        sheet_rows: rows of an XLSX/XLS/ODS sheet; longer: "save it as CSV".
        sheet_cells: cells of a sheet.
        inflated_mb: total size of a zip's (or XLSX's) content after inflating.
        line_mb: longest record of a text file.
        memory_mb: address space of the child process.
        seconds: CPU time of the child process.
        output_mb: largest file the child may write.
    """

    file_mb: int = 200
    columns: int = 500
    sheet_rows: int = 200_000
    sheet_cells: int = 20_000_000
    inflated_mb: int = 2_000
    line_mb: int = 1
    memory_mb: int = 2_048
    seconds: int = 120
    output_mb: int = 4_000


@dataclass(frozen=True)
class Note(JsonValue):
    """Something the reader decided or noticed, as a translatable template with parameters.

    ``level`` is ``info`` (a decision taken), ``warn`` (look at this) or ``ask`` (the user must choose).
    """

    template: str
    params: dict[str, Any] = field(default_factory=dict)
    level: str = "info"


@dataclass(frozen=True)
class RawColumn(JsonValue):
    """One column of the file.

    Attributes:
        key: safe name inside the raw Parquet: ``c0`` .. ``cN``.
        name: header as written, trimmed, made unique for display.
        kind: physical type in the raw Parquet: ``text`` (CSV, and cells of mixed type),
            ``number``, ``timestamp`` or ``bool`` (typed Parquet and spreadsheets).
        proven: what inspection proved of all its values, so that loading need not look again: ``filled``,
            ``number`` and ``date`` (styles), ``unique``, ``total``, ``trimmed``.
        looks_like: what its values look like, see :class:`ColumnProfile`; empty before inspection.
    """

    key: str
    name: str
    kind: str = "text"
    proven: dict[str, Any] = field(default_factory=dict)
    looks_like: str = ""


@dataclass(frozen=True)
class SetAside(JsonValue):
    """A record below the header that is not a data row, or is broken; never silently dropped.

    Attributes:
        line: 1-based line in the file (spreadsheet row for sheets).
        reason: slug: ``totals``, ``repeated_header``, ``units``, ``footer``, ``group``, ``too_many_fields``,
            ``too_few_fields``, ``open_quote``, ``line_too_long``, ``comment``.
        text: the record as read, capped at 500 characters, for the refused-rows download.
    """

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class RawTable(JsonValue):
    """The table found in a file: all records accounted for, nothing interpreted yet.

    The data lie in Parquet at ``path`` with columns ``line BIGINT`` (1-based line in the file) and
    ``c0..cN``; text is trimmed, and NULL when blank. Invariant: ``records == rows + len(set_aside)`` (blank
    lines are not records; lines above the header are preamble, not records).

    Attributes:
        path: Parquet file written by the reader.
        container: ``csv``, ``xlsx``, ``xls``, ``ods``, ``parquet`` or ``html``.
        encoding: Python codec name, empty for binary containers.
        delimiter: field separator, empty for non-text.
        header_line: 1-based line of the header; 0 where the file has none.
        preamble: lines above the header, as read (capped).
        sheet: sheet that was read; ``sheets`` all that could be.
        member: file inside the zip, when the file was a zip.
        source: how the rows are read straight from a clean file, without a copy (:mod:`ltvlib.ingest.direct`);
            ``path`` is then the file itself, which has to stay until the table is loaded.
    """

    path: str
    container: str
    columns: tuple[RawColumn, ...]
    rows: int
    records: int
    encoding: str = ""
    delimiter: str = ""
    header_line: int = 1
    preamble: tuple[str, ...] = ()
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    member: str = ""
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[Note, ...] = ()
    source: dict[str, Any] = field(default_factory=dict)

    _nested = {"columns": RawColumn, "set_aside": SetAside, "notes": Note}


@dataclass(frozen=True)
class ReadOptions(JsonValue):
    """What the user may overrule about reading; ``None`` means: find it yourself."""

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class ColumnProfile(JsonValue):
    """What the values of one raw column look like.

    Attributes:
        key: raw column.
        filled: rows with a value.
        distinct: distinct values (exact up to the sample, at least).
        numbers: share of filled values that read as a number, 0..1, with ``decimal`` and ``thousands``.
        decimal: ``.`` or ``,`` or empty where numbers are whole; ``?`` where the values contradict.
        date_formats: strptime formats under which *every* filled value reads as a date; more than
            one that disagree on day and month means: ask.
        date_conflict: two line numbers that prove day-first and month-first, when the column contradicts itself.
        looks_like: best guess: ``date``, ``money``, ``quantity``, ``id``, ``phone``, ``email``, ``name``,
            ``category``, ``currency``, ``text``, ``empty``.
        destroyed_ids: count of values such as ``7,91E+10``.
        examples: up to 5 values for the mapping form.
    """

    key: str
    filled: int
    distinct: int
    numbers: float = 0.0
    decimal: str = ""
    thousands: str = ""
    date_formats: tuple[str, ...] = ()
    date_conflict: tuple[int, ...] = ()
    looks_like: str = "text"
    destroyed_ids: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping(JsonValue):
    """Which column is which, and every choice a person made; saved as a preset.

    Attributes:
        fields: canonical field -> raw column *name* (names, so that a preset fits next month's file).
            Fields: order_id, customer_id, phone, email, name, ordered_at, revenue, unit_price, quantity,
            cost, margin, product_id, product_name, category, channel, manager, city, status, document_type,
            currency, refund, discount.
        date_format: strptime format chosen for ordered_at; empty = the only one that fits.
        sale_statuses: statuses that count as sales; ``None`` = the default of the synonym table.
        refund_statuses: statuses or document types that mean money back.
        currency: currency code to keep when there are several and no rates are given.
        rates: currency code -> rate into ``currency``; rows in other currencies are refused.
        amount_is: ``line`` (amount of each line), ``order`` (order total repeated on each line) or
            empty = decided from the data.
        minor_units: the amounts are in cents/kopecks (zero-decimal currencies are respected).
        margin_rate: gross margin / revenue used where there is neither cost nor profit column, 0..1.
        preset: name of the export shape that was recognised (``bitrix24``, ``shopify`` ...), for display.
        decimal: decimal sign (``.`` or ``,``) for number columns that contradict themselves.
        merge_duplicates: whether exact duplicate rows are merged; ``None`` = yes where an order number or
            a time of day shows that they are the same sale.
        people: what becomes of phones, e-mails and names: ``keep`` (readable) or anything else (codes, where the caller
            gives a key for them).
        notes: what was dropped when the preset was fitted to a file.

    Further fields that ``fields`` may hold: updated_at (of order versions), cancelled_at (filled =
    cancelled), is_refund (a yes/no column).
    """

    fields: dict[str, str]
    date_format: str = ""
    sale_statuses: tuple[str, ...] | None = None
    refund_statuses: tuple[str, ...] | None = None
    currency: str = ""
    rates: dict[str, float] = field(default_factory=dict)
    amount_is: str = ""
    minor_units: bool = False
    margin_rate: float | None = None
    preset: str = ""
    decimal: str = ""
    merge_duplicates: bool | None = None
    people: str = ""
    notes: tuple[Note, ...] = ()

    _nested = {"notes": Note}


@dataclass(frozen=True)
class Question(JsonValue):
    """A choice that must not be guessed: the field, the sentence, and the options."""

    field: str
    template: str
    options: tuple[str, ...]
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Inspection(JsonValue):
    """Everything the mapping page shows: the raw table, its profile, the proposal and what to ask."""

    raw: RawTable
    profiles: tuple[ColumnProfile, ...]
    proposal: Mapping
    questions: tuple[Question, ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()
    notes: tuple[Note, ...] = ()
    statuses: tuple[str, ...] = ()

    _nested = {
        "raw": RawTable,
        "profiles": ColumnProfile,
        "proposal": Mapping,
        "questions": Question,
        "notes": Note,
    }
