"""The canonical tables: their columns, types and meaning.

Only ``orders`` is required. Money is ``DECIMAL(18,4)`` in the currency of the data
set; time is ``TIMESTAMP`` without a zone (the business's own clock); ids are text,
because leading zeros and 20-digit numbers must survive.
"""

from __future__ import annotations

from dataclasses import dataclass

MONEY = "DECIMAL(18,4)"
"""SQL type of every amount of money in the canonical tables and marts."""


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Attributes:
        name: canonical name, unit in the name where it has one.
        type: DuckDB type.
        meaning: one English sentence; shown in the mapping form and the docs.
        required: whether a row without a value is refused.
    """

    name: str
    type: str
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One canonical table: its grain in words and its columns in order."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column called ``name``; raises ``KeyError`` when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


ORDERS = Table(
    "orders",
    "one order, or one refund document",
    (
        Column("order_id", "VARCHAR", "Order or document number.", required=True),
        Column("customer_id", "VARCHAR", "Who bought.", required=True),
        Column("ordered_at", "TIMESTAMP", "When the order was placed.", required=True),
        Column("revenue", MONEY, "What the customer paid, net of discounts and refunds.", required=True),
        Column("gross_margin", MONEY, "Revenue less the cost of what was sold; empty where unknown."),
        Column(
            "is_refund", "BOOLEAN", "Money back: lowers revenue at its date, never counts as an order.", required=True
        ),
        Column("channel", "VARCHAR", "Where the order came from."),
        Column("manager", "VARCHAR", "Who made the sale."),
        Column("status", "VARCHAR", "Status as written in the file."),
    ),
)

ORDER_LINES = Table(
    "order_lines",
    "order x product",
    (
        Column("order_id", "VARCHAR", "Order the line belongs to.", required=True),
        Column("product_id", "VARCHAR", "Product code; the name where there is no code.", required=True),
        Column("product_name", "VARCHAR", "Product name."),
        Column("category", "VARCHAR", "Product category."),
        Column("quantity", "DECIMAL(18,4)", "Pieces; negative when returned."),
        Column("revenue", MONEY, "Money of the line, net of discounts."),
        Column("cost", MONEY, "Cost of what was sold on the line."),
    ),
)

CUSTOMERS = Table(
    "customers",
    "one customer",
    (
        Column("customer_id", "VARCHAR", "Same id as in the orders.", required=True),
        Column("name", "VARCHAR", "Name to show in lists."),
        Column("acquired_at", "TIMESTAMP", "When the customer was won, if other than the first order."),
        Column("channel", "VARCHAR", "Channel that brought the customer."),
        Column("manager", "VARCHAR", "Who looks after the customer."),
        Column("city", "VARCHAR", "City."),
        Column("industry", "VARCHAR", "Line of business of the customer."),
        Column("potential_revenue_per_year", MONEY, "What the customer could buy in a year."),
        Column("product_gap", "VARCHAR", "What is missing in the product for that."),
        Column("phone", "VARCHAR", "Phone to call; masked on screen until asked for."),
        Column("email", "VARCHAR", "E-mail address; masked on screen until asked for."),
    ),
)

MARKETING_SPEND = Table(
    "marketing_spend",
    "month x channel",
    (
        Column("month", "DATE", "First day of the month.", required=True),
        Column("channel", "VARCHAR", "Channel the money was spent on.", required=True),
        Column("amount", MONEY, "All acquisition costs, salaries included when given.", required=True),
    ),
)

TOUCHES = Table(
    "touches",
    "one contact with a customer",
    (
        Column("customer_id", "VARCHAR", "Who was contacted.", required=True),
        Column("touched_at", "TIMESTAMP", "When.", required=True),
        Column("kind", "VARCHAR", "call, visit, message, e-mail ...", required=True),
        Column("manager", "VARCHAR", "Who made the contact."),
        Column("outcome", "VARCHAR", "What came of it."),
    ),
)

NPS_RESPONSES = Table(
    "nps_responses",
    "one answer",
    (
        Column("customer_id", "VARCHAR", "Who answered, where known."),
        Column("answered_at", "TIMESTAMP", "When.", required=True),
        Column("score", "INTEGER", "The answer on the recorded scale.", required=True),
        Column("scale", "VARCHAR", "0-10 or 1-10.", required=True),
        Column("improvement", "VARCHAR", "Answer to: what must we improve?"),
        Column("asked_via", "VARCHAR", "phone, e-mail, site form ..."),
    ),
)

PARTICIPATIONS = Table(
    "participations",
    "customer x event",
    (
        Column("customer_id", "VARCHAR", "Who took part.", required=True),
        Column("programme", "VARCHAR", "Name of the programme or event.", required=True),
        Column("kind", "VARCHAR", "loyalty, webinar, seminar, conference, content ...", required=True),
        Column("happened_at", "TIMESTAMP", "When.", required=True),
    ),
)

FULFILMENTS = Table(
    "fulfilments",
    "one order",
    (
        Column("order_id", "VARCHAR", "Order that was fulfilled.", required=True),
        Column("promised_at", "TIMESTAMP", "When it was promised."),
        Column("delivered_at", "TIMESTAMP", "When it was delivered."),
        Column("documents_ok", "BOOLEAN", "Whether the documents were right."),
        Column("complaint", "VARCHAR", "What the customer complained about."),
    ),
)

LOSSES = Table(
    "losses",
    "one lost customer",
    (
        Column("customer_id", "VARCHAR", "Who was lost.", required=True),
        Column("lost_at", "TIMESTAMP", "When it became known.", required=True),
        Column("reason", "VARCHAR", "Why.", required=True),
        Column("competitor", "VARCHAR", "To whom."),
    ),
)

COMPETITOR_OFFERS = Table(
    "competitor_offers",
    "competitor x criterion x date",
    (
        Column("competitor", "VARCHAR", "Who.", required=True),
        Column("criterion", "VARCHAR", "price, delivery, reviews ...", required=True),
        Column("their_value", "VARCHAR", "Their offer."),
        Column("our_value", "VARCHAR", "Ours."),
        Column("checked_at", "TIMESTAMP", "When it was looked up.", required=True),
        Column("source", "VARCHAR", "Where it was seen."),
    ),
)

X_REGISTER = Table(
    "x_register",
    "one X customer or prospect",
    (
        Column("customer_id", "VARCHAR", "Customer id, or the prospect's name.", required=True),
        Column("potential_revenue_per_year", MONEY, "Revenue a year if the product is developed.", required=True),
        Column("product_gap", "VARCHAR", "What is missing in the product."),
        Column("development_cost", MONEY, "What closing the gap costs."),
        Column("months_to_build", "INTEGER", "How long it takes."),
        Column("probability", "DOUBLE", "Chance that the customer then buys, 0..1."),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ORDERS,
        ORDER_LINES,
        CUSTOMERS,
        MARKETING_SPEND,
        TOUCHES,
        NPS_RESPONSES,
        PARTICIPATIONS,
        FULFILMENTS,
        LOSSES,
        COMPETITOR_OFFERS,
        X_REGISTER,
    )
}
"""All canonical tables by name; ``orders`` is the only required one."""
