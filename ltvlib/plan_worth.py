"""Does a lever pay for what it costs, and from which effect on?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from ltvlib import ratios
from ltvlib.plan import gain
from ltvlib.plan_levers import STEPS, Lever, LeverKind, Levers
from ltvlib.plan_today import BASE, SEGMENTS, YEAR, Today


class Hopeless(StrEnum):
    """Why no effect of a lever pays for its cost."""

    NO_SPEND = "no_spend"
    NO_CUSTOMERS = "no_customers"
    LOSES = "loses"
    OUT_OF_REACH = "out_of_reach"


@dataclass(frozen=True)
class Worth:
    """What one lever of a plan earns for its cost, alone.

    Attributes:
        gain: profit of a year it adds before its cost.
        cost: its cost of a year.
        break_even: the smallest effect whose gain is its cost (share, signed like the effect); ``nan`` without a cost
            and where ``reason`` says why no effect is enough.
    """

    kind: LeverKind
    lever: Lever
    gain: float
    cost: float
    break_even: float
    reason: Hopeless | None = None

    @property
    def gain_per_cost(self) -> float:
        """Gain / cost: what one unit of money in this lever brings. ``nan`` without a cost."""
        return float(ratios.divide(self.gain, self.cost))


def worth(today: Today, levers: Levers) -> tuple[Worth, ...]:
    """Every lever of the plan with what it earns for its cost: those with a cost first, the best first."""
    rows = [_worth(today, kind, lever) for kind, lever in levers.by_kind]
    return tuple(sorted(rows, key=lambda row: (not row.cost, -np.nan_to_num(row.gain_per_cost), -row.gain)))


def _worth(today: Today, kind: LeverKind, lever: Lever) -> Worth:
    effect, reason = break_even(today, kind, lever)
    return Worth(kind, lever, gain(today, kind, lever), lever.cost * YEAR, effect, reason)


def break_even(today: Today, kind: LeverKind, lever: Lever) -> tuple[float, Hopeless | None]:
    """The smallest effect that earns the lever's cost, solved exactly; or ``nan`` and why there is none.

    The profit is linear in a lever alone; retention bends where a segment has everybody back, so it is solved piece by
    piece. ``(nan, None)`` where the lever costs nothing.
    """
    if not lever.cost:
        return float("nan"), None
    if kind is LeverKind.CAC and not today.spend > 0:
        return float("nan"), Hopeless.NO_SPEND
    slopes = _slopes(today, kind, lever)
    if not any(slope for slope, _ in slopes):
        return float("nan"), Hopeless.NO_CUSTOMERS
    place, earned, cost = 0.0, 0.0, lever.cost * YEAR
    for edge in sorted({cap for _, cap in slopes}):
        slope = sum(slope for slope, cap in slopes if cap >= edge)
        if slope > 0 and earned + slope * (edge - place) >= cost:
            return float(np.sign(STEPS[kind]) * (place + (cost - earned) / slope)), None
        place, earned = edge, earned + (slope * (edge - place) if slope else 0.0)
    return float("nan"), Hopeless.LOSES if all(slope <= 0 for slope, _ in slopes) else Hopeless.OUT_OF_REACH


def _slopes(today: Today, kind: LeverKind, lever: Lever) -> list[tuple[float, float]]:
    """Gain per unit of effect in the direction that should earn, and the effect up to which it holds."""
    if kind is not LeverKind.RETENTION:
        step = STEPS[kind]
        slope = gain(today, kind, replace(lever, effect=step)) / abs(step)
        return [(slope, 1.0 if kind is LeverKind.CAC else float("inf"))]
    rooms = 1 - ratios.divide(today.came_again, today.base)
    targets = [s for s in SEGMENTS[:BASE] if not lever.segments or s in lever.segments]
    found = [(segment, float(rooms[SEGMENTS.index(segment)])) for segment in targets]
    return [
        (gain(today, kind, Lever(min(STEPS[kind], room), segments=(segment,))) / min(STEPS[kind], room), room)
        for segment, room in found
        if room > 0
    ]
