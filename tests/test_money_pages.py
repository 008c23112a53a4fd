"""Acquisition and LTV laboratory with what the user enters: spend, variable costs, discount, filters."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ltvlib.costs import CostKind, CostLine, VariableCosts
from ltvlib.ingest.model import SetAside
from ltvlib.ingest.report import SpendRead
from ltvlib.spend import Spend
from pages.ui import money
from tests.test_pages import healthy, own, visit

COSTS = VariableCosts(
    (CostLine("Courier [x](y)", CostKind.PER_ORDER, 400.0), CostLine("Fee", CostKind.OF_REVENUE, 0.02))
)
ROWS = [
    {"customer_id": f"c{n}", "ordered_at": dt.datetime(2024, 1 + n % 12, 5), "revenue": 100.0, "channel": "<b>Web</b>"}
    for n in range(24)
]


def said(at) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def test_typed_spend_turns_the_verdict():
    spend = Spend.of((month, "Поиск", 5_000_000.0) for month in range(2023 * 12, 2025 * 12 + 10))
    at = healthy(visit("acquisition", "electronics", electronics_spend=spend))
    assert "Does not pay back within what we have seen." in said(at)
    assert "Back to the spend of the data set" in [button.label for button in at.button]


def test_an_upload_without_spend_says_what_is_missing(tmp_path: Path):
    at = healthy(visit("acquisition", "upload", uid=own(tmp_path, ROWS)))
    assert "What a new customer costs is not on record." in said(at)
    assert "Spend not on record" in at.dataframe[0].value["verdict"].tolist()
    assert not [element for element in at.markdown if "<b>" in element.value], "a channel cannot format the page"


def test_variable_costs_add_the_contribution_margin():
    plain = healthy(visit("ltv", "salon"))
    assert "contribution" not in plain.dataframe[0].value.columns
    assert "Name the variable costs of a sale below" in said(plain)
    at = healthy(visit("ltv", "salon", salon_costs=COSTS))
    table = at.dataframe[0].value
    assert (table["contribution"] < table["margin"]).all()
    assert (table["after_cac"] - (table["contribution"] - table["cac"])).abs().max() <= 1, "rounded to units"
    assert "Courier" in said(at)
    assert "[x](y)" not in said(at).replace("\\", "\0"), "a name cannot become a link"


def test_discounting_lowers_every_horizon():
    plain = healthy(visit("ltv", "kids")).dataframe[0].value
    at = healthy(visit("ltv", "kids", kids_discount=30.0))
    assert (at.dataframe[0].value["margin"] < plain["margin"]).all()


def test_other_filters_are_left_aside_aloud():
    at = healthy(visit("acquisition", "salon", salon_segments=["A"]))
    assert "other filters are left aside" in said(at)
    only = healthy(visit("acquisition", "salon", salon_channel=["Карты"]))
    assert only.dataframe[0].value["name"].tolist() == ["Карты"]


def test_a_payback_time_sets_what_may_be_paid():
    early = healthy(visit("acquisition", "kids", kids_back_by=0)).dataframe[0].value
    late = healthy(visit("acquisition", "kids", kids_back_by=12)).dataframe[0].value
    assert (early["affordable_cac"] < late["affordable_cac"]).all()
    assert (late["affordable_cac"] == late["margin_at_horizon"]).all()


def test_the_refused_lines_of_one_data_set_do_not_follow_to_the_next():
    report = SpendRead((), (SetAside(3, "bad_number", "Client A; secret 900"),), 1, ("a", "b", "c"))
    at = visit("acquisition", "kids", kids_spend_report=report)
    assert any("secret" in str(frame.value) for frame in healthy(at).dataframe)
    at.session_state["data"] = "salon"
    assert not any("secret" in str(frame.value) for frame in healthy(at.run()).dataframe)


def test_costs_survive_the_form():
    assert money.costs_of(money.cost_rows(COSTS)) == COSTS
    unfinished = [{"name": "", "kind": "per_order", "amount": 5.0}, {"name": "x", "kind": "per_order", "amount": None}]
    assert money.costs_of(unfinished) == VariableCosts()
