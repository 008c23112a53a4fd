"""What every sample set is built with: dice, dates, products and a book of rows."""

from __future__ import annotations

import csv
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ltvlib.schema import TABLES

T = TypeVar("T")
START = datetime(2023, 1, 1)
DAY = timedelta(days=1)


class Dice:
    """Seeded chance: the only source of randomness in the sample data."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.Generator(np.random.PCG64(seed))

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return bool(self._rng.random() < probability)

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._rng.random() * (high - low + 1))

    def pick(self, items: Sequence[T], weights: Iterable[float] | None = None) -> T:
        """One of the items, by weight when weights are given."""
        if weights is None:
            return items[self.between(0, len(items) - 1)]
        steps = list(accumulate(weights))
        return items[min(bisect(steps, self._rng.random() * steps[-1]), len(items) - 1)]

    def draw(self, weights: Mapping[T, float]) -> T:
        """One key of the mapping, by its weight."""
        return self.pick(list(weights), weights.values())

    def normal(self) -> float:
        """A standard normal number."""
        return float(self._rng.standard_normal())

    def skewed(self, median: float, sigma: float) -> float:
        """A log-normal number with the given median."""
        return median * float(np.exp(sigma * self.normal()))


@dataclass(frozen=True)
class Product:
    """One thing on the price list; the cost is a share of the list price."""

    id: str
    name: str
    category: str
    price: float
    cost_share: float


@dataclass(frozen=True)
class Line:
    """One product in one order; money in hundredths."""

    product: Product
    quantity: int
    revenue: int
    cost: int

    def returned(self, *, cost_back: bool) -> Line:
        """The same line on a refund document; goods give their cost back, services do not."""
        return Line(self.product, -self.quantity, -self.revenue, -self.cost if cost_back else 0)


def sell(product: Product, quantity: int = 1, *, discount: float = 0.0, index: float = 1.0) -> Line:
    """A line at list price times the price index, less the discount; the cost follows the index only."""
    full = product.price * index * quantity * 100
    return Line(product, quantity, round(full * (1 - discount)), round(full * product.cost_share))


def price_list(rows: str) -> dict[str, Product]:
    """Products by id from ``id | name | category | price | cost share`` lines."""
    fields = [[part.strip() for part in row.split("|")] for row in rows.strip().splitlines()]
    return {f[0]: Product(f[0], f[1], f[2], float(f[3]), float(f[4])) for f in fields}


@dataclass(frozen=True)
class Sale:
    """Who bought, when, from whom; the head of an order."""

    customer_id: str
    at: datetime
    channel: str
    manager: str
    status: str


@dataclass
class Book:
    """Collects the rows of one data set; nothing dated at or after ``as_of`` gets in."""

    as_of: datetime
    id_format: str = "{:06d}"
    phone_format: str = "+7 000 {:03d}-{:02d}-00"
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in TABLES})

    def add(self, table: str, **row: Any) -> bool:
        """Add a row unless one of its dates lies in the future; says whether it was added."""
        if any(isinstance(value, datetime) and value >= self.as_of for value in row.values()):
            return False
        self.rows[table].append(row)
        return True

    def sale(self, head: Sale, lines: Sequence[Line], *, is_refund: bool = False) -> int | None:
        """Write an order with its lines; gives its key, or ``None`` when it lies in the future."""
        key = len(self.rows["orders"])
        revenue = sum(line.revenue for line in lines)
        money = {"revenue": cents(revenue), "gross_margin": cents(revenue - sum(line.cost for line in lines))}
        who = {"customer_id": head.customer_id, "channel": head.channel, "manager": head.manager}
        if not self.add(
            "orders", order_id=key, ordered_at=head.at, is_refund=is_refund, status=head.status, **who, **money
        ):
            return None
        for line in lines:
            self.add("order_lines", **_line_row(key, line))
        return key

    def refund(self, head: Sale, lines: Sequence[Line], *, cost_back: bool) -> None:
        """Write a refund document for lines sold earlier."""
        self.sale(head, [line.returned(cost_back=cost_back) for line in lines], is_refund=True)

    def number_orders(self) -> None:
        """Replace the running keys by document numbers in order of time."""
        ordered = sorted(self.rows["orders"], key=lambda row: (row["ordered_at"], row["order_id"]))
        numbers = {
            row["order_id"]: ("R" if row["is_refund"] else "") + self.id_format.format(place)
            for place, row in enumerate(ordered, start=1)
        }
        places = {number: place for place, number in enumerate(numbers.values())}
        for table in ("orders", "order_lines", "fulfilments"):
            for row in self.rows[table]:
                row["order_id"] = numbers[row["order_id"]]
            self.rows[table].sort(key=lambda row: places[row["order_id"]])

    def _give_addresses(self) -> None:
        """A phone and an e-mail for every customer, from ranges that belong to nobody; no dice, so nothing else moves."""
        for place, row in enumerate(self.rows["customers"]):
            row["phone"] = self.phone_format.format(place // 100, place % 100)
            row["email"] = f"{row['customer_id'].lower()}@example.com"

    def save(self, folder: Path) -> None:
        """Number the orders and write every table that has rows."""
        self.number_orders()
        self._give_addresses()
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.rows.items():
            if rows:
                write_csv(folder / f"{name}.csv", name, rows)


_SORT = {
    "customers": ("customer_id",),
    "marketing_spend": ("month", "channel"),
    "touches": ("touched_at", "customer_id"),
    "nps_responses": ("answered_at", "customer_id"),
    "participations": ("happened_at", "customer_id", "programme"),
    "losses": ("lost_at", "customer_id"),
    "competitor_offers": ("checked_at", "competitor", "criterion"),
    "x_register": ("customer_id",),
}


def write_csv(path: Path, table: str, rows: list[dict[str, Any]]) -> None:
    """Write rows under the canonical header, in a stable order, with ``\\n`` line ends."""
    names = TABLES[table].names
    keys = _SORT.get(table)
    if keys:
        rows = sorted(rows, key=lambda row: tuple(row.get(key) or "" for key in keys))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([as_text(row.get(name)) for name in names] for row in rows)


def as_text(value: Any) -> str:
    """A value as it stands in the CSV files."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _line_row(key: int, line: Line) -> dict[str, Any]:
    product = line.product
    return {
        "order_id": key,
        "product_id": product.id,
        "product_name": product.name,
        "category": product.category,
        "quantity": line.quantity,
        "revenue": cents(line.revenue),
        "cost": cents(line.cost),
    }


def cents(amount: int) -> str:
    """Hundredths as an amount with two decimals."""
    return f"{amount / 100:.2f}"


def at_hour(dice: Dice, day: date, opens: int, closes: int, step: int = 5) -> datetime:
    """A moment of the day between opening and closing time, on a grid of minutes."""
    slot = dice.between(0, (closes - opens) * 60 // step - 1)
    return datetime(day.year, day.month, day.day) + timedelta(minutes=opens * 60 + slot * step)


def months_until(as_of: datetime) -> list[date]:
    """First days of all months from the start to ``as_of``, the last one excluded."""
    count = (as_of.year - START.year) * 12 + as_of.month - START.month
    return [date(START.year + i // 12, i % 12 + 1, 1) for i in range(count)]


def next_month(month: date) -> date:
    """First day of the following month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
