"""From orders to counts: a table drawn by hand, a second counting on random histories, and CDNOW through the whole way.

Margin 50 % of revenue, data up to 1 April 2024 (exclusive), split on 1 March:

    Ann   1 Jan 100 and 60 (one day, one occasion), 15 Jan 40, 20 Mar 10         known: 1 repeat order after 14 days
    Bob   10 Jan 30, refund -30 on 12 Jan                                          known: no repeat order, margin 0
    Cid   10 Mar 80                                                                not known at the split
    Dee   29 Feb 20, 1 Mar 20, 1 Mar 5                                             won on the last day before the split
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from ltvlib import forecast_data
from ltvlib.models.clv import clv
from ltvlib.models.fitting import ModelName, fit
from ltvlib.models.holdout import Method, holdout
from ltvlib.settings import Attribute, Filters, month_number
from tests.conftest import open_rows, shared
from tests.test_twin import SLOW, as_ofs, histories, opened

AS_OF, SPLIT = dt.date(2024, 4, 1), dt.date(2024, 3, 1)
WEB, SHOP = {"channel": "web"}, {"channel": "shop"}
ROWS = [
    {"customer_id": "Ann", "ordered_at": "2024-01-01 09:00", "revenue": 100.0, **WEB},
    {"customer_id": "Ann", "ordered_at": "2024-01-01 21:00", "revenue": 60.0, **WEB},
    {"customer_id": "Ann", "ordered_at": "2024-01-15 00:00", "revenue": 40.0, **WEB},
    {"customer_id": "Ann", "ordered_at": "2024-03-20 00:00", "revenue": 10.0, **WEB},
    {"customer_id": "Bob", "ordered_at": "2024-01-10 00:00", "revenue": 30.0, **SHOP},
    {"customer_id": "Bob", "ordered_at": "2024-01-12 00:00", "revenue": -30.0, "is_refund": True, **SHOP},
    {"customer_id": "Cid", "ordered_at": "2024-03-10 00:00", "revenue": 80.0, **SHOP},
    {"customer_id": "Dee", "ordered_at": "2024-02-29 00:00", "revenue": 20.0, **SHOP},
    {"customer_id": "Dee", "ordered_at": "2024-03-01 08:00", "revenue": 20.0, **SHOP},
    {"customer_id": "Dee", "ordered_at": "2024-03-01 19:00", "revenue": 5.0, **SHOP},
]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return open_rows(tmp_path_factory.mktemp("models"), ROWS, AS_OF, 0.5)


def cells(counts) -> list[tuple[float, ...]]:
    columns = (counts.repeat_orders, counts.last_order_age, counts.customer_age, counts.weights)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_counts_by_hand(drawn):
    data = forecast_data.model_data(drawn, unit_days=1.0)
    # ages end on 31 March: Cid 21, Bob 81, Dee 31, Ann 90 days
    assert cells(data.counts) == [(0, 0, 21, 1), (0, 0, 81, 1), (1, 1, 31, 1), (2, 79, 90, 1)]
    assert data.sums.orders.tolist() == [1, 1, 2, 3]
    assert data.sums.gainers.tolist() == [1, 0, 1, 1]
    assert data.sums.gained.tolist() == [40, 0, 22.5, 105]
    assert data.sums.lost.tolist() == [0, 0, 0, 0]


def test_weeks_are_the_default_and_filters_hold(drawn):
    data = forecast_data.model_data(drawn, Filters(attributes=((Attribute.CHANNEL, ("web",)),)))
    assert cells(data.counts) == [(2, 79 / 7, 90 / 7, 1)]
    assert data.counts.unit_days == 7
    later = forecast_data.model_data(drawn, Filters(since=month_number(dt.date(2024, 2, 1))), unit_days=1.0)
    assert cells(later.counts) == [(0, 0, 21, 1), (1, 1, 31, 1)]


def test_the_exam_by_hand(drawn):
    data = forecast_data.holdout_data(drawn, SPLIT, unit_days=1.0)
    # as of 29 February: Dee 0, Bob 50, Ann 59 days; afterwards Ann bought once, Dee once (two orders of one day)
    assert cells(data.counts) == [(0, 0, 0, 1), (0, 0, 50, 1), (1, 14, 59, 1)]
    assert data.actual.tolist() == [1, 0, 1]
    assert data.recent_orders.tolist() == [1, 0, 0]  # 30 January to 29 February
    assert (data.recent_span, data.horizon, data.period) == (31, 31, 7)
    assert data.by_period.tolist() == [1, 0, 1, 0, 0]
    assert forecast_data.holdout_data(drawn, SPLIT, recent_days=500).recent_span == pytest.approx(60 / 7)
    assert forecast_data.holdout_data(drawn, dt.date(2024, 1, 1)) is None
    assert forecast_data.holdout_data(drawn, AS_OF) is None


def test_an_earlier_end_is_the_data_cut_there(drawn, tmp_path):
    early = forecast_data.model_data(drawn, as_of=SPLIT)
    cut = open_rows(tmp_path, [row for row in ROWS if row["ordered_at"] < "2024-03-01"], SPLIT, 0.5)
    assert cells(early.counts) == cells(forecast_data.model_data(cut).counts)


@SLOW
@given(histories, as_ofs, some.integers(5, 200))
def test_against_a_second_counting(rows, as_of, back):
    """Day by day in Python, on random histories with refunds and several orders of a day."""
    split = as_of - dt.timedelta(days=back)
    workspace = opened(rows, as_of)
    data = forecast_data.model_data(workspace, unit_days=1.0)
    exam = forecast_data.holdout_data(workspace, split, unit_days=1.0)
    workspace.close()
    assert sorted(cells(data.counts)) == counted(rows, as_of)
    if exam is not None:
        known = sorted(
            cells(
                type(data.counts).of_customers(
                    exam.counts.repeat_orders,
                    exam.counts.last_order_age,
                    exam.counts.customer_age,
                    exam.counts.weights,
                    1.0,
                )
            )
        )
        assert known == counted(rows, split)
        assert exam.by_period.sum() == exam.happened


def counted(rows, end: dt.date) -> list[tuple[float, ...]]:
    frame = pd.DataFrame(rows)
    if frame.empty:
        return []
    frame["day"] = pd.to_datetime(frame["ordered_at"]).dt.date
    if "is_refund" not in frame:
        frame["is_refund"] = False
    orders = frame[~frame["is_refund"].fillna(False).astype(bool) & (frame["day"] < end)]
    found = {}
    for _, days in orders.groupby("customer_id")["day"]:
        own = sorted(set(days))
        key = (len(own) - 1.0, float((own[-1] - own[0]).days), (end - own[0]).days - 1.0)
        found[key] = found.get(key, 0.0) + 1.0
    return sorted((*key, n) for key, n in found.items())


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory):
    lines = shared("cdnow", "CDNOW_sample.txt").read_text().splitlines()
    parts = [line.split() for line in lines if line.strip()]
    rows = [
        {"customer_id": p[1], "ordered_at": f"{p[2][:4]}-{p[2][4:6]}-{p[2][6:]}", "revenue": float(p[4])} for p in parts
    ]
    return open_rows(tmp_path_factory.mktemp("cdnow"), rows, dt.date(1998, 7, 1))


def test_cdnow_from_its_orders(cdnow):
    """2,357 customers, 39 weeks to learn and 39 to hold against: Fader, Hardie and Lee (2005)."""
    data = forecast_data.holdout_data(cdnow, dt.date(1997, 10, 1))
    assert (data.counts.customers, data.happened, data.horizon) == (2357, 1882, 39)
    found = holdout(data)
    scores = {score.method: score for score in found.scores}
    assert scores[Method.PARETO_NBD].expected == pytest.approx(1665.5, abs=0.5)
    assert scores[Method.BG_NBD].expected == pytest.approx(1653.4, abs=0.5)
    assert scores[Method.PARETO_NBD].mae == pytest.approx(0.7545, abs=2e-4)
    assert scores[Method.BG_NBD].mae == pytest.approx(0.7856, abs=2e-4)
    assert scores[Method.PARETO_NBD].fit.log_likelihood == pytest.approx(-9594.976, abs=0.002)
    assert found.winner is Method.PARETO_NBD
    assert scores[Method.OWN_RATE].miss > 0.5, "rules of thumb forget that people leave"


def test_value_of_cdnow(cdnow):
    """What came in 39 weeks lies in the interval; the model sees 2 out of 3 things only, so it is not asked to be closer."""
    split = dt.date(1997, 10, 1)
    data, spend = forecast_data.model_data(cdnow, as_of=split), forecast_data.fit_margins(cdnow, as_of=split)
    assert spend.customers + spend.excluded == 2357
    assert data.sums.gained.sum() + data.sums.lost.sum() == pytest.approx(
        spend.base_average * (data.sums.orders * data.counts.weights).sum()
    )
    value = clv(fit(ModelName.PARETO_NBD, data.counts), spend, data.counts, data.sums, 9)
    assert value.total.low < value.total.value < value.total.high
    orders = data.counts.total(value.orders)
    assert 30 < value.total.value / orders < 45, "an order of CDNOW brings about 36 dollars"
