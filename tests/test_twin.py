"""A second, slow implementation of every metric in plain Python, compared on random histories."""

from __future__ import annotations

import datetime as dt
import math
import tempfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ltvlib import abcdx, kpis
from ltvlib.cohorts import Measure, cell_customers, cohort_table
from ltvlib.settings import (
    AbcdxRules,
    AbcdxSegment,
    Attribute,
    Basis,
    Filters,
    Grain,
    Window,
    months_before,
    period_number,
    period_start,
)
from ltvlib.workspace import Workspace
from tests.conftest import open_rows

START = dt.datetime(2023, 1, 1)

order = some.fixed_dictionaries(
    {
        "customer_id": some.sampled_from([f"c{n}" for n in range(8)]),
        "ordered_at": some.integers(0, 600 * 24 * 60).map(lambda minutes: START + dt.timedelta(minutes=minutes)),
        "revenue": some.integers(1, 100_000).map(lambda cents: cents / 100),
        "is_refund": some.sampled_from([False, False, False, False, True]),
        "channel": some.sampled_from(["web", "shop", None]),
    }
)
histories = some.lists(order, min_size=1, max_size=40).map(
    lambda rows: [{**r, "revenue": -r["revenue"]} if r["is_refund"] else r for r in rows]
)
as_ofs = some.sampled_from([dt.date(2024, 9, 1), dt.date(2024, 8, 15), dt.date(2024, 3, 31), dt.date(2024, 2, 29)])
SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class Twin:
    """Everything recomputed from rows with dictionaries and loops."""

    def __init__(self, rows: list[dict], as_of: dt.date) -> None:
        self.as_of = as_of
        kept = [r for r in rows if r["ordered_at"].date() < as_of]
        buyers = {r["customer_id"] for r in kept if not r["is_refund"]}
        self.rows = [r for r in kept if r["customer_id"] in buyers]
        self.first = {
            c: min(r["ordered_at"] for r in self.rows if r["customer_id"] == c and not r["is_refund"]) for c in buyers
        }

    def cohort(self, customer: str, grain: Grain) -> int:
        return period_number(self.first[customer].date(), grain)

    def cells(self, grain: Grain) -> dict[tuple[int, int], dict]:
        found: dict[tuple[int, int], dict] = defaultdict(lambda: {"active": set(), "orders": 0, "revenue": Decimal(0)})
        for r in self.rows:
            born = self.cohort(r["customer_id"], grain)
            cell = found[(born, max(0, period_number(r["ordered_at"].date(), grain) - born))]
            cell["revenue"] += Decimal(str(r["revenue"]))
            if not r["is_refund"]:
                cell["orders"] += 1
                cell["active"].add(r["customer_id"])
        return found

    def window(self, months: int, shift: int = 0) -> dict[str, tuple[int, Decimal]]:
        end, start = months_before(self.as_of, shift), months_before(self.as_of, shift + months)
        sums: dict[str, list] = {c: [0, Decimal(0)] for c in self.first}
        for r in self.rows:
            if start <= r["ordered_at"].date() < end:
                sums[r["customer_id"]][0] += 0 if r["is_refund"] else 1
                sums[r["customer_id"]][1] += Decimal(str(r["revenue"]))
        return {c: (n, money) for c, (n, money) in sums.items()}


def opened(rows: list[dict], as_of: dt.date) -> Workspace:
    return open_rows(Path(tempfile.mkdtemp()), rows, as_of, 0.4)


@pytest.mark.parametrize("grain", list(Grain))
@SLOW
@given(rows=histories, as_of=as_ofs)
def test_cohort_tables(grain: Grain, rows: list[dict], as_of: dt.date):
    twin, workspace = Twin(rows, as_of), opened(rows, as_of)
    tables = {m: cohort_table(workspace, m, grain=grain, basis=Basis.REVENUE) for m in Measure}
    cells = twin.cells(grain)
    cohorts = sorted({twin.cohort(c, grain) for c in twin.first})
    assert [period_number(r, grain) for r in tables[Measure.CUSTOMERS].rows] == cohorts
    for place, born in enumerate(cohorts):
        members = [c for c in twin.first if twin.cohort(c, grain) == born]
        assert tables[Measure.CUSTOMERS].sizes[place] == len(members)
        running = Decimal(0)
        for age in range(tables[Measure.CUSTOMERS].ages):
            cell = cells.get((born, age), {"active": set(), "orders": 0, "revenue": Decimal(0)})
            running += cell["revenue"]
            seen = {m: tables[m].values[place, age] for m in Measure}
            if period_start(born + age + 1, grain) > as_of:
                assert all(math.isnan(v) for v in seen.values())
                continue
            later = {
                c for c in members if any(c in cells[(born, k)]["active"] for b, k in cells if b == born and k >= age)
            }
            assert seen[Measure.CUSTOMERS] == len(cell["active"])
            assert seen[Measure.RETENTION] == pytest.approx(len(cell["active"]) / len(members))
            assert seen[Measure.ROLLING_RETENTION] == pytest.approx(len(later) / len(members))
            assert seen[Measure.REVENUE] == pytest.approx(float(cell["revenue"]))
            assert seen[Measure.MARGIN] == pytest.approx(float(cell["revenue"]) * 0.4, abs=0.01)
            assert seen[Measure.CUMULATIVE_LTV] == pytest.approx(float(running) / len(members))
            for measure, top, bottom in (
                (Measure.AVERAGE_ORDER_VALUE, float(cell["revenue"]), cell["orders"]),
                (Measure.ORDERS_PER_CUSTOMER, cell["orders"], len(cell["active"])),
            ):
                assert (math.isnan(seen[measure]) and not bottom) or seen[measure] == pytest.approx(top / bottom)
            # refunds alone make nobody active; of the empty cells some are enough
            if (born, age) in cells or age % 8 == 1:
                people = cell_customers(workspace, grain, age, cohort=tables[Measure.CUSTOMERS].rows[place]).frame
                assert set(people["customer_id"]) == cell["active"]


@SLOW
@given(
    rows=histories,
    as_of=as_ofs,
    value=some.integers(1, 900),
    often=some.integers(1, 6),
    months=some.sampled_from([1, 3, 6, 12]),
    shift=some.integers(0, 5),
)
def test_segments(rows: list[dict], as_of: dt.date, value: int, often: int, months: int, shift: int):
    twin, workspace = Twin(rows, as_of), opened(rows, as_of)
    rules = AbcdxRules(float(value), often, months, x_customers=("c0",))
    end = months_before(as_of, shift)
    expected: dict[str, set[str]] = defaultdict(set)
    for customer, (orders, revenue) in twin.window(months, shift).items():
        if twin.first[customer].date() < end:
            expected[abcdx.classify(float(revenue), orders, rules, on_register=customer == "c0").value].add(customer)
    table = abcdx.segment_table(workspace, rules, shift=shift)
    assert {s.value: table.count(s) for s in AbcdxSegment} == {s.value: len(expected[s.value]) for s in AbcdxSegment}
    if not shift:
        assert table.frame["customers"].sum() == len(twin.first)
        for segment in AbcdxSegment:
            found = abcdx.customers(workspace, rules, (segment,)).frame
            assert set(found["customer_id"]) == expected[segment.value]
    moved = abcdx.moves(workspace, rules, shift + months, shift).frame
    assert moved["customers"].sum() == table.frame["customers"].sum()


@SLOW
@given(rows=histories, as_of=as_ofs)
def test_overview_and_pareto(rows: list[dict], as_of: dt.date):
    twin, workspace = Twin(rows, as_of), opened(rows, as_of)
    if not twin.first:
        assert not len(kpis.overview(workspace).months)
        return
    view = kpis.overview(workspace)
    months = view.period.months
    facts = twin.window(months)
    active = {c: v for c, v in facts.items() if v[0]}
    assert view.figures["customers"].value == len(active)
    assert view.figures["revenue"].value == pytest.approx(float(sum(v[1] for v in facts.values())))
    orders = sum(v[0] for v in facts.values())
    if orders:
        assert view.figures["average_order_value"].value == pytest.approx(
            float(sum(v[1] for v in facts.values())) / orders
        )
        assert view.figures["repeat_purchase_rate"].value == pytest.approx(
            sum(v[0] > 1 for v in active.values()) / len(active)
        )
    assert view.months["revenue"].sum() == pytest.approx(
        float(sum(Decimal(str(r["revenue"])) for r in twin.rows)), abs=0.01
    )
    assert view.months["new_customers"].sum() == len(twin.first)
    curve = kpis.pareto(workspace)
    profits = sorted((float(v[1]) for v in active.values()), reverse=True)
    if profits and sum(profits) > 0:
        assert curve.top20 == pytest.approx(sum(profits[: math.ceil(len(profits) / 5)]) / sum(profits), abs=1e-4)


@SLOW
@given(rows=histories, as_of=as_ofs)
def test_filters_never_break_month_zero(rows: list[dict], as_of: dt.date):
    workspace = opened(rows, as_of)
    rules = AbcdxRules(200.0, 2, 12)
    for filters in (
        Filters(),
        Filters(((Attribute.CHANNEL, ("web",)),)),
        Filters(((Attribute.CHANNEL, ("", "shop")),)),
        Filters(segments=(AbcdxSegment.A, AbcdxSegment.D), rules=rules),
        Filters(
            since=period_number(dt.date(2023, 6, 1), Grain.MONTH), until=period_number(dt.date(2024, 1, 1), Grain.MONTH)
        ),
    ):
        table = cohort_table(workspace, Measure.RETENTION, filters=filters)
        if table.ages:
            zero = table.values[:, 0]
            assert np.all(zero[~np.isnan(zero)] == 1.0)
        assert abcdx.segment_table(workspace, rules, filters).frame["customers"].sum() <= workspace.facts().customers


@SLOW
@given(rows=histories, as_of=as_ofs)
def test_calendar_windows_agree_with_windows_back_from_as_of(rows: list[dict], as_of: dt.date):
    """When as_of is the first of a month both ways of cutting windows are the same."""
    first = as_of.replace(day=1)
    workspace = opened(rows, first)
    rules = AbcdxRules(100.0, 2, 6)
    filters = Filters(until=period_number(first, Grain.MONTH))
    plain, calendar = abcdx.segment_table(workspace, rules).frame, abcdx.segment_table(workspace, rules, filters).frame
    for column in ("customers", "orders", "revenue", "margin"):
        np.testing.assert_allclose(plain[column], calendar[column])
    assert workspace.window_end(Window(6, 2)) == workspace.window_end(Window(6, 2, filters.until))
