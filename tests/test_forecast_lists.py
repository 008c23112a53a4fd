"""What is expected of listed customers: the same in every list, absent with a reason where no exam was passed."""

from __future__ import annotations

import numpy as np
import pytest

from ltvlib import forecast, forecast_lists, samples
from ltvlib.models.fitting import ModelName
from ltvlib.settings import Attribute, Filters, month_number
from pages.ui import outlook
from pages.ui.registry import REGISTRY
from tests.test_pages import healthy, visit


@pytest.fixture(scope="module")
def kids():
    workspace = samples.open_sample("kids")
    known = forecast.fitted(workspace, ModelName.MBG_NBD)
    yield workspace, known
    workspace.close()


def test_a_list_says_what_the_forecast_says(kids):
    """Everybody and any few of them, one by one, against the forecast's own table and its total."""
    workspace, known = kids
    found = forecast.forecast(workspace, known.fit.model, known=known)
    everybody = forecast_lists.predicted(workspace, known)
    assert len(everybody) == workspace.facts().customers
    people = found.people.set_index("customer_id")
    np.testing.assert_allclose(everybody["predicted_ltv"].loc[people.index], people["expected_margin"], rtol=1e-9)
    np.testing.assert_allclose(everybody["probability_alive"].loc[people.index], people["probability_alive"], rtol=1e-9)
    assert everybody["predicted_ltv"].sum() == pytest.approx(found.totals[12].total.value)
    few = list(people.index[[3, 400, 1200]])
    some = forecast_lists.predicted(workspace, known, [*few, "nobody"])
    assert sorted(some.index) == sorted(few)
    np.testing.assert_allclose(some["predicted_ltv"].loc[few], people["expected_margin"].loc[few], rtol=1e-9)


def test_filters_choose_the_list_not_the_prediction(kids):
    workspace, known = kids
    channel = Filters(((Attribute.CHANNEL, ("Карты",)),))
    whole, part = (forecast_lists.predicted(workspace, known, filters=f) for f in (Filters(), channel))
    assert whole["predicted_ltv"].to_dict() == part["predicted_ltv"].to_dict()
    earlier = forecast_lists.predicted(workspace, known, filters=Filters(until=month_number(workspace.as_of()) - 6))
    assert 0 < len(earlier) < len(whole), "customers won later are not known yet"


def test_strangers_are_unknown_not_worthless(kids):
    workspace, known = kids
    found = forecast.forecast(workspace, known.fit.model, known=known)
    few = found.people.head(2)[["customer_id"]]
    few.loc[2] = "nobody"
    table = forecast_lists.with_predicted(few, forecast_lists.predicted(workspace, known, few["customer_id"]))
    assert table["predicted_ltv"].notna().tolist() == [True, True, False]
    assert table["probability_alive"].notna().tolist() == [True, True, False]


def people_of(at):
    return next(frame.value for frame in at.dataframe if {"customer_id", "margin"} <= set(frame.value.columns))


def said(at) -> str:
    return " ".join(element.value for element in at.caption)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_column_stands_beside_the_past_where_the_exam_was_passed(language: str):
    at = healthy(visit("segments", "electronics", language))
    table = people_of(at)
    assert table["predicted_ltv"].notna().all()
    assert {"margin", "lifetime_margin", "probability_alive"} <= set(table.columns)
    assert "Pareto/NBD" in said(at)


def test_a_failed_exam_shows_no_money_and_says_why():
    at = healthy(visit("segments", "b2b"))
    assert "predicted_ltv" not in people_of(at).columns
    assert "in its exam on your data the forecast was off by 30%" in said(at)


def test_a_big_base_waits_for_its_own_page(monkeypatch):
    """Nothing is fitted in passing; once the forecast was opened, every list has it."""
    monkeypatch.setattr(outlook, "AT_ONCE", 100)
    monkeypatch.setattr(REGISTRY.sample("electronics"), "stamp", "nothing remembered of it in this test")
    at = healthy(visit("segments", "electronics"))
    assert "predicted_ltv" not in people_of(at).columns
    assert "open Forecast once" in said(at)
    healthy(at.switch_page("pages/forecast.py").run())
    healthy(at.switch_page("pages/segments.py").run())
    assert people_of(at)["predicted_ltv"].notna().all()
