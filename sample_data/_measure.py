"""Statistics read back from the finished files: what a truth says is what the files hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ltvlib.schema import TABLES

Numbers = dict[str, Any]
DATES = ("TIMESTAMP", "DATE")


def load(path: Path) -> pd.DataFrame:
    """One written table: ids as text, dates as dates, numbers as numbers."""
    columns = TABLES[path.stem].columns
    text = {c.name: "object" for c in columns if c.type == "VARCHAR"}
    dates = [c.name for c in columns if c.type in DATES]
    return pd.read_csv(path, dtype=text, parse_dates=dates)


@dataclass(frozen=True)
class Files:
    """The written tables of one set and the end of its observation."""

    folder: Path
    as_of: datetime

    def table(self, name: str) -> pd.DataFrame:
        """A table of the set."""
        return load(self.folder / f"{name}.csv")

    @cached_property
    def orders(self) -> pd.DataFrame:
        """All documents, refunds included."""
        return self.table("orders")

    @cached_property
    def sales(self) -> pd.DataFrame:
        """Orders without refund documents, in order of time."""
        return self.orders[~self.orders["is_refund"]]

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Lines of the sales, refunds left out."""
        lines = self.table("order_lines")
        return lines[lines["order_id"].isin(self.sales["order_id"])]

    @cached_property
    def customers(self) -> pd.DataFrame:
        """The customers by id."""
        return self.table("customers").set_index("customer_id")

    @cached_property
    def firsts(self) -> pd.DataFrame:
        """First sale of every customer."""
        return self.sales.drop_duplicates("customer_id")


def rate(part: float, whole: float) -> float:
    """A ratio with four decimals."""
    return round(float(part) / float(whole), 4)


def money(amount: float) -> float:
    """An amount with two decimals."""
    return round(float(amount), 2) + 0.0


def came_back(files: Files, events: pd.DataFrame, days: int, after: int = 0) -> pd.DataFrame:
    """Events (customer_id, at) with a complete window, and ``back``: a sale more than ``after`` and up to ``days`` later."""
    window = pd.Timedelta(days=days)
    full = (
        events[events["at"] + window < files.as_of].drop(columns="ordered_at", errors="ignore").reset_index(drop=True)
    )
    joined = full.reset_index().merge(files.sales[["customer_id", "ordered_at"]], on="customer_id")
    age = joined["ordered_at"] - joined["at"]
    inside = joined[(age > pd.Timedelta(days=after)) & (age <= window)]
    return full.assign(back=full.index.isin(inside["index"]))


def return_by(files: Files, events: pd.DataFrame, label: str, days: int, after: int = 0) -> Numbers:
    """Share of events followed by a sale within ``days``, by the value in ``label``."""
    known = came_back(files, events.dropna(subset=[label]), days, after)
    groups = known.groupby(label)["back"].agg(["size", "sum"])
    return {
        str(key): {"events": int(row["size"]), "return_rate": rate(row["sum"], row["size"])}
        for key, row in groups.iterrows()
    }


def first_events(files: Files) -> pd.DataFrame:
    """First sales as events: customer_id, order_id, at."""
    return files.firsts[["customer_id", "order_id", "ordered_at"]].rename(columns={"ordered_at": "at"})


def gateway(files: Files, days: int) -> Numbers:
    """Return rate by the first line of the first order."""
    product = files.lines.drop_duplicates("order_id").set_index("order_id")
    events = first_events(files)
    return return_by(files, events.assign(label=events["order_id"].map(product["product_name"])), "label", days)


def gateway_category(files: Files, days: int) -> Numbers:
    """Return rate by the category of the first line of the first order."""
    product = files.lines.drop_duplicates("order_id").set_index("order_id")
    events = first_events(files)
    return return_by(files, events.assign(label=events["order_id"].map(product["category"])), "label", days)


def channels(files: Files) -> Numbers:
    """Per acquisition channel: customers, CAC, first check and margin, ROMI of the first sale, margin so far."""
    spend = files.table("marketing_spend").groupby("channel")["amount"].sum()
    total = files.orders.groupby("customer_id")["gross_margin"].sum()
    first = files.firsts.assign(
        channel=files.firsts["customer_id"].map(files.customers["channel"]),
        total=files.firsts["customer_id"].map(total),
    )
    rows = {str(name): _channel(part, spend[name]) for name, part in first.groupby("channel")}
    return rows | {"all": _channel(first, spend.sum())}


def _channel(first: pd.DataFrame, spend: float) -> Numbers:
    return {
        "customers": len(first),
        "spend": money(spend),
        "cac": money(spend / len(first)),
        "first_check": money(first["revenue"].mean()),
        "first_margin": money(first["gross_margin"].mean()),
        "first_order_romi": rate(first["gross_margin"].sum() - spend, spend),
        "margin_per_customer": money(first["total"].mean()),
    }


def month_number(moments: pd.Series) -> pd.Series:
    """Months counted from year 0."""
    months: pd.Series = moments.dt.year * 12 + moments.dt.month
    return months


def payback(files: Files, horizon: int = 12) -> Numbers:
    """Cumulative margin per customer by month_index, cohorts with ``horizon`` + 1 complete months only, against their CAC."""
    first = files.firsts.set_index("customer_id")["ordered_at"]
    end = files.as_of.year * 12 + files.as_of.month
    mature = first[month_number(first) + horizon < end]
    known = files.orders[files.orders["customer_id"].isin(mature.index)]
    age = month_number(known["ordered_at"]) - month_number(known["customer_id"].map(mature))
    by_age = known.groupby(age)["gross_margin"].sum().reindex(range(horizon + 1), fill_value=0).cumsum() / len(mature)
    spend = files.table("marketing_spend")
    cac = spend.loc[month_number(spend["month"]) + horizon < end, "amount"].sum() / len(mature)
    reached = by_age.index[by_age >= cac]
    return {
        "cohort_customers": len(mature),
        "cac": money(cac),
        "cumulative_margin_per_customer": [money(x) for x in by_age],
        "payback_month_index": int(reached[0]) if len(reached) else None,
    }


def abcdx(files: Files, value: float, often: int) -> Numbers:
    """Segments of the 12 months before ``as_of``: customers and gross margin of each."""
    start = files.as_of.replace(year=files.as_of.year - 1)
    recent = files.orders[files.orders["ordered_at"] >= start]
    sums = recent.groupby("customer_id")[["revenue", "gross_margin"]].sum()
    sums["orders"] = recent[~recent["is_refund"]].groupby("customer_id").size()
    sums = sums.reindex(files.customers.index).fillna(0)
    register = set(files.table("x_register")["customer_id"])
    sums["segment"] = [_segment(row, value, often, str(who) in register) for who, row in sums.iterrows()]
    return {
        str(name): {"customers": len(part), "gross_margin": money(part["gross_margin"].sum())}
        for name, part in sums.groupby("segment")
    }


def _segment(row: pd.Series, value: float, often: int, on_register: bool) -> str:
    if on_register:
        return "X"
    if not row["orders"]:
        return "inactive"
    high, many = row["revenue"] / row["orders"] >= value, row["orders"] >= often
    return ("A" if many else "B") if high else ("C" if many else "D")


def top_share(files: Files, share: float = 0.2) -> float:
    """Part of all gross margin that the best ``share`` of customers brings."""
    total = files.orders.groupby("customer_id")["gross_margin"].sum().sort_values(ascending=False)
    return rate(total.iloc[: int(len(total) * share)].sum(), total.sum())


def season(files: Files) -> dict[str, float]:
    """Orders of a calendar month over their centred 12-month moving average, by month number."""
    by_month = files.sales.groupby(month_number(files.sales["ordered_at"])).size()
    trend = by_month.rolling(12).mean().rolling(2).mean().shift(-6)
    ratio = (by_month / trend).dropna()
    means = ratio.groupby((ratio.index - 1) % 12 + 1).mean()
    return {str(month): round(float(value), 4) for month, value in means.items()}


def pair(files: Files, first: str, second: str) -> Numbers:
    """Orders with both products: support, confidence of ``first -> second`` and lift, over all sales."""
    baskets = files.lines.groupby("product_name")["order_id"].agg(set)
    both, n = len(baskets[first] & baskets[second]), len(files.sales)
    return {
        "if": first,
        "then": second,
        "orders_with_both": both,
        "support": rate(both, n),
        "confidence": rate(both, len(baskets[first])),
        "lift": rate(both * n, len(baskets[first]) * len(baskets[second])),
    }


def nps(files: Files, days: int, after: int) -> Numbers:
    """Points, answers and how many of each group bought again within ``days`` of answering."""
    answers = files.table("nps_responses")
    group = pd.cut(answers["score"], [-1, 6, 8, 10], labels=["detractor", "passive", "promoter"]).astype("object")
    events = answers.assign(at=answers["answered_at"], label=group)[["customer_id", "at", "label"]]
    shares = group.value_counts(normalize=True)
    points = 100 * (shares["promoter"] - shares["detractor"])
    return {
        "answers": len(answers),
        "nps": round(float(points), 2),
        "groups": return_by(files, events, "label", days, after),
    }
