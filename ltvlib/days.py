"""Day numbers and dates: whole days since 1970-01-01, as the marts have them, and what people and journals write."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ltvlib.settings import EPOCH

_START = pd.Timestamp(EPOCH)


def day_numbers(moments: pd.Series) -> pd.Series:
    """Days since 1970-01-01 of dates or times; the time of day is dropped. nan where there is no date."""
    return (pd.to_datetime(moments) - _START).dt.days


def dates_of(days: np.ndarray) -> pd.Series:
    """Dates of day numbers since 1970-01-01; fractions are rounded."""
    return pd.Series(_START + pd.to_timedelta(np.round(np.asarray(days, dtype=float)), unit="D"))
