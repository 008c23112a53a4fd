"""Deciding the style of a column of the open raw table, as cheaply as its values allow."""

from __future__ import annotations

from ltvlib.engine import Database, quote
from ltvlib.ingest.dates import DateStyle, date_sql, infer_dates, number_format, settle
from ltvlib.ingest.direct import check_unchanged, relation
from ltvlib.ingest.model import RawColumn, RawTable
from ltvlib.ingest.numbers import NumberStyle, infer_numbers, number_sql, plain_probe, plain_style
from ltvlib.ingest.values import cell, column_shapes, compose, quick_shapes, shapes_of

RAW = "raw_rows"
"""View over the rows as read in every database of this package."""

_GUESS_ROWS = 500
_GUESS_SHAPES = 6


def open_raw(raw: RawTable, database: Database) -> None:
    """Create the view ``raw_rows`` over the raw Parquet, or over the file itself where there is no copy."""
    check_unchanged(raw)
    database.execute(f"create or replace view {RAW} as {relation(raw)}")


def number_style(database: Database, column: RawColumn, decimal: str = "") -> NumberStyle:
    """How the column writes numbers, decided from all its values (or proven at inspection)."""
    if "number" in column.proven:
        return NumberStyle.from_dict(column.proven["number"])
    if column.kind != "text":
        sql = compose("select count({name}) from {table}", name=quote(column.key), table=RAW)
        filled = int(database.rows(sql)[0][0])
        return NumberStyle(numbers=filled if column.kind == "number" else 0, filled=filled, plain=True)
    sql = compose("select {probe} from {table}", probe=plain_probe(cell(column.key)), table=RAW)
    row = database.rows(sql)[0]
    style = plain_style(row)
    if style is not None:
        return style
    shapes = column_shapes(database, RAW, column.key)
    return NumberStyle(filled=row[0]) if shapes is None else infer_numbers(shapes, decimal)


def date_style(database: Database, column: RawColumn, bare: bool = True) -> DateStyle:
    """How the column writes dates; ``bare`` admits serials and Unix times (plain numbers)."""
    if bare and "date" in column.proven:
        return DateStyle.from_dict(column.proven["date"])
    if column.kind == "number":
        return _number_dates(database, column)
    if column.kind != "text":
        return DateStyle()
    head = "select line, {cell} from {table} where {name} is not null limit {rows}"
    values = database.rows(head.format(cell=cell(column.key), table=RAW, name=quote(column.key), rows=_GUESS_ROWS))
    guess = [shape.text for shape in shapes_of((line, value or "") for line, value in values)]
    shapes = quick_shapes(database, RAW, column.key, guess) if len(guess) <= _GUESS_SHAPES else None
    if shapes is None:
        shapes = column_shapes(database, RAW, column.key)
    return settle(database, RAW, column.key, infer_dates(shapes or (), bare))


def _number_dates(database: Database, column: RawColumn) -> DateStyle:
    sql = "select min({name}), max({name}), count({name}) from {table}"
    least, most, filled = database.rows(sql.format(name=quote(column.key), table=RAW))[0]
    if not filled:
        return DateStyle()
    found = number_format(float(least), float(most))
    if not found:
        return DateStyle(filled=filled)
    return DateStyle((found,), ("",), filled, filled)


def number_of(column: RawColumn, style: NumberStyle) -> str:
    """SQL of the column as exact money."""
    return number_sql(quote(column.key) if column.kind == "number" else cell(column.key), style, column.kind)


def date_of(column: RawColumn, style: DateStyle) -> str:
    """SQL of the column as a timestamp."""
    if column.kind == "timestamp":
        return f"cast({quote(column.key)} as timestamp)"
    return date_sql(cell(column.key, column.kind), style)
