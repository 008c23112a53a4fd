"""What a programme earned: the effect in money, less what was given away and spent; loyalty points and what is owed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ltvlib import ratios
from ltvlib.like_with_like import Difference
from ltvlib.outreach.runs import more_needed

DAYS_A_MONTH = 30.4375


class Verdict(StrEnum):
    """What may be said of a programme."""

    EARNED = "earned"
    LOST = "lost"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Costs:
    """What a programme costs beyond what the orders show (a discount lowers the order itself and is in its margin).

    Attributes:
        per_participant: gift, card, seat: money once a participant.
        per_month: running cost, money a month.
        redeemed: points or cashback paid out in the time looked at, in money, not seen in the orders.
        issued, burned, expired: points so far.
        point_value: money a point is worth when burned.
        burn_share: part of the open points that will be burned, 0..1.
    """

    per_participant: float = 0.0
    per_month: float = 0.0
    redeemed: float = 0.0
    issued: float = 0.0
    burned: float = 0.0
    expired: float = 0.0
    point_value: float = 0.0
    burn_share: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the journal."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Costs:
        """The inverse of ``to_dict``; unknown names are left out."""
        return cls(**{name: float(content[name]) for name in cls.__dataclass_fields__ if name in content})

    @property
    def liability(self) -> float:
        """What is owed for open points: (issued - burned - expired) x value x the part that will be burned; at least 0."""
        return max(0.0, self.issued - self.burned - self.expired) * self.point_value * self.burn_share


@dataclass(frozen=True)
class Account:
    """The account of a programme over the time looked at.

    Attributes:
        participants: those whose days after joining are known.
        margin, margin_low, margin_high: extra margin of all of them, with its 95 % interval.
        cost: all costs of them in that time; ``liability`` of open points is in it.
        result, low, high: extra margin less cost.
        per_participant: result / participants; nan without any.
        break_even: extra margin a participant must bring for the programme to pay.
        needed: participants more until the result would be told from zero; nan where it is told or cannot be.
        verdict: in a word.
    """

    participants: int
    margin: float
    margin_low: float
    margin_high: float
    cost: float
    result: float
    low: float
    high: float
    per_participant: float
    break_even: float
    needed: float
    verdict: Verdict


def account(profit: Difference, costs: Costs, days: int, months_running: float, participant_days: float) -> Account:
    """The effect on profit of the matched participants against the costs of as many in the same days.

    Of the running cost of ``months_running`` they bear the part of their days among ``participant_days`` (all days of all
    participants in the programme so far), so the verdict does not hang on how long one looks. Costs are certain, so the
    interval of the result is that of the margin moved by them.
    """
    n = profit.n_exposed
    part = min(1.0, n * days / participant_days) if participant_days > 0 else 1.0
    running = costs.per_month * months_running + costs.redeemed + costs.liability
    cost = costs.per_participant * n + running * part
    margin, low, high = (value * n for value in (profit.value, profit.low, profit.high))
    needed = more_needed(
        profit.value - float(ratios.divide(cost, n)), (low - cost) / max(1, n), (high - cost) / max(1, n), n
    )
    return Account(
        n,
        margin,
        low,
        high,
        cost,
        margin - cost,
        low - cost,
        high - cost,
        float(ratios.divide(margin - cost, n)),
        float(ratios.divide(cost, n)),
        needed,
        _verdict(low - cost, high - cost),
    )


def _verdict(low: float, high: float) -> Verdict:
    if not math.isfinite(low):
        return Verdict.CANNOT_TELL
    return Verdict.EARNED if low > 0 else Verdict.LOST if high < 0 else Verdict.CANNOT_TELL
