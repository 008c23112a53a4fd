"""The what-if plan: a year drawn by hand, parts that sum to the whole, break-even effects, files and links, plan against fact."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ltvlib import kpis, spend
from ltvlib.costs import CostKind, CostLine, VariableCosts
from ltvlib.errors import LimitError, LtvError, ReadError
from ltvlib.plan import against, bridge, outcome, tornado
from ltvlib.plan_fact import NotYet, against_fact, expected_of, plan_of
from ltvlib.plan_file import MAX_BYTES, MAX_SCENARIOS, PlanFile, Scenario, clean_name, read_plan, together
from ltvlib.plan_levers import BOUNDS, KINDS, LIMITED, TARGETS, Lever, LeverKind, Levers
from ltvlib.plan_today import today_of
from ltvlib.plan_worth import Hopeless, break_even, worth
from ltvlib.samples import open_sample, samples
from ltvlib.settings import AbcdxRules, AbcdxSegment, Attribute, Filters, month_number
from ltvlib.spend import Spend
from pages.ui.registry import REGISTRY
from tests.conftest import ROOT, open_rows
from tests.test_pages import LOSS, REFUND_ONLY, TINY, healthy, own

F, V, R, M, C, N = KINDS
ROWS = [
    {"customer_id": "Ann", "ordered_at": "2023-01-05", "revenue": 100.0},
    {"customer_id": "Ann", "ordered_at": "2024-02-10", "revenue": 100.0},
    {"customer_id": "Ann", "ordered_at": "2024-06-10", "revenue": 100.0},
    {"customer_id": "Bob", "ordered_at": "2023-03-01", "revenue": 200.0},
    {"customer_id": "Cid", "ordered_at": "2023-05-01", "revenue": 50.0},
    {"customer_id": "Cid", "ordered_at": "2024-05-01", "revenue": 150.0},
    {"customer_id": "Dee", "ordered_at": "2023-06-01", "revenue": 80.0},
    {"customer_id": "Eve", "ordered_at": "2024-03-15", "revenue": 300.0},
    {"customer_id": "Eve", "ordered_at": "2024-09-15", "revenue": 100.0},
    {"customer_id": "Fay", "ordered_at": "2024-10-01", "revenue": 200.0},
]
"""Half of the revenue is margin. In 2024 Ann, Cid (of four customers of 2023) come again, Eve and Fay are new.

With borders at an order of 120 and two orders, in 2023: Ann, Cid, Dee D, Bob B; in 2024: Ann C, Cid B, Eve A, Fay B.
Revenue 200 + 150 + 400 + 200 = 950, margin 475, six orders, spend 12 x 10 = 120, so profit 355 and CAC 60.
"""
AS_OF = dt.date(2025, 1, 1)
RULES = AbcdxRules(120.0, 2, 12)
SPEND = Spend.of((2024 * 12 + month, "", 10.0) for month in range(12))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return open_rows(tmp_path_factory.mktemp("plan"), ROWS, AS_OF, 0.5)


@pytest.fixture(scope="module")
def year(drawn):
    return today_of(drawn, SPEND, rules=RULES)


@pytest.fixture(scope="module")
def salon():
    space = open_sample("salon")
    yield space
    space.close()


@pytest.fixture(scope="module")
def salon_year(salon):
    costs = VariableCosts((CostLine("fees", CostKind.OF_REVENUE, 0.02), CostLine("tea", CostKind.PER_ORDER, 30.0)))
    return today_of(salon, spend.of_workspace(salon), costs)


def plan(kind: LeverKind, effect: float = 0.0, cost: float = 0.0, segments: str = "") -> Levers:
    return Levers.of({kind: Lever(effect, cost, tuple(AbcdxSegment(s) for s in segments))})


def added(year, *levers: Levers) -> float:
    both = Levers.of({kind: lever for one in levers for kind, lever in one.by_kind})
    return outcome(year, both).profit - outcome(year).profit


def test_the_year_that_was(year):
    found = outcome(year)
    assert (found.revenue, found.orders, found.customers, found.new_customers) == (950, 6, 4, 2)
    assert (found.contribution, found.spend, found.profit, found.cac) == (475, 120, 355, 60)
    assert (found.came_again_rate, found.average_order_value, found.orders_per_customer) == (0.5, 950 / 6, 1.5)
    # the months with spend that have completed six more are January to June; only Eve was won in them
    np.testing.assert_array_equal(found.curve, [150, 150, 150, 150, 150, 150, 200])
    assert (found.payback_month, found.cash_gap.money) == (0, 0)


def test_variable_costs_follow_what_they_grow_with(drawn):
    lines = (CostLine("a", CostKind.PER_ORDER, 10), CostLine("b", CostKind.OF_REVENUE, 0.02))
    costs = VariableCosts((*lines, CostLine("c", CostKind.PER_ACTIVE_MONTH, 3)))
    year = today_of(drawn, SPEND, costs, RULES)
    assert outcome(year).contribution == pytest.approx(475 - 60 - 19 - 18), "six orders in six months with an order"
    # 10 % more of the three orders after the first: 0.3 orders, 35 of margin less ... of 450 revenue
    assert added(year, plan(F, 0.1)) == pytest.approx(0.1 * (0.5 * 450 - 10 * 4 - 0.02 * 450 - 3 * 4))
    assert added(year, plan(V, 0.1)) == pytest.approx(0.1 * (475 - 0.02 * 950)), "a dearer order costs no second parcel"


@pytest.mark.parametrize(
    ("levers", "expected"),
    [
        (plan(F, 0.1), 0.1 * (200 + 150 + 100) * 0.5),  # Ann, Cid, Eve's second order; first orders stay
        (plan(F, 0.1, segments="C"), 0.1 * 200 * 0.5),  # Ann
        (plan(V, 0.1), 0.1 * 475),
        (plan(V, 0.1, segments="AB"), 0.1 * (400 + 150 + 200) * 0.5),
        (plan(R, 0.1), 0.1 * 3 * (200 + 150) / 2 * 0.5),  # three stood in D; B kept nobody to learn from
        (plan(R, 0.1, segments="B"), 0.0),
        (plan(R, 0.3, segments="D"), 0.3 * 3 * 175 * 0.5),
        (plan(M, 0.01), 9.5),
        (plan(C, -0.1), 12.0),
        (plan(N, 0.1), 0.1 * (600 * 0.5 - 120)),
        (plan(N, 0.1, 2.0), 18.0 - 24.0),
    ],
)
def test_every_lever_alone_on_paper(year, levers: Levers, expected: float):
    assert added(year, levers) == pytest.approx(expected)


def test_nobody_comes_again_more_than_everybody(year):
    """Two of three D customers came; a third of 100 more is all of them."""
    everyone = replace(year, cells={**year.cells})
    assert outcome(everyone, plan(R, 0.3)).came_again_rate == pytest.approx((2 + 0.9) / 4)
    full = replace(year, cells={name: cell.copy() for name, cell in year.cells.items()})
    full.cells["everyone"][3] = full.cells["customers"][3]  # Dee never was
    assert outcome(full, plan(R, 0.3)).profit == outcome(full).profit


def test_two_levers_share_what_they_make_together(year):
    """(950 + 45) x 1.1 / 2 = 547.25; each alone 22.5 and 47.5, the 2.25 they make together is halved."""
    steps = {step.kind: step.money for step in bridge(year, Levers.of({F: Lever(0.1, 5.0), V: Lever(0.1)}))}
    assert steps == {F: pytest.approx(23.625), V: pytest.approx(48.625), None: -60}


def test_what_newcomers_bring_changes_with_the_levers(year):
    assert outcome(year, plan(V, 0.1)).curve == pytest.approx([165] * 6 + [220])
    # the repeat orders of 2024's newcomers grow by half, and so does Eve's second order (50); her first does not
    assert outcome(year, plan(F, 0.5)).curve == pytest.approx([150] * 6 + [225])
    dear = outcome(replace(year, spend=400.0), plan(C, 0.5))
    # 2 / 12 newcomers a month cost 300 and bring 150 at once, 200 in month 6: 150 / 6 more is out every month, at last 100 / 6
    assert (dear.cac, dear.payback_month == dear.payback_month) == (300, False)
    assert dear.cash_gap.money == pytest.approx((6 * 150 + 100) / 6)


def test_break_even_on_paper(year):
    assert break_even(year, F, Lever(cost=5.0)) == (pytest.approx(60 / 225), None)
    assert break_even(year, R, Lever(cost=5.0)) == (pytest.approx(60 / 262.5), None)
    assert break_even(year, C, Lever(cost=1.0)) == (pytest.approx(-0.1), None)
    assert break_even(year, M, Lever(cost=9.5 / 12)) == (pytest.approx(0.01), None)
    reasons = {
        (R, 10.0): Hopeless.OUT_OF_REACH,  # with Dee back there are 87.5 at most, 120 are needed
        (C, 11.0): Hopeless.OUT_OF_REACH,  # 132 are more than all the spend
    }
    for (kind, cost), reason in reasons.items():
        effect, why = break_even(year, kind, Lever(cost=cost))
        assert np.isnan(effect)
        assert why is reason
    assert break_even(year, F, Lever(cost=1.0, segments=(AbcdxSegment.X,)))[1] is Hopeless.NO_CUSTOMERS
    assert break_even(replace(year, spend=400.0), N, Lever(cost=1.0))[1] is Hopeless.LOSES
    assert break_even(replace(year, spend=float("nan")), C, Lever(cost=1.0))[1] is Hopeless.NO_SPEND
    assert break_even(year, F, Lever(0.1))[1] is None


def test_worth_puts_the_best_rouble_first(year):
    rows = worth(year, Levers.of({F: Lever(0.1, 1.0), V: Lever(0.1, 3.0), M: Lever(0.05)}))
    assert [(row.kind, row.gain_per_cost) for row in rows[:2]] == [(F, 22.5 / 12), (V, pytest.approx(47.5 / 36))]
    assert np.isnan(rows[2].gain_per_cost)


def test_the_tornado_takes_the_same_step_for_all(year):
    rows = tornado(year)
    assert [(kind, round(money, 4)) for kind, _, money in rows] == [
        (V, 47.5), (F, 22.5), (N, 18.0), (C, 12.0), (M, 9.5), (R, 2.625),
    ]  # fmt: skip
    assert {kind: lever.effect for kind, lever, _ in tornado(year, plan(M, 0.1))}[M] == 0.1


def levers_of() -> st.SearchStrategy[Levers]:
    """Any plan: some levers moved anywhere inside their bounds, with or without a cost, for some segments or all."""
    segments = st.lists(st.sampled_from(TARGETS), unique=True, max_size=4).map(tuple)

    def one(kind: LeverKind) -> st.SearchStrategy[Lever]:
        effect = st.floats(*BOUNDS[kind]).map(lambda value: round(value, 4))
        cost = st.integers(0, 200_000).map(float)
        return st.builds(Lever, effect, cost, segments if kind in LIMITED else st.just(()))

    return st.fixed_dictionaries({}, optional={kind: one(kind) for kind in KINDS}).map(
        lambda found: Levers.of({k: replace(v, segments=tuple(s for s in TARGETS if s in v.segments)) for k, v in found.items()})
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(levers_of())
def test_parts_and_costs_sum_to_the_change_exactly(salon_year, levers: Levers):
    change = outcome(salon_year, levers).profit - outcome(salon_year).profit
    assert sum(step.money for step in bridge(salon_year, levers)) == pytest.approx(change, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.floats(1, 60_000))
def test_a_break_even_effect_earns_exactly_its_cost(salon_year, kind: LeverKind, cost: float):
    effect, reason = break_even(salon_year, kind, Lever(cost=cost))
    low, high = BOUNDS[kind]
    if reason is None and low <= effect <= high:
        assert added(salon_year, plan(kind, effect, cost)) == pytest.approx(0, abs=1e-3)
        assert added(salon_year, plan(kind, effect * 0.99, cost)) < 0
    else:
        best = max(added(salon_year, plan(kind, edge, cost)) for edge in (low, high))
        assert best < 0, "nothing inside the bounds earns the cost"


@settings(max_examples=200, deadline=None)
@given(levers_of())
def test_a_plan_survives_the_link_and_the_file(levers: Levers):
    assert Levers.from_text(levers.to_text()) == levers
    text = PlanFile((Scenario("Лояльность", levers),)).to_json()
    assert read_plan(text.encode()).scenarios == (Scenario("Лояльность", levers),)


def test_the_year_that_was_is_the_year_of_the_overview(salon):
    found = spend.of_workspace(salon)
    year, view = outcome(today_of(salon, found)), kpis.overview(salon)
    months = [month_number(dt.date(2024, 11, 1)) + place for place in range(12)]
    paid = sum(line.amount for line in found.lines if line.month in months)
    assert view.period.months == 12
    for slug in ("revenue", "customers", "average_order_value", "orders_per_customer"):
        assert getattr(year, slug) == pytest.approx(view.figures[slug].value, rel=1e-12), slug
    assert year.contribution == pytest.approx(view.figures["margin"].value, rel=1e-12)
    assert year.profit == pytest.approx(view.figures["margin"].value - paid, rel=1e-12)
    assert outcome(today_of(salon, found), Levers()).profit == year.profit


def test_the_levers_of_a_sample_counted_again_from_its_orders():
    """A second implementation: every customer of the CRM seller on a loop over the rows of its file, no SQL."""
    space = open_sample("crm")
    try:
        year = today_of(space, spend.of_workspace(space), rules=AbcdxRules(100.0, 6, 12))
    finally:
        space.close()
    frame = pd.read_csv(ROOT / "sample_data" / "crm" / "orders.csv", dtype={"customer_id": str})
    frame = frame.sort_values(["ordered_at", "order_id"])
    gains, kept, base = dict.fromkeys("fvmr", 0.0), {}, {}
    for _, rows in frame.groupby("customer_id"):
        orders = rows[~rows["is_refund"]]
        before = rows[(rows["ordered_at"] >= "2023-11") & (rows["ordered_at"] < "2024-11")]
        now = rows[rows["ordered_at"] >= "2024-11"]
        then = before[~before["is_refund"]]
        paid = now[~now["is_refund"]]
        first = orders["gross_margin"].iloc[0] if orders["ordered_at"].iloc[0] >= "2024-11" else 0.0
        is_c = len(paid) >= 6 and now["revenue"].sum() < 100 * len(paid)
        gains["f"] += 0.1 * (now["gross_margin"].sum() - first) if is_c else 0.0
        gains["v"] += 0.05 * now["gross_margin"].sum()
        gains["m"] += 0.01 * now["revenue"].sum()
        if len(then):
            segment = (len(then) >= 6, before["revenue"].sum() >= 100 * len(then))
            base[segment] = base.get(segment, 0) + 1
            count, margin = kept.get(segment, (0, 0.0))
            kept[segment] = (count + bool(len(paid)), margin + now["gross_margin"].sum())
    gains["r"] = sum(min(0.02, 1 - n / base[s]) * base[s] * margin / n for s, (n, margin) in kept.items())
    assert added(year, plan(F, 0.1, segments="C")) == pytest.approx(gains["f"])
    assert added(year, plan(V, 0.05)) == pytest.approx(gains["v"])
    assert added(year, plan(M, 0.01)) == pytest.approx(gains["m"])
    assert added(year, plan(R, 0.02)) == pytest.approx(gains["r"])
    assert outcome(year).came_again_rate == sum(n for n, _ in kept.values()) / sum(base.values())


def test_without_spend_newcomers_look_free_and_nothing_else_changes(drawn):
    found = outcome(today_of(drawn, rules=RULES))
    assert found.profit == 475
    assert np.isnan([found.cac, found.spend, found.payback_month, found.cash_gap.money]).all()


def test_spend_of_a_part_of_the_months_is_scaled_by_newcomers(drawn):
    """80 in January to April for Eve, so Fay, won in October, counts 80 as well."""
    found = today_of(drawn, Spend.of((2024 * 12 + month, "", 20.0) for month in range(4)), rules=RULES)
    assert (found.spend_months, found.spend, found.cac) == (4, 160, 80)


def test_a_short_file_is_scaled_openly(tmp_path):
    """From 1 August to 1 January: five months, 950 of revenue, so 2,280 a year; nobody is known from before."""
    rows = [{**row, "ordered_at": f"2024-{8 + place % 5:02d}-01"} for place, row in enumerate(ROWS)]
    space = open_rows(tmp_path, rows, AS_OF, 0.5)
    today = today_of(space)
    total = sum(row["revenue"] for row in ROWS)
    assert (today.months, today.months_before) == (5, 0)
    assert outcome(today).revenue == pytest.approx(total * 12 / 5)
    assert outcome(today).customers == 6
    assert np.isnan(outcome(today, plan(R, 0.1)).came_again_rate)
    assert added(today, plan(R, 0.1)) == 0
    assert np.isnan(expected_of(today, Levers()).rates["orders_per_customer"])


def test_half_a_year_before_is_enough_to_see_who_comes_back(tmp_path):
    space = open_rows(tmp_path, [row for row in ROWS if row["ordered_at"] >= "2023-05"], AS_OF, 0.5)
    today = today_of(space, rules=RULES)
    assert (today.months, today.months_before) == (12, 8)
    assert today.came_again_rate == 0.5, "of Cid and Dee one came; Ann is new as far as this file knows"


def test_the_expected_months_have_the_seasons_of_the_year_before(year):
    """10 % more on the check: February's 100 of revenue become 110, every month pays its newcomers 60 each."""
    found = expected_of(year, plan(V, 0.1, 1.0))
    assert found.first_month == 2025 * 12
    assert found.series["revenue"] == pytest.approx([0, 110, 330, 0, 165, 110, 0, 0, 110, 220, 0, 0])
    assert found.series["new_customers"] == pytest.approx([0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0])
    assert found.series["profit"][2] == pytest.approx(330 / 2 - 60 - 1)
    assert sum(found.series["profit"]) == pytest.approx(outcome(year, plan(V, 0.1, 1.0)).profit)


def test_data_that_end_in_the_middle_of_a_month(tmp_path):
    """To 15 January: the window began on 15 January, the plan begins in February; January's shape is the mean."""
    space = open_rows(tmp_path, ROWS, dt.date(2025, 1, 15), 0.5)
    today = today_of(space, SPEND, rules=RULES)
    assert (today.first_day, outcome(today).revenue) == (dt.date(2024, 1, 15), 950)
    assert (today.spend_months, today.spend) == (11, 110), "February to December are on record, January 2025 is not"
    found = expected_of(today, Levers())
    assert found.first_month == 2025 * 12 + 1
    assert found.series["revenue"] == pytest.approx(
        [950 * share / (950 + 950 / 11) for share in (100, 300, 0, 150, 100, 0, 0, 100, 200, 0, 0, 950 / 11)]
    )
    assert against_fact(space, plan_of(space, today, "Mid", Levers())).months == 0


def test_a_plan_against_today_is_a_difference(year):
    """2 a month for the levers and nothing else: 24 less profit, the newcomer is the same."""
    found = against(outcome(year), outcome(year, plan(V, 0.0, 2.0)))
    assert (found.profit, found.ltv, found.cash_gap) == (-24, 0, 0)
    dearer = against(outcome(year), outcome(year, plan(C, 0.5)))
    assert dearer.profit == pytest.approx(-60), "two newcomers at 90 instead of 60"
    assert np.isnan(against(outcome(year), replace(outcome(year), curve=np.zeros(0))).ltv)


def test_plan_against_fact_on_paper(tmp_path, drawn, year):
    """A quarter later: January 300 of Ann, February 400 of Gil (new), March nothing; spend 30 a month."""
    plan_ = plan_of(drawn, year, "Upsell", plan(V, 0.1, 1.0))
    later = [
        {"customer_id": "Ann", "ordered_at": "2025-01-10", "revenue": 300.0},
        {"customer_id": "Gil", "ordered_at": "2025-02-10", "revenue": 400.0},
    ]
    space = open_rows(tmp_path, ROWS + later, dt.date(2025, 4, 1), 0.5)
    paid = Spend.of((2025 * 12 + month, "", 30.0) for month in range(3))
    view = against_fact(space, plan_, paid)
    assert (view.months, view.first_month) == (3, 2025 * 12)
    rows = {row.slug: row for row in view.rows}
    assert (rows["average_order_value"].planned, rows["average_order_value"].actual) == (pytest.approx(1045 / 6), 350)
    assert (rows["cac"].planned, rows["cac"].actual) == (60, 90)
    assert (rows["new_customers"].planned, rows["new_customers"].actual) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert rows["revenue"].actual == pytest.approx(700 / 3)
    assert rows["plan_profit"].actual == pytest.approx((350 - 90) / 3 - 1)
    assert rows["plan_profit"].planned == pytest.approx((440 / 2 - 60) / 3 - 1)
    assert view.by_month["actual"].tolist() == [150 - 30 - 1, 200 - 30 - 1, -31]
    for slug in ("orders_per_customer", "came_again_rate"):
        assert (rows[slug].reason, np.isnan(rows[slug].actual)) == (NotYet.TOO_EARLY, True)
    assert {row.slug: row.reason for row in against_fact(space, plan_).rows}["cac"] is NotYet.NO_SPEND


QUARTER = [
    {"customer_id": "Ann", "ordered_at": "2025-01-10", "revenue": 300.0},
    {"customer_id": "Gil", "ordered_at": "2025-02-10", "revenue": 400.0},
    {"customer_id": "Gil", "ordered_at": "2025-03-10", "revenue": 100.0},
]
TEA = VariableCosts((CostLine("tea", CostKind.PER_ORDER, 20.0),))


def test_spend_that_is_missing_is_not_zero(tmp_path, drawn, year):
    """The plan pays 60 a newcomer; of the first quarter only January is on record."""
    made = plan_of(drawn, year, "Paid", Levers())
    space = open_rows(tmp_path, ROWS + QUARTER, dt.date(2025, 4, 1), 0.5)
    view = against_fact(space, made, Spend.of([(2025 * 12, "", 30.0)]))
    assert (view.without_spend, view.profit.reason, np.isnan(view.profit.actual)) == (2, NotYet.NO_SPEND, True)
    np.testing.assert_array_equal(view.by_month["actual"], [150 - 30, np.nan, np.nan])
    paid = against_fact(space, made, Spend.of((2025 * 12 + month, "", 0.0) for month in range(3)))
    assert (paid.without_spend, paid.profit.actual) == (0, pytest.approx(400 / 3)), "0 on record is 0"


def test_a_plan_without_spend_meets_a_fact_without_spend(tmp_path, drawn):
    """Otherwise the fact would be behind by the whole advertising."""
    made = plan_of(drawn, today_of(drawn, rules=RULES), "Free", Levers())
    assert not made.has_spend
    space = open_rows(tmp_path, ROWS + QUARTER, dt.date(2025, 4, 1), 0.5)
    view = against_fact(space, made, Spend.of((2025 * 12 + month, "", 30.0) for month in range(3)))
    assert (view.without_spend, view.profit.reason) == (0, None)
    assert view.profit.actual == pytest.approx(400 / 3)


def test_the_fact_is_counted_with_the_costs_of_the_plan(tmp_path, drawn):
    """Three orders at 20 a tea, whether or not the costs are entered again for the newer file."""
    made = plan_of(drawn, today_of(drawn, costs=TEA, rules=RULES), "Tea", Levers())
    space = open_rows(tmp_path, ROWS + QUARTER, dt.date(2025, 4, 1), 0.5)
    for costs in (None, TEA, VariableCosts((CostLine("rent", CostKind.PER_ORDER, 99.0),))):
        view = against_fact(space, made, costs=costs)
        assert (view.costs, view.has_plan_costs) == (TEA, True)
        assert view.profit.actual == pytest.approx((400 - 60) / 3)
        assert view.by_month["planned"].tolist() == pytest.approx([0, 100 / 2 - 20, 300 / 2 - 20])


def test_a_file_of_version_1_is_read_without_costs(tmp_path, drawn):
    made = plan_of(drawn, today_of(drawn, costs=TEA, rules=RULES), "Tea", Levers())
    content = json.loads(PlanFile(plan=made).to_json())
    assert read_plan(json.dumps(content).encode()).plan.costs == TEA
    content["version"] = 1
    del content["plan"]["costs"]
    old = read_plan(json.dumps(content).encode()).plan
    assert (old.costs, old.levers, old.made_on) == (None, made.levers, made.made_on)
    assert read_plan(PlanFile(plan=old).to_json().encode()).plan.costs is None
    space = open_rows(tmp_path, ROWS + QUARTER, dt.date(2025, 4, 1), 0.5)
    view = against_fact(space, old, costs=TEA)
    assert (view.costs, view.has_plan_costs, view.profit.actual) == (TEA, False, pytest.approx((400 - 60) / 3))


def test_a_year_later_the_slow_figures_are_known(salon):
    """The salon cut a year back: its plan without levers against what the twelve months really were."""
    cut = Filters(until=2024 * 12 + 10)
    paid = spend.of_workspace(salon)
    made = plan_of(salon, today_of(salon, paid, filters=cut), "As it was", Levers(), cut)
    assert made.made_on == dt.date(2024, 11, 1)
    assert against_fact(salon, made, paid, filters=cut).months == 0
    rows = {row.slug: row for row in against_fact(salon, made, paid).rows}
    now = outcome(today_of(salon, paid))
    for slug in ("orders_per_customer", "average_order_value", "margin_rate", "cac", "came_again_rate"):
        assert rows[slug].actual == pytest.approx(getattr(now, slug), rel=1e-12), slug
    known = {slug: row.reason for slug, row in rows.items() if row.reason}
    assert known == {"came_again_rate": NotYet.NOT_PLANNED}, "the file began ten months before the year of the plan"
    assert rows["plan_profit"].actual * 12 == pytest.approx(now.profit)
    assert rows["new_customers"].actual * 12 == now.new_customers


def test_a_plan_for_a_channel_is_compared_with_that_channel(salon):
    channel = salon.values_of(Attribute.CHANNEL)[0]
    only = Filters(attributes=((Attribute.CHANNEL, (channel,)),), until=2025 * 12 + 6)
    made = plan_of(salon, today_of(salon, filters=only), "One channel", Levers(), only)
    text = PlanFile(plan=made).to_json()
    assert read_plan(text.encode()).to_json() == text
    view = against_fact(salon, made)
    expected = kpis.overview(salon, replace(only, since=2025 * 12 + 6, until=None)).figures["revenue"].value
    rows = {row.slug: row.actual for row in view.rows}
    assert view.months == 4
    assert rows["revenue"] * 4 == pytest.approx(expected)


def saved(salon, salon_year) -> dict:
    made = plan_of(salon, salon_year, "Plan", plan(F, 0.1, 5.0, "A"))
    return json.loads(PlanFile((Scenario("One", plan(V, 0.05)),), made).to_json())


def spoiled(content: dict, path: str, value: object) -> bytes:
    *way, last = path.split(".")
    place = content
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "another"),
        ("version", "1"),
        ("version", 3),
        ("version", 0),
        ("version", True),
        ("scenarios", {}),
        ("scenarios", [{"name": f"n{place}", "levers": {}} for place in range(13)]),
        ("scenarios.0", None),
        ("scenarios.0.name", "\u202e\n "),
        ("scenarios.0.name", 5),
        ("scenarios.0.levers", []),
        ("scenarios.0.levers.magic", {"effect": 0.1}),
        ("scenarios.0.levers.order_value.effect", "0.1"),
        ("scenarios.0.levers.order_value.effect", True),
        ("scenarios.0.levers.order_value.effect", 5.0),
        ("scenarios.0.levers.order_value.effect", 10**400),
        ("scenarios.0.levers.order_value.effect", float("nan")),
        ("scenarios.0.levers.order_value.cost", float("inf")),
        ("scenarios.0.levers.order_value.cost", -1),
        ("scenarios.0.levers.order_value.segments", ["inactive"]),
        ("scenarios.0.levers.order_value.segments", "AB"),
        ("plan", []),
        ("plan.made_on", "yesterday"),
        ("plan.made_on", "0001-01-01"),
        ("plan.expected.first_month", "9999-12"),
        ("plan.currency", "<b>"),
        ("plan.expected.first_month", "0000-01"),
        ("plan.expected.series.profit", [1.0] * 11),
        ("plan.expected.series.profit", ["1"] * 12),
        ("plan.expected.series.profit", [1e308] * 12),
        ("plan.expected.series.orders", [-2e15] * 12),
        ("plan.expected.rates.cac", 2e15),
        ("plan.costs", {}),
        ("plan.costs", [{"name": "tea", "kind": "per_order", "amount": 1.0}] * 51),
        ("plan.costs.0.kind", "per_moon"),
        ("plan.costs.0.amount", -1),
        ("plan.costs.0.amount", 1e300),
        ("plan.costs.0.name", None),
        ("plan.expected.rates", {}),
    ],
)
def test_a_hostile_plan_is_refused_in_one_sentence(salon, salon_year, path: str, value: object):
    with pytest.raises(ReadError):
        read_plan(spoiled(saved(salon, salon_year), path, value))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe{", b"[]", b"null", b"[" * 90_000, b'{"format": "ltv-workbench-plan"}']
)
def test_what_is_no_plan_at_all_is_refused_in_one_sentence(data: bytes):
    with pytest.raises(ReadError):
        read_plan(data)


def test_a_plan_has_a_largest_size():
    with pytest.raises(LimitError):
        read_plan(b" " * (MAX_BYTES + 1))


def test_scenarios_of_a_file_never_push_out_the_readers_own():
    mine = [Scenario(f"m{place}", Levers()) for place in range(8)]
    found = [Scenario(f"f{place}", Levers()) for place in range(3)] + [Scenario("m0", plan(V, 0.05))]
    rows = together(mine, found)
    assert [row.name for row in rows] == [f"m{place}" for place in range(1, 8)] + ["f0", "f1", "f2", "m0"]
    assert rows[-1].levers == plan(V, 0.05), "the file's counts"
    assert len(together(mine, [Scenario(f"f{place}", Levers()) for place in range(4)])) == MAX_SCENARIOS
    with pytest.raises(LimitError):
        together(mine, [Scenario(f"f{place}", Levers()) for place in range(5)])


def test_a_link_that_was_broken_keeps_what_can_be_read():
    text = "f~0.1~5~AB_v~oops_q~1_r~9_c~-0.1~0~A_n~nan_m~0.01"
    assert Levers.from_text(text) == Levers.of({F: Lever(0.1, 5.0, TARGETS[:2]), M: Lever(0.01)})
    assert Levers.from_text("") == Levers()


def test_a_lever_outside_its_bounds_is_no_plan():
    for lever in (Lever(5.0), Lever(float("nan")), Lever(0.1, -1.0), Lever(0.1, float("inf"))):
        with pytest.raises(LtvError):
            Levers.of({F: lever})


def test_names_are_one_short_line():
    assert clean_name("  a\n\tb\u0000 c  ") == "a b c"
    assert len(clean_name("x" * 500)) == 60


# -- the page ----------------------------------------------------------------------------------------------------


def visit(data: str = "salon", language: str = "en", query: dict[str, str] | None = None, **state: object) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.session_state["lang"], at.session_state["data"] = language, data
    for key, value in state.items():
        at.session_state[key] = value
    for key, value in (query or {}).items():
        at.query_params[key] = value
    at.run()
    return at.switch_page("pages/plan.py").run()


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption, *at.info, *at.warning])


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("data", list(samples()))
def test_the_page_opens_on_every_sample(data: str, language: str):
    at = healthy(visit(data, language, {f"{data}_plan": "f~0.1~500_v~0.05_r~0.02~300_m~0.01_c~-0.1_n~0.1"}))
    assert len(at.metric) == 4
    assert at.slider(key=f"{data}_plan_frequency_effect").value == 10


@pytest.mark.parametrize("rows", [TINY, LOSS, REFUND_ONLY, []], ids=["one customer", "no revenue", "refunds", "empty"])
def test_the_page_says_something_sensible_about_little(rows: list[dict], tmp_path: Path):
    query = {"upload_plan": "f~0.1~500_v~0.05_r~0.02~300_m~0.01~5_c~-0.1~5_n~0.1~7"}
    at = healthy(visit("upload", query=query, uid=own(tmp_path, rows)))
    assert at.metric or at.info


def test_an_example_moves_its_lever_and_the_link():
    at = healthy(visit())
    assert "salon_plan" not in at.query_params
    at.button(key="plan_try_frequency").click().run()
    healthy(at)
    assert at.slider(key="salon_plan_frequency_effect").value == 10
    assert at.query_params["salon_plan"] == "f~0.1"
    at.button(key="plan_clear").click().run()
    assert "salon_plan" not in healthy(at).query_params


def test_scenarios_are_saved_compared_opened_and_deleted():
    at = healthy(visit(query={"salon_plan": "v~0.05~1000~AB"}, plan_tabs="Scenarios"))
    at.text_input(key="plan_name").set_value("Upsell")
    at.button(key="plan_save").click().run()
    at.button(key="plan_clear").click().run()
    names = healthy(at).dataframe[0].value["name"].tolist()
    assert names == ["Today", "Upsell"]
    at.button(key="plan_open").click().run()
    assert at.query_params["salon_plan"] == "v~0.05~1000~AB"
    at.button(key="plan_delete").click().run()
    assert healthy(at).dataframe[0].value["name"].tolist() == ["Today", "Levers now"]


def test_a_plan_file_is_opened_and_a_broken_one_is_refused():
    """Levers and scenarios come from the file; what is no plan gives one sentence and changes nothing."""
    at = healthy(visit(plan_tabs="Scenarios"))
    text = PlanFile((Scenario("From a file", plan(V, 0.05)),)).to_json()
    at.file_uploader(key="plan_upload_0").upload("plan.json", text.encode(), "application/json").run()
    at.button(key="plan_upload_apply").click().run()
    assert healthy(at).dataframe[0].value["name"].tolist() == ["Today", "From a file"]
    at.file_uploader(key="plan_upload_1").upload("plan.json", b"{}", "application/json").run()
    at.button(key="plan_upload_apply").click().run()
    assert [error.value for error in at.error] == [
        "This file is not a plan saved here, or it was changed; save the plan again and take that file."
    ]


def test_a_file_with_too_many_scenarios_is_refused_and_changes_nothing():
    mine = [Scenario(f"Mine {place}", plan(V, 0.01 * place)) for place in range(1, 9)]
    at = healthy(visit(plan_tabs="Scenarios", salon_plan_scenarios=mine))
    text = PlanFile(tuple(Scenario(f"File {place}", plan(F, 0.01)) for place in range(5))).to_json()
    at.file_uploader(key="plan_upload_0").upload("plan.json", text.encode(), "application/json").run()
    at.button(key="plan_upload_apply").click().run()
    assert not at.exception
    assert [error.value for error in at.error] == [
        "With the scenarios of the file there would be 13, at most 12 can be compared: delete some of yours first."
    ]
    assert at.dataframe[0].value["name"].tolist() == ["Today", *(row.name for row in mine)]


def opened_later(folder: Path, drawn, spend_: Spend, kept: Spend | None = None) -> AppTest:
    """A plan with teas of 20 made on the drawn year, and the quarter after it uploaded anew."""
    made = plan_of(drawn, today_of(drawn, spend_, TEA, RULES), "Tea", Levers())
    REGISTRY.session(folder.name).workspace = open_rows(folder, ROWS + QUARTER, dt.date(2025, 4, 1), 0.5)
    state = {"upload_spend": kept} if kept else {}
    return healthy(visit("upload", uid=folder.name, the_plan=made, plan_tabs="Plan against fact", **state))


def test_after_a_new_upload_no_plan_is_kept_by_forgotten_spend(tmp_path: Path, drawn):
    """A new upload forgets spend and costs; the plan remembers its costs, and without spend nothing is declared."""
    said = words(opened_later(tmp_path, drawn, SPEND))
    assert "for 3 of the months compared no marketing spend is on record" in said
    assert "The plan is kept" not in said
    assert "gross margin less tea" in said
    assert "whatever is entered now" in said


def test_with_spend_on_record_the_verdict_is_told(tmp_path: Path, drawn):
    """Margin 400 less three teas of 20 less 3 x 30, a month: 250 / 3."""
    paid = Spend.of((2025 * 12 + month, "", 30.0) for month in range(3))
    at = opened_later(tmp_path, drawn, SPEND, paid)
    assert "profit was **€83.33** a month" in words(at)


def test_a_plan_without_spend_says_that_the_fact_has_none(tmp_path: Path, drawn):
    said = words(opened_later(tmp_path, drawn, Spend()))
    assert "The plan was made without marketing spend" in said
    assert "profit was **€113** a month" in said


def test_levers_at_different_steps_are_not_called_equal():
    at = healthy(visit(query={"salon_plan": "f~0.2"}))
    assert "Moved by 10% or one point, the most comes from" in words(at)
    assert "how hard each is to make is for you to judge" in words(at)
    own_values = healthy(visit(query={"salon_plan": "f~0.2"}, plan_step="own"))
    assert "With your values the most comes from" in words(own_values)
    assert "how hard each is to make" not in words(own_values)


def test_a_plan_made_on_earlier_data_meets_its_fact_and_follows_to_another_set():
    span = (dt.date(2023, 1, 1), dt.date(2025, 4, 1))
    at = healthy(visit(query={"salon_plan": "f~0.1~1000"}, plan_tabs="Scenarios", salon_period=span))
    at.text_input(key="plan_name").set_value("Spring")
    at.button(key="plan_save").click().run()
    at.button(key="plan_make").click().run()
    at.session_state["plan_tabs"] = "Plan against fact"
    assert "May 2025" in words(healthy(at.run())), "no month of the plan has passed under the filter"
    at.session_state["salon_period"] = (dt.date(2023, 1, 1), dt.date(2025, 10, 1))
    healthy(at.run())
    table = next(frame.value for frame in at.dataframe if "planned" in frame.value)
    assert table["reason"].tolist().count("needs 12 months") == 2
    at.session_state["data"] = "kids"
    assert "the plan was made on another file" in words(healthy(at.run()))
    assert not any("planned" in frame.value for frame in at.dataframe)
    at.session_state["data"] = "b2b"
    assert "another currency" in words(healthy(at.run()))
