"""The forecast of a data set: its own exam, parts that sum to the whole, and refusals where the data do not carry it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ltvlib import forecast, samples
from ltvlib.models.holdout import TOLERANCE
from ltvlib.settings import AbcdxRules, Attribute, Filters
from tests.conftest import open_rows, order_frame
from tests.test_golden import cdnow
from tests.test_pages import healthy, own, visit


@pytest.fixture(scope="module")
def salon():
    workspace = samples.open_sample("salon")
    record = forecast.exam(workspace)
    yield workspace, record, forecast.forecast(workspace, record.model)
    workspace.close()


def test_the_exam_holds_what_really_happened(salon):
    """Days with an order after the split, of customers won before it: counted again from the file with pandas."""
    workspace, record, _found = salon
    assert (record.exam_days, record.is_whole_year, record.ends) == (365, True, workspace.info.as_of)
    rows = pd.read_csv(
        samples.SAMPLE_DIR / "salon" / "orders.csv", dtype={"customer_id": str}, parse_dates=["ordered_at"]
    )
    sales = rows[~rows["is_refund"]].assign(day=rows["ordered_at"].dt.normalize())
    days = sales.drop_duplicates(["customer_id", "day"])
    first = days.groupby("customer_id")["day"].transform("min")
    split = pd.Timestamp(record.split)
    happened = ((first < split) & (days["day"] >= split)).sum()
    assert record.score.happened == happened == record.result.happened[-1]
    assert record.score.tracking[-1] == pytest.approx(record.score.expected)
    assert abs(record.score.miss) <= TOLERANCE
    assert record.is_trusted


def test_the_parts_of_the_base_sum_to_the_whole(salon):
    workspace, _record, found = salon
    whole = found.totals[12].total.value
    assert found.people["expected_margin"].sum() == pytest.approx(whole, rel=1e-9)
    assert found.people["probability_alive"].sum() == pytest.approx(found.alive, rel=1e-9)
    for table in (
        forecast.base_by(workspace, found, Attribute.CHANNEL),
        forecast.base_by(workspace, found, rules=AbcdxRules(3000.0, 6)),
    ):
        assert table["expected_margin"].sum() == pytest.approx(whole, rel=1e-9)
        assert table["customers"].sum() == len(found.people) == workspace.facts().customers


def test_longer_horizons_bring_more_and_discounting_less(salon):
    workspace, record, found = salon
    values = [found.totals[months].total for months in forecast.HORIZONS]
    assert [v.value for v in values] == sorted(v.value for v in values)
    assert all(v.low <= v.value <= v.high for v in values)
    weaker = forecast.forecast(workspace, record.model, annual_rate=0.2)
    assert 0.8 * found.totals[12].total.value < weaker.totals[12].total.value < found.totals[12].total.value


def test_slipping_customers_are_late_and_ordered_by_what_is_at_risk(salon):
    _workspace, _record, found = salon
    people = forecast.slipping(found)
    assert len(people)
    assert (people["late_factor"] >= 1.5).all()
    profits = found.people.loc[found.people["margin"] > 0, "margin"]
    assert (people["margin"] >= profits.quantile(2 / 3)).all(), "the best third"
    assert (people["probability_alive"] >= 0.1).all()
    assert people["margin_at_risk"].is_monotonic_decreasing
    assert forecast.margin_at_risk(np.array([30.0, 10.0, 5.0]), np.array([0.25, 1.0, 0.0])).tolist() == pytest.approx(
        [90.0, 0.0, float("nan")], nan_ok=True
    )


def test_one_customer_over_time_ends_where_the_list_stands(salon):
    workspace, _record, found = salon
    person = found.people.iloc[5]
    line, orders = forecast.alive_over_time(workspace, found, person["customer_id"])
    assert line["probability_alive"].iloc[-1] == pytest.approx(person["probability_alive"])
    assert line["probability_alive"].between(0, 1).all()
    assert len(orders) == person["orders"]
    assert orders[-1] == person["last_day"].date()
    assert forecast.alive_over_time(workspace, found, "nobody")[1] == []


def test_a_business_with_a_failed_exam_is_not_trusted():
    workspace = samples.open_sample("b2b")
    record = forecast.exam(workspace)
    assert not record.is_trusted
    workspace.close()


def test_too_little_data_says_what_is_missing(tmp_path: Path):
    rows = [{"customer_id": f"c{n % 7}", "ordered_at": f"2024-01-{1 + n:02}", "revenue": 10.0} for n in range(20)]
    workspace = open_rows(tmp_path, rows, dt.date(2024, 2, 1), 0.5)
    said = " ".join(str(message) for message in forecast.what_is_missing(workspace))
    assert "100 customers" in said
    assert "182 days" in said
    assert forecast.exam(workspace) is None
    empty = open_rows(tmp_path, order_frame([]), dt.date(2024, 2, 1), 0.5)
    assert forecast.exam(empty) is None
    assert forecast.what_is_missing(empty)


def test_cdnow_as_an_owner_would_open_it(tmp_path: Path):
    """CDNOW (1/10 sample): the published Pareto/NBD parameters from the calibration period, 39 weeks to 1997-09-30."""
    found = forecast.forecast(cdnow(tmp_path))
    assert found.fit.log_likelihood == pytest.approx(-9594.976, abs=0.01)
    published = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    assert found.fit.parameters == pytest.approx(published, rel=0.01)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("data", ["electronics", "b2b"])
def test_the_page_shows_its_record_first_and_money_only_where_trusted(data: str, language: str):
    at = healthy(visit("forecast", data, language))
    assert len(at.subheader) == (4 if data == "electronics" else 2)
    table = next(frame.value for frame in at.dataframe if "alive" in frame.value.columns)
    assert ("expected_margin" in table.columns) == (data == "electronics")


def test_the_laboratory_predicts_only_after_a_passed_exam():
    for data, words in (("electronics", "will bring **"), ("b2b", "Not predicted")):
        at = healthy(visit("ltv", data, **{f"{data}_predicted": True}))
        said = " ".join(element.value for element in [*at.markdown, *at.info])
        assert words in said


def test_one_customer_is_the_base_divided(salon):
    _workspace, _record, found = salon
    assert found.per_customer.value * found.data.counts.customers == pytest.approx(found.totals[12].total.value)


def test_filters_narrow_the_forecast(salon):
    workspace, record, found = salon
    only = Filters(((Attribute.CHANNEL, ("Карты",)),))
    part = forecast.forecast(workspace, record.model, filters=only)
    assert len(part.people) == (found.people["channel"] == "Карты").sum()


def test_the_page_predicts_nothing_from_too_little(tmp_path: Path):
    rows = [{"customer_id": "c1", "ordered_at": dt.datetime(2025, 1, 10, 12), "revenue": 100.0}]
    at = healthy(visit("forecast", "upload", uid=own(tmp_path, rows)))
    assert any("Nothing is forecast" in info.value for info in at.info)
    assert not at.dataframe
