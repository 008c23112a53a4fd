"""News or a wobble: the individuals chart of the NIST handbook, runs, seasons, and what cannot be judged."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from ltvlib import control, kpis
from ltvlib.control import judge, outside, runs, xmr
from ltvlib.samples import open_sample
from ltvlib.settings import Attribute, Filters, month_number, month_start
from tests.conftest import open_rows

NIST = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
"""Flow rates of batches 1 to 10, NIST/SEMATECH e-Handbook of Statistical Methods, section 6.3.2.2."""
NAN = float("nan")
CALM = [10, 11, 10, 9, 10, 11, 10, 9, 10, 11, 10, 9]


def months(count: int) -> list[dt.date]:
    start = month_number(dt.date(2022, 1, 1))
    return [month_start(start + n) for n in range(count)]


def test_the_published_limits():
    limits = xmr(np.array(NIST))
    # the handbook divides by 1.128; 2.66 is 3 / 1.128 rounded
    assert limits.centre == pytest.approx(50.81)
    assert limits.upper == pytest.approx(55.8041, abs=2e-3)
    assert limits.lower == pytest.approx(45.8159, abs=2e-3)
    assert not outside(np.array(NIST), limits).any(), "the process is in control"


def test_a_point_beyond_the_limits_is_news():
    values = np.array([*CALM, 20.0])
    limits = xmr(values)
    # mean 130 / 13 + 10 / 13, steps 11 x 1 and one of 11
    assert limits.centre == pytest.approx(140 / 13)
    assert limits.upper == pytest.approx(140 / 13 + 2.66 * 22 / 12)
    assert outside(values, limits).tolist() == [0] * 12 + [1]
    assert outside(-values, xmr(-values)).tolist() == [0] * 12 + [-1]


def test_a_point_on_the_limit_is_not_news():
    limits = control.Limits(10.0, 8.0, 12.0)
    assert outside(np.array([8.0, 12.0, 7.99, 12.01, NAN]), limits).tolist() == [0, 0, -1, 1, 0]


def test_eight_in_a_row_are_news_and_seven_are_not():
    seven, eight = np.array([1.0] * 7 + [-1.0] * 8), np.array([1.0] * 8 + [-1.0] * 7)
    assert runs(seven, 0).tolist() == [0] * 7 + [-1] * 8
    assert runs(eight, 0).tolist() == [1] * 8 + [0] * 7
    broken = np.array([1.0] * 5 + [0.0] + [1.0] * 5)
    assert not runs(broken, 0).any(), "a month on the centre ends the run"


def test_missing_months_have_no_steps_and_too_few_have_no_limits():
    assert xmr(np.array([1.0, 3.0, NAN, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0])).upper == pytest.approx(58 / 8 + 2.66 * 2 / 6)
    assert np.isnan(xmr(np.arange(7.0)).centre)
    assert np.isnan(xmr(np.zeros(0)).centre)
    found = judge("margin", months(5), np.arange(5.0))
    assert not found.is_known
    assert not found.news.any()
    assert (found.last, found.run_length) == (0, 0)


def test_fewer_than_two_years_are_judged_as_they_are():
    found = judge("customers", months(13), np.array([*CALM, 20.0]))
    assert not found.is_seasonal
    assert found.last == 2
    assert (found.upper == found.upper[0]).all()


def test_a_strong_season_is_no_news():
    """December sells four times as much every year. Judged as it is, it would be news; against last December it is not."""
    season = np.array([10.0] * 11 + [40.0])
    noise = np.array([1, 1.02, 0.98, 1.01, 0.99, 1.03, 0.97, 1, 1.02, 0.98, 1.01, 0.99])
    values = np.concatenate([season, season * noise * 1.2])
    assert outside(values, xmr(values))[-1] == 1
    found = judge("margin", months(24), values)
    assert found.is_seasonal
    assert not found.news.any()
    assert found.lower[-1] < 40 * 1.2 * 0.99 < found.upper[-1]
    assert np.isnan(found.upper[:12]).all(), "there is no year before the first"


def test_a_season_that_fails_is_news():
    season = np.array([10.0] * 11 + [40.0])
    noise = np.array([1, 1.02, 0.98, 1.01, 0.99, 1.03, 0.97, 1, 1.02, 0.98, 1.01])
    values = np.concatenate([season, season[:11] * noise, [22.0]])
    found = judge("margin", months(24), values)
    assert found.news.tolist() == [0] * 23 + [-2], "more than in any month but last December, and no run of the others"


def test_a_year_earlier_without_profit_cannot_be_compared():
    values = np.concatenate([[0.0, -5.0, *[10.0] * 10], [10.0] * 11, [11.0]])
    found = judge("margin", months(24), values)
    assert np.isnan(found.upper[12:14]).all()
    assert not np.isnan(found.upper[14:]).any()


def test_a_run_says_how_long_it_lasts():
    values = np.array([5.0, 5.1, 4.9, 5.0, 5.1, *[6.0, 6.1] * 5])
    found = judge("customers", months(15), values)
    assert (found.last, found.run_length) == (1, 10)


def test_the_last_month_is_left_out_until_it_is_complete(tmp_path):
    rows = [
        {"customer_id": f"c{n % 3}", "ordered_at": f"2023-{n % 12 + 1:02}-03", "revenue": 100.0 + n} for n in range(12)
    ]
    whole = open_rows(tmp_path, rows, dt.date(2024, 1, 1))
    cut = open_rows(tmp_path, rows, dt.date(2023, 12, 20))
    assert len(control.figures(kpis.overview(whole).months)["margin"].months) == 12
    found = control.figures(kpis.overview(cut).months)
    assert {len(one.months) for one in found.values()} == {11}
    assert found["margin"].values.tolist() == [100.0 + n for n in range(11)]
    assert found["average_order_value"].values.tolist() == [100.0 + n for n in range(11)]
    assert found["orders_per_customer"].values.tolist() == [1.0] * 11
    assert found["repeat_purchase_rate"].values.tolist() == [0.0] * 11


def test_a_first_month_that_is_cut_does_not_widen_the_range(tmp_path):
    """A file from 31 January: one sale of 300, then ten months of about 10,000. From the 3rd on it is no holiday."""
    rows = [
        {"customer_id": f"c{n}", "ordered_at": f"2024-{n:02}-05", "revenue": 10_000.0 + 50 * (n % 3)}
        for n in range(2, 12)
    ]
    found = {}
    for day in (3, 4, 31):
        folder = tmp_path / str(day)
        folder.mkdir()
        first = {"customer_id": "c1", "ordered_at": f"2024-01-{day:02}", "revenue": 300.0}
        view = kpis.overview(open_rows(folder, [first, *rows], dt.date(2024, 12, 1)))
        assert view.months["is_complete"].tolist() == [day == 3, *[True] * 10]
        found[day] = control.figures(view.months)["margin"]
    assert found[31].months[0] == dt.date(2024, 2, 1)
    assert 9_000 < found[31].lower[-1] < 10_000
    assert found[3].lower[-1] < 7_000


def test_a_filter_that_begins_later_has_a_complete_first_month(tmp_path):
    """The first customer of a channel in the middle of a month is no cut of the file."""
    rows = [
        {"customer_id": "a", "ordered_at": "2024-01-01", "revenue": 1.0, "channel": "web"},
        {"customer_id": "b", "ordered_at": "2024-02-20", "revenue": 1.0, "channel": "shop"},
    ]
    space = open_rows(tmp_path, rows, dt.date(2024, 4, 1))
    view = kpis.overview(space, Filters(((Attribute.CHANNEL, ("shop",)),)))
    assert view.months["is_complete"].tolist() == [True, True]


def test_filters_narrow_the_months():
    space = open_sample("salon")
    since = Filters(since=month_number(dt.date(2025, 1, 1)))
    found = control.figures(kpis.overview(space, since).months)["customers"]
    assert (found.months[0], found.is_seasonal) == (dt.date(2025, 1, 1), False)


def test_there_are_never_fewer_than_no_customers():
    values = np.array([1.0, 9.0] * 6)
    counted, earned = judge("customers", months(12), values), judge("margin", months(12), values)
    assert (counted.lower == 0).all()
    assert earned.lower[0] == pytest.approx(5 - 2.66 * 8)
    assert (counted.upper == earned.upper).all()
