"""Which table is read and how its columns are understood: the same mapping as for a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ltvlib.errors import MappingError
from ltvlib.ingest.model import Mapping
from ltvlib.ingest.synonyms import CUSTOMER_KEYS, NUMBER_FIELDS
from ltvlib.remote.dialect import Field

ZONE = re.compile(r"[A-Za-z0-9_+/-]*")
PRODUCTS = ("product_id", "product_name")


@dataclass(frozen=True)
class Source:
    """One remote table under a mapping.

    Attributes:
        table: catalogue, schema and name, as far as needed.
        fields: its columns.
        mapping: canonical field -> column name, and every choice a person made.
        zone: name of the time zone of the business; columns with a zone are read on its clock. Empty: as the
            database shows them.
        sale, refund, cancelled, back_types: statuses that are sales, say that money went back, are cancelled; document
            types of returns.
        is_grouped: an order stands on several rows.
        unit_cost: the cost is of one piece.
    """

    table: tuple[str, ...]
    fields: tuple[Field, ...]
    mapping: Mapping
    zone: str = ""
    sale: tuple[str, ...] = ()
    refund: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    back_types: tuple[str, ...] = ()
    is_grouped: bool = True
    unit_cost: bool = False
    params: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not ZONE.fullmatch(self.zone):
            raise MappingError("The time zone {zone} is not known.", zone=self.zone[:40])

    def has(self, name: str) -> bool:
        """Whether a canonical field is mapped to a column that exists."""
        return self.kind(name) != ""

    def kind(self, name: str) -> str:
        """What the column of a field holds; empty where it is not mapped."""
        column = self.mapping.fields.get(name, "")
        return next((one.kind for one in self.fields if one.name == column), "")

    @property
    def has_products(self) -> bool:
        """Whether rows name products, so that rows of one order are its lines."""
        return any(self.has(name) for name in PRODUCTS)

    @property
    def customer_key(self) -> str:
        """The field that tells who bought, the surest that is mapped."""
        return next(name for name in CUSTOMER_KEYS if self.has(name))

    @property
    def margin_source(self) -> str:
        """Where the margin comes from: ``cost``, ``margin``, ``rate`` or ``none``."""
        known = next((name for name in ("cost", "margin") if self.has(name)), "")
        return known or ("rate" if self.mapping.margin_rate is not None else "none")

    def checked(self) -> Source:
        """This source, if it can be read; raises ``MappingError`` where a column is missing or holds something else."""
        if not self.has("ordered_at"):
            raise MappingError("Choose the column with the date of the order.")
        if not self.has("revenue") and not (self.has("unit_price") and self.has("quantity")):
            raise MappingError("Choose the column with the amount paid, or the columns with unit price and quantity.")
        if not any(self.has(name) for name in CUSTOMER_KEYS):
            raise MappingError("Choose the column that tells who bought: the customer's number, phone, e-mail or name.")
        self._kinds()
        return self if self.has("order_id") else replace(self, is_grouped=True)

    def _kinds(self) -> None:
        if self.kind("ordered_at") not in ("date", "time", "zoned", "text"):
            raise MappingError(
                "The column {column} holds no dates; choose another one for the order date.",
                column=self.mapping.fields["ordered_at"],
            )
        for name in NUMBER_FIELDS:
            if self.has(name) and self.kind(name) not in ("exact", "float", "text"):
                raise MappingError(
                    "The column {column} holds no numbers; choose another one for the amount.",
                    column=self.mapping.fields[name],
                )
