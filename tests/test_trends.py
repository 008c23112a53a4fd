"""Sparklines: the definitions of the figures, over single months, against loops over rows."""

from __future__ import annotations

import datetime as dt
import statistics
from itertools import pairwise

import pytest
from hypothesis import given

from ltvlib import kpis, trends
from ltvlib.settings import Filters, Grain, month_start, period_number
from tests.test_twin import SLOW, Twin, histories, opened

AS_OF = dt.date(2024, 9, 1)


@SLOW
@given(rows=histories)
def test_medians_by_month(rows):
    twin, workspace = Twin(rows, AS_OF), opened(rows, AS_OF)
    end = period_number(AS_OF, Grain.MONTH)
    complete = [month_start(month) for month in range(end - 6, end)]
    days = {
        c: sorted(r["ordered_at"].date() for r in twin.rows if r["customer_id"] == c and not r["is_refund"])
        for c in twin.first
    }
    gaps, lives = [], []
    for start in complete:
        stop = month_start(period_number(start, Grain.MONTH) + 1)
        ended = [(b - a).days for line in days.values() for a, b in pairwise(line) if start <= b < stop]
        spans = [(past[-1] - past[0]).days for line in days.values() if len(past := [d for d in line if d < stop]) > 1]
        gaps += [statistics.median(ended)] if ended else []
        lives += [statistics.median(spans)] if spans else []
    found = trends.medians(workspace, Filters(), complete)
    assert list(found["median_days_between_orders"]) == pytest.approx(gaps)
    assert list(found["observed_lifetime"]) == pytest.approx(lives)


def test_every_key_figure_of_a_sample_has_a_sparkline():
    from ltvlib.samples import open_sample

    view = kpis.overview(open_sample("salon"))
    for figure in view.figures.values():
        assert len(figure.series) > 6, figure.slug
    assert view.figures["observed_lifetime"].series[-1] == view.figures["observed_lifetime"].value
