"""Service quality: a table by hand, and what was planted in the samples is found while what was not is not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ltvlib import service
from ltvlib.errors import MissingTableError
from ltvlib.samples import SAMPLE_DIR, open_sample
from ltvlib.service import Harm, Trouble
from tests.conftest import open_rows


def by_hand(tmp_path):
    """Two first orders on 1 January 2024: x late by two days and with a complaint, comes back after 100 days; y on time, never."""
    rows = [
        {"order_id": "1", "customer_id": "x", "ordered_at": "2024-01-01", "revenue": 100.0},
        {"order_id": "2", "customer_id": "x", "ordered_at": "2024-04-10", "revenue": 40.0},
        {"order_id": "3", "customer_id": "y", "ordered_at": "2024-01-01", "revenue": 50.0},
    ]
    done = pd.DataFrame(
        {
            "order_id": ["1", "2", "3"],
            "promised_at": pd.to_datetime(["2024-01-03 12:00", "2024-04-12 00:00", "2024-01-03 00:00"]),
            "delivered_at": pd.to_datetime(["2024-01-05 10:00", "2024-04-12 00:00", None]),
            "documents_ok": [True, False, None],
            "complaint": ["slow", " ", None],
        }
    )
    return open_rows(tmp_path, rows, dt.date(2024, 8, 1), fulfilments=done)


def test_what_became_of_each_order_by_hand(tmp_path):
    space = by_hand(tmp_path)
    sql = "select order_number, late_days, is_late, documents_ok, has_complaint from mart_fulfilment order by order_key"
    assert space.database.rows(sql) == [(1, 2, 1, 1, 1), (2, 0, 0, 0, 0), (1, None, None, None, 0)]
    params = {"days": 180, "half": 90, "cut_day": 10**6, "limit": 10}
    frame = space.ask("service_orders", params).frame.sort_values(["customer_key", "order_number"])
    assert frame["orders_after"].tolist() == [1, 0, 0]
    assert frame["margin_after"].tolist() == [40.0, 0.0, 0.0]
    assert frame["margin_before"].tolist() == [0.0, 100.0, 0.0]


def test_rates_by_hand(tmp_path):
    rates = service.rates(service.by_month(by_hand(tmp_path)).frame, ["month"])
    first = rates.iloc[0]
    assert (first["orders"], first["promised"], first["late_share"]) == (2, 1, 1.0)
    assert first["wrong_documents_share"] == 0.0
    assert first["complaint_share"] == 0.5


def test_without_fulfilments_the_page_says_what_is_missing():
    with pytest.raises(MissingTableError):
        service.harms(open_sample("salon"))


def test_the_query_agrees_with_a_loop():
    """The same orders counted by plain pandas from the CSV files of the shop."""
    space = open_sample("electronics")
    frame = space.ask("service_orders", {"days": 180, "half": 90, "cut_day": 10**6, "limit": 10**6}).frame
    orders = pd.read_csv(SAMPLE_DIR / "electronics" / "orders.csv", dtype={"order_id": str, "customer_id": str})
    done = pd.read_csv(SAMPLE_DIR / "electronics" / "fulfilments.csv", dtype={"order_id": str})
    orders["day"] = (pd.to_datetime(orders["ordered_at"]) - pd.Timestamp("1970-01-01")).dt.days
    sold = orders[~orders["is_refund"]]
    chosen = sold.merge(done, on="order_id").sample(40, random_state=1)
    expected = []
    for row in chosen.itertuples():
        later = orders[
            (orders["customer_id"] == row.customer_id) & (orders["day"] > row.day) & (orders["day"] <= row.day + 180)
        ]
        expected.append((row.day, int((~later["is_refund"]).sum()), round(float(later["gross_margin"].sum()), 2)))
    counted = {(r.day, int(r.orders_after), round(float(r.margin_after), 2)) for r in frame.itertuples()}
    assert set(expected) <= counted


def harm(name: str, trouble: Trouble, on_first: bool, **more) -> Harm:
    return next(h for h in service.harms(open_sample(name), **more) if (h.trouble, h.on_first) == (trouble, on_first))


def test_a_late_first_delivery_in_electronics_is_found():
    """Planted: 56 % come back after one on time, 21 % after a late one: 35 points."""
    found = harm("electronics", Trouble.LATE, True)
    assert found.is_shown
    assert found.returned.low < 0.21 - 0.56 < found.returned.high
    assert found.profit.high < 0
    assert found.cost_a_year[1] > 0


def test_wrong_papers_on_the_first_order_in_b2b_are_found():
    """Planted: .48 against .94 come back."""
    found = harm("b2b", Trouble.DOCUMENTS, True)
    assert found.is_shown
    assert found.returned.low < 0.48 - 0.94 < found.returned.high


def test_late_deliveries_in_b2b_are_found():
    """Planted: after a late delivery 5 % leave, after one on time .4 %."""
    found = harm("b2b", Trouble.LATE, False)
    assert found.is_shown
    assert found.returned.low < -0.046 < found.returned.high


def test_a_late_start_of_the_subscription_is_found():
    """Planted in the CRM: 59 % still pay at day 180 after a late launch, 79 % after one on time (monthly payers)."""
    found = harm("crm", Trouble.LATE, True, still=True, first_days=365)
    assert found.is_shown
    assert found.returned.high < 0


@pytest.mark.parametrize(
    ("name", "trouble", "on_first"),
    [
        ("electronics", Trouble.DOCUMENTS, True),
        ("electronics", Trouble.DOCUMENTS, False),
        ("electronics", Trouble.COMPLAINT, True),
        ("b2b", Trouble.COMPLAINT, True),
        ("b2b", Trouble.COMPLAINT, False),
        ("b2b", Trouble.DOCUMENTS, False),
    ],
)
def test_what_was_not_planted_is_not_shown(name, trouble, on_first):
    """Complaints follow from late deliveries there and do nothing of their own."""
    assert not harm(name, trouble, on_first).is_shown


def test_false_alarms_on_the_shop_itself():
    """The late first orders of the shop dealt out anew by chance, 60 times: the difference is shown as rarely as promised."""
    from ltvlib.like_with_like import alike, compare

    frame = (
        open_sample("electronics")
        .ask("service_orders", {"days": 180, "half": 90, "cut_day": 20_000, "limit": 10**6})
        .frame
    )
    frame = frame[frame["order_number"] == 1].reset_index(drop=True)
    came, chance = (frame["orders_after"] > 0).to_numpy(float), np.random.default_rng(2)
    alarms = 0
    for _ in range(60):
        flags = chance.permutation(frame["is_late"].fillna(0).to_numpy(float))
        strata, _ = alike([frame["first_product"].fillna(""), frame["channel"].fillna("")], flags)
        alarms += compare(came, flags, strata, frame["customer_key"]).p_value < 0.05
    assert alarms <= 10  # 3 expected; 99.9 % of a binomial with 60 and .05
