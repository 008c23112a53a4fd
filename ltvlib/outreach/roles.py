"""Hunters and farmers: who does what, whose customers they are, hand-overs, and results compared fairly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.journal import Journal
from ltvlib.journal.store import now
from ltvlib.outreach.contacts import State
from ltvlib.outreach.regulation import Regulation, Role
from ltvlib.settings import EPOCH, Filters
from ltvlib.workspace import Workspace

LEFT_DAYS = 90
"""A manager who has sold nothing for so long is taken for gone."""
HUNTER_SHARE = 0.8
"""Who won at least so many of the customers they sell to, hunts."""
FARMER_SHARE = 0.1
"""Who won at most so many of the customers they sell to, looks after customers of others."""
ROLES = "roles"
"""Where the journal keeps the roles."""


def managers(workspace: Workspace, as_of: dt.date, filters: Filters | None = None) -> pd.DataFrame:
    """One row a manager found in orders or touches: orders, sold_customers, won_customers, touches, last_sale_day,
    last_touch_day, role (a guess, see :func:`guess_role`)."""
    frame = workspace.ask("manager_facts", filters=filters).frame
    silent = (as_of - EPOCH).days - frame["last_sale_day"].astype(float)
    won = ratios.divide(frame["won_customers"], frame["sold_customers"])
    frame["role"] = guess_roles(np.asarray(won), silent.to_numpy())
    return frame


def guess_roles(won_share: np.ndarray, days_since_sale: np.ndarray) -> list[str]:
    """What managers seem to be, from customers won / customers sold to, and days since the last sale (nan: never sold).

    ``left`` after 90 days without a sale; ``farmer`` who won at most a tenth of the customers they sell to; where there are
    farmers, ``hunter`` who won four fifths or more; else ``both``: where nobody lives on customers of others, nobody hands over.
    """
    farms = (won_share <= FARMER_SHARE) & (days_since_sale <= LEFT_DAYS)
    hunts = (won_share >= HUNTER_SHARE) & bool(farms.any())
    roles = np.where(farms, Role.FARMER.value, np.where(hunts, Role.HUNTER.value, Role.BOTH.value))
    return [str(role) for role in np.where(days_since_sale > LEFT_DAYS, Role.LEFT.value, roles)]


def roles_of(journal: Journal, guessed: pd.DataFrame) -> dict[str, str]:
    """Role by manager: as written in the journal, else as guessed."""
    written: Mapping[str, str] = journal.setting(ROLES, {})
    known = {role.value for role in Role}
    return {
        **dict(zip(guessed["manager"], guessed["role"], strict=True)),
        **{name: role for name, role in written.items() if role in known},
    }


def orphans(frame: pd.DataFrame, roles: Mapping[str, str]) -> pd.DataFrame:
    """Customers that belong to nobody or to somebody who has left, best profit of the last window first."""
    gone = {name for name, role in roles.items() if role == Role.LEFT.value}
    chosen = frame[frame["manager"].isna() | frame["manager"].isin(gone)]
    return chosen.sort_values(["window_margin", "margin"], ascending=False).reset_index(drop=True)


def hand_overs(frame: pd.DataFrame, roles: Mapping[str, str], regulation: Regulation, day: dt.date) -> pd.DataFrame:
    """Customers still with a hunter after the order at which a farmer takes over, the longest waiting first.

    Adds ``days_waiting`` (since that order) and ``is_overdue`` (longer than the regulation allows).
    """
    hunters = {name for name, role in roles.items() if role == Role.HUNTER.value}
    chosen = frame[frame["manager"].isin(hunters) & frame["handover_day"].notna()].copy()
    chosen["days_waiting"] = (day - EPOCH).days - chosen["handover_day"].astype(float)
    chosen["is_overdue"] = chosen["days_waiting"] > regulation.handover_days
    return chosen.sort_values("days_waiting", ascending=False).reset_index(drop=True)


def shared_out(customers: Sequence[str], load: Mapping[str, int]) -> dict[str, str]:
    """Who takes which customer: each goes to whoever has the fewest at that moment; empty where nobody can take them.

    ``load`` is the number of customers each possible owner has now. Best customers first, so all get some of the good ones.
    """
    counts = dict(load)
    taken: dict[str, str] = {}
    for customer in customers:
        if not counts:
            break
        owner = min(counts, key=lambda name: (counts[name], name))
        taken[customer], counts[owner] = owner, counts[owner] + 1
    return taken


def load_of(frame: pd.DataFrame, roles: Mapping[str, str], role: Role = Role.FARMER) -> dict[str, int]:
    """Customers not lost by owner, of everybody who does what ``role`` does (those who do both count)."""
    wanted = {role.value, Role.BOTH.value}
    counts = frame.loc[frame["stage"] != "lost", "manager"].value_counts()
    farmers = [name for name, found in roles.items() if found == role.value] or [
        name for name, found in roles.items() if found in wanted
    ]
    return {name: int(counts.get(name, 0)) for name in sorted(farmers)}


def assign(journal: Journal, owners: Mapping[str, str], reason: str, day: dt.date) -> None:
    """Write who owns which customer from ``day`` on; one transaction for all of them."""
    at = dt.datetime.combine(day, now().time())
    rows = [{"customer_id": c, "manager": m, "since": at, "reason": reason} for c, m in owners.items()]
    journal.append("owners", rows)


def take_back(journal: Journal) -> int:
    """Undo the last hand-over, all customers of it; returns how many there were."""
    owners = journal.frame("owners")
    if owners.empty:
        return 0
    last = owners["since"].iloc[-1]
    journal.write([("delete from owners where since = $since", {"since": last.to_pydatetime()})])
    return int((owners["since"] == last).sum())


def results(frame: pd.DataFrame, roles: Mapping[str, str]) -> pd.DataFrame:
    """One row an owner, also for customers of nobody (``""``): what became of their customers.

    Money belongs to whoever had the customers in the data: a hand-over of today takes nobody's past away. Customers,
    coverage and overdue are those of the owner of today.

    Columns: manager, role, customers, window_margin (profit of the last window), kept_share (:func:`kept_share`),
    expected_share (what customers of the same segments kept on average), kept_index (kept / expected: 1 = as good as
    the mix of segments lets expect), coverage, overdue.
    """
    base = frame.assign(manager=frame["manager"].fillna(""), past=frame["past_manager"].fillna(""))
    base["before"] = base["before_margin"].clip(lower=0)
    bought = base[base["before"] > 0]
    rates = bought.groupby("before_segment")[["window_margin", "before"]].sum()
    share = pd.Series(ratios.divide(rates["window_margin"], rates["before"]), index=rates.index)
    base["expected"] = base["before"] * base["before_segment"].map(share).fillna(0.0)
    base["kept"] = np.where(base["before"] > 0, base["window_margin"], 0.0)
    base["is_ruled"] = base["state"] != State.NO_RULE.value
    base["is_overdue"] = base["state"] == State.OVERDUE.value
    past = base.groupby("past")[["window_margin", "before", "kept", "expected"]].sum().rename_axis("manager")
    now_theirs = base.groupby("manager").agg(
        customers=("customer_id", "size"), ruled=("is_ruled", "sum"), overdue=("is_overdue", "sum")
    )
    facts = past.join(now_theirs, how="outer").fillna(0).astype({"customers": int, "overdue": int})
    facts["kept_share"] = kept_share(facts["kept"], facts["before"])
    facts["expected_share"] = kept_share(facts["expected"], facts["before"])
    facts["kept_index"] = ratios.divide(facts["kept"], facts["expected"])
    facts["coverage"] = ratios.divide(facts["ruled"] - facts["overdue"], facts["ruled"])
    facts = facts.drop(columns=["before", "kept", "expected", "ruled"]).reset_index()
    facts.insert(1, "role", [roles.get(name, "") for name in facts["manager"]])
    return facts.sort_values("window_margin", ascending=False).reset_index(drop=True)


def kept_share(kept: pd.Series, before: pd.Series) -> np.ndarray:
    """Profit of this window from customers who brought profit in the window before / their profit then.

    Above 1 where they grew. nan where nobody brought any. Refunds count.
    """
    return np.asarray(ratios.divide(kept, before))
