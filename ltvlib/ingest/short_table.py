"""Short tables that people bring beside their orders: columns found by words or by values, cells as SQL.

One home for what every reader of such a table does (spend, answers, deliveries, contacts): open the raw rows, find a column
by its header, find the column of dates, and say which text stands in a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from ltvlib.engine import Database, EngineLimits
from ltvlib.errors import MappingError
from ltvlib.ingest.dates import DateStyle
from ltvlib.ingest.model import RawColumn, RawTable
from ltvlib.ingest.styles import RAW, date_style, open_raw
from ltvlib.ingest.synonyms import normal
from ltvlib.ingest.values import cell, compose

MAX_ROWS = 200_000
"""Longer tables are no lists beside the orders but data sets of their own."""


@dataclass(frozen=True)
class Words:
    """How the columns of one kind of table are called.

    Attributes:
        fields: normal headers of each field, the best first.
        too_long: sentence for a table of more than ``MAX_ROWS`` rows; it may name ``{limit}``.
        day_or_month: sentence for dates whose order is open; it may name ``{column}``.
        no_date: sentence where no column holds dates.
        spelling: a header as it is compared.
        begins: a longer header that begins with a word of the field counts too.
    """

    fields: Mapping[str, tuple[str, ...]]
    too_long: str
    day_or_month: str
    no_date: str
    spelling: Callable[[str], str] = normal
    begins: bool = False


class ShortTable:
    """An open short table: its columns by field, and the SQL of their cells."""

    def __init__(self, raw: RawTable, database: Database, words: Words) -> None:
        self.raw = raw
        self.database = database
        self.words = words

    def named(self, field: str, taken: set[str] | frozenset[str] = frozenset()) -> RawColumn | None:
        """The column whose header is the best word for a field, of those not ``taken``."""
        free = {self.words.spelling(c.name): c for c in reversed(self.raw.columns) if c.key not in taken}
        exact = next((free[word] for word in self.words.fields[field] if word in free), None)
        if exact is not None or not self.words.begins:
            return exact
        longer = (c for word in self.words.fields[field] for name, c in free.items() if name.startswith(word + " "))
        return next(longer, None)

    def dated(
        self, field: str, also: Callable[[RawColumn], bool] = lambda column: False
    ) -> tuple[RawColumn, DateStyle | None]:
        """The column of dates: the one named so, else the first that holds some; with how it writes them.

        ``also`` admits a column whose values mean a time without being dates (names of months); its style is ``None``.

        Raises:
            MappingError: no column holds dates, or day and month cannot be told apart.
        """
        named = self.named(field)
        for column in ([named] if named else []) + [column for column in self.raw.columns if column is not named]:
            if column.kind == "timestamp":
                return column, DateStyle()
            style = self.style(column, column is named)
            if style.formats:
                return column, style
            if also(column):
                return column, None
        raise MappingError(self.words.no_date)

    def style(self, column: RawColumn, bare: bool = True) -> DateStyle:
        """How a column writes dates; raises ``MappingError`` where day and month cannot be told apart."""
        style = date_style(self.database, column, bare=bare)
        if len(style.formats) > 1:
            raise MappingError(self.words.day_or_month, column=column.name)
        return style

    def mostly(self, column: RawColumn, fits: Callable[[str], bool], looked_at: int) -> bool:
        """Whether more than half of the first ``looked_at`` different values fit."""
        sql = "select distinct {cell} from {table} where {cell} is not null limit {looked_at}"
        asked = compose(sql, cell=cell(column.key, column.kind), table=RAW, looked_at=looked_at)
        texts = [row[0] for row in self.database.rows(asked)]
        return bool(texts) and sum(map(fits, texts)) * 2 > len(texts)


def text_of(column: RawColumn | None) -> str:
    """SQL of the text in a column; NULL where there is no such column."""
    return cell(column.key, column.kind) if column else "cast(null as varchar)"


@contextmanager
def short_table(raw: RawTable, words: Words, limits: EngineLimits | None = None) -> Iterator[ShortTable]:
    """Open a raw table that must be short; raises ``MappingError`` where it is not."""
    if raw.rows > MAX_ROWS:
        raise MappingError(words.too_long, limit=MAX_ROWS)
    with closing(Database(limits or EngineLimits())) as database:
        open_raw(raw, database)
        yield ShortTable(raw, database, words)
