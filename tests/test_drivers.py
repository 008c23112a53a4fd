"""Parts of the change in profit: drawn by hand, against every order of the drivers, and laws on random histories.

Margin 50 % of revenue, an order is 100, data up to 1 March 2024 (exclusive):

    January    Ann 1 order, Ben 1 order                    2 customers x 1 order  x 100 x 50 % = 100
    February   Ann 3 orders, Cat 2 orders, Dan 1 order     3 customers x 2 orders x 100 x 50 % = 300
"""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from ltvlib import abcdx, drivers, kpis
from ltvlib.driver_tree import DRIVERS, PARTS, STATES, Totals, decompose, decompose_groups, effect_of_one
from ltvlib.settings import AbcdxRules, AbcdxSegment, Attribute, Filters, Window, month_number
from tests.conftest import open_rows
from tests.test_twin import SLOW, Twin, as_ofs, histories, opened

NAN = float("nan")


def orders(customer: str, month: int, count: int, amount: float = 100.0) -> list[dict]:
    return [
        {"customer_id": customer, "ordered_at": f"2024-{month:02}-{day + 1:02}", "revenue": amount}
        for day in range(count)
    ]


DRAWN = [
    *orders("Ann", 1, 1),
    *orders("Ben", 1, 1),
    *orders("Ann", 2, 3),
    *orders("Cat", 2, 2),
    *orders("Dan", 2, 1),
]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return open_rows(tmp_path_factory.mktemp("drivers"), DRAWN, dt.date(2024, 3, 1), 0.5)


def close(found: dict | object, wanted: dict) -> None:
    assert dict(found) == pytest.approx(wanted, abs=1e-6, nan_ok=True)


def test_the_tree_drawn_by_hand(drawn):
    """A customer more is worth 1.5 orders (the mean of 1 and 2) x 50; an order more 2.5 customers x 50."""
    found = drivers.change(drawn, months=1)
    assert found.is_comparable
    assert (found.before.first_day, found.period.first_day) == (dt.date(2024, 1, 1), dt.date(2024, 2, 1))
    assert [found.tree.value(driver) for driver in DRIVERS] == [(2, 3), (1, 2), (100, 100), (0.5, 0.5)]
    effects = {"new": 150, "reactivated": 0, "lost": -75, "orders_per_customer": 125}
    close(found.tree.effects, {**effects, "average_order_value": 0, "gross_margin_rate": 0, "refunds": 0})
    assert dict(found.tree.counts) == {"new": 2, "reactivated": 0, "lost": 1, "returning": 1, "other": 0}
    assert found.change == 200
    assert found.tree.customers_effect == pytest.approx(75)


def test_segments_of_now_do_not_choose_the_customers(drawn):
    """With A = two orders of 100 in a month, A is now Ann and Cat: of Ben, who left, nothing would be seen."""
    now = Filters(segments=(AbcdxSegment.A,), rules=AbcdxRules(100.0, 2, 1))
    assert drivers.usable_filters(now) == (Filters(), True)
    assert drivers.usable_filters(Filters(until=3)) == (Filters(until=3), False)
    found, wanted = drivers.change(drawn, now, months=1), drivers.change(drawn, months=1)
    assert dict(found.tree.effects) == dict(wanted.tree.effects)
    assert found.tree.effects["lost"] == -75
    groups = drivers.by_segment(drawn, AbcdxRules(100.0, 2, 1), now, months=1).frame
    assert groups["change"].sum() == 200


def test_the_people_drawn_by_hand(drawn):
    """Cat brought 100 and Dan 50, Ben took 50 along, Ann went from 50 to 150 by three orders instead of one."""
    close(
        drivers.change(drawn, months=1).groups.effects,
        {"new": 150, "reactivated": 0, "lost": -50, "orders_per_customer": 100}
        | {"average_order_value": 0, "gross_margin_rate": 0, "refunds": 0},
    )


def test_every_segment_has_its_own_parts(drawn):
    """At the end of January Ann and Ben had one order of 100: B with a border of 2 orders. Cat and Dan came later."""
    frame = drivers.by_segment(drawn, AbcdxRules(60.0, 2, 1), months=1).frame.set_index("group")
    assert frame["change"].to_dict() == {"new": 150, "B": 50}, "the largest change first"
    # B: from 2 customers x 1 order to 1 x 3: a customer is worth 2 orders x 50, an order 1.5 customers x 50
    assert frame.loc["B", ["lost", "orders_per_customer"]].tolist() == pytest.approx([-100, 150])
    # nobody of them ordered in January, so there is no rate to change: all of it is the work of two new customers
    assert frame.loc["new", list(PARTS)].tolist() == pytest.approx([150, 0, 0, 0, 0, 0, 0])


def test_a_customer_who_was_silent_in_the_period_before_came_back(tmp_path):
    rows = [*orders("Ann", 1, 1), *orders("Ben", 2, 1), *orders("Ann", 3, 1), *orders("Ben", 3, 1)]
    space = open_rows(tmp_path, rows, dt.date(2024, 4, 1), 0.5)
    found = drivers.change(space, months=1)
    assert dict(found.tree.counts) == {"new": 0, "reactivated": 1, "lost": 0, "returning": 1, "other": 0}
    close(found.groups.effects, {**dict.fromkeys(PARTS, 0.0), "reactivated": 50})


def test_as_many_customers_but_other_people(tmp_path):
    """Two came and two went: the customers' part is 0, and so are new and lost together, 50 each way a head."""
    rows = [*orders("Ann", 1, 1), *orders("Ben", 1, 1), *orders("Cat", 2, 1), *orders("Dan", 2, 1)]
    found = drivers.change(open_rows(tmp_path, rows, dt.date(2024, 3, 1), 0.5), months=1)
    assert (found.tree.effects["new"], found.tree.effects["lost"]) == pytest.approx((100, -100))
    assert found.change == 0


def test_refunds_of_people_without_an_order(tmp_path):
    """Ann's order of January comes back in March; in February and March nobody buys but Ben."""
    rows = [*orders("Ann", 1, 1), *orders("Ben", 2, 1), *orders("Ben", 3, 1)]
    back = {"customer_id": "Ann", "ordered_at": "2024-03-09", "revenue": -100.0, "is_refund": True}
    found = drivers.change(open_rows(tmp_path, [*rows, back], dt.date(2024, 4, 1), 0.5), months=1)
    close(found.groups.effects, {**dict.fromkeys(PARTS, 0.0), "refunds": -50})
    # for the drivers the same refund took away all revenue, so the profit of an order fell from 50 to 0
    assert found.tree.effects["average_order_value"] == pytest.approx(-50)
    assert np.isnan(found.tree.effects["gross_margin_rate"])


def test_months_a_year_earlier_are_offered_where_the_data_have_them(tmp_path):
    rows = [
        {"customer_id": "Ann", "ordered_at": f"{2022 + n // 12}-{n % 12 + 1:02}-01", "revenue": 100.0 + n}
        for n in range(26)
    ]
    space = open_rows(tmp_path, rows, dt.date(2024, 3, 1), 0.5)
    assert drivers.lengths(space) == (12, 6, 3, 1)
    assert drivers.lengths(space, Filters(since=month_number(dt.date(2023, 6, 1)))) == ()
    period, before = drivers.periods(space, months=3, back=12)
    assert (before.first_day, before.end_day) == (dt.date(2022, 12, 1), dt.date(2023, 3, 1))
    assert drivers.comparisons(space, period) == (3, 12)
    assert drivers.comparisons(space, drivers.periods(space, months=12)[0]) == (12,)
    long = drivers.periods(space, Filters(since=month_number(dt.date(2023, 2, 1))))[0]
    assert drivers.comparisons(space, long) == (13,), "a year earlier would overlap with 13 months"
    # December to February: 100 + 11, 12, 13 then, 100 + 23, 24, 25 now; half of 3 x 12 more
    assert drivers.change(space, months=3, back=12).change == pytest.approx(18)
    assert not drivers.change(space, months=12, back=24).is_comparable


def test_a_customer_of_the_months_between_is_new_since_the_earlier_period(tmp_path):
    rows = [*orders("Ann", 1, 1), *orders("Ben", 2, 1), *orders("Ann", 3, 1), *orders("Ben", 3, 1)]
    found = drivers.change(open_rows(tmp_path, rows, dt.date(2024, 4, 1), 0.5), months=1, back=2)
    assert found.tree.counts["new"] == 1


amounts = some.floats(0.01, 1e5)
counts = some.integers(1, 1000)
totals = some.builds(
    lambda n, more, paid, rate: Totals(n, n + more, paid, paid * rate), counts, counts, amounts, some.floats(-1, 1)
)
NOBODY = dict.fromkeys(STATES, 0)


def by_every_order(before: list[float], now: list[float]) -> np.ndarray:
    """The Shapley value the slow way: change one driver after the other, in each of the 24 orders, and take the mean."""
    gains = np.zeros(len(before))
    every = list(permutations(range(len(before))))
    for order in every:
        state = list(before)
        for driver in order:
            old = np.prod(state)
            state[driver] = now[driver]
            gains[driver] += np.prod(state) - old
    return gains / len(every)


@given(before=totals, now=totals)
def test_no_driver_gains_by_being_looked_at_first(before, now):
    tree = decompose(before, now, {**NOBODY, "new": now.customers, "lost": before.customers})
    factors = [[tree.value(driver)[when] for driver in DRIVERS] for when in (0, 1)]
    wanted = by_every_order(*factors)
    scale = 1e-9 * (abs(before.margin) + abs(now.margin) + 1) * 1e3
    found = [tree.customers_effect, *(tree.effects[driver] for driver in DRIVERS[1:])]
    assert found == pytest.approx(list(wanted), rel=1e-6, abs=scale)


cents = some.integers(-1_000_000, 10_000_000).map(lambda n: n / 100)
some_totals = some.builds(
    lambda n, more, paid, earned: Totals(n, n + more if n else 0, paid, earned),
    some.integers(0, 50),
    some.integers(0, 50),
    cents,
    cents,
)


@given(before=some_totals, now=some_totals)
def test_parts_sum_to_the_change_whatever_the_numbers(before, now):
    """Periods without orders, without revenue, with losses: nothing is left over."""
    tree = decompose(before, now, {**NOBODY, "new": now.customers, "lost": before.customers})
    size = np.nansum(np.abs(list(tree.effects.values()))) + 1
    assert np.nansum(list(tree.effects.values())) == pytest.approx(tree.change, abs=1e-9 * size)
    assert not np.isnan([tree.effects[part] for part in PARTS if part != "gross_margin_rate"]).any()


def same_people(before: Totals, now: Totals) -> tuple[Totals, Totals]:
    """Both periods of returning customers: as many people in each."""
    n = before.customers
    more = now.orders - now.customers
    return before, Totals(n, n + more if n else 0, now.revenue, now.margin)


@given(facts=some.lists(some.tuples(some_totals, some_totals), min_size=5, max_size=5))
def test_the_people_view_sums_too(facts):
    states = dict(zip(STATES, facts, strict=True))
    states["returning"] = same_people(*states["returning"])
    groups = decompose_groups(states)
    change = sum(now.margin - before.margin for before, now in states.values())
    size = np.nansum(np.abs(list(groups.effects.values()))) + 1
    assert np.nansum(list(groups.effects.values())) == pytest.approx(change, abs=1e-9 * size)


def test_the_profit_of_an_average_customer_of_both_periods():
    before, now = Totals(2, 2, 200, 100), Totals(3, 6, 600, 300)
    assert effect_of_one(before, now) == pytest.approx(75)
    assert effect_of_one(Totals(0, 0, 0, 0), now) == 100
    assert effect_of_one(before, Totals(0, 0, -5, -5)) == 50
    assert np.isnan(effect_of_one(Totals(0, 0, 0, 0), Totals(0, 0, 0, -5)))


def test_a_period_without_orders():
    """All profit of the other period is the work of its customers; refunds of the silent one stand apart."""
    tree = decompose(Totals(4, 8, 800, 400), Totals(0, 0, -20, -10), {**NOBODY, "lost": 4})
    close(tree.effects, {**dict.fromkeys(PARTS, 0.0), "lost": -400, "refunds": -10})
    assert tree.change == -410


def sums(found: drivers.Change) -> np.ndarray:
    return np.array([np.nansum(list(tree.effects.values())) for tree in (found.tree, found.groups)])


@SLOW
@given(rows=histories, as_of=as_ofs, months=some.sampled_from([1, 3, 6]), back=some.sampled_from([None, 12]))
def test_laws_on_random_histories(rows, as_of, months, back):
    space, twin = opened(rows, as_of), Twin(rows, as_of)
    found = drivers.change(space, months=months, back=back)
    now, then = twin.window(months), twin.window(months, back or months)
    margins = [0.4 * float(sum(money for _n, money in window.values())) for window in (then, now)]
    assert found.tree.before.margin == pytest.approx(margins[0], abs=1e-2)
    assert found.tree.now.margin == pytest.approx(margins[1], abs=1e-2)
    assert found.change == pytest.approx(margins[1] - margins[0], abs=1e-2)
    assert sums(found) == pytest.approx(found.change, abs=1e-6)
    counts = found.tree.counts
    assert counts["lost"] == sum(then[c][0] > 0 and now[c][0] == 0 for c in now)
    assert counts["returning"] == sum(then[c][0] > 0 and now[c][0] > 0 for c in now)
    assert counts["new"] + counts["reactivated"] == sum(then[c][0] == 0 and now[c][0] > 0 for c in now)
    assert counts["new"] == sum(now[c][0] > 0 and twin.first[c].date() >= found.before.end_day for c in now)
    steps = counts["new"] + counts["reactivated"] - counts["lost"]
    assert found.tree.now.customers - found.tree.before.customers == steps


@SLOW
@given(rows=histories, as_of=as_ofs)
def test_rows_sum_to_the_whole_and_filters_to_their_rows(rows, as_of):
    space, rules = opened(rows, as_of), AbcdxRules(300.0, 2, 6, x_customers=("c0",))
    whole = drivers.change(space, months=6)
    channels = drivers.by_attribute(space, Attribute.CHANNEL, months=6).frame
    for frame in (channels, drivers.by_segment(space, rules, months=6).frame):
        assert frame["change"].sum() == pytest.approx(whole.change, abs=1e-6)
        assert (frame["margin_now"] - frame["margin_before"]).tolist() == pytest.approx(frame["change"].tolist())
        assert np.nansum(frame[list(PARTS)].to_numpy()) == pytest.approx(whole.change, abs=1e-6)
        assert (np.diff(frame["change"].abs()) <= 1e-9).all()
    for row in channels.to_dict("records"):
        only = drivers.change(space, Filters(((Attribute.CHANNEL, (row["group"],)),)), months=6)
        close(only.tree.effects, {part: row[part] for part in PARTS})


@SLOW
@given(rows=histories, as_of=as_ofs)
def test_the_change_is_that_of_the_overview(rows, as_of):
    space = opened(rows, as_of)
    view, found = kpis.overview(space), drivers.change(space)
    assert (found.period, found.before, found.is_comparable) == (view.period, view.before, view.has_before)
    assert found.tree.now.margin == pytest.approx(view.figures["margin"].value)
    for driver in DRIVERS[:3]:
        assert found.tree.value(driver)[1] == pytest.approx(view.figures[driver].value, nan_ok=True)


def test_segments_are_those_of_the_earlier_date(drawn):
    rules = AbcdxRules(60.0, 2, 1)
    then = abcdx.segment_table(drawn, rules, shift=1).frame.set_index("segment")["margin"]
    rows = drivers.by_segment(drawn, rules, months=1).frame.set_index("group")["margin_before"]
    assert rows["B"] == then["B"] == 100
    assert drawn.window_end(Window(1, 1)) == dt.date(2024, 2, 1)
