"""Superstore, uploaded the way an owner would: widely published totals, and profit LTV with returns taken off.

The totals of the set are published everywhere it is taught: 9,994 lines, 5,009 orders, 793 customers, sales of
2,297,200.86 and a profit of 286,397.02. The rest is counted again here with pandas from the raw lines.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from ltvlib import drivers, ingest, kpis, ltv
from ltvlib.ltv import Definition
from ltvlib.opening import open_parquet
from ltvlib.settings import Filters, month_number
from ltvlib.spend import Spend
from ltvlib.workspace import DataSet, Workspace
from tests.conftest import open_rows, order_frame, shared

AS_OF = dt.date(2019, 1, 1)


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("superstore")
    found = ingest.inspect(shared("superstore", "orders.csv"), folder / "raw")
    assert not found.questions
    (folder / "out").mkdir()
    report = ingest.load(found.raw, found.proposal, folder / "out")
    assert (report.records, report.used, report.orders, report.customers) == (9_994, 9_994, 5_009, 793)
    tables = {path.stem: path for path in (folder / "out").glob("*.parquet") if path.stem in ("orders", "customers")}
    return open_parquet(tables, DataSet("superstore", "Superstore", "USD", AS_OF, report.margin_source))


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    found = pd.read_csv(shared("superstore", "orders.csv"))
    found["at"] = pd.to_datetime(found["Order Date"], format="%m/%d/%Y")
    return found


def test_published_totals(uploaded):
    months = kpis.overview(uploaded, Filters()).months
    assert months["revenue"].sum() == pytest.approx(2_297_200.86, abs=0.005)
    assert months["margin"].sum() == pytest.approx(286_397.02, abs=0.005)
    assert uploaded.facts().orders == 5_009


def cohort_profit(lines: pd.DataFrame, months: int) -> tuple[float, int]:
    """Profit a customer brought in the first months of life, of those won in the newest 12 months that completed them."""
    month = lines["at"].dt.year * 12 + lines["at"].dt.month - 1
    first = month.groupby(lines["Customer ID"]).transform("min")
    end = month_number(AS_OF) - months + 1
    inside = lines[(first >= end - 12) & (first < end)]
    early = inside[(month - first)[inside.index] < months]
    customers = inside["Customer ID"].nunique()
    return early["Profit"].sum() / customers, customers


@pytest.mark.parametrize("months", [3, 12, 24, 36])
def test_profit_ltv(uploaded, lines, months: int):
    found = ltv.historic(uploaded, months, Spend())
    expected, customers = cohort_profit(lines, months)
    assert found.n == customers
    assert found.rows[Definition.MARGIN].value == pytest.approx(expected, abs=1e-6)


def test_the_change_of_profit_between_two_years(uploaded, lines):
    """What moved the profit of 2018 against 2017 sums to the change in the raw lines."""
    found = Filters()
    period = kpis.period_of(uploaded, found)
    assert (period.months, period.first_day) == (12, dt.date(2018, 1, 1))
    change = drivers.change(uploaded, found)
    by_year = lines.groupby(lines["at"].dt.year)["Profit"].sum()
    assert (change.tree.before.margin, change.tree.now.margin) == pytest.approx((by_year[2017], by_year[2018]))
    for tree in (change.tree, change.groups):
        assert sum(tree.effects.values()) == pytest.approx(by_year[2018] - by_year[2017], abs=1e-6)


def test_returned_orders_take_their_profit_with_them(lines, tmp_path: Path):
    """296 returned orders: as money back on the day of the order, LTV falls by exactly their profit per customer."""
    returned = set(pd.read_csv(shared("superstore", "returns.csv"))["Order ID"])
    orders = lines.groupby("Order ID").agg(
        customer_id=("Customer ID", "first"),
        ordered_at=("at", "min"),
        revenue=("Sales", "sum"),
        margin=("Profit", "sum"),
    )
    back = orders[orders.index.isin(returned)]
    assert len(back) == 296
    rows = [
        {
            "customer_id": row.customer_id,
            "ordered_at": row.ordered_at,
            "revenue": sign * row.revenue,
            "gross_margin": sign * row.margin,
            "is_refund": sign < 0,
        }
        for sign, part in ((1, orders), (-1, back))
        for row in part.itertuples()
    ]
    workspace = open_rows(tmp_path, order_frame(rows), AS_OF, margin_source="margin")
    facts = workspace.facts()
    assert (facts.orders, facts.refunds, facts.customers) == (5_009, 296, 793)
    months = kpis.overview(workspace, Filters()).months
    assert months["margin"].sum() == pytest.approx(orders["margin"].sum() - back["margin"].sum(), abs=0.01)
    kept = lines[~lines["Order ID"].isin(returned)]
    month = lines["at"].dt.year * 12 + lines["at"].dt.month - 1
    first = month.groupby(lines["Customer ID"]).min()
    end = month_number(AS_OF) - 11
    cohort = first[(first >= end - 12) & (first < end)]
    age = month[kept.index] - kept["Customer ID"].map(first)
    expected = kept[kept["Customer ID"].isin(cohort.index) & (age < 12)]["Profit"].sum() / len(cohort)
    assert ltv.historic(workspace, 12, Spend()).rows[Definition.MARGIN].value == pytest.approx(expected, abs=1e-3)
