"""Forecasts held against what happened, in money: ``python -m benchmarks.forecast_holdout FOLDER`` prints markdown tables.

FOLDER holds the public data sets as their publishers give them (a missing one is left out):

    cdnow/CDNOW_master.txt             music shop, customers won in the first quarter of 1997 (Fader and Hardie)
    afisha/orders_log_us_orig.csv      tickets, June 2017 to May 2018
    onlineretail/online_retail.parquet UCI Online Retail as a Parquet file, returns included
    superstore/orders.csv              office supplies, four years

Per customer: what is predicted for the time after the cut, and the undiscounted revenue that came. Nothing is tuned: the same
calls for every set. Several orders of one day are one purchase occasion, a free one too; times are days, returns are taken off.
Ages end on the last day before the cut, as in the published fits; a table of its own counts the other usual ways.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ltvlib import forecast
from ltvlib.models import heuristics, scores
from ltvlib.models.counts import Counts
from ltvlib.models.fitting import ModelName, fit
from ltvlib.models.forecast import expected_orders
from ltvlib.models.gamma_gamma import expected_margin, fit_spend
from ltvlib.models.holdout import deciles
from ltvlib.opening import open_parquet
from ltvlib.schema import TABLES
from ltvlib.workspace import DataSet


def cdnow(folder: Path) -> pd.DataFrame:
    """customer_id, ordered_at, revenue of every order."""
    names = ["customer_id", "ordered_at", "units", "revenue"]
    rows = pd.read_csv(folder / "cdnow/CDNOW_master.txt", sep=r"\s+", header=None, names=names, skiprows=1, dtype=str)
    return rows.assign(ordered_at=pd.to_datetime(rows["ordered_at"]), revenue=rows["revenue"].astype(float))


def afisha(folder: Path) -> pd.DataFrame:
    """The same for Afisha."""
    rows = pd.read_csv(folder / "afisha/orders_log_us_orig.csv", dtype={"Uid": str}, parse_dates=["Buy Ts"])
    return rows.rename(columns={"Uid": "customer_id", "Buy Ts": "ordered_at", "Revenue": "revenue"})


def online_retail(folder: Path) -> pd.DataFrame:
    """Invoices; credit notes have a negative revenue."""
    lines = pd.read_parquet(folder / "onlineretail/online_retail.parquet").dropna(subset=["CustomerID"])
    lines = lines.assign(revenue=lines["Quantity"] * lines["UnitPrice"], customer_id=lines["CustomerID"].astype(str))
    by = lines.groupby("InvoiceNo")
    return by.agg(customer_id=("customer_id", "first"), ordered_at=("InvoiceDate", "min"), revenue=("revenue", "sum"))


def superstore(folder: Path) -> pd.DataFrame:
    """Orders; an order's lines are summed."""
    lines = pd.read_csv(folder / "superstore/orders.csv", encoding="latin1")
    lines["ordered_at"] = pd.to_datetime(lines["Order Date"], format="%m/%d/%Y")
    by = lines.groupby("Order ID")
    return by.agg(customer_id=("Customer ID", "first"), ordered_at=("ordered_at", "first"), revenue=("Sales", "sum"))


@dataclass(frozen=True)
class Exam:
    """A data set, its cut and its end (both exclusive)."""

    title: str
    orders: pd.DataFrame
    cut: dt.date
    end: dt.date


def exams(folder: Path) -> Iterator[Exam]:
    """The sets that are there."""
    day = dt.date
    for title, load, cut, end in (
        ("CDNOW 39 -> 39 weeks", cdnow, day(1997, 10, 1), day(1998, 7, 1)),
        ("CDNOW 26 -> 52 weeks", cdnow, day(1997, 7, 2), day(1998, 7, 1)),
        ("Afisha 26 -> 26 weeks", afisha, day(2017, 11, 30), day(2018, 5, 31)),
        ("Online Retail 27 -> 26 weeks", online_retail, day(2011, 6, 10), day(2011, 12, 9)),
        ("Superstore 3 years -> the year after", superstore, day(2017, 1, 1), day(2018, 1, 1)),
    ):
        try:
            yield Exam(title, load(folder), cut, end)
        except FileNotFoundError as missing:
            print(f"Left out, no file: {missing.filename}", file=sys.stderr)


def customers_of(exam: Exam, is_to_cut: bool = False, is_paid_only: bool = False) -> pd.DataFrame:
    """One row a customer won before the cut: x, last and age in days, money before (all, recent) and after it.

    ``is_to_cut``: an age runs to the cut itself instead of the last day before it; ``is_paid_only``: free orders are none.
    """
    orders = exam.orders[exam.orders["revenue"] != 0] if is_paid_only else exam.orders
    rows = orders.assign(day=pd.to_datetime(orders["ordered_at"]).dt.normalize())
    cut, end = pd.Timestamp(exam.cut), pd.Timestamp(exam.end)
    is_known, is_order = rows["day"] < cut, rows["revenue"] >= 0
    bought = rows[is_known & is_order].groupby("customer_id")["day"].agg(["min", "max", "nunique"])
    recent = rows["day"] >= cut - min(end - cut, cut - rows["day"].min())
    money = {
        "spent": rows[is_known],
        "recent": rows[is_known & recent],
        "actual": rows[~is_known & (rows["day"] < end)],
    }
    table = pd.DataFrame(
        {
            "x": bought["nunique"] - 1,
            "last": (bought["max"] - bought["min"]).dt.days,
            "age": (cut - bought["min"]).dt.days - (0 if is_to_cut else 1),
        }
    )
    sums = {name: part.groupby("customer_id")["revenue"].sum() for name, part in money.items()}
    return table.assign(**{name: total.reindex(table.index).fillna(0.0) for name, total in sums.items()})


def predictions(exam: Exam, table: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Predicted revenue of every customer by every method."""
    days, first = (exam.end - exam.cut).days, pd.to_datetime(exam.orders["ordered_at"]).min().date()
    counts = Counts(table["x"], table["last"] / 7, table["age"] / 7, np.ones(len(table)))
    orders, spent = table["x"].to_numpy() + 1, table["spent"].to_numpy()
    spending = fit_spend(orders, spent)
    margin, own, usual = expected_margin(spending, orders, spent), spent / orders, spent.sum() / orders.sum()
    for name, title in zip(ModelName, ("Pareto/NBD", "BG/NBD", "MBG/NBD"), strict=True):
        found = fit(name, Counts.of_customers(counts.repeat_orders, counts.last_order_age, counts.customer_age))
        yield f"{title} + Gamma-Gamma", expected_orders(found, counts, days / 7) * margin
    span = min(days, (exam.cut - first).days)
    yield f"last {span // 7} weeks repeated", table["recent"].to_numpy() * days / span
    yield "own rate x own average", heuristics.margin_to_come(heuristics.own_rate(counts, days / 7), own)
    yield "average rate x average order", heuristics.margin_to_come(heuristics.average_rate(counts, days / 7), usual)


def app_exam(exam: Exam) -> str:
    """What the dashboard's own exam of the whole file says."""
    frame = exam.orders.reset_index(drop=True)[["customer_id", "ordered_at", "revenue"]]
    frame = frame.assign(
        order_id=[f"o{n}" for n in range(len(frame))],
        gross_margin=np.nan,
        is_refund=frame["revenue"] < 0,
        channel=None,
        manager=None,
        status=None,
    )
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "orders.parquet"
        frame[list(TABLES["orders"].names)].to_parquet(path)
        end = pd.to_datetime(frame["ordered_at"]).max().date() + dt.timedelta(days=1)
        data = DataSet("benchmark", exam.title, "USD", end, "rate", 1.0, "public data")
        workspace = open_parquet({"orders": path}, data)
        missing, found = forecast.what_is_missing(workspace), forecast.exam(workspace)
    if found is None or found.score is None:
        return "refused: " + (" ".join(map(str, missing)) or "too short for an exam")
    verdict = "money is forecast" if found.is_trusted else "refused: the total is too far off, no money is forecast"
    season = (
        "a whole year, the same season" if found.is_whole_year else "less than a year: no same-season exam is possible"
    )
    return (
        f"{found.learnt_days} -> {found.exam_days} days ({season}), {found.model}: "
        f"{found.score.expected:,.0f} orders expected, {found.score.happened:,.0f} happened ({found.score.miss:+.1%}): {verdict}"
    )


def score_rows(table: pd.DataFrame, predicted: dict[str, np.ndarray]) -> Iterator[str]:
    """Markdown rows of the scores, best of a column in bold."""
    actual = table["actual"].to_numpy()
    found = {
        name: (
            scores.normalised_gini(actual, value),
            scores.spearman(actual, value),
            scores.mae(actual, value),
            scores.rmse(actual, value),
            scores.total_ratio(actual, value),
        )
        for name, value in predicted.items()
    }
    columns = list(zip(*found.values(), strict=True))
    best = [
        max(columns[0]),
        max(columns[1]),
        min(columns[2]),
        min(columns[3]),
        min(columns[4], key=lambda r: abs(r - 1)),
    ]
    for name, row in found.items():
        cells = [f"{v:.3f}" if place in (0, 1, 4) else f"{v:,.1f}" for place, v in enumerate(row)]
        marked = (f"**{c}**" if v == top else c for c, v, top in zip(cells, row, best, strict=True))
        yield f"| {name} | " + " | ".join(marked) + " |"


def other_ways(exam: Exam) -> Iterator[str]:
    """Markdown rows: the scores of Pareto/NBD with ages to the cut, all orders and paid ones."""
    for is_paid_only, title in ((False, "ages to the cut"), (True, "ages to the cut, paid orders only")):
        table = customers_of(exam, is_to_cut=True, is_paid_only=is_paid_only)
        _, value = next(predictions(exam, table))
        actual = table["actual"].to_numpy()
        gini, error = scores.normalised_gini(actual, value), scores.mae(actual, value)
        yield f"| {exam.title} | {title} | {gini:.4f} | {error:.2f} | {scores.total_ratio(actual, value):.3f} |"


def main(folder: Path) -> None:
    """All tables."""
    said, others = [], []
    for exam in exams(folder):
        table = customers_of(exam)
        predicted = dict(predictions(exam, table))
        print(
            f"\n**{exam.title}**: {len(table):,} customers, {table['actual'].mean():,.2f} a customer came after the cut\n"
        )
        print("| method | nGini | Spearman | MAE | RMSE | predicted / actual |\n| --- | --- | --- | --- | --- | --- |")
        print(*score_rows(table, predicted), sep="\n")
        name, value = next(iter(predicted.items()))
        _, mean, happened = deciles(value, table["actual"].to_numpy(), np.ones(len(table)))
        print(f"\n| tenth of customers by {name} | " + " | ".join(str(n) for n in range(1, 11)) + " |")
        print("| --- |" + " --- |" * 10)
        print("| predicted | " + " | ".join(f"{v:,.1f}" for v in mean) + " |")
        print("| came | " + " | ".join(f"{v:,.1f}" for v in happened) + " |")
        others.extend(other_ways(exam))
        name = re.sub(r" \d.*", "", exam.title)
        if not any(line.startswith(f"| {name} ") for line in said):
            said.append(f"| {name} | {app_exam(exam)} |")
    print(
        "\n| Pareto/NBD, counted otherwise | how | nGini | MAE | predicted / actual |\n| --- | --- | --- | --- | --- |"
    )
    print(*others, sep="\n")
    print("\n| the dashboard's own exam of | says |\n| --- | --- |", *said, sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
