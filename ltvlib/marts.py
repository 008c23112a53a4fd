"""Building the marts from the canonical tables: each order is read as few times as it can be.

The dear steps are those over text and those that sort. Customers get their integer keys from the customers table where
that has them all, because finding distinct ids among the orders takes as long as everything asked of customers later.
Long data sets are built by ranges of customers, so that sorting stays in memory, and kept packed: a third of the room.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ltvlib.engine import Database, sql_text
from ltvlib.settings import month_number

if TYPE_CHECKING:
    from ltvlib.workspace import DataSet

Progress = Callable[[str, float], None]
_STEPS = 7

PACKED_FROM = 20_000_000
"""Orders from which the marts are packed. Packing ten million takes two processor seconds; they are read as fast after it."""
ORDERS_AT_ONCE = 25_000_000
"""Orders sorted at a time: every range of customers reads the file once more, and needs the less memory."""


def build(database: Database, info: DataSet, progress: Progress) -> None:
    """Make ``customer_ids`` and all marts that every data set has; ``orders`` and ``customers`` must be there."""
    building = _Building(database, info, progress)
    building.orders()
    building.first_product()
    building.customers()
    building.make("mart_customer_month", "marts/customer_month")
    building.back()
    building.optional()
    for name in ("first_documents", "documents", "o"):
        database.drop(name)


def parameters(info: DataSet) -> dict[str, object]:
    """Values that the texts of the marts name."""
    return {
        "as_of": dt.datetime.combine(info.as_of, dt.time()),
        "margin_rate": info.margin_rate,
        "as_of_month": month_number(info.as_of),
        "as_of_day_of_month": info.as_of.day,
    }


class _Building:
    """The steps of one building, in the order of their methods."""

    def __init__(self, database: Database, info: DataSet, progress: Progress) -> None:
        self.database = database
        self.info = info
        self.progress = progress
        self.params = parameters(info)
        self.done = 0
        self.documents = self.count("orders where ordered_at < $as_of")
        self.place = ""
        if self.documents >= PACKED_FROM:
            self.place = "packed."
            database.execute("attach ':memory:' as packed (compress)")

    def run(self, step: str, replaced: Mapping[str, str] | None = None) -> None:
        """Run ``sql/<step>.sql``; ``replaced`` holds what stands for a value or a name in it."""
        self._tell()
        text = sql_text(step)
        for mark, value in (replaced or {}).items():
            text = text.replace(mark, value)
        self.database.execute(text, self.params)

    def make(self, table: str, step: str) -> None:
        """Make ``table`` of ``sql/<step>.sql``, one range of customers after the other."""
        self._tell()
        ranges = -(-self.documents // ORDERS_AT_ONCE) or 1
        most = self.database.rows("select coalesce(max(customer_key), 0) from customer_ids")[0][0]  # keys have holes
        begin = f"create or replace table {self.place}{table} as "
        for part in range(ranges):
            keys = {"after_key": most * part // ranges, "last_key": most * (part + 1) // ranges}
            self.database.execute(begin + sql_text(step), {**self.params, **keys})
            if self.place:
                self.database.execute("checkpoint packed")
            begin = f"insert into {self.place}{table} "
        if self.place:
            self.database.execute(f"create or replace view {table} as from {self.place}{table}")

    def _tell(self) -> None:
        self.progress("Building the tables", min(self.done / _STEPS, 1.0))
        self.done += 1

    def orders(self) -> None:
        """``mart_order``; with keys from the customers table, and again with keys from the orders if one is not in it."""
        self.run("staging/customer_ids_listed")
        # A view takes no bound values; both are typed here, not text from a file.
        as_of, rate = f"timestamp '{self.info.as_of.isoformat()}'", repr(float(self.info.margin_rate))
        self.run("staging/o", {"$as_of": as_of, "$margin_rate": rate})
        self.run("staging/documents")
        if self.count("customers"):
            self.make("mart_order", "marts/order")
            if self.count("mart_order") == self.documents:
                return
        self.run("staging/customer_ids")
        self.make("mart_order", "marts/order")

    def first_product(self) -> None:
        """``mart_first_product``; without order lines the orders need not be looked through for the first ones."""
        self._tell()
        text = sql_text("marts/first_product")
        self.database.execute(text if self.is_told("order_lines") else text + "limit 0")

    def customers(self) -> None:
        """``mart_customer``, and out of the way with the documents of those who never ordered."""
        self.run("staging/first_documents", {"{{is_wanted}}": "true" if self.is_text_wanted() else "false"})
        self.make("mart_customer", "marts/customer")
        if self.count("customer_ids") > self.count("mart_customer"):
            for table in ("customer_ids", f"{self.place}mart_order"):
                self.run("marts/strangers", {"{{table}}": table})

    def is_text_wanted(self) -> bool:
        """Whether the orders have a channel or a manager that the customers table does not tell."""
        sql = "select count(*), count(channel), count(manager) from "
        customers, *told = self.database.rows(sql + "customers")[0]
        _, *written = self.database.rows(sql + "orders")[0]
        is_short = customers < self.count("customer_ids")
        return any(there and (is_short or known < customers) for known, there in zip(told, written, strict=True))

    def back(self) -> None:
        """``mart_customer_back``: a table, or the months themselves where the data end with one."""
        if self.info.as_of.day == 1:
            self.run("marts/customer_back_aligned", {"{{as_of_month}}": str(month_number(self.info.as_of))})
        else:
            self.make("mart_customer_back", "marts/customer_back")

    def optional(self) -> None:
        """The marts of what only some files tell; empty without being reckoned where they do not."""
        sources = {"manager": "orders where manager is not null", "touch": "touches", "fulfilment": "fulfilments"}
        sources |= dict.fromkeys(("product", "seller", "line"), "order_lines")
        for mart, source in sources.items():
            text = sql_text(f"marts/{mart}")
            self.database.execute(text if self.is_told(source) else text + "limit 0")

    def is_told(self, rows: str) -> bool:
        """Whether a table, or what follows ``from``, has any row."""
        return bool(self.database.rows(f"select 1 from {rows} limit 1"))  # noqa: S608

    def count(self, rows: str) -> int:
        """Rows of a table, or of what follows ``from``."""
        return int(self.database.rows(f"select count(*) from {rows}", self.params)[0][0])  # noqa: S608
