"""The staging text of a source in a dialect: the only SQL with dialect in it. After it all texts are the same.

Money is in ten-thousandths of the currency as BIGINT (exactly the four places of the canonical tables), time is
whole days and seconds on the clock of the business.
"""

from __future__ import annotations

from collections.abc import Iterable

from ltvlib.engine import literal, sql_text
from ltvlib.ingest.identity import NOBODY
from ltvlib.ingest.values import compose
from ltvlib.remote.dialect import Dialect
from ltvlib.remote.source import Source

DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?$"
NUMBER = "^[-+]?[0-9]+([.][0-9]+)?$"
MOST = "9e13"
"""Amounts beyond are no money: in ten-thousandths they would leave BIGINT."""
TEXTS = (
    *("order_id", "status", "document_type", "channel", "manager", "name", "city", "phone", "email", "currency"),
    *("product_id", "product_name", "category"),
)
MONEY = ("cost", "margin", "refund", "quantity")
YES = ("true", "True", "TRUE", "1", "yes", "Yes", "y", "Y", "t", "да", "Да")
NO = ("no", "No", "false", "False", "0", "n", "N", "f", "нет", "Нет")
LISTS = ("sale", "refund", "cancelled", "back_types")


class Staging:
    """SQL of one source in one dialect. Values are bound; identifiers are quoted by the dialect."""

    def __init__(self, source: Source, dialect: Dialect) -> None:
        self.source, self.dialect = source, dialect

    def params(self) -> dict[str, object]:
        """Values that the texts name: statuses and the currency."""
        found: dict[str, object] = {}
        for name in LISTS:
            for place, value in enumerate(getattr(self.source, name)):
                found[f"ltv_{name}_{place}"] = value
        if self.source.has("currency") and self.source.mapping.currency:
            found["ltv_currency"] = self.source.mapping.currency
        return found

    def part(self, ranges: int, part: int) -> str:
        """The clause that keeps one range of the customers, all of their rows; nothing where there is one range.

        It stands in the first select, so that of the other rows nothing is worked out but who bought.
        """
        return f"where {self.dialect.hash.format(x=self._customer())} % {ranges} = {part}" if ranges > 1 else ""

    def typed(self, kept: str = "") -> str:
        """``with typed as (...)``: one row of the table, only what is mapped, as text, whole days and whole money.

        ``kept``: a clause of :meth:`part`.
        """
        columns = {"customer_id": self._customer(), **{name: self.text(name) for name in TEXTS}}
        columns |= self._time() | self._money() | self._flags()
        listed = ",\n        ".join(f"{sql} as {name}" for name, sql in columns.items())
        return compose(
            sql_text("remote/typed"),
            columns=listed,
            table=self.dialect.table(self.source.table),
            where=kept,
            fence=self.dialect.fence,
        )

    def judged(self, kept: str = "") -> str:
        """``typed`` and ``judged``: every row with the reason why it cannot be used, or NULL."""
        sale, refund, cancelled = (self._in("status", name) for name in ("sale", "refund", "cancelled"))
        return self.typed(kept) + compose(
            sql_text("remote/judged"),
            hash=self.dialect.hash.format(x="customer_id"),
            other=self._other_currency(),
            unsold=f"status is not null and not ({sale})" if self.source.sale else "1 = 0",
            cancelled=cancelled,
            says_back=refund,
            is_return=f"is_back = 1 or {self._in('document_type', 'back_types')}",
            stamp=f"cast(cast(day as bigint) * 86400 + second_of_day as {self.dialect.text})",
        )

    def sales(self, kept: str = "") -> str:
        """Up to ``sales``: the rows that count, signed."""
        has_lines = self.source.is_grouped and self.source.has_products
        window = "max(case when amount >= 0 and is_stated = 0 then 1 else 0 end) over (partition by order_id, customer_id, day)"
        part = "day" if self.source.is_grouped and not self.source.has_products and self.source.has("order_id") else "0"
        return self.judged(kept) + compose(
            sql_text("remote/sales"),
            part=part,
            netted=f"{window} = 1" if has_lines else "1 = 0",
            fence=self.dialect.fence,
        )

    def documents(self, rate: float, kept: str = "") -> str:
        """Up to ``o``: one order or refund document before ``$ltv_as_of_day``, with ``rate`` where no margin is known."""
        docs = "docs_grouped" if self.source.is_grouped else "docs_single"
        share = self.dialect.share.format(x="revenue", rate=f"{rate:.6f}")
        margin = {"cost": "revenue - cost", "margin": "margin - given_back"}.get(
            self.source.margin_source, "cast(null as bigint)"
        )
        return (
            self.sales(kept)
            + sql_text(f"remote/{docs}")
            + compose(
                sql_text("remote/o"), margin=margin, share=share, double=self.dialect.double, fence=self.dialect.fence
            )
        )

    # -- inside ------------------------------------------------------------------------------------

    def column(self, name: str) -> str:
        """The quoted column of a field."""
        return self.dialect.quote(self.source.mapping.fields[name])

    def text(self, name: str) -> str:
        """SQL of a field as trimmed text, NULL where blank or not mapped."""
        if not self.source.has(name):
            return f"cast(null as {self.dialect.text})"
        cast = self.dialect.ordered.format(x=f"cast({self.column(name)} as {self.dialect.text})")
        return f"nullif(trim({cast}), '')"

    def _customer(self) -> str:
        """Who bought; words for nobody are no customer."""
        text = self.text(self.source.customer_key)
        words = {form for word in NOBODY for form in (word, word.capitalize(), word.upper())}
        listed = ", ".join(literal(word) for word in sorted(words))
        return f"case when {text} in ({listed}) then null else {text} end"

    def _time(self) -> dict[str, str]:
        """``day``, ``ymd`` (month number * 100 + day of month), ``second_of_day`` and ``dated``."""
        kind, column = self.source.kind("ordered_at"), self.column("ordered_at")
        given = f"case when {column} is null then 0 else 1 end"
        if kind == "text":
            return self._text_time()
        moment = column
        if kind == "zoned":
            moment = (self.dialect.local if self.source.zone else self.dialect.shown).format(
                x=column, zone=self.source.zone
            )
        second = "0" if kind == "date" else _seconds(moment)
        return {**self._calendar(moment), "second_of_day": second, "dated": given}

    def _calendar(self, moment: str) -> dict[str, str]:
        month = f"(extract(year from {moment}) * 12 + extract(month from {moment}) - 1)"
        ymd = f"cast({month} * 100 + extract(day from {moment}) as integer)"
        return {"day": f"cast({self.dialect.day.format(x=moment)} as integer)", "ymd": ymd}

    def _text_time(self) -> dict[str, str]:
        """ISO dates written as text; what is no day of the calendar is a bad date, not an error."""
        text = self.text("ordered_at")
        year, month, day = (f"cast(substr({text}, {a}, {n}) as integer)" for a, n in ((1, 4), (6, 2), (9, 2)))
        leap = f"case when {year} % 400 = 0 or ({year} % 4 = 0 and {year} % 100 <> 0) then 29 else 28 end"
        last = f"case when {month} in (4, 6, 9, 11) then 30 when {month} = 2 then {leap} else 31 end"
        matches = self.dialect.matches.format(x=text, pattern=DATE)
        good = f"case when {matches} then case when {month} between 1 and 12 and {day} between 1 and {last} then 1 else 0 end else 0 end = 1"
        date = f"cast(substr({text}, 1, 10) as {self.dialect.date})"
        clock = " + ".join(
            f"cast(coalesce(nullif(substr({text}, {start}, 2), ''), '0') as integer) * {unit}"
            for start, unit in ((12, 3600), (15, 60), (18, 1))
        )
        ymd = f"({year} * 12 + {month} - 1) * 100 + {day}"
        parts = {"day": f"cast({self.dialect.day.format(x=date)} as integer)", "ymd": ymd, "second_of_day": clock}
        made = {name: f"case when {good} then {sql} end" for name, sql in parts.items()}
        return {**made, "dated": f"case when {text} is null then 0 else 1 end"}

    def _money(self) -> dict[str, str]:
        """``amount``, ``counted``, cost, margin, refund and quantity in ten-thousandths."""
        made = {name: self.whole(name) for name in MONEY}
        if self.source.unit_cost and self.source.has("quantity"):
            made["cost"] = self._product("cost", "quantity")
        if self.source.has("revenue"):
            made["amount"], column = self.whole("revenue"), self.text("revenue")
            made["counted"] = f"case when {column} is null then 0 else 1 end"
            return made
        less = f" - coalesce({self.whole('discount')}, 0)" if self.source.has("discount") else ""
        made["amount"] = self._product("unit_price", "quantity") + less
        given = f"coalesce({self.text('unit_price')}, {self.text('quantity')})"
        made["counted"] = f"case when {given} is null then 0 else 1 end"
        return made

    def whole(self, name: str) -> str:
        """SQL of a number in ten-thousandths as BIGINT; NULL where it is none, or beyond any money."""
        if not self.source.has(name):
            return "cast(null as bigint)"
        kind, column = self.source.kind(name), self.column(name)
        if kind == "exact":
            unit = self.dialect.exact.format(x=column)
            compared = self.dialect.compared.format(x=column)
            return f"case when {compared} between -{_MOST_EXACT} and {_MOST_EXACT} then {unit} end"
        return self._floored(self._double(name))

    def _double(self, name: str) -> str:
        """SQL of a number as a double; NULL where a text is none."""
        value = f"cast({self.column(name)} as {self.dialect.double})"
        if self.source.kind(name) != "text":
            return value
        text = self.text(name)
        matches = self.dialect.matches.format(x=text, pattern=NUMBER)
        return f"case when {matches} then cast({text} as {self.dialect.double}) end"

    def _floored(self, double: str) -> str:
        """Ten-thousandths of a double, the same steps of arithmetic on every engine; NaN and infinity are none."""
        whole = f"cast(floor({double} * cast(10000 as {self.dialect.double}) + cast(0.5 as {self.dialect.double})) as bigint)"
        return f"case when {double} >= -{MOST} and {double} <= {MOST} then {whole} end"

    def _product(self, one: str, other: str) -> str:
        return self._floored(f"({self._double(one)} * {self._double(other)})")

    def _flags(self) -> dict[str, str]:
        return {
            "is_back": self._flag("is_refund", YES, is_in=True),
            "is_cancelled": self._flag("cancelled_at", NO, is_in=False),
        }

    def _flag(self, name: str, words: Iterable[str], *, is_in: bool) -> str:
        """1 or 0: a text that is (not) one of some words, a true boolean, or a time that is there."""
        if not self.source.has(name):
            return "0"
        column, kind = self.column(name), self.source.kind(name)
        if kind == "bool":
            return f"case when {column} then 1 else 0 end"
        if kind in ("date", "time", "zoned"):
            return f"case when {column} is null then 0 else 1 end"
        test = f"{self.text(name)} {'in' if is_in else 'not in'} ({', '.join(map(literal, words))})"
        return f"case when {test} then 1 else 0 end"

    def _in(self, column: str, name: str) -> str:
        """SQL test whether a column is one of a list of bound values; false for an empty list."""
        marks = ", ".join(f"$ltv_{name}_{place}" for place in range(len(getattr(self.source, name))))
        return f"coalesce({column} in ({marks}), 1 = 0)" if marks else "1 = 0"

    def _other_currency(self) -> str:
        if "ltv_currency" not in self.params():
            return "1 = 0"
        return "currency is null or currency <> $ltv_currency"


_MOST_EXACT = "90000000000000"


def _seconds(moment: str) -> str:
    parts = ((f"extract({part} from {moment})", unit) for part, unit in (("hour", 3600), ("minute", 60)))
    clock = " + ".join(f"{sql} * {unit}" for sql, unit in parts)
    return f"cast({clock} + floor(extract(second from {moment})) as integer)"
