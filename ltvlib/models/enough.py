"""How much history a forecast needs before it is more than a guess, and what to say where it is missing."""

from __future__ import annotations

from ltvlib.errors import N_
from ltvlib.models.counts import Counts
from ltvlib.models.messages import Message

MIN_CUSTOMERS = 100
"""In drawn worlds the orders of half a year came within -21 % and +41 % of the forecast for 100 customers in nine of ten cases,
within -43 % and +62 % for 50: below a hundred it is a guess."""
MIN_REPEAT_CUSTOMERS = 30
"""The rhythm is learnt from those who came back; a median of 30 people is known to about a third."""
MIN_HISTORY_DAYS = 182.0
"""Half a year: shorter histories cannot show that somebody left, only that somebody is between two orders."""
MAX_HORIZON_PER_HISTORY = 3.0
"""Farther than three histories ahead everything rests on the shape of the model, nothing on the data."""

FEW_CUSTOMERS = N_("A forecast needs at least {least} customers; there are {found}.")
FEW_REPEAT = N_("A forecast needs at least {least} customers who bought on two days or more; there are {found}.")
SHORT_HISTORY = N_("A forecast needs at least {least} days of history; there are {found}.")
LONG_HORIZON = N_(
    "The history is {found} days long. A forecast may look ahead at most three times as far: choose a shorter horizon."
)


def enough(counts: Counts, horizon_days: float | None = None) -> tuple[Message, ...]:
    """What is missing for a forecast, as sentences; empty where nothing is.

    The history is the age of the oldest customer. ``horizon_days`` is checked where given.
    """
    history = float((counts.customer_age * counts.unit_days).max(initial=0.0))
    found = (
        (counts.customers, MIN_CUSTOMERS, FEW_CUSTOMERS),
        (counts.repeat_customers, MIN_REPEAT_CUSTOMERS, FEW_REPEAT),
        (history, MIN_HISTORY_DAYS, SHORT_HISTORY),
    )
    missing = [Message(text, {"least": round(least), "found": round(n)}) for n, least, text in found if n < least]
    if horizon_days is not None and horizon_days > MAX_HORIZON_PER_HISTORY * history:
        missing.append(Message(LONG_HORIZON, {"found": round(history)}))
    return tuple(missing)
