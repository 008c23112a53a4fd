"""What must hold for every history: one population, complete periods only, and parts that sum to the whole."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from ltvlib import abcdx, kpis
from ltvlib.cohorts import Measure, cell_customers, cohort_table
from ltvlib.settings import AbcdxRules, AbcdxSegment, Attribute, Filters, Grain, Window, month_number
from tests.conftest import open_rows

WEB, SHOP = {"channel": "web"}, {"channel": "shop"}
YEAR = [
    {"customer_id": "Ann", "ordered_at": "2024-01-15", "revenue": 100.0, **WEB},
    {"customer_id": "Ann", "ordered_at": "2024-05-02", "revenue": 60.0, **WEB},
    {"customer_id": "Ben", "ordered_at": "2024-02-10", "revenue": 200.0, **WEB},
    {"customer_id": "Ben", "ordered_at": "2024-11-05", "revenue": 40.0, **WEB},
    {"customer_id": "Cat", "ordered_at": "2024-08-20", "revenue": 300.0, **WEB},
    {"customer_id": "Cat", "ordered_at": "2024-11-09", "revenue": 80.0, **WEB},
    {"customer_id": "Dan", "ordered_at": "2024-10-31", "revenue": 500.0, **SHOP},
]
AS_OF = dt.date(2024, 11, 10)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """Four customers; data end on 10 November, in the middle of a month and of a quarter."""
    return open_rows(tmp_path_factory.mktemp("year"), YEAR, AS_OF, 0.5)


def month(text: str) -> int:
    return month_number(dt.date.fromisoformat(f"{text}-01"))


@pytest.mark.parametrize("grain", list(Grain))
def test_the_people_of_a_pooled_cell_are_those_counted_in_it(year, grain: Grain):
    """Cat's second order falls into a period that is not complete: neither in the cell nor in its list."""
    for filters in (Filters(), Filters(since=month("2024-02")), Filters(until=month("2024-11"))):
        active = cohort_table(year, Measure.CUSTOMERS, grain=grain, by=Attribute.CHANNEL, filters=filters)
        for row, age in zip(*active.known_cells, strict=True):
            group = str(active.rows[row])
            people = cell_customers(year, grain, int(age), by=Attribute.CHANNEL, group=group, filters=filters)
            assert people.rows == active.values[row, age], (grain, filters, group, age)


def test_a_period_cut_by_the_filter_is_left_out_whole(year):
    table = cohort_table(year, Measure.CUSTOMERS, grain=Grain.QUARTER, filters=Filters(since=month("2024-02")))
    assert table.rows[0] == dt.date(2024, 7, 1), "the first quarter began before February"


def test_lists_of_people_know_nothing_after_the_end_of_the_data(year):
    filters = Filters(until=month("2024-05"))
    people = cell_customers(year, Grain.MONTH, 0, cohort=dt.date(2024, 1, 1), filters=filters).frame
    assert people["last_day"].dt.date.tolist() == [dt.date(2024, 1, 15)]


def test_a_segment_filter_keeps_its_own_rules(year):
    """Customers that are often buyers under one rule, classified by another."""
    often = Filters(segments=(AbcdxSegment.A, AbcdxSegment.C), rules=AbcdxRules(0.0, 2))
    table = abcdx.segment_table(year, AbcdxRules(0.0, 3), often)
    assert table.count(AbcdxSegment.B) == 3, "Ann, Ben and Cat ordered twice; nobody three times"


def test_a_short_file_is_cut_so_that_a_period_before_exists(year):
    view = kpis.overview(year)
    assert (view.period.months, view.before.first_day) == (5, dt.date(2024, 1, 10)), "5 days of January are forgiven"
    assert view.has_before
    assert (view.figures["revenue"].value, view.figures["revenue"].before) == (920, 360)


def test_chosen_months_are_calendar_months_on_every_figure(year):
    """From September to the end on 10 November: 1 September, not 10 August."""
    view = kpis.overview(year, Filters(since=month("2024-09")))
    assert (view.period.first_day, view.period.end_day) == (dt.date(2024, 9, 1), AS_OF)
    assert view.figures["revenue"].value == view.months["revenue"].sum() == 620
    assert not view.has_before, "two months and ten days have no equal number of months before them"
    assert kpis.pareto(year, Filters(since=month("2024-09"))).customers == 3


def test_chosen_complete_months_are_compared_with_as_many_before(year):
    view = kpis.overview(year, Filters(since=month("2024-08"), until=month("2024-11")))
    assert view.has_before
    assert (view.figures["revenue"].value, view.figures["revenue"].before) == (800, 60)


def test_orders_per_customer_of_x_counts_customers_with_an_order(year):
    """Ann is on the register without an order in the window; her silence does not dilute Ben's one order."""
    frame = abcdx.segment_table(year, AbcdxRules(1.0, 2, 1, x_customers=("Ann", "Ben"))).frame.set_index("segment")
    assert frame.loc["X", ["customers", "orders", "orders_per_customer"]].tolist() == [2, 1, 1.0]


def test_movement_needs_a_window_that_the_data_cover(year):
    short, long = AbcdxRules(1.0, 2, 5), AbcdxRules(1.0, 2, 12)
    for rules, is_known in ((short, True), (long, False)):
        now, before = abcdx.segment_table(year, rules), abcdx.segment_table(year, rules, shift=rules.window_months)
        assert before.is_covered == is_known
        assert abcdx.with_movement(now, before)["moved"].notna().all() == is_known


def test_shares_of_a_loss_are_undefined(tmp_path):
    back = {"customer_id": "Ann", "ordered_at": "2024-11-08", "revenue": -900.0, "is_refund": True}
    space = open_rows(tmp_path, [*YEAR, back], AS_OF, 0.5)
    table = abcdx.segment_table(space, AbcdxRules(1.0, 2, 1))
    assert table.frame["margin"].sum() < 0
    assert np.isnan(table.frame["margin_share"]).all()
    curve = kpis.pareto(space, Filters(until=month("2024-11"), since=month("2024-10")))
    assert curve.top20 == 1.0


def test_an_order_without_a_cost_is_not_all_profit(tmp_path):
    """Orders of 100 and 300 earned 20 and 80, a quarter; one of 200 has no cost and is taken at that quarter."""
    rows = [
        {"customer_id": "Ann", "ordered_at": "2024-01-15", "revenue": 100.0, "gross_margin": 20.0},
        {"customer_id": "Ann", "ordered_at": "2024-02-15", "revenue": 300.0, "gross_margin": 80.0},
        {"customer_id": "Ben", "ordered_at": "2024-02-20", "revenue": 200.0},
    ]
    space = open_rows(tmp_path, rows, dt.date(2024, 3, 1), margin_source="cost")
    assert (space.info.margin_rate, space.info.unknown_margins) == (0.25, 1)
    assert cohort_table(space, Measure.MARGIN).values[:, 0].tolist() == [20, 50]
    nothing = [{**row, "gross_margin": None} for row in rows]
    assert open_rows(tmp_path, nothing, dt.date(2024, 3, 1), margin_source="cost").info.margin_source == "none"


def test_suggested_borders_are_of_all_buyers(tmp_path):
    """Two of four buyers took everything back: half of all are above 0, and the mean is 400 / 4 orders."""
    rows = [{"customer_id": name, "ordered_at": "2024-05-01", "revenue": 200.0} for name in ("a", "b", "c", "d")]
    rows += [{"customer_id": name, "ordered_at": "2024-05-09", "revenue": -200.0, "is_refund": True} for name in "cd"]
    found = abcdx.suggest(open_rows(tmp_path, rows, dt.date(2024, 6, 1), 0.5), Window(1))
    assert found.value == {"median": 100.0, "mean": 100.0, "pareto": 200.0}


def test_customers_above_the_pareto_border_bring_what_it_says(tmp_path):
    """1,260 is not rounded up to 1,300: the customer who stands there belongs to the 80 %."""
    amounts = {"a": 5000.0, "b": 1260.0, "c": 1000.0, "d": 500.0}
    rows = [{"customer_id": name, "ordered_at": "2024-05-01", "revenue": paid} for name, paid in amounts.items()]
    space = open_rows(tmp_path, rows, dt.date(2024, 6, 1), 0.5)
    border = abcdx.suggest(space, Window(1)).value["pareto"]
    frame = abcdx.segment_table(space, AbcdxRules(border, 1, 1)).frame.set_index("segment")
    assert (border, frame.loc["A", "customers"]) == (1200, 2)
    assert frame.loc["A", "margin_share"] >= 0.8


@pytest.mark.parametrize("grain", list(Grain))
def test_a_buyer_in_a_period_cut_by_the_filter_has_not_left(tmp_path, grain: Grain):
    """Ben's second order falls into the week, quarter and year that the first of November cuts."""
    rows = [
        {"customer_id": "Ann", "ordered_at": "2023-01-03", "revenue": 10.0},
        {"customer_id": "Ben", "ordered_at": "2023-01-04", "revenue": 10.0},
        {"customer_id": "Ben", "ordered_at": "2024-10-31", "revenue": 10.0},
        {"customer_id": "Cat", "ordered_at": "2024-11-20", "revenue": 10.0},
    ]
    space = open_rows(tmp_path, rows, dt.date(2024, 12, 1))
    table = cohort_table(space, Measure.ROLLING_RETENTION, grain=grain, filters=Filters(until=month("2024-11")))
    known = table.average[~np.isnan(table.average)]
    assert known[0] == 1
    assert (known[1:] == 0.5).all(), "Ann has left, Ben has not"


def test_segments_without_rules_are_refused(year):
    with pytest.raises(ValueError, match="rules"):
        kpis.overview(year, Filters(segments=(AbcdxSegment.A,)))
