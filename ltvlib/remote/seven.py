"""Seven reductions that an analyst would write by hand, as one text for every engine.

They say whether engines agree, and what a question costs where the orders live. ``segment_table`` and ``moves`` also
serve where even one row a customer is too much to fetch.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ltvlib.engine import sql_text
from ltvlib.ingest.values import compose
from ltvlib.remote.dialect import Dialect, Engine
from ltvlib.remote.reduce import Reduction
from ltvlib.remote.report import UNIT, Survey
from ltvlib.settings import AbcdxRules

SEVEN = ("customer_table", "segment_table", "cohorts", "model_counts", "pairs", "moves", "trailing_year")
PAIRS = pa.schema({"item_a": pa.string(), "item_b": pa.string(), "orders": pa.int64()})
_BEFORE = {"customer_table": ("numbered",), "segment_table": ("seven/segments",)}


@dataclass(frozen=True)
class Asked:
    """What the seven are asked for: ABCDX rules, months back of the earlier window, orders a pair must stand in, months back of the later window."""

    rules: AbcdxRules
    then: int = 12
    least: int = 2
    now: int = 0


class Seven:
    """The seven reductions of one surveyed source in one dialect. Money is in ten-thousandths of the currency."""

    def __init__(self, found: Survey, dialect: Dialect, asked: Asked) -> None:
        self.reduction, self.asked = Reduction(found, dialect), asked

    def params(self) -> dict[str, object]:
        """Values that the texts name."""
        rules = self.asked.rules
        return {
            **self.reduction.params(),
            "ltv_months": rules.window_months,
            "ltv_shift": self.asked.now,
            "ltv_then": self.asked.then,
            "ltv_value": round(rules.value_threshold * int(UNIT)),
            "ltv_often": rules.often_threshold,
            "ltv_least": self.asked.least,
            **{f"ltv_x_{place}": value for place, value in enumerate(rules.x_customers)},
        }

    def sql(self, name: str, ranges: int = 1, part: int = 0) -> str:
        """The text of one reduction, for all customers or one range; raises ``KeyError`` for a name that is none of the seven."""
        if name not in SEVEN:
            raise KeyError(name)
        dialect = self.reduction.dialect
        parts = [self.reduction.documents(ranges, part)]
        who = "max(customer_id)" if self.asked.rules.x_customers else f"cast(null as {dialect.text})"
        letters = {
            "letter": self._letter("orders", "revenue"),
            "letter_then": self._letter("orders_then", "revenue_then"),
        }
        words = {**letters, "median": dialect.median.format(x="gap"), "who": who}
        texts = [sql_text(f"remote/{part}") for part in (*_BEFORE.get(name, ()), f"seven/{name}")]
        return "".join(parts + [compose(text, **words) for text in texts])

    def _letter(self, orders: str, revenue: str) -> str:
        """SQL of the segment of a customer by the columns of one window; who is on the X register is X in all of them."""
        marks = ", ".join(f"$ltv_x_{place}" for place in range(len(self.asked.rules.x_customers)))
        on_register = f"customer_id in ({marks})" if marks else "1 = 0"
        return compose(sql_text("remote/seven/letter"), on_register=on_register, orders=orders, revenue=revenue)

    def ask(self, engine: Engine, name: str, ranges: int = 1, part: int = 0) -> pa.Table:
        """Rows of one reduction, for all customers or one range."""
        return engine.query(self.sql(name, ranges, part), self.params())

    def pairs(self, engine: Engine, ranges: int) -> pa.Table:
        """The pairs of products of all customers, asked range by range and added up; the rows of ``ask(engine, "pairs")``.

        An order is of one customer, so the orders of a pair add up over ranges; a pair that is rare in a range may be frequent
        in all, so every range gives all of its pairs. For an engine that cannot join the lines of all orders at once.
        """
        params, added = {**self.params(), "ltv_least": 1}, PAIRS.empty_table()
        for part in range(ranges):
            found = engine.query(self.sql("pairs", ranges, part), params).cast(PAIRS)
            added = _added(pa.concat_tables([added, found]))
        frequent = added.filter(pc.field("orders") >= self.asked.least)
        return frequent.sort_by([("orders", "descending"), ("item_a", "ascending"), ("item_b", "ascending")])


def _added(pairs: pa.Table) -> pa.Table:
    """One row a pair."""
    return pairs.group_by(["item_a", "item_b"]).aggregate([("orders", "sum")]).rename_columns(PAIRS.names).cast(PAIRS)
