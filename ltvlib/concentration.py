"""What if the largest customers leave: the profit that hangs on a handful of names."""

from __future__ import annotations

from dataclasses import dataclass

from ltvlib import abcdx, ratios
from ltvlib.abcdx import SEGMENTS
from ltvlib.engine import Answer
from ltvlib.settings import AbcdxRules, AbcdxSegment, Filters, Window
from ltvlib.workspace import Workspace

LEAVING = 5


@dataclass(frozen=True)
class Leaving:
    """What the largest customers take along.

    Attributes:
        people: the customers, the largest profit in the window first; see :func:`ltvlib.abcdx.customers`.
        is_a: whether they are A customers; otherwise there are too few and the largest of all were taken.
        customers: customers with an order in the window, those leaving included.
        margin, lost: profit in the window of everybody, and of those leaving, in currency.
        months: length of the window.
    """

    people: Answer
    is_a: bool
    customers: int
    margin: float
    lost: float
    months: int

    @property
    def leaving(self) -> int:
        """How many leave."""
        return self.people.rows

    @property
    def share(self) -> float:
        """Profit lost / profit, 0..1; nan without profit. Above 1 where the others make a loss."""
        return float(ratios.share(self.lost, max(0.0, self.margin)))

    @property
    def per_customer(self) -> tuple[float, float]:
        """Profit per customer with an order in the window, with and without them, in currency; nan without customers."""
        rest = self.customers - self.leaving
        return (
            float(ratios.divide(self.margin, self.customers)),
            float(ratios.divide(self.margin - self.lost, rest)),
        )


def if_largest_leave(
    workspace: Workspace, rules: AbcdxRules, filters: Filters | None = None, count: int = LEAVING
) -> Leaving:
    """The ``count`` A customers with the most profit in the rules' window, and what goes with them.

    With fewer than ``count`` A customers the largest customers of all segments are taken. Customers without profit
    are never among them.
    """
    filters = filters or Filters()
    people = abcdx.customers(workspace, rules, (AbcdxSegment.A,), filters, count)
    is_a = _profitable(people) == count
    if not is_a:
        people = abcdx.customers(workspace, rules, SEGMENTS, filters, count)
    frame = people.frame.head(_profitable(people))
    window = workspace.window(Window(rules.window_months, 0, filters.until))
    facts = workspace.ask("window_facts", filters=filters, names={"window": window}).frame.iloc[0]
    return Leaving(
        Answer(frame, people.sql, people.params, people.seconds),
        is_a,
        int(facts["customers"]),
        float(facts["margin"]),
        float(frame["margin"].sum()),
        rules.window_months,
    )


def _profitable(people: Answer) -> int:
    return int((people.frame["margin"] > 0).sum())
