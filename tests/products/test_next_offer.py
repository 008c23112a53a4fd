"""The next best offer: rules it must keep, models by hand, and its exam on real shops against the most popular."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ltvlib.journal import Journal
from ltvlib.products import next_offer, stock
from ltvlib.products.items import Level, end_day, names
from ltvlib.products.recommend import Counts, History, Model, best, hits, learn
from ltvlib.samples import open_sample
from ltvlib.workspace import Workspace
from tests.conftest import shared
from tests.products.shop import by_hand, from_lines

#         customer, item, day
BOUGHT = ((0, 0, 1), (0, 1, 5), (1, 0, 2), (1, 1, 9), (2, 0, 3), (2, 2, 3), (3, 2, 4), (4, 0, 8))


def history() -> History:
    rows = np.array(BOUGHT)
    return History(rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 2], 5, 3, 10)


def test_counts_by_hand():
    counts = Counts.of(history())
    assert counts.owners.tolist() == [4, 2, 2]
    assert counts.together.tolist() == [[4, 2, 1], [2, 2, 0], [1, 0, 2]]
    assert counts.later.tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 0]], "0 then 1 twice; 0 and 2 on one day is no order"


@pytest.mark.parametrize("model", list(Model))
def test_nobody_is_offered_what_he_has_or_what_is_out_of_stock(model: Model):
    found = history()
    banned = np.array([False, True, False])
    items, _ = best(learn(Counts.of(found), model), found, banned)
    has = found.has().toarray() > 0
    for customer, row in enumerate(items):
        offered = row[row >= 0]
        assert not has[customer, offered].any()
        assert 1 not in offered
    assert items[2].tolist() == [-1, -1, -1], "who has the rest gets nothing"


def test_what_owners_took_up_later_comes_first():
    found = history()
    items, reasons = best(learn(Counts.of(found), Model.NEXT), found, np.zeros(3, dtype=bool))
    assert (items[4, 0], reasons[4, 0]) == (1, 0), "after 0 comes 1, because of 0"


def test_the_regression_is_ridge_regression_without_itself():
    """Each column of EASE = ridge coefficients of that item on all others (Steck 2019, eq. 8), solved one by one."""
    draw = np.random.default_rng(3)
    table = (draw.random((200, 6)) < 0.4).astype(float)
    who, item = table.nonzero()
    ones = np.ones(len(who), dtype=int)
    learned = learn(Counts.of(History(who, item, ones, ones, 200, 6, 2)), Model.BOLD)
    for column in range(6):
        others = [other for other in range(6) if other != column]
        x = table[:, others]
        expected = np.linalg.solve(x.T @ x + 50 * np.eye(5), x.T @ table[:, column])
        assert learned.effect is not None
        assert learned.effect[others, column] == pytest.approx(expected, abs=1e-10)
        assert learned.effect[column, column] == 0


def test_many_items_of_one_customer_are_cut_to_the_latest(monkeypatch):
    from ltvlib.products import recommend

    monkeypatch.setattr(recommend, "LONGEST", 2)
    n = np.zeros(3, dtype=int)
    days = np.array([1, 2, 3])
    assert Counts.of(History(n, np.arange(3), days, days, 1, 3, 9)).later.tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_chunks_change_nothing(monkeypatch):
    from ltvlib.products import recommend

    draw = np.random.default_rng(4)
    table = draw.random((300, 12)) < 0.3
    who, item = table.nonzero()
    days = draw.integers(0, 400, len(who))
    found = History(who, item, days, days, 300, 12, 401)
    whole = Counts.of(found).later, best(learn(Counts.of(found), Model.NEXT), found, np.zeros(12, dtype=bool))
    monkeypatch.setattr(recommend, "AT_ONCE", 100)
    parts = Counts.of(found).later, best(learn(Counts.of(found), Model.NEXT), found, np.zeros(12, dtype=bool))
    assert (whole[0] == parts[0]).all()
    assert all((a == b).all() for a, b in zip(whole[1], parts[1], strict=True))


def test_hits_by_hand():
    from scipy import sparse

    taken = sparse.csr_matrix(np.array([[0, 1, 0], [1, 0, 0]]))
    assert hits(np.array([[1, 2], [2, -1]]), taken).tolist() == [[1.0, 0.0], [0.0, 0.0]]


@pytest.fixture(scope="module")
def electronics() -> tuple[Workspace, next_offer.Adviser]:
    space = open_sample("electronics")
    return space, next_offer.adviser(space)


def test_offers_keep_the_rules(electronics):
    space, advice = electronics
    gone = ["Умная колонка Домик", "Наушники беспроводные Такт"]
    offers = next_offer.offers_for(space, None, gone, advice)
    assert len(offers) > 1_500
    assert not set(gone) & set(offers["product"])
    assert not offers["also"].str.contains("Домик|Такт").any()
    sql = "select c.customer_id, p.product from mart_line as l join mart_customer as c using (customer_key) join mart_product as p using (product_key) where l.order_number > 0"
    have = set(space.database.rows(sql))
    assert not have & set(zip(offers["customer_id"], offers["product"], strict=True)), (
        "nobody is offered what he bought"
    )
    named = offers.dropna(subset=["because"])
    assert set(zip(named["customer_id"], named["because"], strict=True)) <= have, (
        "the reason is something the customer has"
    )
    assert len(named) > len(offers) / 2
    assert (named["bought_later"] <= named["bought_first"]).all()
    assert offers["expected"].is_monotonic_decreasing
    assert (space.database.rows("select max(last_day) from mart_customer")[0][0] - offers["last_day"]).max() <= 365


def test_offers_for_some_customers_are_those_of_all(electronics):
    space, advice = electronics
    everybody = next_offer.offers_for(space, advice=advice).set_index("customer_id")
    some = list(everybody.index[:40:7])
    mine = next_offer.offers_for(space, some, advice=advice).set_index("customer_id")
    assert sorted(mine.index) == sorted(some)
    assert mine.loc[some, "product"].tolist() == everybody.loc[some, "product"].tolist()
    assert next_offer.offers_for(space, ["nobody"], advice=advice).empty


def test_the_exam_knows_nothing_of_the_days_after(electronics):
    """Whatever happened after the cut, the offers of the exam are the same: only what was known then speaks."""
    space, _ = electronics
    end = end_day(space)
    before = next_offer._rows(space, Level.PRODUCT, end - 90, None)
    assert before["last_day"].max() < end - 90
    after = next_offer._rows(space, Level.PRODUCT, end, None)
    none = after[after["first_day"] < end - 90]
    exam = next_offer.examine((before, end - 90), none, (Model.NEXT,), 90)[Model.NEXT]
    assert (exam.customers, np.isnan(exam.gain)) == (0, True)


def test_the_exam_agrees_with_a_loop(electronics):
    space, _ = electronics
    end = end_day(space)
    rows, after = (next_offer._rows(space, Level.PRODUCT, day, None) for day in (end - 90, end))
    exam = next_offer.examine((rows, end - 90), after, (Model.POPULAR,), 90)[Model.POPULAR]
    popular = rows[rows["first_day"] >= end - 180]["item"].value_counts().index.tolist()
    new = after[after["first_day"] >= end - 90].groupby("customer_key")["item"].agg(set)
    score, n = 0, 0
    for who, own in rows.groupby("customer_key"):
        if own["last_day"].max() >= end - 90 - 365 and who in new.index:
            n += 1
            score += bool(set([item for item in popular if item not in set(own["item"])][:3]) & new[who])
    assert (exam.customers, exam.ours) == (n, pytest.approx(score / n))
    assert exam.gain == 0


def test_too_little_is_no_exam(tmp_path):
    space = by_hand(tmp_path)
    advice = next_offer.adviser(space)
    assert not advice.exam.is_better
    offers = next_offer.offers_for(space, advice=advice)
    assert set(offers["customer_id"]) == {"x", "y", "z", "w"} - {"y"}, "y has everything"


def real(folder, name: str, level: str = "Sub-Category") -> Workspace:
    if name == "retail":
        raw = pd.read_parquet(shared("onlineretail", "online_retail.parquet")).dropna(subset=["CustomerID"])
        raw = raw[(raw["Quantity"] > 0) & (raw["UnitPrice"] > 0)]
        money = raw["Quantity"] * raw["UnitPrice"]
        lines = {
            "order_id": raw["InvoiceNo"].astype(str),
            "customer_id": raw["CustomerID"].astype(int).astype(str),
            "at": raw["InvoiceDate"],
            "product_id": raw["StockCode"].astype(str),
            "product_name": raw["Description"].astype(str),
            "category": None,
            "quantity": raw["Quantity"].astype(float),
            "revenue": money,
            "margin": money * 0.4,
        }
        frame = pd.DataFrame(lines).astype({"category": "str"})
        return from_lines(folder, frame, dt.date(2011, 12, 10))
    raw = pd.read_csv(shared("superstore", "orders.csv"))
    lines = {
        "order_id": raw["Order ID"],
        "customer_id": raw["Customer ID"],
        "at": pd.to_datetime(raw["Order Date"], format="%m/%d/%Y"),
        "product_id": raw["Product ID"],
        "product_name": raw["Product Name"],
        "category": raw["Sub-Category"],
        "quantity": raw["Quantity"].astype(float),
        "revenue": raw["Sales"],
        "margin": raw["Profit"],
    }
    return from_lines(folder, pd.DataFrame(lines), dt.date(2019, 1, 1))


def test_online_retail_beats_the_most_popular(tmp_path):
    """Held out: the last 90 days. Products; the model is chosen on the 90 days before."""
    exam = next_offer.adviser(real(tmp_path, "retail")).exam
    assert exam.is_better
    assert exam.customers > 1_000
    assert exam.ours > 1.4 * exam.popular


@pytest.mark.parametrize("level", [Level.PRODUCT, Level.CATEGORY])
def test_superstore_does_not_and_the_exam_says_so(tmp_path, level: Level):
    """Its purchases are random draws: 1,862 products in 9,994 lines of 793 customers. An honest exam must not claim a gain."""
    exam = next_offer.adviser(real(tmp_path, "superstore"), level).exam
    assert not exam.is_better
    assert exam.low < 0 < exam.high
    assert exam.customers > 100


def test_the_list_of_what_is_out_of_stock_is_kept(tmp_path):
    space, journal = by_hand(tmp_path), Journal()
    assert stock.out_of_stock(journal) == ()
    stock.keep(journal, space, ["lamp"], "\ufeffname;left\nPHONE;0\nteapot;0\n".encode())
    assert stock.out_of_stock(journal) == ("lamp", "phone"), "by name or code; what the data do not know is left out"
    stock.keep(journal, space, [])
    assert stock.out_of_stock(journal) == ()
    assert stock.read(open_sample("electronics"), "Чехол\r\n".encode("cp1251")) == ["Чехол"]
    journal.close()


def test_names_that_two_products_share_are_told_apart(tmp_path):
    rows = [("1", "a", "p1", "cup"), ("2", "b", "p2", "cup"), ("3", "b", "p3", "pot")]
    lines = pd.DataFrame(rows, columns=["order_id", "customer_id", "product_id", "product_name"])
    lines = lines.assign(at=pd.Timestamp("2024-01-01"), category="x", quantity=1.0, revenue=1.0, margin=1.0)
    space = from_lines(tmp_path, lines, dt.date(2024, 2, 1))
    assert sorted(names(space, Level.PRODUCT).values()) == ["cup (p1)", "cup (p2)", "pot"]
