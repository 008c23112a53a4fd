"""The few words in which engines differ; all other SQL is the same text everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

MASK = 9223372036854775807
"""Largest BIGINT; keeps hashes from being negative."""


@dataclass(frozen=True)
class Dialect:
    """How one engine spells what plain SQL has no common word for. ``{x}`` stands for an expression.

    Attributes:
        name: ``duckdb``, ``spark``, ``clickhouse`` or ``postgres``.
        text, double, date: names of types.
        ordered: a text that sorts and compares by its bytes, as DuckDB does.
        day: days since 1970-01-01 of a date or of a time without a zone.
        local: the clock of ``{zone}`` at a moment; ``shown``: the clock on which the engine itself shows a moment.
        compared: a decimal or whole number as what can be compared with any other.
        exact: a decimal or whole number in ten-thousandths, rounded half away from zero, as a BIGINT.
        share: ``{x}`` whole units times the decimal ``{rate}``, rounded half away from zero, as a BIGINT.
        hash: a whole number from 0 for a text, evenly spread.
        matches: whether a text matches the regular expression ``{pattern}`` (written without backslashes).
        median: exact median of ``{x}`` with interpolation, as a double.
        fence: end of a sub-query whose columns are worked out once, where an engine would copy their text to every place of use.
        bracket: what stands around an identifier.
        bound: how a bound value ``{name}`` of the SQL type ``{type}``, the ``{place}``-th that is named, stands in a text.
    """

    name: str
    text: str = "varchar"
    double: str = "double"
    date: str = "date"
    ordered: str = "{x}"
    day: str = "date_diff('day', date '1970-01-01', cast({x} as date))"
    local: str = "timezone('{zone}', {x})"
    shown: str = "cast({x} as timestamp)"
    compared: str = "{x}"
    exact: str = "cast(round({x}, 4) * 10000 as bigint)"
    share: str = "cast(round(cast({x} as decimal(20, 0)) * cast({rate} as decimal(9, 6)), 0) as bigint)"
    hash: str = f"cast(hash({{x}}) & {MASK} as bigint)"
    matches: str = "regexp_matches({x}, '{pattern}')"
    median: str = "quantile_cont({x}, 0.5)"
    fence: str = ""
    bracket: str = '"'
    bound: str = "${name}"

    def quote(self, identifier: str) -> str:
        """An identifier as this engine quotes it; raises ``ValueError`` on a NUL byte or an empty name."""
        if not identifier or "\0" in identifier:
            raise ValueError("not an identifier")
        mark = self.bracket
        if self.name == "clickhouse":  # the one engine whose quoted identifiers know escapes
            identifier = identifier.replace("\\", "\\\\")
        return mark + identifier.replace(mark, mark * 2) + mark

    def table(self, parts: tuple[str, ...]) -> str:
        """A table's name with its catalogue and schema, each part quoted."""
        return ".".join(self.quote(part) for part in parts)


DUCKDB = Dialect("duckdb")
POSTGRES = Dialect(
    "postgres",
    text="text",
    double="double precision",
    ordered='{x} collate "C"',
    day="(cast({x} as date) - date '1970-01-01')",
    local="({x} at time zone '{zone}')",
    exact="cast(round(cast({x} as numeric), 4) * 10000 as bigint)",
    share="cast(round({x} * cast({rate} as numeric)) as bigint)",
    hash=f"(hashtextextended({{x}}, 0) & {MASK})",
    matches="({x} ~ '{pattern}')",
    median="percentile_cont(0.5) within group (order by {x})",
    fence="offset bigint '0'",  # unlike a materialized one it is read in parallel, and columns that nobody needs are not made
    bound="%({name})s",
)
POSTGRES_NUMBERED = replace(POSTGRES, bound="${place}")
"""The same words for a driver that binds values by their place."""
SPARK = Dialect(
    "spark",
    text="string",
    day="datediff(cast({x} as date), date '1970-01-01')",
    local="from_utc_timestamp({x}, '{zone}')",  # in a session on UTC
    shown="{x}",
    hash=f"(xxhash64({{x}}) & {MASK})",
    matches="regexp_like({x}, '{pattern}')",
    median="percentile({x}, 0.5)",
    bracket="`",
    bound=":{name}",
)
CLICKHOUSE = Dialect(
    "clickhouse",
    text="String",
    double="Float64",
    date="Date32",
    day="toInt32(toDate32({x}))",
    local="toTimeZone({x}, '{zone}')",
    shown="{x}",
    compared="toFloat64({x})",  # a narrow decimal beside a large number is an error there, not a no
    exact="toInt64(round(toDecimal128({x}, 6), 4) * 10000)",
    share="toInt64(round(toDecimal128({x}, 0) * toDecimal128('{rate}', 6)))",
    hash="toInt64(bitShiftRight(cityHash64({x}), 1))",
    matches="match({x}, '{pattern}')",
    median="quantileExactInclusive(0.5)({x})",
    bracket="`",
    bound="{{{name}:{type}}}",
)
DIALECTS = tuple(dialect.name for dialect in (DUCKDB, POSTGRES, CLICKHOUSE, SPARK))


def bound(sql: str, params: Mapping[str, object], dialect: Dialect) -> tuple[str, dict[str, object]]:
    """``sql`` with ``$name`` spelled as the engine binds it, and the values that it names.

    Only names of ``params`` are replaced; they begin with ``ltv_``, so that no identifier of a user is one of them.
    """
    used: dict[str, object] = {}
    is_percent = dialect.bound.startswith("%")
    if is_percent:
        sql = sql.replace("%", "%%")
    for name in sorted(params, key=len, reverse=True):
        if f"${name}" in sql:
            kind = "Int64" if isinstance(params[name], int) else "String"
            sql = sql.replace(f"${name}", dialect.bound.format(name=name, type=kind, place=len(used) + 1))
            used[name] = params[name]
    return (sql if used or not is_percent else sql.replace("%%", "%")), used


@dataclass(frozen=True)
class Field:
    """One column of a remote table.

    ``kind``: ``text``, ``exact`` (whole or decimal number), ``float``, ``date``, ``time`` (no zone), ``zoned``,
    ``bool``, or ``other``, which cannot be mapped.
    """

    name: str
    kind: str


class Engine(Protocol):
    """What runs SQL where the orders live: ``query`` to Arrow, and a dialect. It never writes."""

    dialect: Dialect

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Rows of one SELECT with ``$name`` values bound; raises ``LtvError`` where the engine fails or is gone."""

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        """Columns of a table with what they hold; raises ``LtvError`` where there is no such table."""

    def tables(self) -> list[tuple[str, ...]]:
        """Tables and views that can be read, by full name."""

    def cancel(self) -> None:
        """Stop what runs now; it raises in its own thread."""

    def close(self) -> None:
        """Let go of what was opened here; what the user brought stays open."""
