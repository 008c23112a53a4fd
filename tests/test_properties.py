"""Laws that hold for every history, whatever the numbers: drawn at random, checked without a second implementation."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from ltvlib import abcdx, kpis
from ltvlib.cohorts import Measure, cohort_table
from ltvlib.settings import AbcdxRules, AbcdxSegment, Attribute, Filters, Grain, period_number
from tests.test_twin import SLOW, as_ofs, histories, opened

grains = some.sampled_from(list(Grain))
months = some.integers(1, 18).map(lambda count: period_number(dt.date(2023, 1, 1), Grain.MONTH) + count)
spans = some.one_of(
    some.just(Filters()),
    some.builds(lambda n: Filters(until=n), months),
    some.builds(lambda n: Filters(since=n), months),
)
RULES = AbcdxRules(300.0, 2, 12, x_customers=("c0",))
EVERY = ((Attribute.CHANNEL, ("", "shop", "web")),)
ADDITIVE = (Measure.CUSTOMERS, Measure.REVENUE, Measure.MARGIN)


def with_every_value(filters: Filters) -> Filters:
    return Filters(EVERY, since=filters.since, until=filters.until)


def same(left: np.ndarray, right: np.ndarray) -> None:
    np.testing.assert_allclose(left, right, atol=1e-6)


@SLOW
@given(rows=histories, as_of=as_ofs, grain=grains, filters=spans)
def test_retention_never_exceeds_rolling_retention_which_never_rises(rows, as_of, grain, filters):
    space = opened(rows, as_of)
    plain = cohort_table(space, Measure.RETENTION, grain=grain, filters=filters).values
    rolling = cohort_table(space, Measure.ROLLING_RETENTION, grain=grain, filters=filters).values
    same(np.isnan(plain), np.isnan(rolling))
    known = ~np.isnan(plain)
    assert (plain[known] <= rolling[known]).all()
    assert (rolling[known] <= 1).all()
    steps = np.diff(rolling, axis=1)
    assert (steps[~np.isnan(steps)] <= 0).all()


@SLOW
@given(rows=histories, as_of=as_ofs, grain=grains)
def test_cumulative_profit_without_refunds_never_falls(rows, as_of, grain):
    space = opened([{**row, "revenue": abs(row["revenue"]), "is_refund": False} for row in rows], as_of)
    steps = np.diff(cohort_table(space, Measure.CUMULATIVE_LTV, grain=grain).values, axis=1)
    assert (steps[~np.isnan(steps)] >= -1e-9).all()


@SLOW
@given(rows=histories, as_of=as_ofs, grain=grains, filters=spans)
def test_rows_by_channel_sum_to_the_rows_by_date(rows, as_of, grain, filters):
    space = opened(rows, as_of)
    for measure in ADDITIVE:
        dates = cohort_table(space, measure, grain=grain, filters=filters)
        parts = cohort_table(space, measure, grain=grain, filters=filters, by=Attribute.CHANNEL)
        assert dates.sizes.sum() == parts.sizes.sum()
        same(np.nansum(dates.values, axis=0), np.nansum(parts.values, axis=0))
        same(dates.average, parts.average)
        same(dates.average_n, parts.average_n)


@pytest.mark.parametrize("measure", list(Measure))
@SLOW
@given(rows=histories, as_of=as_ofs, filters=spans)
def test_accepting_every_value_is_no_filter(measure, rows, as_of, filters):
    space = opened(rows, as_of)
    for by in (None, Attribute.CHANNEL):
        plain = cohort_table(space, measure, by=by, filters=filters)
        every = cohort_table(space, measure, by=by, filters=with_every_value(filters))
        assert plain.rows == every.rows
        same(plain.values, every.values)
        same(plain.average, every.average)


@SLOW
@given(rows=histories, as_of=as_ofs, filters=spans)
def test_accepting_every_value_changes_no_figure_and_no_segment(rows, as_of, filters):
    space = opened(rows, as_of)
    plain, every = kpis.overview(space, filters), kpis.overview(space, with_every_value(filters))
    for slug, figure in plain.figures.items():
        same(np.array([figure.value, figure.before]), np.array([every.figures[slug].value, every.figures[slug].before]))
    columns = ["customers", "orders", "revenue", "margin", "margin_share", "orders_per_customer", "ltv"]
    left, right = (abcdx.segment_table(space, RULES, f).frame[columns] for f in (filters, with_every_value(filters)))
    same(left.to_numpy(dtype=float), right.to_numpy(dtype=float))


@SLOW
@given(rows=histories, as_of=as_ofs, filters=spans)
def test_every_figure_of_the_period_is_the_sum_of_its_parts(rows, as_of, filters):
    """Channels, segments and customers each sum to the tile; chosen months to their bars."""
    space = opened(rows, as_of)
    view = kpis.overview(space, filters)
    channels = [
        kpis.overview(space, Filters(((Attribute.CHANNEL, (value,)),), since=filters.since, until=filters.until))
        for value in ("", "shop", "web")
    ]
    for slug in ("customers", "revenue", "margin"):
        whole = view.figures[slug].value
        same(np.array(sum(part.figures[slug].value for part in channels)), np.array(whole))
        if filters.since is not None and slug != "customers":
            same(np.array(view.months[slug].sum()), np.array(whole))
    rules = AbcdxRules(300.0, 2, view.period.months)
    if filters.since is None:
        table = abcdx.segment_table(space, rules, filters).frame
        people = abcdx.customers(space, rules, tuple(AbcdxSegment), filters).frame
        for found in (table, people):
            same(found[["revenue", "margin"]].sum().to_numpy(), [view.figures[s].value for s in ("revenue", "margin")])
        assert table["customers"].sum() == len(people)
        assert table.set_index("segment")["customers"].drop("inactive").sum() == view.figures["customers"].value


@SLOW
@given(rows=histories, as_of=as_ofs, filters=spans, data=some.data())
def test_neither_names_nor_the_order_of_rows_matter(rows, as_of, filters, data):
    names = data.draw(some.permutations([f"Z{n:03}" for n in range(8)]))
    renamed = [{**row, "customer_id": names[int(row["customer_id"][1:])]} for row in data.draw(some.permutations(rows))]
    one, two = opened(rows, as_of), opened(renamed, as_of)
    for measure in (Measure.CUSTOMERS, Measure.ROLLING_RETENTION, Measure.CUMULATIVE_LTV):
        left, right = (cohort_table(space, measure, filters=filters) for space in (one, two))
        assert left.rows == right.rows
        same(left.values, right.values)
    figures, others = (kpis.overview(space, filters).figures for space in (one, two))
    for slug, figure in figures.items():
        same(np.array([figure.value]), np.array([others[slug].value]))
    rules = (RULES, AbcdxRules(300.0, 2, 12, x_customers=(names[0],)))
    left, right = (abcdx.segment_table(s, r, filters).frame for s, r in zip((one, two), rules, strict=True))
    assert left["customers"].tolist() == right["customers"].tolist()
    same(left["margin"].to_numpy(), right["margin"].to_numpy())


@SLOW
@given(rows=histories, grain=grains, cut=months)
def test_data_that_end_and_data_cut_by_the_filter_are_the_same(rows, grain, cut):
    """Ending the data at a month by the filter shows what a file that ends there shows, complete periods for complete periods."""
    end = dt.date(cut // 12, cut % 12 + 1, 1)
    whole, short = opened(rows, dt.date(2024, 9, 1)), opened(rows, end)
    filters = Filters(until=cut)
    figures, others = kpis.overview(short).figures, kpis.overview(whole, filters).figures
    for slug, figure in figures.items():
        same(np.array([figure.value]), np.array([others[slug].value]))
    left, right = abcdx.segment_table(short, RULES).frame, abcdx.segment_table(whole, RULES, filters).frame
    assert left["customers"].tolist() == right["customers"].tolist()
    for measure in Measure:
        cut_table = cohort_table(whole, measure, grain=grain, filters=filters)
        table = cohort_table(short, measure, grain=grain)
        known = {row: table.values[place] for place, row in enumerate(table.rows)}
        for place, row in enumerate(cut_table.rows):
            same(cut_table.values[place], known[row][: cut_table.ages])
            assert np.isnan(known[row][cut_table.ages :]).all()
