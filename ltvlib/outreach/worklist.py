"""The morning list: whom each manager contacts today, the most profit at risk first, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ltvlib.journal import Journal
from ltvlib.journal.store import new_id, now
from ltvlib.outreach.contacts import VOID, Contacts, State
from ltvlib.outreach.words import Kind, Outcome
from ltvlib.settings import EPOCH

NOBODY = ""
"""Manager of customers that belong to nobody."""
MOST_OVERDUE = 2.0
"""Being overdue by so many longest gaps counts full; more does not count more."""


def priority(frame: pd.DataFrame) -> np.ndarray:
    """What decides who comes first: profit at risk x (1 + gaps overdue, at most 2), money.

    A gap overdue is the longest gap of the customer's rule. Where nothing is at risk the profit of the last window counts
    for a hundredth, so that good customers come before poor ones.
    """
    overdue = frame["days_overdue"].to_numpy(dtype=float) / frame["maximum_days"].to_numpy(dtype=float)
    money = frame["profit_at_risk"].to_numpy(dtype=float)
    profit = np.maximum(frame["window_margin"].to_numpy(dtype=float), 0)
    return np.asarray((money + profit / 100) * (1 + np.clip(np.nan_to_num(overdue), 0, MOST_OVERDUE)))


def candidates(found: Contacts, retry_days: int) -> pd.DataFrame:
    """Everybody who may be contacted on the day, the most urgent first; ``priority`` is added.

    Due or overdue, not opted out, not contacted on the day, no attempt within ``retry_days``, and no loss on record that
    says why the customer is gone.
    """
    frame, today = found.frame, (found.day - EPOCH).days
    tried = frame["last_attempt_day"].to_numpy(dtype=float)
    is_free = ~(tried >= today) & ~(tried > today - retry_days)
    wanted = (
        frame["state"].isin([State.DUE.value, State.OVERDUE.value])
        & is_free
        & ~frame["is_opted_out"]
        & ~frame["is_known_lost"]
    )
    chosen = frame[wanted].copy()
    chosen["priority"] = priority(chosen)
    return chosen.sort_values(["priority", "customer_id"], ascending=[False, True]).reset_index(drop=True)


def morning_list(
    found: Contacts, retry_days: int, capacity: int, done: pd.DataFrame, manager: str | None = None
) -> pd.DataFrame:
    """The most urgent customers of one manager, or of every manager (``None``), the most urgent first.

    Nobody gets more than ``capacity`` less what ``done`` (from :func:`logged`) says was made on the day already.
    """
    chosen = candidates(found, retry_days)
    owner = chosen["manager"].fillna(NOBODY)
    made = done["manager"].fillna(NOBODY).value_counts()
    room = (capacity - owner.map(made).fillna(0)).clip(lower=0)
    chosen = chosen[(owner.groupby(owner).cumcount() < room) & (True if manager is None else owner == manager)]
    return chosen.reset_index(drop=True)


def log_touch(
    journal: Journal,
    customer_id: str,
    day: dt.date,
    kind: Kind,
    outcome: Outcome,
    manager: str | None = None,
    note: str = "",
) -> str:
    """Write one contact down, with the wish not to be contacted where that is what came of it; returns its id.

    One transaction: when this returns, it is safe. The contact stands on ``day`` at the time of the clock.
    """
    touch_id, at = new_id(), dt.datetime.combine(day, now().time())
    row = {
        "touch_id": touch_id,
        "customer_id": customer_id,
        "touched_at": at,
        "kind": kind.value,
        "manager": manager or None,
        "outcome": outcome.value,
        "note": note.strip() or None,
        "origin": "list",
    }
    steps = journal.appending("touches", [row])
    if outcome is Outcome.OPT_OUT and customer_id not in set(journal.frame("opt_outs")["customer_id"]):
        steps += journal.appending("opt_outs", [{"customer_id": customer_id, "opted_out_at": at, "note": touch_id}])
    journal.write(steps)
    return touch_id


def take_back(journal: Journal, touch_id: str) -> None:
    """Undo a contact that was logged by mistake, and the wish not to be contacted that came with it."""
    params: Mapping[str, object] = {"touch_id": touch_id, "void": VOID}
    journal.write(
        [
            ("update touches set origin = $void where touch_id = $touch_id", params),
            ("delete from opt_outs where note = $touch_id", params),
        ]
    )


def logged(journal: Journal, day: dt.date, manager: str | None = None) -> pd.DataFrame:
    """Contacts written in the app for a day, the latest first; of one manager where given."""
    touches = journal.frame("touches")
    days = pd.to_datetime(touches["touched_at"]).dt.date
    chosen = touches[(days == day) & (touches["origin"] == "list")]
    if manager is not None:
        chosen = chosen[chosen["manager"].fillna(NOBODY) == manager]
    return chosen.iloc[::-1].reset_index(drop=True)
