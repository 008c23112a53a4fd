"""What goes when the largest customers leave, drawn by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from ltvlib import concentration
from ltvlib.settings import AbcdxRules, Attribute, Filters
from tests.conftest import open_rows

AS_OF = dt.date(2024, 4, 1)


def bought(customer: str, amount: float, times: int = 2, **more: object) -> list[dict]:
    return [
        {"customer_id": customer, "ordered_at": f"2024-03-{day + 1:02}", "revenue": amount, **more}
        for day in range(times)
    ]


ROWS = [row for n in range(1, 8) for row in bought(f"c{n}", 100.0 * n, channel="web" if n > 4 else "shop")]
"""c1 ... c7 bought twice for 100 ... 700; half of it is profit: 100, 200, ... 700, together 2,800."""


def test_five_of_seven(tmp_path):
    lost = concentration.if_largest_leave(open_rows(tmp_path, ROWS, AS_OF, 0.5), AbcdxRules(100.0, 2, 12))
    assert lost.people.frame["customer_id"].tolist() == ["c7", "c6", "c5", "c4", "c3"]
    assert (lost.is_a, lost.customers, lost.margin, lost.lost) == (True, 7, 2800, 2500)
    assert lost.share == pytest.approx(2500 / 2800)
    assert lost.per_customer == (400, 150)


def test_with_few_a_customers_the_largest_of_all(tmp_path):
    """Only c6 and c7 have orders of 600; the others are C, but what they bring counts the same."""
    space = open_rows(tmp_path, ROWS, AS_OF, 0.5)
    lost = concentration.if_largest_leave(space, AbcdxRules(600.0, 2, 12))
    assert not lost.is_a
    assert lost.lost == 2500


def test_filters_and_everybody_leaving(tmp_path):
    space = open_rows(tmp_path, ROWS, AS_OF, 0.5)
    lost = concentration.if_largest_leave(space, AbcdxRules(100.0, 2), Filters(((Attribute.CHANNEL, ("web",)),)))
    assert (lost.leaving, lost.share) == (3, 1)
    assert lost.per_customer[0] == 600
    assert np.isnan(lost.per_customer[1]), "nobody is left"


def test_a_loss_is_never_lost(tmp_path):
    """Ben's purchases cost more than he paid: his leaving takes no profit along."""
    rows = [
        {"customer_id": "Ann", "ordered_at": "2024-03-01", "revenue": 100.0, "gross_margin": 40.0},
        {"customer_id": "Ben", "ordered_at": "2024-03-01", "revenue": 100.0, "gross_margin": -10.0},
    ]
    lost = concentration.if_largest_leave(open_rows(tmp_path, rows, AS_OF, 1.0, "cost"), AbcdxRules(1.0, 1))
    assert lost.people.frame["customer_id"].tolist() == ["Ann"]
    assert lost.share == pytest.approx(40 / 30), "more than all of it: the rest makes a loss"
    assert lost.per_customer == (15, -10)


def test_without_profit_no_share(tmp_path):
    rows = [{"customer_id": "Ben", "ordered_at": "2024-03-01", "revenue": 100.0, "gross_margin": -10.0}]
    lost = concentration.if_largest_leave(open_rows(tmp_path, rows, AS_OF, 1.0, "cost"), AbcdxRules(1.0, 1))
    assert lost.leaving == 0
    assert np.isnan(lost.share)
