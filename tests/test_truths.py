"""The five samples: the library against their ``truth.json`` and against plain pandas over the CSV files."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

from ltvlib import abcdx, kpis
from ltvlib.cohorts import Measure, cohort_table, ltv_at
from ltvlib.samples import SAMPLE_DIR, open_sample, samples
from ltvlib.settings import AbcdxRules, AbcdxSegment, Attribute, Filters, Grain, Window, month_number
from ltvlib.workspace import Workspace

SEGMENTS = [segment.value for segment in AbcdxSegment]
CENT = 0.00501
"""Half a cent: the truths are rounded to two decimals."""


@dataclass(frozen=True)
class Sample:
    """A sample opened with the library, and its files as pandas sees them."""

    name: str
    workspace: Workspace

    def table(self, name: str) -> pd.DataFrame:
        text = {"order_id": str, "customer_id": str}
        return pd.read_csv(SAMPLE_DIR / self.name / f"{name}.csv", dtype=text)

    def truth(self, topic: str) -> dict:
        return json.loads((SAMPLE_DIR / self.name / "truth.json").read_text(encoding="utf-8"))[topic]

    @property
    def as_of(self) -> pd.Timestamp:
        return pd.Timestamp(self.workspace.info.as_of)

    @cached_property
    def documents(self) -> pd.DataFrame:
        found = self.table("orders")
        found["at"] = pd.to_datetime(found["ordered_at"])
        return found.sort_values(["at", "order_id"])

    @cached_property
    def sales(self) -> pd.DataFrame:
        return self.documents[~self.documents["is_refund"]]

    @cached_property
    def first(self) -> pd.Series:
        return self.sales.groupby("customer_id")["at"].min()

    @cached_property
    def register(self) -> tuple[str, ...]:
        return tuple(self.table("x_register")["customer_id"])

    def back(self, months: int) -> pd.Timestamp:
        return self.as_of - pd.DateOffset(months=months)

    def window(self, months: int, shift: int = 0) -> pd.DataFrame:
        """Orders, revenue and margin of every customer in a window, silent customers with zeros."""
        begin, end = self.back(months + shift), self.back(shift)
        seen = self.documents[(self.documents["at"] >= begin) & (self.documents["at"] < end)]
        sums = seen.groupby("customer_id").agg(
            orders=("is_refund", lambda flags: int((~flags).sum())),
            revenue=("revenue", "sum"),
            margin=("gross_margin", "sum"),
        )
        return sums.reindex(self.first.index, fill_value=0).round(4)

    def segments(self, rules: AbcdxRules, shift: int = 0) -> pd.Series:
        """The segment of everybody who was a customer at the end of the window."""
        sums = self.window(rules.window_months, shift)[self.first < self.back(shift)]
        often = sums["orders"] >= rules.often_threshold
        high = sums["revenue"].round(2) >= (rules.value_threshold * sums["orders"]).round(4)
        found = pd.Series(np.select([high & often, high, often], ["A", "B", "C"], "D"), sums.index)
        return found.mask(sums["orders"] == 0, "inactive").mask(sums.index.isin(rules.x_customers), "X")


@pytest.fixture(scope="module", params=list(samples()))
def sample(request) -> Sample:
    return Sample(request.param, open_sample(request.param))


def test_totals(sample: Sample):
    truth, facts = sample.truth("totals")["measured"], sample.workspace.facts()
    assert (facts.customers, facts.orders, facts.refunds) == (truth["customers"], truth["orders"], truth["refunds"])
    assert float(sample.workspace.ltv_revenue()) == truth["revenue"]
    view = kpis.overview(sample.workspace)
    assert view.figures["customers"].value == truth["active_last_12_months"]
    assert view.months[["revenue", "margin"]].sum().tolist() == pytest.approx([truth["revenue"], truth["gross_margin"]])


def test_segments_at_the_planted_borders(sample: Sample):
    """The same window (12 months before the end), the same register, the same order of the rules."""
    truth = sample.truth("abcdx")
    borders, measured = truth["planted"], truth["measured"]
    rules = AbcdxRules(borders["average_order_value"], borders["orders"], 12, sample.register)
    frame = abcdx.segment_table(sample.workspace, rules).frame.set_index("segment")
    for segment in SEGMENTS:
        row = measured.get(segment, {"customers": 0, "gross_margin": 0.0})
        assert frame.loc[segment, "customers"] == row["customers"]
        assert frame.loc[segment, "margin"] == pytest.approx(row["gross_margin"], abs=CENT)
    total = sum(row["gross_margin"] for row in measured.values())
    assert frame.loc["A", "margin_share"] == pytest.approx(measured["A"]["gross_margin"] / total, abs=1e-7)
    active = sum(row["customers"] for name, row in measured.items() if name != "inactive")
    assert frame["customers"].drop("inactive").sum() == active


def test_concentration_of_all_profit(sample: Sample):
    """The truth takes int(20 %) of the customers, the page the next whole customer; equal where 5 divides them."""
    start = sample.workspace.facts().first_day
    curve = kpis.pareto(sample.workspace, Filters(since=month_number(start)))
    profit = sample.documents.groupby("customer_id")["gross_margin"].sum().sort_values(ascending=False)
    assert curve.customers == len(profit)
    best = profit.iloc[: math.ceil(len(profit) / 5)].sum()
    assert curve.top20 == pytest.approx(best / profit.sum(), abs=1e-9)
    near = 5e-5 if len(profit) % 5 == 0 else profit.iloc[len(profit) // 5] / profit.sum() + 5e-5
    assert curve.top20 == pytest.approx(sample.truth("profit_concentration")["measured"]["top_20_share"], abs=near)


def test_profit_by_age_pays_back_when_the_truth_says(sample: Sample):
    """The truth pools the cohorts that have completed 13 months; so does the table filtered to them."""
    truth = sample.truth("payback")["measured"]
    table = cohort_table(sample.workspace, Measure.CUMULATIVE_LTV)
    old = ~np.isnan(table.values[:, 12])
    assert table.sizes[old].sum() == truth["cohort_customers"]
    pooled = (table.values[old, :13] * table.sizes[old, None]).sum(axis=0) / table.sizes[old].sum()
    assert pooled.tolist() == pytest.approx(truth["cumulative_margin_per_customer"], abs=CENT)
    assert int(np.argmax(pooled >= truth["cac"])) == truth["payback_month_index"]


def test_season_of_the_months(sample: Sample):
    """Orders of a calendar month over their centred 12-month average, from the bars of the overview."""
    months = kpis.overview(sample.workspace).months
    orders = months.set_index("month")["orders"].astype(float)
    usual = orders.rolling(12).mean().rolling(2).mean().shift(-6)
    ratio = (orders / usual).dropna()
    found = ratio.groupby([day.month for day in ratio.index]).mean()
    measured = {int(month): value for month, value in sample.truth("season")["measured"].items()}
    assert found.to_dict() == pytest.approx(measured, abs=6e-5)
    assert found.idxmax() == max(measured, key=measured.__getitem__)


def test_channels(sample: Sample):
    """Customers, first order and profit so far of every channel, through the filter of the sidebar."""
    measured = sample.truth("first_sale_and_channels")["measured"]
    channels = {name: row for name, row in measured.items() if name != "all"}
    table = cohort_table(sample.workspace, Measure.CUSTOMERS, by=Attribute.CHANNEL)
    assert dict(zip(table.rows, table.sizes, strict=True)) == {n: row["customers"] for n, row in channels.items()}
    for name, row in channels.items():
        view = kpis.overview(sample.workspace, Filters(((Attribute.CHANNEL, (name,)),)))
        sums = view.months[["first_revenue", "first_margin", "margin"]].sum() / row["customers"]
        expected = [row["first_check"], row["first_margin"], row["margin_per_customer"]]
        assert sums.tolist() == pytest.approx(expected, abs=CENT)


@pytest.mark.parametrize("shift", [0, 12])
def test_key_figures_by_hand(sample: Sample, shift: int):
    view = kpis.overview(sample.workspace)
    assert (view.period.months, view.has_before) == (12, True)
    begin, end = sample.back(12 + shift), sample.back(shift)
    sums, sales = sample.window(12, shift), sample.sales[sample.sales["at"] < end]
    active = sums[sums["orders"] > 0]
    days = sales["at"].dt.normalize()
    gaps = days.groupby(sales["customer_id"]).diff().dt.days.dropna()
    lives = days.groupby(sales["customer_id"]).agg(["min", "max", "size"])
    expected = {
        "customers": len(active),
        "revenue": sums["revenue"].sum(),
        "margin": sums["margin"].sum(),
        "average_order_value": sums["revenue"].sum() / sums["orders"].sum(),
        "orders_per_customer": sums["orders"].sum() / len(active),
        "repeat_purchase_rate": (active["orders"] > 1).mean(),
        "median_days_between_orders": gaps[sales["at"] >= begin].median(),
        "observed_lifetime": (lives["max"] - lives["min"])[lives["size"] > 1].dt.days.median(),
    }
    found = {s: f.before if shift else f.value for s, f in view.figures.items() if s != "ltv_m"}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("earlier", [0, 12])
def test_profit_of_the_first_year_by_hand(sample: Sample, earlier: int):
    newest = sample.as_of.to_period("M") - earlier - 12
    born = sample.first.dt.to_period("M")
    chosen = born[(born <= newest) & (born > newest - 12)]
    rows = sample.documents[sample.documents["customer_id"].isin(chosen.index)]
    month = rows["at"].dt.to_period("M")
    profit = rows["gross_margin"][month < rows["customer_id"].map(born + 12)].sum()
    expected = (profit / len(chosen), len(chosen)) if len(chosen) else (math.nan, 0)
    assert ltv_at(sample.workspace, 12, earlier=earlier) == pytest.approx(expected, nan_ok=True)
    figure = kpis.overview(sample.workspace).figures["ltv_m"]
    assert figure.months == 12
    assert (figure.before if earlier else figure.value) == pytest.approx(expected[0], nan_ok=True)


@pytest.mark.parametrize("measure", [Measure.RETENTION, Measure.ROLLING_RETENTION, Measure.CUMULATIVE_LTV])
def test_quarters_by_hand(sample: Sample, measure: Measure):
    """October 2025 begins a quarter that is not complete: it is shown nowhere, but a buyer in it has not left."""
    table = cohort_table(sample.workspace, measure, grain=Grain.QUARTER)
    born = sample.first.dt.to_period("Q")
    last = sample.sales.groupby("customer_id")["at"].max().dt.to_period("Q")
    rows = sample.documents.assign(quarter=sample.documents["at"].dt.to_period("Q"))
    running = sample.as_of.to_period("Q")
    assert [pd.Period(row, "Q") for row in table.rows] == sorted(born.unique())
    for place, cohort in enumerate(sorted(born.unique())):
        members = born.index[born == cohort]
        mine = rows[rows["customer_id"].isin(members)]
        assert table.sizes[place] == len(members)
        for age in range(table.ages):
            quarter, value = cohort + age, table.values[place, age]
            if quarter >= running:
                assert math.isnan(value)
                continue
            active = mine[(mine["quarter"] == quarter) & ~mine["is_refund"]]["customer_id"].nunique()
            top = {
                Measure.RETENTION: active,
                Measure.ROLLING_RETENTION: (last[members] >= quarter).sum(),
                Measure.CUMULATIVE_LTV: mine["gross_margin"][mine["quarter"] <= quarter].sum(),
            }[measure]
            assert value == pytest.approx(top / len(members))


def test_first_rules_and_their_segments_by_hand(sample: Sample):
    """The sliders start at the mean order value, to two digits, and at the mean number of orders, rounded up."""
    sums = sample.window(12)
    active = sums[sums["orders"] > 0]
    rules = abcdx.default_rules(sample.workspace)
    mean = active["revenue"].sum() / active["orders"].sum()
    assert rules.value_threshold == float(f"{mean:.1e}")
    assert rules.often_threshold == max(2, math.ceil(active["orders"].sum() / len(active)))
    rules = AbcdxRules(rules.value_threshold, rules.often_threshold, 12, sample.register)
    frame = abcdx.segment_table(sample.workspace, rules).frame.set_index("segment")
    profit = sample.documents.groupby("customer_id")["gross_margin"].sum()
    days = sample.sales.groupby("customer_id")["at"].max().dt.normalize()
    found = sample.segments(rules)
    for segment in SEGMENTS:
        part = sums[found == segment]
        row, buyers = frame.loc[segment], (part["orders"] > 0).sum()
        assert row[["customers", "orders"]].tolist() == [len(part), part["orders"].sum()]
        assert row[["revenue", "margin"]].tolist() == pytest.approx([part["revenue"].sum(), part["margin"].sum()])
        assert row["customer_share"] == pytest.approx(len(part) / len(sums))
        assert row["margin_share"] == pytest.approx(part["margin"].sum() / sums["margin"].sum())
        per_order = part["revenue"].sum() / part["orders"].sum() if buyers else math.nan
        assert row["average_order_value"] == pytest.approx(per_order, nan_ok=True)
        each = part["orders"].sum() / buyers if buyers else math.nan
        assert row["orders_per_customer"] == pytest.approx(each, nan_ok=True)
        worth = profit[part.index].mean() if len(part) else math.nan
        assert row["ltv"] == pytest.approx(worth, nan_ok=True)
        if len(part):
            assert abs(row["mean_last_order"] - days[part.index].mean()) <= pd.Timedelta(hours=12)


@pytest.mark.parametrize(("then", "now"), [(12, 0), (6, 3)])
def test_movement_by_hand(sample: Sample, then: int, now: int):
    base = abcdx.default_rules(sample.workspace)
    rules = AbcdxRules(base.value_threshold, base.often_threshold, 12, sample.register)
    here, there = sample.segments(rules, now), sample.segments(rules, then)
    expected = Counter(zip(there.reindex(here.index, fill_value="new"), here, strict=True))
    frame = abcdx.moves(sample.workspace, rules, then, now).frame
    assert (
        dict(zip(zip(frame["segment_then"], frame["segment_now"], strict=True), frame["customers"], strict=True))
        == expected
    )
    assert frame["margin_now"].sum() == pytest.approx(sample.window(12, now)["margin"][here.index].sum())


def test_stability_by_hand(sample: Sample):
    """Who changes segment when one border moves by a tenth, orders by at least one; X stays X."""
    base = abcdx.default_rules(sample.workspace)
    rules = AbcdxRules(base.value_threshold, base.often_threshold, 12, sample.register)
    found = abcdx.stability(sample.workspace, rules)
    one = max(1, round(rules.often_threshold * 0.1))
    other = {
        "value_low": AbcdxRules(rules.value_threshold * 0.9, rules.often_threshold, 12, sample.register),
        "value_high": AbcdxRules(rules.value_threshold * 1.1, rules.often_threshold, 12, sample.register),
        "often_low": AbcdxRules(rules.value_threshold, rules.often_threshold - one, 12, sample.register),
        "often_high": AbcdxRules(rules.value_threshold, rules.often_threshold + one, 12, sample.register),
    }
    for name, moved in other.items():
        assert getattr(found, name) == (sample.segments(rules) != sample.segments(moved)).sum(), name
    assert found.customers == (~sample.segments(rules).isin(["X", "inactive"])).sum()


def test_windows_end_where_the_data_end(sample: Sample):
    dates = abcdx.window_dates(sample.workspace, Window(12))
    assert dates == (dt.date(2024, 11, 1), dt.date(2025, 11, 1))
