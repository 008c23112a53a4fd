"""Reduce there, finish here: whole-number tables by ranges of customers, written down as marts.

The customers are parted by a hash of their id, so that no answer is larger than what one range brings. Everything goes
to a folder that becomes the result only when all of it is there: an engine that dies leaves nothing half-written.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ltvlib.engine import sql_text
from ltvlib.errors import LimitError, LtvError
from ltvlib.ingest.values import compose
from ltvlib.remote.dialect import Dialect, Engine
from ltvlib.remote.report import Survey
from ltvlib.remote.staging import Staging
from ltvlib.settings import EPOCH, month_number

Progress = Callable[[str, float], None]
Stopped = Callable[[], bool]
SHIFT = 100_000_000_000
"""Seconds added to a time so that it always has twelve digits and sorts as text."""
_LAST = ("manager", "name", "city", "phone", "email")


@dataclass(frozen=True)
class Bounds:
    """How much is fetched.

    Attributes:
        orders: orders up to which all of them are fetched, narrow; beyond, those of a sample of customers.
        customers: customers up to which all are fetched; beyond, the whole data set is a sample of customers.
        at_once: customers fetched in one range.
    """

    orders: int = 20_000_000
    customers: int = 20_000_000
    at_once: int = 500_000


@dataclass(frozen=True)
class Extent:
    """What part of the customers is fetched: ``customers`` and ``orders`` of ``ranges`` ranges of equal size."""

    ranges: int
    customers: int
    orders: int

    @classmethod
    def of(cls, found: Survey, bounds: Bounds) -> Extent:
        """As many ranges as the bounds allow, at least one."""
        least = max(found.buyers / bounds.at_once, found.orders / bounds.orders, found.buyers / bounds.customers)
        ranges = max(1, int(-(-least // 1)))
        customers = max(1, min(ranges, int(ranges * bounds.customers / max(found.buyers, 1))))
        orders = max(1, min(customers, int(ranges * bounds.orders / max(found.orders, 1))))
        return cls(ranges, customers, orders)

    @property
    def customer_share(self) -> float:
        """Part of the customers that is fetched, 0..1."""
        return self.customers / self.ranges

    @property
    def order_share(self) -> float:
        """Part of the customers whose single orders are fetched, 0..1."""
        return self.orders / self.ranges


class Reduction:
    """The texts of the reductions of one surveyed source in one dialect."""

    def __init__(self, found: Survey, dialect: Dialect) -> None:
        self.found, self.dialect = found, dialect
        self.staging = Staging(found.source, dialect)

    def params(self) -> dict[str, object]:
        """Values that the texts name."""
        as_of = self.found.as_of
        return {
            **self.staging.params(),
            "ltv_as_of_day": (as_of - EPOCH).days,
            "ltv_as_of_month": month_number(as_of),
            "ltv_as_of_day_of_month": as_of.day,
        }

    def names(self, orders: bool) -> list[str]:
        """Reductions that this source needs; ``orders``: single orders are wanted too."""
        wanted = ["customers", "months"]
        wanted += ["back"] if self.found.as_of.day != 1 else []
        wanted += ["managers"] if self.found.source.has("manager") else []
        wanted += ["orders"] if orders else []
        return wanted + (["lines"] if orders and self.found.source.has_products else [])

    def sql(self, name: str, ranges: int = 1, part: int = 0) -> str:
        """The text of one reduction for one range of customers."""
        begin = self.documents(ranges, part)
        if name in ("customers", "orders", "managers"):
            begin += sql_text("remote/numbered")
        text = sql_text(f"remote/{name}")
        return begin + (compose(text, **self._attributes()) if name == "customers" else text)

    def documents(self, ranges: int = 1, part: int = 0) -> str:
        """Orders and refunds of one range of customers, on which all reductions stand."""
        return self.staging.documents(self.found.margin_rate, self.staging.part(ranges, part))

    def _attributes(self) -> dict[str, str]:
        """The first channel of a customer, and the latest of everything else."""
        found = {"channel": self._earliest("channel", "min")}
        return found | {name: self._earliest(name, "max") for name in _LAST}

    def _earliest(self, column: str, which: str) -> str:
        text = self.dialect.text
        if not self.found.source.has(column):
            return f"cast(null as {text})"
        stamped = f"concat(cast(ts + {SHIFT} as {text}), {column})"
        return f"substr({which}(case when {column} is not null then {stamped} end), 13)"


def fetch(engine: Engine, found: Survey, folder: Path, extent: Extent, progress: Progress, stopped: Stopped) -> int:
    """Write the reductions to ``folder`` as ``<name>/<range>.parquet``; returns the bytes that came as Arrow.

    Raises:
        LtvError: the engine failed; two customers share a hash; it was stopped. ``folder`` is then removed.
    """
    moved = 0
    reduction = Reduction(found, engine.dialect)
    try:
        for place, (part, name, share) in enumerate(_steps(reduction, extent)):
            if stopped():
                raise LimitError("The import was stopped.")
            progress("Fetching what the database added up", share)
            table = engine.query(reduction.sql(name, extent.ranges, part), reduction.params())
            _check(name, table)
            moved += table.nbytes
            target = folder / name
            target.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, target / f"{place:05}.parquet")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return moved


def _steps(reduction: Reduction, extent: Extent) -> Iterator[tuple[int, str, float]]:
    """Range, reduction and how far this is, in order."""
    every = [(part, name) for part in range(extent.customers) for name in reduction.names(orders=part < extent.orders)]
    for done, (part, name) in enumerate(every):
        yield part, name, done / len(every)


def _check(name: str, table: pa.Table) -> None:
    if name == "customers" and 1 in table.column("clash").unique().to_pylist():
        raise LtvError(
            "Two customers of this table cannot be told apart by the database; choose another customer column."
        )
