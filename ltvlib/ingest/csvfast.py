"""The fast way for large clean text files: DuckDB with a fixed dialect, checked against the bytes.

Nothing is auto-detected. The number of rows must equal an independent count over the bytes, and the
first rows must equal those of the tolerant reader; otherwise ``read_fast`` declines and that one reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from ltvlib.engine import Database, literal
from ltvlib.ingest.budget import engine_limits
from ltvlib.ingest.bytescan import RecordCount, count_by_facts, count_records, outer_spaces
from ltvlib.ingest.cells import SPACES, clean
from ltvlib.ingest.direct import csv_rows, is_literal, relation, stamps, trimmed
from ltvlib.ingest.header import Header
from ltvlib.ingest.model import Limits, RawTable
from ltvlib.ingest.rawfile import RAW_NAME, Progress, columns_of, in_order
from ltvlib.ingest.records import Dialect, Record, last_records
from ltvlib.ingest.sorter import MOST_ASIDE, Sorter
from ltvlib.ingest.text import Text
from ltvlib.ingest.values import compose

# Below this size the tolerant reader is as quick as starting the database.
FAST_FROM = 4_000_000
_TAIL = 45
_HEAD = 6

_PLAIN = Template("select row_number() over () + $before as line, $values from $source")
# Line breaks inside quotes push the line numbers of the following rows down.
_SHIFTED = Template(
    """select row_number() over () + $before + sum(breaks) over (rows between unbounded preceding and current row)
    - breaks as line, * exclude (breaks) from (select $values, cast($breaks as bigint) as breaks from $source)"""
)
_SUSPECTS = Template(
    """select line, $columns from read_parquet($path)
    where $odd or line <= $head or line >= $tail order by line limit $most"""
)
_WITHOUT = Template("select * from read_parquet($path) where line not in (select unnest($$lines))")
_WORDS = "(?i)^[^a-zа-яё]*(?:итог|всего|общ|пром|total|grand|sub|summe|gesamt|zwischen|end|insgesamt|suma|celkem|razem|разом|усього|барлы)"


@dataclass(frozen=True)
class FastTask:
    """What the fast way needs to know: the text, how to split it, and where the rows begin."""

    text: Text
    dialect: Dialect
    header: Header
    first: int
    sample: tuple[Record, ...]

    def fields(self) -> int:
        """Fields per line, where all lines of the sample agree; 0 otherwise."""
        counts = Counter(len(row.fields) for row in self.sample[self.header.index + 1 :])
        return next(iter(counts)) if len(counts) == 1 else 0


def read_fast(
    task: FastTask, out_dir: Path, limits: Limits, progress: Progress, direct: bool = False
) -> RawTable | None:
    """The raw table, or ``None`` where the file is not plain enough or anything disagrees.

    ``direct``: a table without a copy is welcome where the file allows it; :func:`ltvlib.ingest.survey.survey`
    then checks the count of the rows and that none of them is odd.
    """
    fields = task.fields()
    if not _suitable(task, fields):
        return None
    progress("Counting lines", 0.2)
    count = _counted(task, limits)
    if count.inner_blanks or count.longest > limits.line_mb * 1_000_000 or not count.records:
        return None
    progress("Reading rows", 0.35)
    # Any complaint of the strict reader means: read line by line and say what is wrong where.
    with closing(Database(engine_limits(limits))) as database, suppress(Exception):
        fast = _Fast(task, database, out_dir / RAW_NAME, fields, count, limits)
        return (fast.direct() if direct else None) or fast.table(progress)
    return None


def _counted(task: FastTask, limits: Limits) -> RecordCount:
    """The count of records over the bytes; a pass of its own only where the first one did not settle it."""
    count = count_by_facts(task.text.path, _offset(task), task.text.facts)
    if count is None or count.longest > limits.line_mb * 1_000_000:
        return count_records(task.text.path, _offset(task), task.text.facts.quotes > 0)
    return count


def _suitable(task: FastTask, fields: int) -> bool:
    facts, dialect = task.text.facts, task.dialect
    even = facts.returns in (0, facts.newlines) and facts.pairs == facts.returns
    plain = len(dialect.delimiter) == 1 and dialect.quote == '"' and not dialect.backslash and not dialect.padded
    return (
        is_literal(task.text.path)
        and even
        and plain
        and facts.size >= FAST_FROM
        and not facts.nuls
        and fields >= max(task.header.width, 2)
    )


def _offset(task: FastTask) -> int:
    """Byte offset of the first line of the body."""
    with task.text.path.open("rb") as file:
        for _ in range(task.first - 1):
            file.readline()
        return file.tell()


def _take(sorter: Sorter, rows: Iterable[Record]) -> None:
    for row in rows:
        list(sorter.take(row.line, row.fields, row.text, row.fault))


class _Disagreement(Exception):
    """The database and the independent count do not tell the same."""


class _Fast:
    def __init__(
        self, task: FastTask, database: Database, path: Path, fields: int, count: RecordCount, limits: Limits
    ) -> None:
        self.task = task
        self.database = database
        self.path = path
        self.fields = fields
        self.count = count
        self.limits = limits
        self.spaces = outer_spaces(task.text.path, SPACES, task.dialect.delimiter)
        if count.quoted_newlines:
            self.spaces += "\r\n"
        self.keys = [f"c{place}" for place in range(task.header.width)]

    def direct(self) -> RawTable | None:
        """The table read straight from the file, where its head and its tail are plain rows."""
        if self.count.quoted_newlines or self.fields != len(self.keys) or not self._is_plain_at_the_ends():
            return None
        columns = columns_of(self.task.header)
        rows = self.count.records
        source = {**self._source(), "kind": "csv", "odd": self._odd()}
        table = RawTable(str(self.task.text.path), "csv", columns, rows, rows, source=source)
        self._check_first_rows(compose("({rows})", rows=relation(table)))
        return table

    def _is_plain_at_the_ends(self) -> bool:
        """Whether the sorter takes the first and the last rows for data."""
        first = self.task.sample[self.task.header.index + 1 :][: _HEAD + _TAIL]
        last = last_records(self.task.text.path, self.task.dialect, _TAIL + 1)
        between = self.count.records - len(first) - len(last)
        if between < 0 or len(last) <= _TAIL:
            return False
        sorter = Sorter(self.task.header)
        _take(sorter, first)
        list(sorter.skip(between))
        _take(sorter, last)
        list(sorter.finish())
        return not sorter.set_aside

    def table(self, progress: Progress) -> RawTable:
        self.database.copy_to_parquet(self._select(), self.path)
        progress("Checking the count", 0.75)
        self._check()
        sorter, dropped = self._sort()
        if dropped:
            self._drop(dropped)
        return RawTable(
            path=str(self.path),
            container="csv",
            columns=columns_of(self.task.header),
            rows=sorter.rows,
            records=sorter.records,
            set_aside=in_order(sorter.set_aside),
        )

    def _select(self) -> str:
        shifted = self.count.quoted_newlines > 0
        values = ", ".join(f"{self._value(key)} as {key}" for key in self.keys)
        source = csv_rows(self._source())
        if not shifted:
            return _PLAIN.substitute(before=self.task.first - 1, values=values, source=source)
        breaks = " + ".join(f"coalesce(length({key}) - length(replace({key}, chr(10), '')), 0)" for key in self.keys)
        return _SHIFTED.substitute(before=self.task.first - 1, values=values, source=source, breaks=breaks)

    def _value(self, key: str) -> str:
        """The trimmed column; the costly trim runs only on values that begin or end with a space."""
        value = f"replace({key}, chr(13) || chr(10), chr(10))" if self.count.quoted_newlines else key
        return trimmed(key, self.spaces, value)

    def _source(self) -> dict[str, Any]:
        """What :mod:`ltvlib.ingest.direct` reads the file by."""
        return {
            "files": stamps([self.task.text.path]),
            "skip": self.task.first - 1,
            "fields": self.fields,
            "width": len(self.keys),
            "delimiter": self.task.dialect.delimiter,
            "longest": self.limits.line_mb * 1_100_000,
            "spaces": self.spaces,
        }

    def _check(self) -> None:
        sql = Template("select count(*), min(line), max(line) from read_parquet($path)")
        (found,) = self.database.rows(sql.substitute(path=self._quoted()))
        if found[0] != self.count.records:
            raise _Disagreement
        if not self.count.quoted_newlines and (found[1], found[2]) != (self.task.first, self.task.first + found[0] - 1):
            raise _Disagreement
        self._check_first_rows(compose("read_parquet({path})", path=self._quoted()))

    def _check_first_rows(self, rows: str) -> None:
        wanted = [self._cells(row.fields) for row in self.task.sample[self.task.header.index + 1 :][:20]]
        # Both kinds of rows come in the order of the file.
        sql = compose("select {columns} from {rows} limit {most}", columns=self._columns(), rows=rows, most=40)
        found = [row for row in self.database.rows(sql) if any(row)][: len(wanted)]
        if found != wanted:
            raise _Disagreement

    def _cells(self, fields: list[str]) -> tuple[str | None, ...]:
        return tuple(clean(value.replace("\r\n", "\n")) or None for value in fields[: len(self.keys)])

    def _quoted(self) -> str:
        return literal(str(self.path))

    def _columns(self) -> str:
        return ", ".join(self.keys)

    # -- rows that may not be data -----------------------------------------------------------------

    def _sort(self) -> tuple[Sorter, list[int]]:
        """Judge the few rows that may be totals, headers or footers; the others are plain data."""
        sorter = Sorter(self.task.header)
        numbered = self._suspects()
        kept: set[int] = set()
        place = 0
        for number, line, cells in numbered:
            kept.update(done for done, _ in sorter.skip(number - place - 1))
            kept.update(done for done, _ in sorter.take(line, cells, self.task.dialect.delimiter.join(cells)))
            place = number
        kept.update(done for done, _ in sorter.skip(self.count.records - place))
        kept.update(done for done, _ in sorter.finish())
        return sorter, [line for _, line, _ in numbered if line not in kept]

    def _suspects(self) -> list[tuple[int, int, list[str]]]:
        inner = _SUSPECTS.substitute(
            columns=self._columns(),
            path=self._quoted(),
            odd=self._odd(),
            head=self._line_at(_HEAD),
            tail=self._line_at(max(self.count.records - _TAIL, 1)),
            most=MOST_ASIDE + 1,
        )
        rows = self.database.rows(inner)
        if len(rows) > MOST_ASIDE:
            raise _Disagreement
        places = self._places([row[0] for row in rows])
        return [(places[row[0]], row[0], [value or "" for value in row[1:]]) for row in rows]

    def _odd(self) -> str:
        """SQL test for rows that may be totals or repeated headers, and for empty ones."""
        words = f"regexp_matches(coalesce({self._columns()}), {literal(_WORDS)})"
        return f"({words} or coalesce({self._columns()}) is null or {self._repeated()})"

    def _repeated(self) -> str:
        """A row whose first named cell says what the header says there."""
        if not self.task.header.line:
            return "false"
        place = next((place for place, name in enumerate(self.task.header.raw) if clean(name)), 0)
        return f"lower({self.keys[place]}) = lower({literal(clean(self.task.header.raw[place]))})"

    def _line_at(self, place: int) -> int:
        if not self.count.quoted_newlines:
            return self.task.first + place - 1
        sql = Template("select line from read_parquet($path) order by line limit 1 offset $place")
        rows = self.database.rows(sql.substitute(path=self._quoted(), place=min(place, self.count.records) - 1))
        return int(rows[0][0])

    def _places(self, lines: list[int]) -> dict[int, int]:
        """Place of each line among the rows, 1 for the first."""
        if not self.count.quoted_newlines:
            return {line: line - self.task.first + 1 for line in lines}
        sql = Template(
            "select line, place from (select line, row_number() over (order by line) as place from read_parquet($path)) "
            "where line in (select unnest($$lines))"
        )
        return dict(self.database.rows(sql.substitute(path=self._quoted()), {"lines": lines}))

    def _drop(self, lines: list[int]) -> None:
        rest = self.path.with_suffix(".rest")
        self.database.copy_to_parquet(_WITHOUT.substitute(path=self._quoted()), rest, {"lines": lines})
        rest.replace(self.path)
