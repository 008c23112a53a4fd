"""What a document without a cost is taken to earn, so that an empty cell is never a hundred percent of profit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ltvlib import ratios
from ltvlib.engine import Database, sql_text

if TYPE_CHECKING:
    from ltvlib.workspace import DataSet


def with_assumed_rate(database: Database, info: DataSet) -> DataSet:
    """The passport with ``margin_rate`` for documents whose margin the file does not give.

    The rate is the gross margin / revenue of the orders that have both. Where no order has one, or their revenue
    is 0, the margin is not known at all and the source becomes ``none``. A file with a rate or without margins,
    or one that gives every margin, is left as it is.
    """
    if info.margin_source not in ("cost", "margin"):
        return info
    params = {"as_of": dt.datetime.combine(info.as_of, dt.time())}
    unknown, margin, revenue = database.rows(sql_text("metrics/known_margins"), params)[0]
    if not unknown:
        return info
    rate = float(ratios.margin_rate(margin, revenue))
    if np.isnan(rate):
        return replace(info, margin_source="none", margin_rate=1.0)
    return replace(info, margin_rate=round(rate, 6), unknown_margins=unknown)
