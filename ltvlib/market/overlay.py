"""New customers, the return of their cohorts and losses by month, to lay a rival's moves over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.engine import Answer
from ltvlib.settings import EPOCH, Filters, month_number, month_start
from ltvlib.workspace import Workspace

RETURN_DAYS = 90


@dataclass(frozen=True, eq=False)
class Months:
    """Complete months of the data.

    Attributes:
        frame: month (first day), new_customers, return_rate (of the month's new customers whose days after are all known,
            those who ordered again within ``days``; nan until the whole month is known), losses (on record).
        days: length of the return.
        answer: the query behind.
    """

    frame: pd.DataFrame
    days: int
    answer: Answer


def months(
    workspace: Workspace, losses: pd.DataFrame, filters: Filters | None = None, days: int = RETURN_DAYS
) -> Months:
    """Months from the first order to the last complete month; a month without anything counts 0."""
    filters = filters or Filters()
    end = workspace.as_of(filters)
    answer = workspace.ask("market_cohorts", {"days": days, "end_day": (end - EPOCH).days}, filters=filters)
    facts = answer.frame.set_index("month")
    last = month_number(end)
    first = int(facts.index.min()) if len(facts) else last
    facts = facts.reindex(range(max(first, filters.since or first), last), fill_value=0)
    rate = ratios.divide(facts["returned"], facts["new_customers"])
    lost = losses["lost_at"].map(month_number).value_counts() if len(losses) else pd.Series(dtype=int)
    frame = pd.DataFrame(
        {
            "month": [month_start(int(month)) for month in facts.index],
            "new_customers": facts["new_customers"].to_numpy(dtype=int),
            "return_rate": np.where(facts["known"] == facts["new_customers"], rate, np.nan),
            "losses": lost.reindex(facts.index, fill_value=0).to_numpy(dtype=int),
        }
    )
    return Months(frame, days, answer)
