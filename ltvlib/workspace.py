"""One open data set: canonical tables, marts, and the questions asked of them.

A workspace is filled once, its marts are built once, then it is locked. Everything a page shows
comes from marts; raw orders are not read again. Windows and less common cohort grains are small
derived tables, made the first time they are wanted.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from ltvlib import marts
from ltvlib.engine import Answer, Database, quote, sql_text
from ltvlib.errors import LtvError, MissingTableError
from ltvlib.populations import Population
from ltvlib.settings import EPOCH, Attribute, Filters, Grain, Window, month_start, months_before

MAX_WINDOWS = 6
"""Derived window tables kept per data set; the least recently used goes first."""
IN_USE = 6
"""The latest windows each running thread asked for stay: its next query names them."""

PERIOD = {
    Grain.WEEK: "cast((day + 3 - (day + 3) % 7) / 7 as integer)",
    Grain.MONTH: "month",
    Grain.QUARTER: "cast((month - month % 3) / 3 as integer)",
    Grain.YEAR: "cast((month - month % 12) / 12 as integer)",
}
"""Period number of a document by grain; the same numbers as :func:`ltvlib.settings.period_number`."""


@dataclass(frozen=True)
class DataSet:
    """Where the numbers come from; stands in every passport.

    Attributes:
        name: slug of a sample, or ``upload``.
        title: what to call it on screen (a sample's title or the file's name, shortened).
        currency: ISO code; one per data set.
        as_of: exclusive upper bound of all data.
        margin_source: ``cost``, ``margin``, ``rate`` or ``none``.
        margin_rate: gross margin / revenue used where the file has no cost, 0..1.
        source: file the data came from.
        unknown_margins: documents without a margin in a file that has them; counted at ``margin_rate``.
        is_hidden: customers stand as codes, without names, phones and e-mails.
        customer_share, order_share: part of the customers that was fetched from a database, and part of them whose
            single orders were; 1 where everything is here.
    """

    name: str
    title: str
    currency: str
    as_of: dt.date
    margin_source: str = "margin"
    margin_rate: float = 1.0
    source: str = ""
    unknown_margins: int = 0
    is_hidden: bool = False
    customer_share: float = 1.0
    order_share: float = 1.0


@dataclass(frozen=True)
class Facts:
    """Size and reach of a data set, counted from the marts."""

    customers: int
    orders: int
    refunds: int
    first_day: dt.date | None
    last_day: dt.date | None
    orphan_refunds: int
    orphan_revenue: float


class Workspace:
    """An open data set. Made by :mod:`ltvlib.opening`.

    ``stamp`` is unique per opening and tells caches one data set from the next.
    """

    def __init__(self, database: Database, info: DataSet, present: frozenset[str]) -> None:
        self.database = database
        self.info = info
        self.present = present
        self.stamp = uuid4().hex
        self._guard = threading.RLock()
        self._windows: OrderedDict[Window, str] = OrderedDict()
        self._in_use: dict[int, deque[Window]] = {}
        self._grains: set[Grain] = set()
        self._facts: Facts | None = None

    # -- building ----------------------------------------------------------------------------------

    def build(self, progress: Callable[[str, float], None] = lambda what, share: None) -> Workspace:
        """Build the marts from the canonical tables, then lock the database."""
        marts.build(self.database, self.info, progress)
        self._grains.add(Grain.MONTH)
        self._facts = self._count()
        self.database.drop("orders")  # the marts hold all that is asked from here on
        self.database.lock()
        progress("Ready", 1.0)
        return self

    def opened(self, facts: Facts) -> Workspace:
        """Take marts that are there already, with what was counted when they were made; lock the database."""
        self._grains.add(Grain.MONTH)
        self._facts = facts
        self.database.lock()
        return self

    def ensure_grain(self, grain: Grain) -> None:
        """Make ``mart_customer_<grain>`` if this is the first time it is wanted."""
        with self._guard:
            if grain not in self._grains:
                text = sql_text("marts/customer_period")
                text = text.replace("{{grain}}", grain.value).replace("{{period}}", PERIOD[grain])
                self.database.execute(text)
                self._grains.add(grain)

    def window(self, window: Window) -> str:
        """Name of the derived table with one row per customer for ``window``."""
        with self._guard:
            self._in_use.setdefault(threading.get_ident(), deque(maxlen=IN_USE)).append(window)
            if window in self._windows:
                self._windows.move_to_end(window)
                return self._windows[window]
            self._windows[window] = self._make_window(window)
            self._drop_windows()
            return self._windows[window]

    def _make_window(self, window: Window) -> str:
        name = f"window_{window.months}_{window.shift}_{window.until or 'as_of'}"
        is_latest = window.until is None and not window.shift
        text = sql_text("marts/customer_window_latest" if is_latest else "marts/customer_window")
        if window.until is not None:
            text = text.replace("mart_customer_back", f"({sql_text('metrics/calendar_back')}) as by_month")
        end = (self.window_end(window) - EPOCH).days
        self.database.execute(
            f"create or replace table {quote(name)} as {text}",
            {"months": window.months, "shift": window.shift, "until": window.until, "window_end_day": end},
        )
        return name

    def _drop_windows(self) -> None:
        """Drop the oldest tables beyond the limit, but none that a running thread may be about to read."""
        alive = {thread.ident for thread in threading.enumerate()}
        self._in_use = {thread: windows for thread, windows in self._in_use.items() if thread in alive}
        wanted = {window for windows in self._in_use.values() for window in windows}
        spare = [window for window in self._windows if window not in wanted]
        for window in spare[: max(0, len(self._windows) - MAX_WINDOWS)]:
            self.database.execute(f"drop table if exists {quote(self._windows.pop(window))}")

    # -- asking ------------------------------------------------------------------------------------

    def ask(
        self,
        metric: str,
        params: Mapping[str, object] | None = None,
        *,
        filters: Filters | None = None,
        grain: Grain = Grain.MONTH,
        names: Mapping[str, str] | None = None,
        expressions: Mapping[str, str] | None = None,
    ) -> Answer:
        """Run ``sql/metrics/<metric>.sql`` for the customers that pass ``filters``.

        ``names`` fills ``{{placeholder}}`` with identifiers, quoted here; ``expressions`` fills it with SQL made by
        this library from closed enums. Values travel in ``params``.
        """
        self.ensure_grain(grain)
        population = Population.of(filters or Filters(), self)
        text = sql_text(f"metrics/{metric}").replace("{{grain}}", grain.value)
        for key, name in (names or {}).items():
            text = text.replace("{{" + key + "}}", quote(name))
        for key, expression in (expressions or {}).items():
            text = text.replace("{{" + key + "}}", expression)
        text = text.replace("/* filters */", population.sql)
        return self.database.query(text, {**population.params, **(params or {})})

    def require(self, table: str) -> None:
        """Raise ``MissingTableError`` unless the data set has the canonical ``table``."""
        if table not in self.present:
            raise MissingTableError(
                "This page needs the table {table}, which this data set does not have.", table=table
            )

    def as_of(self, filters: Filters | None = None) -> dt.date:
        """End of the data under ``filters`` (exclusive)."""
        until = filters.until if filters else None
        return self.info.as_of if until is None else min(self.info.as_of, month_start(until))

    def window_end(self, window: Window) -> dt.date:
        """Exclusive end of a window."""
        end = self.info.as_of if window.until is None else month_start(window.until)
        return months_before(end, window.shift)

    def covers(self, window: Window) -> bool:
        """Whether the data reach back to the first day of ``window``.

        A day for every month of it is forgiven: a file of whole years may begin with the first sale after a holiday.
        """
        first = self.facts().first_day
        start = self.window_end(window.before(window.months))
        return first is not None and first <= start + dt.timedelta(days=window.months)

    def facts(self) -> Facts:
        """Size and reach of the data set, counted while it was opened."""
        if self._facts is None:
            raise LtvError("The tables of this data set are not built yet.")
        return self._facts

    def _count(self) -> Facts:
        row = self.database.rows(sql_text("metrics/facts"), {"as_of": dt.datetime.combine(self.info.as_of, dt.time())})[
            0
        ]
        days = [EPOCH + dt.timedelta(days=value) if value is not None else None for value in row[3:5]]
        return Facts(row[0], row[1], row[2], days[0], days[1], row[5], float(row[6]))

    def ltv_revenue(self) -> str:
        """Revenue of all customers with an order, exact, as text."""
        return str(
            self.database.rows("select cast(coalesce(sum(revenue), 0) as decimal(18, 4)) from mart_customer")[0][0]
        )

    def values_of(self, attribute: Attribute, limit: int = 200) -> list[str]:
        """Values of a customer attribute, most customers first; ``""`` stands for "not known"."""
        text = sql_text("metrics/attribute_values").replace("{{attribute}}", quote(attribute.value))
        return [row[0] for row in self.database.rows(text, {"limit": limit})]

    def renewed(self, table: str) -> None:
        """After the canonical ``table`` was told anew and its mart made: the data set has it, and caches see another one."""
        self.present = self.present | {table}
        self.stamp = uuid4().hex

    def close(self) -> None:
        """Close the database and remove its files."""
        self.database.close()
