"""The touch regulation: how often, by what and by whom each kind of customer is contacted.

A rule belongs to an ABCDX segment and a stage of life. Times follow the business's own rhythm: the defaults are so many
usual gaps between two orders, rounded to days that people can remember, and then edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ltvlib import rhythm
from ltvlib.outreach.words import Kind
from ltvlib.settings import AbcdxSegment


class Stage(StrEnum):
    """Where a customer stands on the way: see :func:`stages`."""

    NEW = "new"
    ACTIVE = "active"
    SLIPPING = "slipping"
    LOST = "lost"


class Role(StrEnum):
    """What a manager does: hunters win customers, farmers look after them, some do both, some have left."""

    HUNTER = "hunter"
    FARMER = "farmer"
    BOTH = "both"
    LEFT = "left"


class Line(StrEnum):
    """Line of business that the defaults are for."""

    SALON = "salon"
    LEISURE = "leisure"
    RETAIL = "retail"
    B2B = "b2b"
    SUBSCRIPTION = "subscription"


NICE_DAYS = (3, 5, 7, 10, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 270, 365)
"""Gaps that people can remember."""


@dataclass(frozen=True)
class TouchRule:
    """How one kind of customer is kept in contact.

    Attributes:
        segment, stage: whom it is for.
        ideal_days: days after the last contact when the next one is due; ``None`` = not contacted by rule.
        maximum_days: days after which the contact is overdue; at or above ``ideal_days``.
        kind: by what.
        role: by whom.
    """

    segment: AbcdxSegment
    stage: Stage
    ideal_days: int | None
    maximum_days: int | None
    kind: Kind
    role: Role


@dataclass(frozen=True)
class Regulation:
    """All rules of a business.

    Attributes:
        rules: one a segment and stage; a missing one means no contact by rule.
        retry_days: after an attempt that reached nobody, nobody tries again for so many days.
        quiet_days: nobody gets two automatic messages within so many days.
        handover_order: the order after which a hunter hands the customer to a farmer.
        handover_days: days the hand-over may take.
        capacity: contacts a manager can make a day.
        orders_count: whether an order is a contact (in a salon it is, in a web shop it need not be).
    """

    rules: tuple[TouchRule, ...]
    retry_days: int = 3
    quiet_days: int = 7
    handover_order: int = 1
    handover_days: int = 14
    capacity: int = 15
    orders_count: bool = True
    by_pair: Mapping[tuple[str, str], TouchRule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_pair", {(rule.segment.value, rule.stage.value): rule for rule in self.rules})

    def rule(self, segment: str, stage: str) -> TouchRule | None:
        """The rule for a segment and stage, ``None`` where there is none."""
        return self.by_pair.get((segment, stage))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the journal."""
        content = asdict(replace(self))
        content.pop("by_pair")
        return content

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Regulation:
        """The inverse of ``to_dict``; unknown rules and values that make no sense are left out."""
        rules = tuple(rule for rule in map(_rule_of, content.get("rules", ())) if rule is not None)
        names = ("retry_days", "quiet_days", "handover_order", "handover_days", "capacity")
        numbers = {name: max(0, int(content[name])) for name in names if name in content}
        return cls(rules, **numbers, orders_count=bool(content.get("orders_count", True)))


def _rule_of(row: Mapping[str, Any]) -> TouchRule | None:
    try:
        ideal, maximum = _whole(row.get("ideal_days")), _whole(row.get("maximum_days"))
        kinds = (AbcdxSegment(row["segment"]), Stage(row["stage"]), Kind(row["kind"]), Role(row["role"]))
    except (KeyError, ValueError):
        return None
    if ideal is not None:
        maximum = max(ideal, maximum or ideal)
    return TouchRule(kinds[0], kinds[1], ideal, maximum if ideal is not None else None, kinds[2], kinds[3])


def _whole(value: Any) -> int | None:
    """A number of days of at least 1; ``None`` for nothing, nan and what is no number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return max(1, round(number)) if np.isfinite(number) else None


def stages(occasions: ArrayLike, late_factor: ArrayLike) -> np.ndarray:
    """Stage of life of customers from the days with an order and how late they are against their own rhythm.

    new: one order so far and not late; active: two or more and not late; slipping: silent for 1.5 usual gaps or more;
    lost: for three or more (:data:`ltvlib.rhythm.LATE`, :data:`ltvlib.rhythm.LOST`). Without a rhythm nobody is late.
    """
    number, late = np.asarray(occasions, dtype=float), np.nan_to_num(np.asarray(late_factor, dtype=float))
    fresh = np.where(number <= 1, Stage.NEW.value, Stage.ACTIVE.value)
    return np.where(late >= rhythm.LOST, Stage.LOST.value, np.where(late >= rhythm.LATE, Stage.SLIPPING.value, fresh))


_FACTORS = {
    (Stage.NEW, "key"): (0.25, 0.5),
    (Stage.NEW, "rest"): (0.5, 1.0),
    (Stage.ACTIVE, "key"): (0.75, 1.25),
    (Stage.ACTIVE, "rest"): (1.25, 2.0),
    (Stage.SLIPPING, "key"): (0.25, 0.5),
    (Stage.SLIPPING, "rest"): (0.75, 1.5),
    (Stage.LOST, "key"): (1.5, 3.0),
    (Stage.LOST, "rest"): (None, None),
}
"""Ideal and maximum gap in usual gaps between two orders; key customers are A, B and X."""
_KINDS = {
    Line.SALON: (Kind.CALL, Kind.MESSAGE),
    Line.LEISURE: (Kind.CALL, Kind.MESSAGE),
    Line.RETAIL: (Kind.CALL, Kind.EMAIL),
    Line.B2B: (Kind.CALL, Kind.EMAIL),
    Line.SUBSCRIPTION: (Kind.CALL, Kind.EMAIL),
}
"""By what key customers and the rest are contacted."""
KEY = (AbcdxSegment.A, AbcdxSegment.B, AbcdxSegment.X)


def default_regulation(line: Line, usual_gap: float) -> Regulation:
    """Rules for a line of business whose customers usually order every ``usual_gap`` days (nan: 30)."""
    gap = usual_gap if np.isfinite(usual_gap) and usual_gap > 0 else 30.0
    rules = tuple(_default_rule(line, gap, segment, stage) for segment in AbcdxSegment for stage in Stage)
    return Regulation(rules, handover_order=3 if line is Line.B2B else 1, capacity=8 if line is Line.B2B else 15)


def _default_rule(line: Line, gap: float, segment: AbcdxSegment, stage: Stage) -> TouchRule:
    is_key = segment in KEY
    ideal, maximum = _FACTORS[stage, "key" if is_key else "rest"]
    if segment is AbcdxSegment.X:
        ideal, maximum = 0.5, 1.0
    role = Role.HUNTER if stage is Stage.NEW else Role.FARMER
    kind = _KINDS[line][0 if is_key else 1]
    return TouchRule(segment, stage, nice_days(ideal, gap), nice_days(maximum, gap), kind, role)


def nice_days(factor: float | None, gap: float) -> int | None:
    """``factor`` x ``gap`` days, rounded to the nearest of the gaps that people can remember; ``None`` stays."""
    if factor is None:
        return None
    return min(NICE_DAYS, key=lambda days: abs(np.log(days / max(1.0, factor * gap))))


def line_of(industry: str | None, usual_gap: float, customers: int) -> Line:
    """A first guess at the line of business from its name, else from the size of the base; people change it."""
    words = (industry or "").casefold()
    known = {
        Line.SALON: ("salon", "салон", "beauty", "красот"),
        Line.LEISURE: ("child", "дет", "entertain", "leisure", "fitness", "фитнес"),
        Line.B2B: ("supply", "component", "b2b", "wholesale", "опт", "поставк"),
        Line.SUBSCRIPTION: ("subscr", "software", "saas", "подпис"),
        Line.RETAIL: ("retail", "shop", "магазин", "электрон"),
    }
    found = next((line for line, stems in known.items() if any(stem in words for stem in stems)), None)
    if found is not None:
        return found
    return Line.B2B if customers < 500 else Line.SALON if usual_gap < 60 else Line.RETAIL
