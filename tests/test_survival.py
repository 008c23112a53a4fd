"""How long customers stay: against lifelines, against a table drawn by hand, and who counts as gone.

Gone = silent for more than 60 days at 1 January 2025, so all are seen up to 2 November 2024:

    Ann   1 Jan, 31 Jan, 1 Mar 2024               gone: 60 days from the first order, 30 from the second
    Ben   1 Jan 2024                              gone: 0 days
    Cid   1 Oct, 1 Dec 2024                       still here: 32 days from the first order; the second came too late
    Dee   1 Dec 2024 (and a refund on 30 Dec)     came too late: cannot have been seen to leave
"""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from ltvlib import survival
from ltvlib.settings import Attribute, Filters, month_number
from ltvlib.survival import Clock, kaplan_meier
from tests.conftest import ROOT, open_rows
from tests.test_twin import SLOW, Twin, as_ofs, histories, opened

REFERENCE = json.loads((ROOT / "tests" / "data" / "kaplan_meier.json").read_text(encoding="utf-8"))
WEB, SHOP = {"channel": "web"}, {"channel": "shop"}
ROWS = [
    {"customer_id": "Ann", "ordered_at": "2024-01-01", "revenue": 10.0, **WEB},
    {"customer_id": "Ann", "ordered_at": "2024-01-31", "revenue": 10.0, **WEB},
    {"customer_id": "Ann", "ordered_at": "2024-03-01", "revenue": 10.0, **WEB},
    {"customer_id": "Ben", "ordered_at": "2024-01-01", "revenue": 10.0, **WEB},
    {"customer_id": "Cid", "ordered_at": "2024-10-01", "revenue": 10.0, **SHOP},
    {"customer_id": "Cid", "ordered_at": "2024-12-01", "revenue": 10.0, **SHOP},
    {"customer_id": "Dee", "ordered_at": "2024-12-01", "revenue": 10.0, **SHOP},
    {"customer_id": "Dee", "ordered_at": "2024-12-30", "revenue": -10.0, "is_refund": True, **SHOP},
]
AS_OF = dt.date(2025, 1, 1)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return open_rows(tmp_path_factory.mktemp("lives"), ROWS, AS_OF, 0.5)


def numbers(values: list[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values])


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: case["name"])
def test_against_lifelines(case):
    days, ended, customers = np.array(case["observed"]).T
    curve = kaplan_meier(days, ended, customers)
    np.testing.assert_array_equal(curve.days, case["days"])
    np.testing.assert_array_equal(curve.at_risk, case["at_risk"])
    for found, name in ((curve.survival, "survival"), (curve.lower, "lower"), (curve.upper, "upper")):
        np.testing.assert_allclose(found, numbers(case[name]), atol=1e-9)
    wanted = numbers([case["median"], case["median_lower"], case["median_upper"]])
    np.testing.assert_array_equal([curve.median, *curve.median_interval], wanted)


def test_the_reference_has_what_is_hard():
    cases = {case["name"]: case for case in REFERENCE["cases"]}
    assert cases["median not reached"]["median"] is None
    assert any(days == 0 and ended for days, ended, _n in cases["ties and zero days"]["observed"])
    assert any(n > 1 for *_rest, n in cases["ties and zero days"]["observed"])
    observed = np.array(cases["heavy censoring"]["observed"])
    assert (observed[:, 1] * observed[:, 2]).sum() / observed[:, 2].sum() < 0.3


def test_both_clocks_drawn_by_hand(drawn):
    first = survival.lifetime(drawn, Clock.FIRST_ORDER, 60).curve
    # Ben goes on day 0 (1 of 3), Cid is seen to day 32, Ann goes on day 60 (the only one left)
    assert first.days.tolist() == [0, 32, 60]
    assert first.at_risk.tolist() == [3, 2, 1]
    np.testing.assert_allclose(first.survival, [2 / 3, 2 / 3, 0])
    assert (first.customers, first.ended, first.median) == (3, 2, 60)
    second = survival.lifetime(drawn, Clock.SECOND_ORDER, 60).curve
    # Ben and Dee never came back: they are not given a lifetime from a second order
    assert second.days.tolist() == [0, 30]
    np.testing.assert_allclose(second.survival, [1, 0])
    assert (second.customers, second.ended, second.median) == (1, 1, 30)


def test_silence_of_exactly_the_rule_is_not_gone(drawn):
    """Ann is silent for 306 days on 1 January 2025: with that rule she is still here on 1 March, her last day."""
    here, gone = (survival.lifetime(drawn, Clock.FIRST_ORDER, lapse) for lapse in (306, 305))
    assert (here.cut, here.curve.ended, here.curve.days.tolist()) == (dt.date(2024, 3, 1), 1, [0, 60])
    assert (gone.cut, gone.curve.ended, gone.curve.days.tolist()) == (dt.date(2024, 3, 2), 2, [0, 60])


def test_nobody_can_leave_in_a_history_shorter_than_the_rule(drawn):
    assert survival.lifetime(drawn, Clock.FIRST_ORDER, 366).curve.customers == 0
    assert survival.lifetime(drawn, Clock.FIRST_ORDER, 365).curve.customers == 2


def test_an_earlier_date_knows_nothing_of_what_came_later(drawn):
    """On 1 March, seen up to 31 January: Ann ordered that day, her third order has not happened; Ben is gone."""
    curve = survival.lifetime(drawn, Clock.FIRST_ORDER, 30, as_of=dt.date(2024, 3, 1)).curve
    assert (curve.customers, curve.ended, curve.days.tolist()) == (2, 1, [0, 30])


def lives(seed: int, days: int, mean: float, gap: int, customers: int = 2000) -> list[dict[str, object]]:
    """Customers won evenly over ``days`` who stay for exponential times and order every ``gap`` days."""
    draw = np.random.default_rng(seed)
    start, stay = draw.integers(1, days, customers), draw.exponential(mean, customers)
    return [
        {"customer_id": f"c{k}", "ordered_at": AS_OF - dt.timedelta(days=int(back)), "revenue": 1.0}
        for k in range(customers)
        for back in range(start[k], max(0, start[k] - int(stay[k]) - 1), -gap)
    ]


@pytest.mark.parametrize(("days", "lapse"), [(365, 90), (730, 90), (730, 180), (1095, 60)])
def test_known_lifetimes_are_found_again_however_short_the_history(tmp_path, days: int, lapse: int):
    """Stays are exponential with a mean of 180 days, orders come every 14 days. The last order is on day 14 k with
    k = stay // 14, so the share with a last order after day 182 is exp(-196 / 180) and the median is 112."""
    space = open_rows(tmp_path, lives(days + lapse, days, 180, 14), AS_OF)
    curve = survival.lifetime(space, Clock.FIRST_ORDER, lapse).curve
    share, low, high = curve.still_here(182)
    assert share == pytest.approx(np.exp(-196 / 180), abs=0.045)
    assert low < np.exp(-196 / 180) < high
    assert curve.median == pytest.approx(112, abs=14)
    for point in survival.over_time(space, Clock.FIRST_ORDER, lapse):
        _share, low, high = point.curve.still_here(182)
        assert low - 0.02 < np.exp(-196 / 180) < high + 0.02


def test_filters_choose_the_customers(drawn):
    web = Filters(((Attribute.CHANNEL, ("web",)),))
    assert survival.lifetime(drawn, Clock.FIRST_ORDER, 60, web).curve.customers == 2
    late = Filters(since=month_number(dt.date(2024, 10, 1)))
    assert survival.lifetime(drawn, Clock.FIRST_ORDER, 60, late).curve.customers == 1
    early = Filters(until=month_number(dt.date(2024, 10, 1)))
    found = survival.lifetime(drawn, Clock.FIRST_ORDER, 60, early)
    assert (found.curve.customers, found.as_of) == (2, dt.date(2024, 10, 1))


def test_the_rule_comes_from_the_gaps(drawn, tmp_path):
    """Gaps of 30, 30 and 61 days: 90 % of them need the longest. Without a gap it is 30."""
    assert survival.default_lapse(drawn) == 61
    assert survival.default_lapse(open_rows(tmp_path, ROWS[3:4], AS_OF)) == 30
    daily = [{"customer_id": "Ann", "ordered_at": f"2024-05-{day:02}", "revenue": 1.0} for day in range(1, 20)]
    assert survival.default_lapse(open_rows(tmp_path, daily, AS_OF)) == 30


def test_exactly_half_is_the_median():
    """Three of six have gone by day 2; 5/6 x 3/5 is a little more than a half in binary."""
    assert kaplan_meier([1, 2, 3, 9, 15], [1] * 5, [1, 2, 1, 1, 1]).median == 2


def test_nobody():
    curve = kaplan_meier([], [], [])
    assert (curve.customers, len(curve.days)) == (0, 0)
    assert np.isnan(curve.median)
    assert np.isnan(curve.still_here(5)).all()


def test_still_here_reads_the_curve_between_its_steps():
    curve = kaplan_meier([10, 20], [1, 1], [1, 1])
    assert [curve.still_here(day)[0] for day in (0, 9, 10, 15, 20)] == [1, 1, 0.5, 0.5, 0]
    assert curve.still_here(15) == (0.5, curve.lower[1], curve.upper[1])
    assert np.isnan([curve.still_here(-1), curve.still_here(21)]).all()


def test_news_is_a_share_whose_interval_lies_apart():
    few, many = (kaplan_meier([1, 200], [1, 0], [gone, 100 - gone]) for gone in (80, 20))
    assert survival.has_moved(many, few)
    assert survival.has_moved(few, many)
    assert not survival.has_moved(few, few)
    assert not survival.has_moved(few, kaplan_meier([1, 200], [1, 0], [79, 21]))
    assert not survival.has_moved(few, kaplan_meier([], [], []))


def test_newcomers_are_seen_for_the_same_time(tmp_path):
    """One customer a month from January 2023 on; the twelve before the last 60 days count, where there are twelve."""
    rows = [
        {"customer_id": f"c{n}", "ordered_at": f"{2023 + n // 12}-{n % 12 + 1:02}-01", "revenue": 10.0}
        for n in range(24)
    ]
    points = survival.over_time(open_rows(tmp_path, rows, AS_OF), Clock.FIRST_ORDER, 60)
    assert [point.as_of for point in points] == [dt.date(2024, month, 1) for month in (4, 7, 10)] + [AS_OF]
    assert {point.curve.customers for point in points} == {12}
    # December 2023 to 1 November 2024, nobody came back: all are gone on 2 November
    assert (points[-1].cut, points[-1].curve.ended) == (dt.date(2024, 11, 2), 12)


people = some.lists(some.tuples(some.integers(0, 900), some.booleans()), min_size=1, max_size=60)


@given(people=people, seed=some.randoms())
def test_curves_fall_and_stay_inside_their_band(people, seed):
    days, ended = zip(*people, strict=True)
    curve = kaplan_meier(days, ended, [1] * len(days))
    assert (np.diff(curve.survival) <= 0).all()
    assert (curve.lower <= curve.survival + 1e-12).all()
    assert (curve.survival <= curve.upper + 1e-12).all()
    shuffled = list(people)
    seed.shuffle(shuffled)
    again = kaplan_meier(*zip(*shuffled, strict=True), [1] * len(days))
    np.testing.assert_array_equal(again.survival, curve.survival)
    if all(ended):  # without censoring it is the plain share of those who stayed longer
        plain = [(np.array(days) > day).mean() for day in curve.days]
        np.testing.assert_allclose(curve.survival, plain, atol=1e-12)


@SLOW
@given(rows=histories, as_of=as_ofs, lapse=some.sampled_from([30, 90]), clock=some.sampled_from(list(Clock)))
def test_who_is_gone_against_loops(rows, as_of, lapse, clock):
    twin, space = Twin(rows, as_of), opened(rows, as_of)
    start = 0 if clock is Clock.FIRST_ORDER else 1
    seen = []
    for customer in twin.first:
        days = sorted(r["ordered_at"] for r in twin.rows if r["customer_id"] == customer and not r["is_refund"])
        if len(days) > start and (as_of - days[start].date()).days > lapse:
            first, last = days[start].date(), days[-1].date()
            gone = (as_of - last).days > lapse
            seen.append(((last - first).days if gone else (as_of - first).days - lapse, gone))
    found = survival.lifetime(space, clock, lapse).answer.frame
    listed = [(row.days, bool(row.is_ended)) for row in found.itertuples() for _ in range(row.n)]
    assert sorted(listed) == sorted(seen)
