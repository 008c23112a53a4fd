"""What contacts did: customers contacted against like customers who were not contacted at that time.

The estimator is that of programmes (:mod:`ltvlib.programmes.effect`); only who counts as alike differs, because a contact
is our choice and not the customer's: we call whoever has fallen silent, whose day comes round every year, or whose manager
has left. All attempts count, also those nobody answered: who answers is another kind of customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ltvlib import rhythm
from ltvlib.days import day_numbers
from ltvlib.journal import Journal
from ltvlib.like_with_like import LEAST, shown
from ltvlib.outreach.contacts import VOID, loss_days
from ltvlib.outreach.regulation import Role
from ltvlib.outreach.words import kind_of
from ltvlib.programmes.effect import Effect, Likeness, effect
from ltvlib.settings import Filters
from ltvlib.workspace import Workspace

HAND_OVER = "hand-over"
"""A farmer sells for the first time to a customer of somebody else."""
FORTNIGHT = 14
"""Days of silence up to which it does not matter how many they are."""
MOST = 300_000
"""Hand-overs looked at, the latest first."""
PARTS = (0.02, 0.33, 0.67, 0.98)


@dataclass(frozen=True, eq=False)
class ContactEffect:
    """What one kind of contact did.

    Attributes:
        what: a :class:`~ltvlib.outreach.words.Kind`, or ``hand-over``.
        contacted: customers contacted so; the first contact of each counts.
        farewells: customers left out, because the reason of their loss was on record by then: nobody expected an order.
        effect: the comparison; ``None`` where nobody can be compared.
        is_shown: whether returns, orders or profit differ by more than chance, all kinds looked at together.
    """

    what: str
    contacted: int
    farewells: int
    effect: Effect | None
    is_shown: bool = False


def contact_effects(
    workspace: Workspace,
    journal: Journal,
    roles: Mapping[str, str],
    days: int = 90,
    filters: Filters | None = None,
) -> tuple[ContactEffect, ...]:
    """Every kind of contact with at least twenty customers, and hand-overs to farmers, the most customers first.

    ``roles``: what each manager does (:func:`ltvlib.outreach.roles.roles_of`). Customers are watched for ``days``.
    """
    filters = filters or Filters()
    lost = loss_days(workspace, journal).groupby(level=0).min()
    found = []
    for what, frame in {**_touches(workspace, journal), **_hand_overs(workspace, roles, filters)}.items():
        first = frame.sort_values("day", kind="stable").drop_duplicates("customer_id")
        is_farewell = (first["customer_id"].map(lost) <= first["day"]).to_numpy(dtype=bool)
        judged = first[~is_farewell]
        if len(first) >= LEAST:
            found.append(_one(workspace, what, judged, len(first), int(is_farewell.sum()), days, filters))
    return tuple(sorted(_shown(found), key=lambda one: -one.contacted))


def _one(
    workspace: Workspace,
    what: str,
    judged: pd.DataFrame,
    contacted: int,
    farewells: int,
    days: int,
    filters: Filters,
) -> ContactEffect:
    customers, joined = judged["customer_id"].tolist(), judged["day"].astype(int).tolist()
    seen = effect(workspace, customers, joined, days, False, filters, LIKE) if len(judged) >= LEAST else None
    return ContactEffect(what, contacted, farewells, seen)


def _shown(found: list[ContactEffect]) -> list[ContactEffect]:
    """Which differences are more than chance: three of each kind, all together (Holm); a doubtful one is never shown."""
    names = ("returned", "orders", "profit")
    values = [getattr(one.effect, name).p_value if one.effect else np.nan for one in found for name in names]
    marks = shown(values)
    groups = [any(marks[place * 3 : place * 3 + 3]) for place in range(len(found))]
    return [
        replace(one, is_shown=mark and one.effect is not None and one.effect.doubt is None)
        for one, mark in zip(found, groups, strict=True)
    ]


def _touches(workspace: Workspace, journal: Journal) -> dict[str, pd.DataFrame]:
    """Customer and day of every contact, by kind; from the data and the journal."""
    data = workspace.database.query("select customer_id, touched_at, kind from touches").frame
    written = journal.frame("touches")
    written = written.loc[written["origin"] != VOID, ["customer_id", "touched_at", "kind"]]
    rows = pd.concat([part for part in (data, written) if len(part)] or [data], ignore_index=True)
    words = {word: kind_of(str(word)).value for word in rows["kind"].unique()}
    rows = rows.assign(day=day_numbers(rows["touched_at"]), what=rows["kind"].map(words))
    return {str(what): part for what, part in rows.groupby("what", sort=False)}


def _hand_overs(workspace: Workspace, roles: Mapping[str, str], filters: Filters) -> dict[str, pd.DataFrame]:
    rows = workspace.ask("hand_overs", {"limit": MOST}, filters=filters).frame
    rows = rows[rows["manager"].map(roles) == Role.FARMER.value]
    return {HAND_OVER: rows} if len(rows) else {}


# -- who is alike ----------------------------------------------------------------------------------------


def prepared(frame: pd.DataFrame) -> pd.DataFrame:
    """Without the states of customers known to be lost; up to a fortnight of silence is all the same."""
    here = frame[frame["is_gone"] == 0].reset_index(drop=True)
    return here.assign(silent_days=here["silent_days"].clip(lower=FORTNIGHT))


def keys(frame: pd.DataFrame) -> list[pd.Series]:
    """What makes customers alike when we contact them: silence, number of orders, the largest order in the same days of
    earlier years, profit of the year before, lateness against the own rhythm, quarter, age. Silence and money are cut where
    the contacted ones lie."""
    return [
        _cut(frame, "silent_days", (0.02, 0.2, 0.4, 0.6, 0.8, 0.98)),
        pd.cut(frame["occasions"], [0, 1, 2, 3, 5, 8, 12, np.inf]).astype(str),
        _cut(frame, "largest_year_ago", PARTS),
        _cut(frame, "past_margin", PARTS),
        pd.cut(_lateness(frame), [-1, 0.5, 1, 1.5, 2, 3, np.inf]).astype(str),
        ((frame["day"] - 1) // 91).astype(int),
        pd.cut(frame["age_days"], [-1, 30, 180, 365, np.inf]).astype(str),
    ]


def _cut(frame: pd.DataFrame, name: str, parts: tuple[float, ...]) -> pd.Series:
    """Classes between the quantiles of the contacted ones that have any of it; who has none is a class of their own."""
    values = frame[name].astype(float)
    taken = values[(frame["is_in"] == 1) & (values > 0)]
    edges = np.unique(np.quantile(taken, parts)) if len(taken) else np.zeros(0)
    return pd.Series(np.where(values > 0, 1 + np.searchsorted(edges, values), 0), index=frame.index)


def _lateness(frame: pd.DataFrame) -> pd.Series:
    """Days of silence / usual days between two orders of the customer; nan with one order."""
    return frame["silent_days"] / frame["usual_gap"].clip(lower=1)


def is_leaving(frame: pd.DataFrame) -> pd.Series:
    """Who seems to be leaving: silent for one and a half usual gaps, and not somebody who buys in these days every year.

    With one order the usual gap is the middle one of the others.
    """
    usual = frame["usual_gap"].fillna(frame["usual_gap"].median()).clip(lower=1)
    return (frame["silent_days"] >= rhythm.LATE * usual) & (frame["largest_year_ago"] <= 0)


LIKE = Likeness("contact_states", prepared, keys, lambda frame: [frame["has_left"]], is_leaving, FORTNIGHT)
"""Alike for contacts; whose last seller has left is never compared with those whose seller is there."""
