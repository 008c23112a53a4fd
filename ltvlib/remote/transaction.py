"""One read-only transaction on Postgres that sees one state of the data from the first question to the last, whatever the driver."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from ltvlib.errors import LtvError
from ltvlib.remote.dialect import Dialect, Field, bound
from ltvlib.remote.words import refused

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
TABLES = """select table_schema as s, table_name as t from information_schema.tables
where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2"""
READ_ONLY = (
    "set session characteristics as transaction isolation level repeatable read, read only",
    "set lock_timeout = '10s'",
    "set jit = off",  # compiling every question costs more than it saves here
    "set enable_nestloop = off",  # the planner guesses that a range of customers is next to nothing, and would compare all rows with all
)
STATE = "select current_setting('transaction_read_only') as state"


class Transaction(ABC):
    """What the drivers of Postgres share: one question at a time, and after a failure a new transaction."""

    dialect: Dialect

    def __init__(self, connection: Any, *, owned: bool = False) -> None:
        self._connection, self._owned = connection, owned
        self._guard = threading.Lock()
        self._guarded(self._begin)

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Rows of one SELECT; whole numbers of any width as 64 bits."""
        text, used = bound(sql, params or {}, self.dialect)
        return self._guarded(lambda: self._ask(text, used))

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        """Columns of a table with what they hold; raises ``LtvError`` where there is no such table."""
        return self._guarded(lambda: self._fields(self.dialect.table(table)))

    def tables(self) -> list[tuple[str, ...]]:
        """Tables and views, by schema and name."""
        return [tuple(row.values()) for row in self.query(TABLES).to_pylist()]

    def close(self) -> None:
        """End the transaction; close a connection that was opened here."""
        self._rollback()
        if self._owned:
            self._connection.close()

    def _guarded(self, work: Callable[[], T]) -> T:
        with self._guard:
            try:
                return work()
            except LtvError:
                raise
            except Exception as error:
                with suppress(Exception):
                    self._rollback()
                raise refused(error) from error

    def _begin(self) -> None:
        """What the session may do from now on, and the certainty that it may only read."""
        self._rollback()
        self._alone(is_alone=True)
        for sql in READ_ONLY:
            self._do(sql)
        self._alone(is_alone=False)
        if self._ask(STATE, {}).column(0).to_pylist() != ["on"]:
            raise LtvError("This connection cannot be made read-only; nothing was asked.")

    @abstractmethod
    def _alone(self, *, is_alone: bool) -> None:
        """Whether every statement is a transaction of its own."""

    @abstractmethod
    def _do(self, text: str) -> None:
        """Run a statement that answers nothing."""

    @abstractmethod
    def _ask(self, text: str, used: Mapping[str, object]) -> pa.Table:
        """What one statement answers."""

    @abstractmethod
    def _fields(self, table: str) -> tuple[Field, ...]:
        """Columns of a quoted table."""

    @abstractmethod
    def cancel(self) -> None:
        """Ask the server to stop what runs now."""

    @abstractmethod
    def _rollback(self) -> None:
        """End the transaction, if there is one and the server is still there."""
