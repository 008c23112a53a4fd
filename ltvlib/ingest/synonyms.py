"""Words of the exports: headers of every field, shapes of known systems, words of statuses.

The words themselves lie in ``synonyms.toml`` beside this file, so that they can be added without
touching code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FIELDS = (
    "order_id",
    "customer_id",
    "phone",
    "email",
    "name",
    "ordered_at",
    "revenue",
    "unit_price",
    "quantity",
    "cost",
    "margin",
    "product_id",
    "product_name",
    "category",
    "channel",
    "manager",
    "city",
    "status",
    "document_type",
    "currency",
    "refund",
    "discount",
    "updated_at",
    "cancelled_at",
    "is_refund",
)
"""Every field a column may be mapped to."""

CUSTOMER_KEYS = ("customer_id", "phone", "email", "name")
"""Fields that tell who bought, the surest first."""

NUMBER_FIELDS = ("revenue", "unit_price", "quantity", "cost", "margin", "refund", "discount")
"""Fields whose column is read as a number."""

SALE, CANCELLED, PENDING, REFUND, UNKNOWN = "sale", "cancelled", "pending", "refund", "unknown"

ZERO_DECIMAL = ("JPY", "KRW", "VND", "CLP", "XAF", "XOF", "XPF", "PYG", "UGX", "RWF", "BIF", "DJF", "GNF", "KMF", "VUV")
"""Currencies that have no minor unit: their amounts are never in cents."""


@dataclass(frozen=True)
class Preset:
    """The shape of a known export: headers that must be there, and which field each special header is."""

    name: str
    headers: tuple[str, ...]
    fields: dict[str, str] = field(default_factory=dict)
    minor_units: bool = False


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text(encoding="utf-8"))


def normal(header: str) -> str:
    """A header for comparison: lower case, ё as е, everything but letters and digits as one space."""
    text = header.casefold().replace("ё", "е").replace("№", " номер ")
    return re.sub(r"[\W_]+", " ", text).strip()


def headers_of(field_name: str) -> tuple[str, ...]:
    """Normal headers of a field, the best first."""
    return tuple(_words()["fields"][field_name])


@cache
def presets() -> tuple[Preset, ...]:
    """All known export shapes, in the order they are tried."""
    found = _words()["presets"].items()
    return tuple(
        Preset(name, tuple(item["headers"]), dict(item["fields"]), bool(item.get("minor_units")))
        for name, item in found
    )


def preset_for(headers: Iterable[str]) -> Preset | None:
    """The known export shape whose headers are all there; the one with most headers wins."""
    have = {normal(header) for header in headers}
    fitting = [preset for preset in presets() if set(preset.headers) <= have]
    return max(fitting, key=lambda preset: len(preset.headers), default=None)


def judge_status(status: str) -> str:
    """What a status says about the money: ``sale``, ``cancelled``, ``pending``, ``refund`` or ``unknown``."""
    text = re.sub(r"[\s_-]+", " ", status.casefold().replace("ё", "е")).strip()
    words = _words()["statuses"]
    if any(word in text for word in words["not_refund"]):
        return SALE
    for verdict in (REFUND, CANCELLED, PENDING, SALE):
        if any(re.search(rf"(?<!\w){re.escape(word)}", text) for word in words[verdict]):
            return verdict
    return UNKNOWN
