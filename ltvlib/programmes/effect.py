"""The effect of taking part: participants against like customers who could have joined at the time and did not.

Every participant is looked at on the day of joining; the others on the same days, in the state they were in then. Who is in
the same state (:func:`keys`) is compared; what the state does not hold, above all the wish to join, stays in the
difference, and the result says how strong it would have to be to explain everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.engine import Answer
from ltvlib.like_with_like import Difference, alike, compare
from ltvlib.settings import EPOCH, Filters
from ltvlib.workspace import Workspace

MOST_STATES = 3_000_000
"""Index days x customers up to which all others are looked at; above it every n-th customer."""
USUAL = 0.95
"""Part of the participants whose silence before joining sets how long others may have been silent."""
HISTORY = 0.5
"""Part of the participants that must have ordered before, so that they can be made alike at all."""
UNLIKE = 0.25
"""A standardised difference above which matched groups are not alike (Rubin 2001)."""
ALARM = 0.01
"""Chance below which a difference before joining speaks against the comparison; two such checks are made."""


@dataclass(frozen=True, eq=False)
class Effect:
    """What taking part in a programme did.

    Attributes:
        participants: customers who took part, also those whose days after are not all known yet.
        days: length of the time after joining.
        is_experiment: whether lots decided who took part; then nothing but chance is between the groups.
        returned, orders, profit: participants against like others: share who ordered again, orders, margin in ``days``.
        naive: the same for profit without making anybody alike; what a hasty table would say.
        change: profit after less profit in as many days before, against the change of like others.
        placebo: the profit of ``days`` that ended ``days`` before joining, as if they had joined then: nothing should be seen.
        pre_trend: how profit moved from that time to the ``days`` before joining: nothing should be seen.
        history: share of the participants with an order before the day of joining; without one nobody can be made alike.
        balance: one row a trait: name, before, after (standardised differences without and with matching).
        answer: the query behind.
        silent: share of the participants chosen when they seemed to be leaving; 0 where that is not asked.
    """

    participants: int
    days: int
    is_experiment: bool
    returned: Difference
    orders: Difference
    profit: Difference
    naive: Difference
    change: Difference
    placebo: Difference
    pre_trend: Difference
    history: float
    balance: pd.DataFrame
    answer: Answer
    silent: float = 0.0

    @property
    def hidden_trait(self) -> float:
        """E-value: how many times likelier a hidden trait would have to make both joining and coming back, to explain the
        whole difference in returns. 1 = nothing needed; nan where undefined. Source: VanderWeele & Ding (2017)."""
        return e_value(self.returned.exposed, self.returned.others)

    @property
    def doubt(self) -> Doubt | None:
        """Why the difference cannot be taken for the effect; ``None`` where nothing speaks against it."""
        if self.is_experiment:
            return None
        if self.silent >= HISTORY:
            return Doubt.SILENT
        if self.history < HISTORY:
            return Doubt.NO_HISTORY
        if (self.balance["after"].abs() > UNLIKE).any():
            return Doubt.UNLIKE
        return Doubt.BEFORE if any(x.p_value < ALARM for x in (self.placebo, self.pre_trend)) else None


class Doubt(StrEnum):
    """Why a difference between participants and others may not be an effect."""

    SILENT = "silent"
    NO_HISTORY = "no history"
    UNLIKE = "unlike"
    BEFORE = "before"


def e_value(exposed: float, others: float) -> float:
    """E-value of a ratio of two shares: RR + sqrt(RR (RR - 1)) with RR at or above 1; nan for shares of 0 or unknown."""
    if not (exposed > 0 and others > 0):
        return float("nan")
    ratio = max(exposed / others, others / exposed)
    return ratio + math.sqrt(ratio * (ratio - 1))


def effect(
    workspace: Workspace,
    customers: Sequence[str],
    joined: Sequence[int],
    days: int = 90,
    is_experiment: bool = False,
    filters: Filters | None = None,
    like: Likeness | None = None,
) -> Effect | None:
    """The effect of joining on ``joined`` (days since 1970, the first counts) for ``customers``.

    ``is_experiment``: lots decided; then others of the same days count alike if they had just ordered, or just begun, as the
    participants had. ``like`` says otherwise who is alike. ``None`` where nobody's days after are known or nobody else was
    there.
    """
    filters, like = filters or Filters(), like or (DRAWN if is_experiment else JOINED)
    answer = _states(workspace, customers, joined, days, filters, like)
    frame = like.prepared(answer.frame)
    if frame.empty or not 0 < frame["is_in"].sum() < len(frame):
        return None
    frame = frame.assign(
        came=(frame["orders_after"] > 0).astype(float),
        change=frame["margin_after"] - frame["margin_before"],
        moved=frame["margin_before"] - frame["margin_earlier"],
    )
    strata = alike(like.keys(frame), frame["is_in"], like.always(frame))[0]
    diluted = compare(frame["joined_days"] / days, frame["is_in"], strata, frame["customer_key"]).others

    def compared(column: str) -> Difference:
        return compare(frame[column], frame["is_in"], strata, frame["customer_key"])

    def after(column: str) -> Difference:
        return undiluted(compared(column), diluted)

    return Effect(
        participants=len(set(customers)),
        days=days,
        is_experiment=is_experiment,
        returned=after("came"),
        orders=after("orders_after"),
        profit=after("margin_after"),
        naive=compare(frame["margin_after"], frame["is_in"], np.zeros(len(frame)), frame["customer_key"]),
        change=after("change"),
        placebo=compared("margin_earlier"),
        pre_trend=compared("moved"),
        history=float((frame.loc[frame["is_in"] == 1, "occasions"] > 1).mean()),
        balance=balance(frame, strata),
        answer=answer,
        silent=float(like.is_leaving(frame)[frame["is_in"] == 1].mean()),
    )


def undiluted(found: Difference, share: float) -> Difference:
    """The difference from others of whom nobody took part: those who joined later did for ``share`` of the time.

    value / (1 - share), and its interval alike, as if every day in the programme did the same. Nothing stays nothing.
    Source: Bloom (1984), Accounting for no-shows in experimental evaluation designs.
    """
    if not 0 < share < 1:
        return found
    grown = {name: getattr(found, name) / (1 - share) for name in ("value", "low", "high")}
    return replace(found, **grown, others=found.exposed - grown["value"])


def _states(
    workspace: Workspace,
    customers: Sequence[str],
    joined: Sequence[int],
    days: int,
    filters: Filters,
    like: Likeness,
) -> Answer:
    """States of participants, and of others who had been silent for no longer than nearly all participants."""
    params = {
        "customers": list(customers),
        "joined": [int(day) for day in joined],
        "days": days,
        "recent": -1,
        "every": 1,
        "known_day": (workspace.as_of(filters) - EPOCH).days,
    }
    own = workspace.ask(like.states, params, filters=filters).frame
    if own.empty:
        return workspace.ask(like.states, params, filters=filters)
    params["recent"] = max(int(np.quantile(own["silent_days"], USUAL)), like.least_silence)
    width = len(set(joined)) * max(1, workspace.facts().customers)
    params["every"] = max(1, math.ceil(width / MOST_STATES)) if params["recent"] else 1
    return workspace.ask(like.states, params, filters=filters)


def keys(frame: pd.DataFrame) -> list[pd.Series]:
    """What makes customers alike on a day, the most important first: number of orders, silence, profit of the year before,
    quarter, age as a customer, channel. Money is cut where the participants' quintiles lie."""
    taken = frame.loc[frame["is_in"] == 1, "past_margin"]
    cuts = np.unique(np.quantile(taken, [0.2, 0.4, 0.6, 0.8])) if len(taken) else np.zeros(0)
    quarter = ((frame["day"] - 1) // 91).astype(int)
    return [
        pd.cut(frame["occasions"], [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, np.inf]).astype(str),
        pd.cut(frame["silent_days"], [-1, 0, 7, 30, 60, 120, np.inf]).astype(str),
        pd.Series(np.searchsorted(cuts, frame["past_margin"]), index=frame.index).astype(str),
        quarter.astype(str),
        pd.cut(frame["age_days"], [-1, 30, 180, 365, np.inf]).astype(str),
        frame["channel"].fillna(""),
    ]


@dataclass(frozen=True)
class Likeness:
    """Who counts as alike, and what states are looked at; as it comes, for people who chose to join.

    Attributes:
        states: metric with the columns of ``programme_states``.
        prepared: the states as they are compared: some may be left out, columns added.
        keys: what makes customers alike, the most important first.
        always: keys never given up.
        is_leaving: which states look as if the customer were leaving (1); nothing does where that is not asked.
        least_silence: days for which others may have been silent at least, so that some are found.
    """

    states: str = "programme_states"
    prepared: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame
    keys: Callable[[pd.DataFrame], list[pd.Series]] = keys
    always: Callable[[pd.DataFrame], list[pd.Series]] = lambda frame: [_just(frame)]
    is_leaving: Callable[[pd.DataFrame], pd.Series] = lambda frame: pd.Series(0, index=frame.index)
    least_silence: int = 0


def _just(frame: pd.DataFrame) -> pd.Series:
    """Who ordered on the day itself."""
    return (frame["silent_days"] == 0).astype(int)


JOINED = Likeness()
DRAWN = Likeness(keys=lambda frame: [], always=lambda frame: [_just(frame), (frame["occasions"] == 1).astype(int)])
"""Where lots decided, nothing else has to be alike."""

TRAITS = ("occasions", "silent_days", "past_margin", "age_days")


def balance(frame: pd.DataFrame, strata: np.ndarray) -> pd.DataFrame:
    """How unlike participants and others were, and are among the matched: trait, before, after.

    Standardised difference: difference of the means / root of the mean of both variances before matching. Up to .1 counts
    as alike. Source: Austin (2009), Statistics in Medicine 28.
    """
    hit = frame["is_in"] == 1
    rows = []
    for trait in TRAITS:
        values = frame[trait].astype(float)
        spread = math.sqrt((values[hit].var() + values[~hit].var()) / 2)
        raw = values[hit].mean() - values[~hit].mean()
        matched = compare(values, frame["is_in"], strata, frame["customer_key"]).value
        before, after = (float(ratios.divide(x, spread)) for x in (raw, matched))
        rows.append({"trait": trait, "before": before, "after": after})
    return pd.DataFrame(rows)
