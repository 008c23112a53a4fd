"""Why customers leave: the register of losses, what they were worth, who came back, and whom nobody asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from ltvlib import ratios
from ltvlib.abcdx import classify
from ltvlib.days import day_numbers
from ltvlib.engine import Answer
from ltvlib.journal import Journal
from ltvlib.journal.store import new_id, now
from ltvlib.outreach.regulation import Stage
from ltvlib.settings import EPOCH, AbcdxRules, Filters
from ltvlib.survival import Curve, default_lapse, kaplan_meier
from ltvlib.workspace import Workspace

COLUMNS = ("customer_id", "lost_at", "reason", "competitor")
LIMIT = 100_000


@dataclass(frozen=True, eq=False)
class Register:
    """All losses written down, in the data and in the app.

    Attributes:
        frame: one row a loss, the latest first: customer_id, name, lost_at, reason, competitor, manager, margin_before
            (profit of the year before it), segment (ABCDX in that year, under ``rules``), orders_after, margin_after.
        answer: the query behind the money.
    """

    frame: pd.DataFrame
    answer: Answer

    @property
    def won_back_share(self) -> float:
        """Losses after which the customer ordered again / losses; nan without any."""
        return float(ratios.divide((self.frame["orders_after"] > 0).sum(), len(self.frame)))


def register(workspace: Workspace, journal: Journal, rules: AbcdxRules, filters: Filters | None = None) -> Register:
    """Every loss on record of customers that pass ``filters``; of several of one customer on a day the last written counts."""
    filters = filters or Filters()
    data = workspace.database.query("select * from losses order by lost_at limit $limit", {"limit": LIMIT}).frame
    written = journal.frame("losses")
    rows = pd.concat([data, written], ignore_index=True).reindex(columns=[*COLUMNS, "manager"])
    rows["lost_at"] = pd.to_datetime(rows["lost_at"]).dt.normalize()
    rows = rows.drop_duplicates(["customer_id", "lost_at"], keep="last")
    people = workspace.ask("loss_people", filters=filters).frame
    rows = rows.drop(columns="manager").merge(people, on="customer_id", how="inner").reset_index(drop=True)
    days = day_numbers(rows["lost_at"])
    params = {
        "customers": rows["customer_id"].tolist(),
        "days": [int(day) for day in days],
        "places": list(range(len(rows))),
        "known_day": (workspace.as_of(filters) - EPOCH).days,
    }
    answer = workspace.ask("loss_money", params)
    for name in ("margin_before", "orders_after", "margin_after"):
        rows[name] = answer.frame[name].astype(float)
    rows["segment"] = [
        classify(revenue, int(orders), rules, on_register=customer in rules.x_customers).value
        for customer, revenue, orders in zip(
            rows["customer_id"], answer.frame["revenue_before"], answer.frame["orders_before"], strict=True
        )
    ]
    return Register(rows.sort_values("lost_at", ascending=False).reset_index(drop=True), answer)


def by(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Losses by ``reason``, ``competitor`` or ``segment``: customers, margin_before, won_back, the dearest first; the parts sum to the whole."""
    groups = frame.assign(key=frame[column].fillna(""), back=frame["orders_after"] > 0).groupby("key")
    found = groups.agg(losses=("customer_id", "size"), margin_before=("margin_before", "sum"), won_back=("back", "sum"))
    found = found.reset_index().rename(columns={"key": column})
    return found.sort_values(["margin_before", "losses"], ascending=False).reset_index(drop=True)


def by_quarter(frame: pd.DataFrame, column: str, most: int = 5) -> pd.DataFrame:
    """Losses by quarter and the ``most`` frequent values of ``column`` (others under ``""``): quarter, value, losses."""
    top = frame[column].dropna().value_counts().index[:most]
    value = frame[column].where(frame[column].isin(top), "").fillna("")
    quarter = frame["lost_at"].dt.to_period("Q").dt.start_time
    return frame.assign(quarter=quarter, value=value).groupby(["quarter", "value"]).size().reset_index(name="losses")


def unasked(contacts: pd.DataFrame) -> pd.DataFrame:
    """Customers silent for three usual gaps or more of whom no loss is on record since their last order, best profit first.

    ``contacts`` is the table of :func:`ltvlib.outreach.contacts.contacts`. Who asked not to be contacted is left out.
    """
    silent = (contacts["stage"] == Stage.LOST.value) & ~contacts["is_known_lost"] & ~contacts["is_opted_out"]
    chosen = contacts[silent]
    return chosen.sort_values(["margin", "customer_id"], ascending=[False, True]).reset_index(drop=True)


def write(
    journal: Journal, customer_id: str, day: dt.date, reason: str, competitor: str = "", manager: str | None = None
) -> None:
    """Write one loss down, with why and to whom."""
    row = {
        "loss_id": new_id(),
        "customer_id": customer_id,
        "lost_at": dt.datetime.combine(day, now().time()),
        "reason": reason.strip(),
        "competitor": competitor.strip() or None,
        "manager": manager or None,
    }
    journal.append("losses", [row])


@dataclass(frozen=True, eq=False)
class Fates:
    """How long customers stay after a first order with and without a trouble (Kaplan-Meier), and the query behind."""

    troubled: Curve
    untroubled: Curve
    answer: Answer


def fates(workspace: Workspace, trouble: str = "is_late", filters: Filters | None = None) -> Fates | None:
    """Curves by what happened to the first order; ``None`` where the data do not tell, or only one side.

    ``trouble`` is ``is_late`` or ``has_complaint``. The silence that counts as gone is :func:`ltvlib.survival.default_lapse`.
    """
    if "fulfilments" not in workspace.present:
        return None
    if trouble not in ("is_late", "has_complaint"):
        raise ValueError("no such trouble")
    filters = filters or Filters()
    lapse, end = default_lapse(workspace, filters), (workspace.as_of(filters) - EPOCH).days
    params = {"to_day": end, "cut_day": end - lapse, "since_month": filters.since or 0}
    answer = workspace.ask("survival_by_first", params, filters=filters, names={"trouble": trouble})
    sides = [answer.frame[answer.frame["is_troubled"] == flag] for flag in (1, 0)]
    curves = [kaplan_meier(side["days"], side["is_ended"], side["n"]) for side in sides]
    return Fates(curves[0], curves[1], answer) if min(curve.customers for curve in curves) >= 20 else None
