"""Whether a file begins in the middle of the business's life, so that customers of long standing look new in it.

A customer counts as new in the month of the first order in the file. Where a business was at work before the file
begins, its first months hold the customers it had already: many more "new" ones than any later month.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import pandas as pd

from ltvlib import kpis
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

__all__ = ["Beginning", "beginning", "of_months"]

TIMES = 2.0
"""Newcomers of a first month against a usual one from which the file seems to begin in mid-life."""
CHANCE = 2.0
"""Standard deviations of a count (its square root) by which a month must be beyond that, else it may be chance."""
SETTLED, YEAR = 3, 12
"""Months after which a file is taken to know who is new, and how many from then on are usual ones: a year has all its
seasons, and what comes later may be the growth or the decline of the business.
"""
ENOUGH = 7
"""Months that must be known before a usual one can be told."""


@dataclass(frozen=True)
class Beginning:
    """The first months of a file in which customers of long standing look new.

    Attributes:
        first, last: first days of the first and the last of these months.
        newcomers: customers who look new in the month that shows it, in customers.
        usual: median of the year from the fourth month on, in customers a month.
    """

    first: dt.date
    last: dt.date
    newcomers: int
    usual: float

    def reaches(self, since: dt.date | None) -> bool:
        """Whether a page that looks from the month of ``since`` on (``None`` = from the beginning) sees these months."""
        return since is None or since <= self.last


def beginning(workspace: Workspace) -> Beginning | None:
    """The months of this data set in which customers of long standing look new; ``None`` where nothing speaks for it.

    Asked of the whole file, whatever the filters: it is the file that begins, not the part of it that is looked at.
    """
    return of_months(kpis.by_month(workspace, Filters()).frame)


def of_months(months: pd.DataFrame) -> Beginning | None:
    """The same from a table of months in order: month (first day), new_customers, is_complete.

    A first month of which the file has a part only counts too: a part with so many newcomers says it all the more. An
    incomplete last month is left aside. ``None`` where fewer than 7 months are known, where neither the first
    month nor the second behind a part of one has more than twice the newcomers of a usual month beyond chance.
    """
    known = months[months["is_complete"].astype(bool) | (months.index == months.index.min())]
    new = known["new_customers"].to_numpy(dtype=float)
    if len(new) < ENOUGH:
        return None
    usual = float(known["new_customers"].iloc[SETTLED : SETTLED + YEAR].median())
    beyond = new - TIMES * usual
    looked_at = 1 if known["is_complete"].iloc[0] else 2
    shows = next((place for place in range(looked_at) if beyond[place] > CHANCE * math.sqrt(new[place])), None)
    if shows is None:
        return None
    end = shows
    while end + 1 < len(new) and beyond[end + 1] > 0:
        end += 1
    return Beginning(known["month"].iloc[0], known["month"].iloc[end], int(new[shows]), usual)
