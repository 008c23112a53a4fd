"""First, second, third purchase by hand; gateways planted in the samples are found with intervals that cover them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from ltvlib.products import items, journey
from ltvlib.products.items import Level
from ltvlib.products.journey import Part, Start, Verdict
from ltvlib.samples import SAMPLE_DIR, open_sample
from tests.products.shop import by_hand


def test_paths_by_hand(tmp_path):
    space = by_hand(tmp_path)
    called = items.names(space, Level.PRODUCT)
    frame = journey.paths(space, Level.PRODUCT, 90).frame
    found = {
        (called[a], called.get(b)): (n, gap, money)
        for a, b, n, gap, money in zip(
            frame["first_item"],
            frame["second_item"].astype("float").fillna(-9).astype(int),
            frame["customers"],
            frame["days_to_second"].astype("float").fillna(-1),
            frame["margin_after"],
            strict=True,
        )
    }
    assert found == {
        ("phone", "case"): (1, 31.0, 12.0),
        ("phone", "lamp"): (1, 60.0, 10.0),
        ("phone", None): (1, -1.0, -20.0),  # the refund comes after the first order
        ("lamp", None): (1, -1.0, 0.0),
    }
    assert journey.reached(frame) == (0.5, 0.0)
    assert journey.shares(frame)["share"].sum() == 1.0
    flows = journey.flows(frame)
    assert flows[flows["step"] == 1]["customers"].sum() == 4
    assert flows[flows["step"] == 2]["customers"].sum() == 2


def test_only_customers_whose_days_are_all_known(tmp_path):
    """330 days before the end is 6 January: x and y began before it, z and w after."""
    assert journey.paths(by_hand(tmp_path), Level.PRODUCT, 330).frame["customers"].sum() == 2


def test_a_rare_item_stands_with_the_others(tmp_path):
    frame = journey.paths(by_hand(tmp_path), Level.PRODUCT, 90, most=1).frame
    assert set(frame["first_item"]) == {
        items.OTHER,
        next(k for k, v in items.names(by_hand(tmp_path), Level.PRODUCT).items() if v == "phone"),
    }


def start(name: str, level: Level, days: int, item: str, still: bool = False) -> Start:
    space = open_sample(name)
    called = items.names(space, level)
    return next(s for s in journey.starts(space, level, days, still)[0] if called[s.item] == item)


def truth(name: str, what: str) -> dict:
    return json.loads((SAMPLE_DIR / name / "truth.json").read_text(encoding="utf-8"))[what]["measured"]


PLANTED = [
    ("electronics", "gateway_category", Level.CATEGORY, "Умный дом", Verdict.GATEWAY),
    ("electronics", "gateway_category", Level.CATEGORY, "Телевизоры", Verdict.DEAD_END),
    ("electronics", "gateway_category", Level.CATEGORY, "Ноутбуки", None),
    ("salon", "gateway_service", Level.PRODUCT, "Маникюр с покрытием", Verdict.GATEWAY),
    ("salon", "gateway_service", Level.PRODUCT, "Причёска на событие", Verdict.DEAD_END),
    ("salon", "gateway_service", Level.PRODUCT, "Стрижка мужская", None),
    ("kids", "gateway_workshop", Level.PRODUCT, "Мастер-класс", Verdict.GATEWAY),
    ("kids", "gateway_workshop", Level.PRODUCT, "Разовый билет", Verdict.DEAD_END),
]


@pytest.mark.parametrize(("name", "what", "level", "item", "verdict"), PLANTED)
def test_planted_gateways_and_dead_ends(name, what, level, item, verdict):
    measured = truth(name, what)
    found = start(name, level, measured["days"], item)
    assert found.low < measured["groups"][item]["return_rate"] < found.high
    if verdict is not None:
        assert found.verdict is verdict


def test_an_integration_at_the_start_keeps_subscribers():
    """Planted in the CRM: 87 % with an integration still pay from day 180 on, 67 % without; it is added to the subscription."""
    groups = truth("crm", "integration_and_retention")["groups"]
    found = start("crm", Level.CATEGORY, 365, "Integrations", still=True)
    assert (found.part, found.verdict) == (Part.EXTRA, Verdict.GATEWAY)
    assert found.low < groups["with"]["return_rate"] < found.high
    assert found.against.low < groups["with"]["return_rate"] - groups["without"]["return_rate"] < found.against.high


def test_what_was_not_planted_is_like_the_others():
    """Laptops, phones, accessories and services of the shop: nothing was planted about coming back beyond the base rates."""
    for item in ("Ноутбуки", "Аксессуары", "Услуги"):
        assert start("electronics", Level.CATEGORY, 180, item).verdict is Verdict.CHANCE


def test_profit_and_returns_agree_with_a_loop():
    """The same counted by plain pandas from the CSV files of the salon, the dearest line of the first order."""
    folder = SAMPLE_DIR / "salon"
    orders = pd.read_csv(folder / "orders.csv", dtype={"order_id": str, "customer_id": str}, parse_dates=["ordered_at"])
    lines = pd.read_csv(folder / "order_lines.csv", dtype={"order_id": str, "product_id": str})
    sold = orders[~orders["is_refund"]].sort_values(["customer_id", "ordered_at", "order_id"])
    first = sold.groupby("customer_id").head(1)
    main = lines.sort_values("revenue", ascending=False, kind="stable").groupby("order_id").head(1)
    began = first.merge(main[["order_id", "product_name"]], on="order_id").set_index("customer_id")
    end = pd.Timestamp(open_sample("salon").info.as_of)
    days = 120
    began = began[
        (began["product_name"] == "Педикюр") & (began["ordered_at"].dt.normalize() < end - pd.Timedelta(days=days))
    ]
    money, came = [], 0
    for who, row in began.iterrows():
        day = row["ordered_at"].normalize()
        own = orders[
            (orders["customer_id"] == who) & (orders["ordered_at"].dt.normalize() <= day + pd.Timedelta(days=days))
        ]
        money.append(own["gross_margin"].sum())
        came += int((~own["is_refund"]).sum() > 1)
    found = start("salon", Level.PRODUCT, days, "Педикюр")
    assert (found.customers, found.returned) == (len(began), came)
    assert found.ltv.value == pytest.approx(sum(money) / len(money))
