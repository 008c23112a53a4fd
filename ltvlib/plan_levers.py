"""The levers of a plan: what an owner can move, by how much, for whom, and what it costs a month."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ltvlib.errors import LtvError
from ltvlib.settings import AbcdxSegment


class LeverKind(StrEnum):
    """What can be moved. Effects are shares: +0.10 = 10 % more, or 10 more of 100 (retention), or 10 points (margin)."""

    FREQUENCY = "frequency"
    ORDER_VALUE = "order_value"
    RETENTION = "retention"
    MARGIN = "margin"
    CAC = "cac"
    NEW_CUSTOMERS = "new_customers"


KINDS = tuple(LeverKind)
POINTS = frozenset({LeverKind.RETENTION, LeverKind.MARGIN})
"""Levers added in points (of customers, of revenue); the others are relative."""
TARGETS = tuple(segment for segment in AbcdxSegment if segment is not AbcdxSegment.INACTIVE)
"""Segments a lever can be limited to."""
LIMITED = frozenset(KINDS) - {LeverKind.CAC, LeverKind.NEW_CUSTOMERS}
"""Levers that can be limited to segments; nobody knows the segment of a customer before winning them."""
BOUNDS: dict[LeverKind, tuple[float, float]] = {
    LeverKind.FREQUENCY: (-0.3, 0.5),
    LeverKind.ORDER_VALUE: (-0.3, 0.5),
    LeverKind.RETENTION: (-0.2, 0.3),
    LeverKind.MARGIN: (-0.15, 0.15),
    LeverKind.CAC: (-0.5, 0.5),
    LeverKind.NEW_CUSTOMERS: (-0.5, 1.0),
}
"""Smallest and largest effect a plan may hold."""
MAX_COST = 1e12
"""Largest cost of one lever a month."""
STEPS = {kind: 0.01 if kind in POINTS else -0.1 if kind is LeverKind.CAC else 0.1 for kind in KINDS}
"""Common steps in the direction that earns: 10 %, or one point of 100; not equally hard to make."""
_CODES = {
    LeverKind.FREQUENCY: "f",
    LeverKind.ORDER_VALUE: "v",
    LeverKind.RETENTION: "r",
    LeverKind.MARGIN: "m",
    LeverKind.CAC: "c",
    LeverKind.NEW_CUSTOMERS: "n",
}


@dataclass(frozen=True)
class Lever:
    """One lever of a plan.

    Attributes:
        effect: how far it is moved, see :class:`LeverKind`; 0 = as today. CAC: negative = cheaper.
        cost: what moving it costs a month, money; 0 or more.
        segments: for whom; empty = for all. Order frequency, order value and margin: by the segment in the window;
            retention: by the segment in the window before.
    """

    effect: float = 0.0
    cost: float = 0.0
    segments: tuple[AbcdxSegment, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether it changes nothing."""
        return not self.effect and not self.cost


@dataclass(frozen=True)
class Levers:
    """All levers of a plan; a lever that is not named stands at zero.

    Raises:
        LtvError: an effect or a cost is not a number inside its bounds.
    """

    by_kind: tuple[tuple[LeverKind, Lever], ...] = field(default=())

    @classmethod
    def of(cls, levers: Mapping[LeverKind, Lever]) -> Levers:
        """Levers by kind, in one order, idle ones left out, so that equal plans are equal values."""
        return cls(tuple((kind, levers[kind]) for kind in KINDS if kind in levers and not levers[kind].is_idle))

    def __post_init__(self) -> None:
        for kind, lever in self.by_kind:
            low, high = BOUNDS[kind]
            if not (low <= lever.effect <= high and 0 <= lever.cost <= MAX_COST):  # nan compares false
                raise LtvError("A lever of this plan stands outside what can be planned; set it anew.")

    def __getitem__(self, kind: LeverKind) -> Lever:
        return dict(self.by_kind).get(kind, Lever())

    @property
    def active(self) -> tuple[LeverKind, ...]:
        """Levers with an effect."""
        return tuple(kind for kind, lever in self.by_kind if lever.effect)

    @property
    def paid(self) -> tuple[LeverKind, ...]:
        """Levers with a cost."""
        return tuple(kind for kind, lever in self.by_kind if lever.cost)

    @property
    def monthly_cost(self) -> float:
        """What all levers cost a month."""
        return math.fsum(lever.cost for _, lever in self.by_kind)

    def only(self, kinds: Iterable[LeverKind]) -> Levers:
        """The same plan with all other levers at zero."""
        kept = set(kinds)
        return Levers(tuple(item for item in self.by_kind if item[0] in kept))

    def to_text(self) -> str:
        """The levers for a link: ``f~0.1~50000~AB_c~-0.1``; the same in every language, empty for no levers."""
        return "_".join(_text(kind, lever) for kind, lever in self.by_kind)

    @classmethod
    def from_text(cls, text: str) -> Levers:
        """The inverse of :meth:`to_text`; parts that cannot be read are left out."""
        kinds = {code: kind for kind, code in _CODES.items()}
        found: dict[LeverKind, Lever] = {}
        for part in text[:500].split("_"):
            code, _, rest = part.partition("~")
            lever = _read(kinds[code], rest.split("~")) if code in kinds else None
            if lever is not None:
                found[kinds[code]] = lever
        return cls.of(found)


def _text(kind: LeverKind, lever: Lever) -> str:
    parts = [_CODES[kind], f"{lever.effect:.10g}", f"{lever.cost:.10g}", "".join(lever.segments)]
    while parts[-1] in ("", "0"):
        parts.pop()
    return "~".join(parts)


def _read(kind: LeverKind, parts: list[str]) -> Lever | None:
    effect, cost, segments = (*parts, "", "", "")[:3]
    try:
        lever = Lever(float(effect or 0), float(cost or 0), segments_of(kind, segments))
        Levers(((kind, lever),))
    except (ValueError, LtvError):
        return None
    return lever


def segments_of(kind: LeverKind, letters: Iterable[str]) -> tuple[AbcdxSegment, ...]:
    """Segments by their letters, in one order; all of them is the same as none.

    Raises:
        ValueError: a letter is no segment, or the lever cannot be limited to segments.
    """
    chosen = {AbcdxSegment(letter) for letter in letters}
    if not chosen <= set(TARGETS) or (chosen and kind not in LIMITED):
        raise ValueError("no such segment")
    return () if len(chosen) == len(TARGETS) else tuple(segment for segment in TARGETS if segment in chosen)
