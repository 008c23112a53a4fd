"""Marketing spend: what was paid to win customers, by month and channel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from ltvlib.engine import sql_text
from ltvlib.settings import month_number, month_start
from ltvlib.workspace import Workspace

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years in which money can have been spent; anything else is a slip of the pen."""


def spelling(channel: str) -> str:
    """A channel for comparison: case and spaces do not matter."""
    return " ".join(channel.split()).casefold()


def is_month(month: int) -> bool:
    """Whether a month number lies in a year in which money can have been spent."""
    return FIRST_YEAR <= month // 12 <= LAST_YEAR


class CostPart(StrEnum):
    """What the cost of winning customers is made of; a CAC without one of these is too low."""

    ADVERTISING = "advertising"
    AGENCY = "agency"
    SALARIES = "salaries"
    TOOLS = "tools"
    CONTENT = "content"
    PARTNERS = "partners"
    FIRST_DISCOUNTS = "first_discounts"


@dataclass(frozen=True)
class SpendLine:
    """Money spent on one channel in one month (year * 12 + month - 1)."""

    month: int
    channel: str
    amount: float


@dataclass(frozen=True)
class Spend:
    """All spend known, one line a month and channel.

    Attributes:
        lines: sums by month and channel, in that order; channels as people write them, trimmed.
    """

    lines: tuple[SpendLine, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str, float]]) -> Spend:
        """Spend from (month number, channel, amount) in any order; several of one month and channel are added up."""
        sums: dict[tuple[int, str], float] = {}
        for month, channel, amount in rows:
            key = int(month), " ".join(channel.split())
            sums[key] = sums.get(key, 0.0) + float(amount)
        return cls(tuple(SpendLine(month, channel, amount) for (month, channel), amount in sorted(sums.items())))

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels with spend, in alphabetical order."""
        return tuple(sorted({line.channel for line in self.lines}))

    @property
    def total(self) -> float:
        """All money spent."""
        return float(sum(line.amount for line in self.lines))

    def between(self, first: int, end: int) -> Spend:
        """Spend of the months ``first`` <= month < ``end``."""
        return Spend(tuple(line for line in self.lines if first <= line.month < end))

    def matched(self, channels: Iterable[str]) -> Spend:
        """The same spend with channels spelled as in ``channels`` where they differ only by case or spaces.

        Of several spellings in ``channels`` the same one counts, else the first (put the most common first).
        """
        names = list(channels)
        known: dict[str, str] = {}
        for name in names:
            known.setdefault(spelling(name), name)
        exact = set(names)
        return Spend.of(
            (x.month, x.channel if x.channel in exact else known.get(spelling(x.channel), x.channel), x.amount)
            for x in self.lines
        )

    def by_channel(self) -> dict[str, float]:
        """Money by channel."""
        sums: dict[str, float] = {}
        for line in self.lines:
            sums[line.channel] = sums.get(line.channel, 0.0) + line.amount
        return sums

    def by_month(self) -> dict[int, float]:
        """Money by month number."""
        sums: dict[int, float] = {}
        for line in self.lines:
            sums[line.month] = sums.get(line.month, 0.0) + line.amount
        return sums

    def frame(self) -> pd.DataFrame:
        """The lines as a table: month (first day), channel, amount."""
        return pd.DataFrame(
            {
                "month": [month_start(line.month) for line in self.lines],
                "channel": [line.channel for line in self.lines],
                "amount": np.array([line.amount for line in self.lines], dtype=float),
            }
        )


def of_workspace(workspace: Workspace) -> Spend:
    """The spend that came with the data set; empty where it has none. Months from ``as_of`` on are left out."""
    if "marketing_spend" not in workspace.present:
        return Spend()
    rows = workspace.database.query(sql_text("metrics/spend"), {"as_of": workspace.info.as_of}).frame
    days = pd.to_datetime(rows["month"])
    return Spend.of(zip(map(month_number, days), rows["channel"], rows["amount"], strict=True))


def of_frame(frame: pd.DataFrame) -> Spend:
    """Spend typed into a table with the columns month (a date), channel and amount.

    Lines with a gap or an impossible year are left out.
    """
    full = frame.dropna(subset=["month", "amount"])
    months = [month_number(_day(value)) for value in full["month"]]
    rows = zip(months, full["channel"].fillna("").astype(str), full["amount"].astype(float), strict=True)
    return Spend.of(row for row in rows if is_month(row[0]))


def _day(value: object) -> dt.date:
    return value if isinstance(value, dt.date) else pd.Timestamp(str(value)).date()
