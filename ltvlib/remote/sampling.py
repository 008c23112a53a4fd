"""A first look at a remote table: some of its rows, what the columns look like, and the mapping to propose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ltvlib.errors import N_
from ltvlib.ingest.mapping import columns_by_field, propose
from ltvlib.ingest.model import Inspection, Mapping, Question, RawColumn, RawTable
from ltvlib.ingest.profile import PREVIEW_ROWS, profiles_of
from ltvlib.ingest.questions import column_questions
from ltvlib.ingest.synonyms import UNKNOWN, judge_status
from ltvlib.remote.dialect import Engine, Field
from ltvlib.remote.report import statuses_of, with_statuses
from ltvlib.remote.source import Source

ROWS = 2_000
"""Rows looked at."""
_RAW_KINDS = {"exact": "number", "float": "number", "date": "timestamp", "time": "timestamp", "zoned": "timestamp"}


def look(engine: Engine, table: tuple[str, ...]) -> Inspection:
    """Columns, profiles, the proposed mapping and what must be asked; raises ``LtvError`` where the engine fails."""
    fields = engine.fields(table)
    columns = tuple(
        RawColumn(f"c{place}", field.name, _RAW_KINDS.get(field.kind, field.kind)) for place, field in enumerate(fields)
    )
    cells = _cells(engine, table, fields)
    raw = RawTable("", engine.dialect.name, columns, len(cells[0]) if cells else 0, 0)
    profiles = profiles_of(columns, cells)
    proposal = propose(raw, profiles)
    preview = tuple(tuple(row) for row in zip(*(column[:PREVIEW_ROWS] for column in cells), strict=True))
    keys = columns_by_field(raw, proposal.fields)
    asked = tuple(column_questions(raw, keys, {profile.key: profile for profile in profiles}, proposal))
    found = Inspection(raw, profiles, proposal, asked, preview)
    return found if asked else _with_values(engine, Source(table, fields, proposal), found)


def _cells(engine: Engine, table: tuple[str, ...], fields: tuple[Field, ...]) -> list[list[str]]:
    """Values of the first rows as text, by column; blank = ""."""
    dialect = engine.dialect
    texts = (f"cast({dialect.quote(f.name)} as {dialect.text}) as c{place}" for place, f in enumerate(fields))
    sql = f"select {', '.join(texts)} from {dialect.table(table)} limit {ROWS}"  # noqa: S608
    found = engine.query(sql)
    return [
        [str(value).strip() if value is not None else "" for value in column.to_pylist()] for column in found.columns
    ]


def _with_values(engine: Engine, source: Source, found: Inspection) -> Inspection:
    """Statuses and currencies of the whole table, and the questions that hang on them."""
    statuses = statuses_of(engine, source, "status")
    codes = statuses_of(engine, source, "currency")
    proposal = found.proposal
    if statuses:
        proposal = replace(proposal, sale_statuses=with_statuses(engine, source).sale)
    if len(codes) == 1:
        proposal = replace(proposal, currency=codes[0])
    questions = tuple(_questions(statuses, codes))
    return replace(found, proposal=proposal, statuses=statuses, questions=questions)


def _questions(statuses: tuple[str, ...], codes: tuple[str, ...]) -> Iterator[Question]:
    unknown = sum(judge_status(status) == UNKNOWN for status in statuses)
    if unknown:
        text = N_("Some statuses are not known ({count}). Which statuses count as sales?")
        yield Question("sale_statuses", text, statuses, {"count": unknown})
    if len(codes) > 1:
        text = N_("The file has {count} currencies. Which one do you count in?")
        yield Question("currency", text, codes, {"count": len(codes)})


def changed(found: Inspection, mapping: Mapping) -> Inspection:
    """The same look under the mapping that a person chose."""
    return replace(found, proposal=mapping)
