"""The committed sample data: canonical, joined, reproducible, and true to its own ``truth.json``.

The truths are computed here a second time, from the CSV files alone and in another way
than the generator does it: customer by customer over sorted lists of moments.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ltvlib.schema import TABLES
from sample_data._messy import build_messy
from sample_data.generate import HERE, RECIPES, build

SETS = sorted(RECIPES)
MINIMUM = {"orders", "order_lines", "customers", "marketing_spend", "touches", "nps_responses", "participations"}
SHARED = MINIMUM | {"losses", "competitor_offers", "x_register"}


@cache
def table(name: str, what: str) -> pd.DataFrame:
    """A table as text, with dates and money parsed."""
    frame = pd.read_csv(HERE / name / f"{what}.csv", dtype=str, keep_default_na=False)
    for column in TABLES[what].columns:
        if column.type in ("TIMESTAMP", "DATE"):
            frame[column.name] = pd.to_datetime(frame[column.name].replace("", None), format="ISO8601")
        elif column.type.startswith("DECIMAL"):
            frame[column.name] = pd.to_numeric(frame[column.name].replace("", None))
    return frame


@cache
def words(name: str, what: str) -> dict[str, Any]:
    """A JSON file of the set."""
    return json.loads((HERE / name / f"{what}.json").read_text(encoding="utf-8"))


def measured(name: str, key: str) -> dict[str, Any]:
    """The measured part of one truth."""
    return words(name, "truth")[key]["measured"]


def as_of(name: str) -> pd.Timestamp:
    return pd.Timestamp(words(name, "meta")["as_of"])


@cache
def sales(name: str) -> pd.DataFrame:
    orders = table(name, "orders")
    return orders[orders["is_refund"] == "false"].sort_values(["ordered_at", "order_id"], kind="stable")


@cache
def moments(name: str) -> dict[str, list[pd.Timestamp]]:
    return {who: list(part) for who, part in sales(name).groupby("customer_id")["ordered_at"]}


def returns(name: str, events: list[tuple[str, pd.Timestamp, Any]], days: int, after: int = 0) -> dict[str, Any]:
    """{label: {events, return_rate}} for (customer, moment, label), complete windows only."""
    hits: dict[str, list[bool]] = {}
    for who, at, label in events:
        if at + timedelta(days=days) < as_of(name):
            times = moments(name).get(who, [])
            low, high = (bisect_right(times, at + timedelta(days=d)) for d in (after, days))
            hits.setdefault(str(label), []).append(high > low)
    return {k: {"events": len(v), "return_rate": pytest.approx(sum(v) / len(v), abs=1e-4)} for k, v in hits.items()}


def first_rows(name: str) -> pd.DataFrame:
    return sales(name).groupby("customer_id").head(1)


def first_by(name: str, label: dict[str, str]) -> list[tuple[str, pd.Timestamp, str]]:
    rows = first_rows(name)
    found = zip(rows["customer_id"], rows["ordered_at"], rows["order_id"], strict=True)
    return [(who, at, label[order]) for who, at, order in found if order in label]


def first_line(name: str, column: str) -> dict[str, str]:
    lines = table(name, "order_lines")[::-1]
    return dict(zip(lines["order_id"], lines[column], strict=True))


def delivered(name: str) -> pd.DataFrame:
    done = table(name, "fulfilments")
    done = done[done["delivered_at"].notna()]
    return done.assign(
        late=["late" if d > p else "on_time" for d, p in zip(done["delivered_at"], done["promised_at"], strict=True)]
    )


@pytest.mark.parametrize("name", SETS)
def test_tables_have_the_canonical_columns(name: str) -> None:
    files = {path.stem for path in (HERE / name).glob("*.csv")}
    assert SHARED <= files <= set(TABLES)
    for what in files:
        frame = table(name, what)
        assert tuple(frame.columns) == TABLES[what].names
        for column in TABLES[what].columns:
            assert not column.required or (frame[column.name].astype(str).str.len() > 0).all(), (what, column.name)


@pytest.mark.parametrize("name", SETS)
def test_keys_join(name: str) -> None:
    orders, customers = table(name, "orders"), set(table(name, "customers")["customer_id"])
    assert orders["order_id"].is_unique
    assert table(name, "customers")["customer_id"].is_unique
    assert set(orders["customer_id"]) == customers
    assert set(table(name, "order_lines")["order_id"]) == set(orders["order_id"])
    for what in ("touches", "nps_responses", "participations", "losses"):
        assert set(table(name, what)["customer_id"]) <= customers
    if (HERE / name / "fulfilments.csv").exists():
        done = table(name, "fulfilments")["order_id"]
        assert done.is_unique
        assert set(done) <= set(sales(name)["order_id"])


@pytest.mark.parametrize("name", SETS)
def test_dates_lie_inside_the_observation(name: str) -> None:
    for path in (HERE / name).glob("*.csv"):
        frame = table(name, path.stem)
        for column in frame.select_dtypes("datetime"):
            assert frame[column].max() < as_of(name), (path.stem, column)
            assert frame[column].min() >= pd.Timestamp("2023-01-01"), (path.stem, column)
    won = table(name, "customers").set_index("customer_id")["acquired_at"]
    first = first_rows(name)
    assert (first["ordered_at"] >= first["customer_id"].map(won)).all()


@pytest.mark.parametrize("name", SETS)
def test_orders_equal_their_lines(name: str) -> None:
    orders = table(name, "orders").set_index("order_id")
    sums = table(name, "order_lines").groupby("order_id")[["revenue", "cost"]].sum().loc[orders.index]
    assert (orders["revenue"] - sums["revenue"]).abs().max() < 0.005
    assert (orders["gross_margin"] - sums["revenue"] + sums["cost"]).abs().max() < 0.005
    refunds = orders["is_refund"] == "true"
    assert (orders.loc[refunds, "revenue"] < 0).all()
    assert (orders.loc[~refunds, "revenue"] > 0).all()
    assert 0.005 < refunds.mean() < 0.06


@pytest.mark.parametrize("name", SETS)
def test_regenerating_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    folder = build(name, tmp_path)
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in (HERE / name).iterdir())
    for path in folder.iterdir():
        assert path.read_bytes() == (HERE / name / path.name).read_bytes(), path.name


def test_regenerating_the_messy_export_gives_the_same_bytes(tmp_path: Path) -> None:
    for path in build_messy(HERE / "salon", tmp_path).iterdir():
        assert path.read_bytes() == (HERE / "messy" / path.name).read_bytes(), path.name


def test_everything_together_stays_small() -> None:
    assert sum(p.stat().st_size for p in HERE.rglob("*") if p.suffix in (".csv", ".json")) < 12_500_000


@pytest.mark.parametrize("name", SETS)
def test_channels_and_first_sale(name: str) -> None:
    truth = measured(name, "first_sale_and_channels")
    first = first_rows(name)
    spend = table(name, "marketing_spend").groupby("channel")["amount"].sum()
    home = table(name, "customers").set_index("customer_id")["channel"]
    for channel, row in truth.items():
        mine = first if channel == "all" else first[first["customer_id"].map(home) == channel]
        cost = spend.sum() if channel == "all" else spend[channel]
        assert row["customers"] == len(mine)
        assert row["cac"] == pytest.approx(cost / len(mine), abs=0.01)
        assert row["first_order_romi"] == pytest.approx(mine["gross_margin"].sum() / cost - 1, abs=1e-4)
    signs = {"salon": 1, "electronics": 1, "kids": -1, "b2b": -1, "crm": -1}
    assert truth["all"]["first_order_romi"] * signs[name] > 0
    poorest = min(set(truth) - {"all"}, key=lambda c: truth[c]["margin_per_customer"])
    assert truth[poorest]["cac"] < truth["all"]["cac"]


@pytest.mark.parametrize("name", SETS)
def test_payback(name: str) -> None:
    truth, end = measured(name, "payback"), as_of(name).to_period("M")
    start = {who: times[0].to_period("M") for who, times in moments(name).items()}
    old = {who: month for who, month in start.items() if (end - month).n > 12}
    steps = [0.0] * 13
    for row in table(name, "orders").itertuples():
        age = (row.ordered_at.to_period("M") - old[row.customer_id]).n if row.customer_id in old else 99
        if age <= 12:
            steps[age] += row.gross_margin
    curve = pd.Series(steps).cumsum() / len(old)
    assert truth["cumulative_margin_per_customer"] == pytest.approx(list(curve), abs=0.01)
    reached = [k for k, value in enumerate(curve) if value >= truth["cac"]]
    assert truth["payback_month_index"] == reached[0]
    assert name != "kids" or reached[0] == 5


@pytest.mark.parametrize("name", SETS)
def test_abcdx(name: str) -> None:
    rules = words(name, "truth")["abcdx"]["planted"]
    recent = table(name, "orders").query(
        "ordered_at >= @since", local_dict={"since": as_of(name) - pd.DateOffset(years=1)}
    )
    on_register = set(table(name, "x_register")["customer_id"])
    found: dict[str, list[float]] = {}
    parts = dict(list(recent.groupby("customer_id")))
    for who in table(name, "customers")["customer_id"]:
        mine = parts.get(who)
        orders = 0 if mine is None else int((mine["is_refund"] == "false").sum())
        label = "inactive"
        if who in on_register:
            label = "X"
        elif mine is not None and orders:
            high = mine["revenue"].sum() / orders >= rules["average_order_value"]
            label = {(1, 1): "A", (1, 0): "B", (0, 1): "C", (0, 0): "D"}[int(high), int(orders >= rules["orders"])]
        found.setdefault(label, []).append(0.0 if mine is None else float(mine["gross_margin"].sum()))
    expected = {k: {"customers": len(v), "gross_margin": pytest.approx(sum(v), abs=0.02)} for k, v in found.items()}
    assert measured(name, "abcdx") == expected
    assert len(found["inactive"]) > 0


@pytest.mark.parametrize("name", SETS)
def test_nps(name: str) -> None:
    truth, answers = measured(name, "nps_and_return"), table(name, "nps_responses")
    scores = answers["score"].astype(int)
    assert truth["nps"] == pytest.approx(100 * ((scores >= 9).mean() - (scores <= 6).mean()), abs=0.01)
    labels = ["promoter" if s >= 9 else "passive" if s >= 7 else "detractor" for s in scores]
    events = list(zip(answers["customer_id"], answers["answered_at"], labels, strict=True))
    groups = returns(name, events, truth["days"], truth["after"])
    assert truth["groups"] == groups
    assert truth["groups"]["promoter"]["return_rate"] > truth["groups"]["detractor"]["return_rate"] + 0.05


@pytest.mark.parametrize(
    ("name", "key", "column", "good", "poor"),
    [
        ("salon", "gateway_service", "product_name", "Маникюр с покрытием", "Причёска на событие"),
        ("kids", "gateway_workshop", "product_name", "Мастер-класс", "Разовый билет"),
        ("electronics", "gateway_category", "category", "Умный дом", "Телевизоры"),
    ],
)
def test_gateway_products(name: str, key: str, column: str, good: str, poor: str) -> None:
    truth = measured(name, key)
    assert truth["groups"] == returns(name, first_by(name, first_line(name, column)), truth["days"])
    assert truth["groups"][good]["return_rate"] > 1.7 * truth["groups"][poor]["return_rate"]


def test_late_first_delivery_halves_returns() -> None:
    done = delivered("electronics")
    late = dict(zip(done["order_id"], done["late"], strict=True))
    truth = measured("electronics", "late_first_delivery")
    assert truth["groups"] == returns("electronics", first_by("electronics", late), truth["days"])
    assert truth["groups"]["late"]["return_rate"] < 0.5 * truth["groups"]["on_time"]["return_rate"]


def test_wrong_papers_on_the_first_order_cost_customers() -> None:
    done = delivered("b2b")
    papers = dict(zip(done["order_id"], done["documents_ok"].map({"true": "ok", "false": "wrong"}), strict=True))
    truth = measured("b2b", "first_papers")
    assert truth["groups"] == returns("b2b", first_by("b2b", papers), truth["days"])
    assert truth["groups"]["wrong"]["return_rate"] < 0.6 * truth["groups"]["ok"]["return_rate"]


def test_every_late_delivery_costs_orders() -> None:
    done = delivered("b2b")
    late = dict(zip(done["order_id"], done["late"], strict=True))
    first = set(first_rows("b2b")["order_id"])
    rows = sales("b2b")[["customer_id", "ordered_at", "order_id"]].itertuples(index=False)
    events = [(who, at, late[order]) for who, at, order in rows if order in late and order not in first]
    truth = measured("b2b", "late_delivery")
    assert truth["groups"] == returns("b2b", events, truth["days"])


def test_farmers_bring_more_orders_after_the_hand_over() -> None:
    truth = measured("b2b", "hand_over_to_farmers")
    counts: dict[str, list[int]] = {"farmer": [], "hunter": []}
    for who, mine in sales("b2b").groupby("customer_id"):
        if len(mine) < 3 or who == "000042":
            continue
        third, manager = mine["ordered_at"].iloc[2], mine["manager"].iloc[2]
        until = third + timedelta(days=truth["days"])
        if until < as_of("b2b"):
            role = "farmer" if manager in truth["farmers"] else "hunter"
            counts[role].append(sum(third < at <= until for at in mine["ordered_at"]))
    for role, found in counts.items():
        row = {"customers": len(found), "orders": pytest.approx(sum(found) / len(found), abs=1e-4)}
        assert truth["groups"][role] == row
    assert truth["groups"]["farmer"]["orders"] > 1.4 * truth["groups"]["hunter"]["orders"]


@pytest.mark.parametrize(
    ("name", "key", "yes", "no"),
    [("kids", "newsletter_without_effect", "reader", "other"), ("electronics", "card_by_lot", "holder", "other")],
)
def test_participants_against_others(name: str, key: str, yes: str, no: str) -> None:
    truth, took_part = measured(name, key), set(table(name, "participations")["customer_id"])
    rows = first_rows(name)[["customer_id", "ordered_at"]].itertuples(index=False)
    events = [(who, at, yes if who in took_part else no) for who, at in rows]
    assert truth["groups"] == returns(name, events, truth["days"])
    assert truth["groups"][yes]["return_rate"] > truth["groups"][no]["return_rate"]


def test_the_departed_master_takes_orphans_along() -> None:
    truth, left = measured("salon", "departed_master"), pd.Timestamp("2024-10-01")
    touches = table("salon", "touches")
    called = set(touches.loc[touches["outcome"] == "передан мастеру", "customer_id"])
    last = sales("salon").query("ordered_at < @left", local_dict={"left": left}).groupby("customer_id").tail(1)
    hers = last[(last["manager"] == truth["manager"]) & (last["ordered_at"] > left - pd.Timedelta(days=90))]
    events = [(who, left, "handed_over" if who in called else "orphan") for who in hers["customer_id"]]
    assert truth["groups"] == returns("salon", events, truth["days"])
    assert truth["groups"]["handed_over"]["return_rate"] > truth["groups"]["orphan"]["return_rate"] + 0.2


@pytest.mark.parametrize(
    ("name", "key", "pair"),
    [
        ("salon", "shampoo_after_colouring", None),
        ("electronics", "accessories", "pair"),
        ("electronics", "accessories", "laptop_bag"),
        ("b2b", "harness_with_sealed_connector", None),
    ],
)
def test_pairs_have_the_stated_lift(name: str, key: str, pair: str | None) -> None:
    truth = measured(name, key)[pair] if pair else measured(name, key)
    sold, lines = set(sales(name)["order_id"]), table(name, "order_lines")
    one, two = (
        {o for o in lines.loc[lines["product_name"] == truth[k], "order_id"] if o in sold} for k in ("if", "then")
    )
    assert truth["orders_with_both"] == len(one & two)
    assert truth["confidence"] == pytest.approx(len(one & two) / len(one), abs=1e-4)
    assert truth["lift"] == pytest.approx(len(one & two) * len(sold) / len(one) / len(two), abs=1e-4)
    assert truth["lift"] > 1.5


def test_webinars_and_launches_move_retention() -> None:
    plan, times, end = first_line("crm", "product_id"), moments("crm"), as_of("crm")
    seen = table("crm", "participations").groupby("customer_id")["happened_at"].min()
    late = delivered("crm").set_index("order_id")["late"]
    webinar: dict[str, list[bool]] = {"attended": [], "did_not": []}
    launch: dict[str, list[bool]] = {"late": [], "on_time": []}
    for row in first_rows("crm").itertuples():
        first, life = row.ordered_at, (times[row.customer_id][-1] - row.ordered_at).days
        if plan[row.order_id] == "CRM-Y":
            continue
        if first + timedelta(days=211) < end and row.order_id in late:
            launch[late[row.order_id]].append(life >= 180)
        if first + timedelta(days=391) < end and life >= 180:
            early = row.customer_id in seen and (seen[row.customer_id] - first).days < 180
            webinar["attended" if early else "did_not"].append(life >= 360)
    for key, groups in (("webinar_and_retention", webinar), ("late_launch", launch)):
        expected = {
            k: {"events": len(v), "return_rate": pytest.approx(sum(v) / len(v), abs=1e-4)} for k, v in groups.items()
        }
        assert measured("crm", key)["groups"] == expected
    assert (
        sum(webinar["attended"]) / len(webinar["attended"]) > sum(webinar["did_not"]) / len(webinar["did_not"]) + 0.05
    )


def test_x_customer_is_small_today_and_huge_tomorrow() -> None:
    truth = measured("b2b", "x_customer")
    assert truth["customer_id"] == "000042"
    assert truth["revenue_last_12_months"] < 0.01 * truth["potential_revenue_per_year"]


def test_seasons_stand_where_they_were_planted() -> None:
    kids, shop = measured("kids", "season"), measured("electronics", "season")
    assert max(kids[m] for m in ("6", "7", "8")) < 0.85 < 1.1 < min(kids[m] for m in ("1", "3", "12"))
    assert shop["11"] > 1.2 > 1 > shop["6"]


def parse(cell: str) -> float:
    return float(cell.replace("\xa0", "").replace(",", "."))


def test_the_messy_export_read_by_hand() -> None:
    truth = words("messy", "truth")
    text = (HERE / "messy" / "salon_export_cp1251.csv").read_bytes()
    assert len(text) < 1_500_000
    lines = text.decode("cp1251").split("\n")[:-1]
    assert len(lines) == truth["lines"]["all"]
    header = lines[3]
    fates = dict.fromkeys(truth["rows_by_fate"], 0)
    used: dict[str, list[str]] = {}
    before = ""
    for number, line in enumerate(lines[4:]):
        fate = fate_of(line, before, header)
        before = line
        fates[fate] += 1
        if fate == "used":
            used[f"{number}"] = line.split(";")
    assert fates == truth["rows_by_fate"]
    expected, rows = truth["expected"], list(used.values())
    revenue = sum(parse(row[6]) for row in rows)
    assert expected["revenue"] == pytest.approx(revenue, abs=0.01)
    assert expected["gross_margin"] == pytest.approx(revenue - sum(parse(row[7]) for row in rows), abs=0.01)
    assert expected["customers"] == len({phone(row[3]) for row in rows})
    bought = {row[0]: phone(row[3]) for row in rows if row[10] == "Оплачен"}
    per = pd.Series(bought).value_counts()
    assert expected["orders"] == len(bought)
    assert expected["repeat_purchase_rate"] == pytest.approx((per > 1).mean(), abs=1e-4)
    assert sum(v for k, v in truth["bridge_from_printed_total"].items() if k != "revenue") == pytest.approx(
        revenue, abs=0.01
    )


def phone(cell: str) -> str:
    return "".join(c for c in cell if c.isdigit())[-10:]


def fate_of(line: str, before: str, header: str) -> str:
    """What a careful reader does with a line."""
    cells = line.split(";")
    checks = {
        "repeated_header": line == header,
        "total_row": cells[0].startswith("Итого"),
        "duplicate": line == before,
        "cancelled": cells[-1] == "Отменён",
        "no_customer": not (cells[2].strip() or cells[3].strip()),
        "bad_date": pd.isna(pd.to_datetime(cells[1], format="%d.%m.%Y %H:%M", errors="coerce")),
        "bad_amount": not any(c.isdigit() for c in cells[6]),
    }
    return next((fate for fate, hit in checks.items() if hit), "used")
