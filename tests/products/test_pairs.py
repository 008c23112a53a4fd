"""Rules against arules, pairs by hand and against a second implementation, what was planted, and chance itself."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ltvlib.products import attach, items, ladders, pairs, rules
from ltvlib.products.chance import upper_tail
from ltvlib.products.items import Level
from ltvlib.samples import SAMPLE_DIR, open_sample
from tests.conftest import golden, shared
from tests.products.shop import by_hand, from_lines

RUNS = ("r_001_08", "r_001_05", "r_006_025", "r_01_05", "r_005_02", "r_01_03", "r_01_0_pairs")
SETS = ("freq_0.05", "freq_0.02", "freq_0.01", "freq_0.005", "freq_0.001")


@pytest.fixture(scope="module")
def groceries() -> tuple[np.ndarray, np.ndarray, int]:
    frame = pd.read_csv(shared("groceries", "groceries_long.csv"))
    return rules.bit_sets(frame["basket"], frame["item"])


@pytest.mark.parametrize("run", RUNS)
def test_groceries_rules_are_those_of_arules(run: str, groceries):
    names, bits, n = groceries
    case = golden("arules_groceries")[run]
    asked, expected = case["inputs"], case["expected"]
    found = rules.frequent(bits, math.ceil(asked["support"] * n - 1e-9), asked["maxlen"])
    frame = rules.rules(found, n, asked["confidence"], asked["minlen"])
    assert len(frame) == expected["n_rules"]
    assert {str(k): v for k, v in Counter(frame["lhs"].map(len) + 1).items()} == expected["by_size"]
    known = {(frozenset(names[list(row.lhs)]), names[row.rhs]): row for row in frame.itertuples()}
    for rule in expected["top_rules"]:
        left = frozenset([rule["lhs"]] if isinstance(rule["lhs"], str) else rule["lhs"])
        row = known[left, rule["rhs"]]
        assert row.count == rule["count"]
        for name in ("support", "confidence", "lift", "conviction", "leverage"):
            assert getattr(row, name) == pytest.approx(float(rule[name]), rel=1e-9), name


@pytest.mark.parametrize("run", SETS)
def test_groceries_frequent_sets_are_those_of_arules(run: str, groceries):
    _, bits, n = groceries
    case = golden("arules_groceries")[run]
    found = rules.frequent(bits, math.ceil(case["inputs"]["support"] * n - 1e-9))
    assert {str(k): v for k, v in Counter(map(len, found)).items()} == case["expected"]["by_size"]


def test_pairs_of_groceries_from_the_marts_are_those_of_arules(tmp_path):
    """The page's way, through orders and SQL: the same 426 rules of two items at one percent."""
    frame = pd.read_csv(shared("groceries", "groceries_long.csv"))
    lines = pd.DataFrame(
        {
            "order_id": frame["basket"].astype(str),
            "customer_id": "c" + frame["basket"].astype(str),
            "at": pd.Timestamp("2024-01-01"),
            "product_id": frame["item"],
            "product_name": frame["item"],
            "category": "food",
            "quantity": 1.0,
            "revenue": 1.0,
            "margin": 0.5,
        }
    )
    space = from_lines(tmp_path, lines, pd.Timestamp("2024-02-01").date())
    called = items.names(space, Level.PRODUCT)
    found = pairs.within(space, Level.PRODUCT).frame
    case = golden("arules_groceries")["r_01_0_pairs"]["expected"]
    found = found[found["both"] >= 99]
    assert len(found) == case["n_rules"]
    known = {(called[row.item_a], called[row.item_b]): row for row in found.itertuples()}
    for rule in case["top_rules"]:
        row = known[rule["lhs"] if isinstance(rule["lhs"], str) else rule["lhs"][0], rule["rhs"]]
        assert row.both == rule["count"]
        for name in ("support", "confidence", "lift", "conviction"):
            assert getattr(row, name) == pytest.approx(float(rule[name]), rel=1e-9), name


def test_the_tail_is_fisher_s():
    draw = np.random.default_rng(1)
    n = 5_000
    a, b = draw.integers(1, n, (2, 2_000))
    k = np.clip(stats.hypergeom.rvs(n, a, b, random_state=2) + draw.integers(-30, 40, 2_000), 0, None)
    expected, found = stats.hypergeom.sf(k - 1, n, a, b), upper_tail(k, n, a, b)
    assert np.abs(found - expected).max() < 1e-9
    some = expected > 1e-250
    assert np.abs(np.log(found[some]) - np.log(expected[some])).max() < 1e-9
    table = [[12, 5], [29, 2]]  # another way to the same number
    one = stats.fisher_exact(table, alternative="greater").pvalue
    assert upper_tail([12], 48, [17], [41])[0] == pytest.approx(one)


def test_pairs_by_hand(tmp_path):
    space = by_hand(tmp_path)
    called = items.names(space, Level.PRODUCT)
    found = attach.any_extra(attach.facts(space, Level.PRODUCT).frame)
    told = {called[row.item]: (row.orders, row.with_extra) for row in found.itertuples()}
    assert told == {"phone": (3, 2), "lamp": (2, 0), "case": (1, 0)}
    counts = items.ask(space, "product_counts", Level.PRODUCT, {}).frame
    assert counts[counts["item"].isna()].set_index("size")["orders"].to_dict() == {1: 4, 2: 2}
    # after a phone, within 90 days and on another day: x took a case, y a lamp; w nothing
    then = pairs.afterwards(space, Level.PRODUCT, 90).frame
    rows = {(called[r.item_a], called[r.item_b]): (r.both, r.n_a, r.gap) for r in then.itertuples()}
    assert rows[("phone", "case")] == (1, 3, 31.0)
    assert rows[("phone", "lamp")] == (1, 3, 60.0)
    assert ("phone", "phone") not in rows, "a refund is no purchase"


def test_pairs_agree_with_a_loop():
    """Orders with both of two products of the salon, from its CSV file, by itertools."""
    lines = pd.read_csv(SAMPLE_DIR / "salon" / "order_lines.csv", dtype=str)
    lines = lines[~lines["order_id"].str.startswith("R")]
    expected = Counter()
    for _, products in lines.groupby("order_id")["product_name"]:
        expected.update(frozenset(pair) for pair in itertools.combinations(sorted(set(products)), 2))
    space = open_sample("salon")
    called = items.names(space, Level.PRODUCT)
    frame = pairs.within(space, Level.PRODUCT).frame
    found = {frozenset((called[r.item_a], called[r.item_b])): r.both for r in frame.itertuples()}
    assert found == {pair: n for pair, n in expected.items() if n >= pairs.LEAST}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("electronics", ("accessories", "pair")),
        ("electronics", ("accessories", "laptop_bag")),
        ("salon", ("shampoo_after_colouring",)),
        ("b2b", ("harness_with_sealed_connector",)),
    ],
)
def test_planted_pairs_are_found_with_customers_to_call(name: str, what: tuple[str, ...]):
    measured = json.loads((SAMPLE_DIR / name / "truth.json").read_text(encoding="utf-8"))[what[0]]["measured"]
    measured = measured[what[1]] if len(what) > 1 else measured
    space = open_sample(name)
    key = {word: key for key, word in items.names(space, Level.PRODUCT).items()}
    a, b = key[measured["if"]], key[measured["then"]]
    view = pairs.within(space, Level.PRODUCT)
    row = view.frame[(view.frame["item_a"] == a) & (view.frame["item_b"] == b)].iloc[0]
    assert row["is_shown"]
    assert row["both"] == measured["orders_with_both"]
    for measure in ("support", "confidence", "lift"):
        assert row[measure] == pytest.approx(measured[measure], abs=6e-5)
    low, high = items.wilson(row["both"], row["n_a"])
    assert low < measured["confidence"] < high
    offered = pairs.to_offer(space, Level.PRODUCT, 365, view)
    pair = offered[offered[["item_a", "item_b"]].isin([a, b]).all(axis=1)].iloc[0]
    people = pairs.owners(space, Level.PRODUCT, int(pair["item_a"]), int(pair["item_b"]), 365).frame
    assert len(people) == pair["missing"] > 0
    bought = "select distinct c.customer_id from mart_line join mart_customer as c using (customer_key) where product_key = $k and order_number > 0"
    owners = {row[0] for row in space.database.rows(bought, {"k": int(pair["item_b"])})}
    assert not owners & set(people["customer_id"]), "nobody on the list has the second"


def test_the_seller_who_attaches_most_is_found():
    """Planted: an accessory goes with 64 % of the phones; one seller attaches 87 %."""
    measured = json.loads((SAMPLE_DIR / "electronics" / "truth.json").read_text(encoding="utf-8"))["accessories"][
        "measured"
    ]
    space = open_sample("electronics")
    key = {word: key for key, word in items.names(space, Level.CATEGORY).items()}
    frame, who = attach.facts(space, Level.CATEGORY).frame, attach.sellers(space)
    rate = attach.by_extra(frame).set_index(["item", "extra"]).loc[(key["Смартфоны"], key["Аксессуары"])]
    assert rate["attach_rate"] == pytest.approx(measured["attach_rate_phones"], abs=6e-5)
    assert rate["low"] < measured["attach_rate_phones"] < rate["high"]
    sold = attach.by_seller(frame, key["Смартфоны"], key["Аксессуары"])
    rates = {who[row.seller_key]: round(row.attach_rate, 4) for row in sold.itertuples()}
    assert rates == measured["attach_rate_phones_by_manager"]
    first = attach.lacking(frame).iloc[0]
    assert (first["item"], first["extra"]) == (key["Смартфоны"], key["Аксессуары"])
    goal = sold["low"].max()
    expected = sum(max(0.0, goal * r.orders - r.with_extra) for r in sold.itertuples()) * first["profit"]
    assert first["gain"] == pytest.approx(expected)


def test_items_dealt_by_chance_are_seldom_shown(tmp_path):
    """Forty products dealt into orders of very different size: hardly a pair is shown, although big orders hold many."""
    draw = np.random.default_rng(5)
    size = draw.choice([1, 2, 3, 12], 3_000, p=[0.4, 0.3, 0.2, 0.1])
    share = 1 / np.arange(1, 41)
    rows = [
        (str(order), f"p{product:02}")
        for order, many in enumerate(size)
        for product in draw.choice(40, many, replace=False, p=share / share.sum())
    ]
    lines = pd.DataFrame(rows, columns=["order_id", "product_id"])
    lines = lines.assign(customer_id="c" + lines["order_id"], at=pd.Timestamp("2024-01-01"), category="all")
    lines = lines.assign(product_name=lines["product_id"], quantity=1.0, revenue=10.0, margin=4.0)
    view = pairs.within(from_lines(tmp_path, lines, pd.Timestamp("2024-02-01").date()), Level.PRODUCT)
    assert view.tests == 780
    naive = upper_tail(view.frame["both"], view.orders, view.frame["n_a"], view.frame["n_b"])
    assert (naive < 0.05 / 780).sum() > 300, (
        "without a look at the size of orders nearly everything goes with everything"
    )
    assert view.frame["is_shown"].sum() <= 8


def test_one_customer_s_habit_is_no_rule(tmp_path):
    """The same two things in forty orders of one customer, among orders of many others with other things."""
    habit = [(f"h{n}", "one", product) for n in range(40) for product in ("left", "right")]
    others = [(f"o{n}", f"c{n}", ("tea", "milk", "salt")[n % 3]) for n in range(300)]
    lines = pd.DataFrame(habit + others, columns=["order_id", "customer_id", "product_id"])
    lines = lines.assign(at=pd.Timestamp("2024-01-01"), category="all", product_name=lines["product_id"])
    lines = lines.assign(quantity=1.0, revenue=10.0, margin=4.0)
    frame = pairs.within(from_lines(tmp_path, lines, pd.Timestamp("2024-02-01").date()), Level.PRODUCT).frame
    assert (frame["both"].iloc[0], frame["customers"].iloc[0], frame["is_shown"].any()) == (40, 1, False)


def test_moves_up_by_hand(tmp_path):
    """a (10) then b (20) twice, b then a once: margins 4 -> 8, 4 -> 8, 8 -> 4."""
    steps = [("x", 1, "a"), ("x", 2, "b"), ("y", 1, "a"), ("y", 5, "b"), ("z", 1, "b"), ("z", 9, "a")]
    rows = [
        {
            "order_id": f"{who}{day}",
            "customer_id": who,
            "at": pd.Timestamp(2024, 1, day),
            "product_id": product,
            "product_name": product,
            "category": "cups",
            "quantity": 1.0,
            "revenue": 10.0 if product == "a" else 20.0,
            "margin": 4.0 if product == "a" else 8.0,
        }
        for who, day, product in steps
    ]
    space = from_lines(tmp_path, pd.DataFrame(rows), pd.Timestamp("2024-02-01").date())
    view = ladders.ladders(space)
    ways = view.steps.set_index("way")[["moves", "gain", "gap"]].to_dict("index")
    assert ways == {"up": {"moves": 2, "gain": 4.0, "gap": 2.5}, "down": {"moves": 1, "gain": -4.0, "gap": 8.0}}
    assert ladders.gain(view.steps).value == pytest.approx(4 / 3)
    assert ladders.by_category(view.steps).iloc[0][["up_share", "down_share"]].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert ladders.upward_share(ladders.bands(view.steps)) == pytest.approx(2 / 3)
    assert ladders.climbed(view.steps, least=2)["share"].tolist() == [1.0]
    category, product = (int(view.steps[name].iloc[0]) for name in ("category_key", "product_key"))
    assert ladders.rung(space, category, product).frame["customer_id"].tolist() == ["z"]  # whose last cup is a
