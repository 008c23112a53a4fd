"""Runs of triggers: the control group kept aside, and what the messages brought against it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
import pandas as pd

from ltvlib.days import day_numbers
from ltvlib.journal import Journal
from ltvlib.journal.store import new_id, now
from ltvlib.outreach.triggers import Rule, texts
from ltvlib.settings import EPOCH
from ltvlib.workspace import Workspace

CONTROL_SHARE = 0.1
HORIZON_DAYS = 30
"""Days after a message that belong to it; for as long nobody of a run is in another one."""
LEAST = 10
"""Customers a side below which no interval is told."""
HOPELESS = 20_000
"""Customers beyond which waiting for an answer is no advice."""
_Z = NormalDist().inv_cdf(0.975)


def control_group(people: pd.DataFrame, share: float, seed: int) -> np.ndarray:
    """A mask of those kept aside: every 1/share-th of the customers ordered by stratum and chance, from a random start.

    Strata are segment x stage, so both sides have the same mix to within one customer a stratum; the number kept aside
    differs from ``share`` x customers by less than one. The same seed gives the same group.
    """
    chance = np.random.default_rng(seed)
    order = np.lexsort((chance.random(len(people)), people["stage"].astype(str), people["segment"].astype(str)))
    places = np.floor(np.arange(1, len(people) + 1) * share + chance.random())
    picked = np.diff(places, prepend=0.0) > 0
    mask = np.zeros(len(people), dtype=bool)
    mask[order] = picked
    return mask


def start(
    journal: Journal, rule: Rule, people: pd.DataFrame, day: dt.date, as_of: dt.date, share: float = CONTROL_SHARE
) -> str:
    """Write a run down: who gets the message, who is kept aside, and the messages as touches; returns its id.

    One transaction: a run is remembered whole or not at all.
    """
    run_id, at = new_id(), dt.datetime.combine(day, now().time())
    aside = control_group(people, share, int(run_id[:12], 16))
    messages = texts(rule, people)
    rows = [
        {
            "run_id": run_id,
            "customer_id": customer,
            "is_control": bool(kept),
            "stratum": f"{segment}/{stage}",
            "message": None if kept else text,
            "offer_cost": rule.offer_cost,
        }
        for customer, segment, stage, kept, text in zip(
            people["customer_id"], people["segment"], people["stage"], aside, messages, strict=True
        )
    ]
    touches = [
        {
            "touch_id": new_id(),
            "customer_id": row["customer_id"],
            "touched_at": at,
            "kind": rule.kind.value,
            "origin": f"trigger {run_id}",
        }
        for row in rows
        if not row["is_control"]
    ]
    content = {"run_id": run_id, "rule": rule.event.value, "ran_at": at, "as_of": as_of, "content": rule.message}
    journal.write(
        [
            *journal.appending("trigger_runs", [content]),
            *journal.appending("trigger_targets", rows),
            *journal.appending("touches", touches),
        ]
    )
    return run_id


def busy(journal: Journal, day: dt.date, days: int = HORIZON_DAYS) -> set[str]:
    """Customers of runs not older than ``days``, messaged or kept aside: they belong to no other run yet."""
    runs = journal.frame("trigger_runs")
    recent = set(runs.loc[pd.to_datetime(runs["ran_at"]) > pd.Timestamp(day) - pd.Timedelta(days=days), "run_id"])
    targets = journal.frame("trigger_targets")
    return set(targets.loc[targets["run_id"].isin(recent), "customer_id"])


def sheet(journal: Journal, run_id: str, people: pd.DataFrame) -> pd.DataFrame:
    """The messages of a run for sending: customer_id, name, phone, email, message; nobody of the control group."""
    targets = journal.frame("trigger_targets")
    chosen = targets[(targets["run_id"] == run_id) & ~targets["is_control"].astype(bool)]
    known = people[["customer_id", "name", "phone", "email", "manager", "segment"]]
    return chosen[["customer_id", "message"]].merge(known, on="customer_id", how="left")


class Verdict(StrEnum):
    """What may be said of a trigger."""

    WORKED = "worked"
    LOST = "lost"
    NOT_SHOWN = "not shown"
    TOO_EARLY = "too early"


@dataclass(frozen=True)
class Effect:
    """What the messages of one rule brought, against the customers kept aside.

    Attributes:
        rule: event of the rule.
        runs, treated, control: runs and customers behind it.
        orders, orders_low, orders_high: orders a messaged customer more than one kept aside, with 95 % interval.
        profit, profit_low, profit_high: margin less the cost of offers, money a messaged customer, likewise.
        complete: share of the customers whose days after the message are all in the data, 0..1.
        needed: customers more until an effect of this size would be told from chance; nan where one is told already.
        verdict: in one word.
    """

    rule: str
    runs: int
    treated: int
    control: int
    orders: float
    orders_low: float
    orders_high: float
    profit: float
    profit_low: float
    profit_high: float
    complete: float
    needed: float
    verdict: Verdict

    @property
    def total(self) -> tuple[float, float, float]:
        """Profit of all messages together with its interval, money."""
        return self.profit * self.treated, self.profit_low * self.treated, self.profit_high * self.treated


def effects(workspace: Workspace, journal: Journal, days: int = HORIZON_DAYS) -> list[Effect]:
    """The effect of every rule that was run, all its runs together, as far as the data reach.

    Runs after the end of the data have nothing to tell yet and are counted in ``treated`` and ``control`` only.
    """
    runs, targets = journal.frame("trigger_runs"), journal.frame("trigger_targets")
    if runs.empty or targets.empty:
        return []
    joined = targets.merge(runs[["run_id", "rule", "ran_at"]], on="run_id")
    joined["from_day"] = day_numbers(joined["ran_at"])
    end = (workspace.info.as_of - EPOCH).days
    params = {
        "customers": joined["customer_id"].tolist(),
        "from_days": [int(day) for day in joined["from_day"]],
        "places": list(range(len(joined))),
        "days": days,
        "known_day": end,
    }
    bought = workspace.ask("target_orders", params).frame
    joined["orders"], joined["margin"] = bought["orders"].astype(float), bought["margin"].astype(float)
    joined["seen"] = ((end - joined["from_day"]) / days).clip(0, 1)
    return [_effect(str(rule), rows) for rule, rows in joined.groupby("rule", sort=True)]


def _effect(rule: str, rows: pd.DataFrame) -> Effect:
    spent = rows["offer_cost"].astype(float).fillna(0.0) * (rows["orders"] > 0) * ~rows["is_control"].astype(bool)
    rows = rows.assign(profit=rows["margin"] - spent, cell=rows["run_id"] + rows["stratum"])
    begun = rows[rows["seen"] > 0]
    orders, profit = (difference(begun[name], begun["is_control"], begun["cell"]) for name in ("orders", "profit"))
    treated, control = int((~rows["is_control"].astype(bool)).sum()), int(rows["is_control"].sum())
    needed = more_needed(*profit, treated + control)
    complete = float((rows["seen"] >= 1).mean())
    return Effect(
        rule,
        rows["run_id"].nunique(),
        treated,
        control,
        *orders,
        *profit,
        complete,
        needed,
        _verdict(profit, needed, complete),
    )


def difference(values: pd.Series, is_control: pd.Series, strata: pd.Series) -> tuple[float, float, float]:
    """Mean of the messaged less mean of the others with its 95 % interval, compared within strata and weighted by their size.

    Strata with customers of one side only are pooled into one. Variances are those of each side after its stratum means are
    taken off (Neyman's estimate for a stratified experiment). nan where a side is empty; the interval is nan below ten a side.
    Source: Imbens & Rubin (2015), Causal Inference, ch. 9.
    """
    y, kept = values.to_numpy(dtype=float), is_control.to_numpy(dtype=bool)
    place = _two_sided(strata, kept)
    y, kept, place = y[place >= 0], kept[place >= 0], place[place >= 0]
    if not y.size:
        return float("nan"), float("nan"), float("nan")
    weight = np.bincount(place) / len(y)
    sides = [_side(y[side], place[side], weight) for side in (~kept, kept)]
    effect = sides[0][0] - sides[1][0]
    if min(kept.sum(), (~kept).sum()) < LEAST:
        return effect, float("nan"), float("nan")
    half = _Z * float(np.sqrt(sides[0][1] + sides[1][1]))
    return effect, effect - half, effect + half


def _two_sided(strata: pd.Series, kept: np.ndarray) -> np.ndarray:
    """Number of the stratum of everybody; strata of one side only become one, which is -1 where that is one-sided too."""
    _, place = np.unique(strata.to_numpy(dtype=str), return_inverse=True)
    both = (np.bincount(place, kept) > 0) & (np.bincount(place, ~kept) > 0)
    rest = ~both[place]
    place = np.where(rest, len(both), place)
    if kept[rest].all() or not kept[rest].any():
        place = np.where(rest, -1, place)
    _, found = np.unique(place, return_inverse=True)
    return np.where(place < 0, -1, found - bool((place < 0).any()))


def _side(y: np.ndarray, place: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Weighted mean of one side and its variance: one spread for all strata (most have too few for their own)."""
    size = np.bincount(place, minlength=len(weight))
    means = np.bincount(place, y, minlength=len(weight)) / size
    spread = float(((y - means[place]) ** 2).sum()) / max(1, len(y) - len(weight))
    return float((means * weight).sum()), spread * float((weight**2 / size).sum())


def more_needed(effect: float, low: float, high: float, customers: int) -> float:
    """Customers more until an effect of this size would be told from chance, 0 where it is; nan without an interval.

    The half-width of an interval shrinks with the root of the number: customers x ((half / effect)^2 - 1).
    """
    half = (high - low) / 2
    if not np.isfinite(half) or effect == 0:
        return float("nan") if not np.isfinite(half) else float("inf")
    return max(0.0, customers * ((half / abs(effect)) ** 2 - 1))


def _verdict(profit: tuple[float, float, float], needed: float, complete: float) -> Verdict:
    _, low, high = profit
    if np.isfinite(low) and complete >= 1:
        if low > 0:
            return Verdict.WORKED
        if high < 0:
            return Verdict.LOST
        if needed > HOPELESS:
            return Verdict.NOT_SHOWN
    return Verdict.TOO_EARLY
