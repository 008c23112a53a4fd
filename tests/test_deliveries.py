"""Deliveries brought as a list, by hand: orders found by number, parts together, the mart as if it had been there all along."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from ltvlib import deliveries, service
from ltvlib.home import Home
from ltvlib.ingest.model import SetAside
from ltvlib.ingest.report import ListRead
from ltvlib.opening import open_parquet
from ltvlib.workspace import DataSet
from tests.conftest import open_rows, order_frame

AS_OF = dt.date(2024, 8, 1)
ROWS = [
    {"order_id": "0012", "customer_id": "x", "ordered_at": "2024-01-01", "revenue": 100.0, "manager": "Ann"},
    {"order_id": "A-7", "customer_id": "x", "ordered_at": "2024-04-10", "revenue": 40.0, "manager": "Bob"},
    {"order_id": "13", "customer_id": "y", "ordered_at": "2024-01-01", "revenue": 50.0},
    {"order_id": "013", "customer_id": "z", "ordered_at": "2024-01-02", "revenue": 50.0},
    {"order_id": "A-7", "customer_id": "x", "ordered_at": "2024-04-12", "revenue": -5.0, "is_refund": True},
]


def told(*rows: dict[str, str]) -> ListRead:
    lines = tuple((place, row) for place, row in enumerate(rows, start=2))
    return ListRead(lines, (), len(lines), {}, ())


def at(day: int, hour: int = 0) -> str:
    return dt.datetime(2024, 1, day, hour).isoformat()


@pytest.fixture
def space(tmp_path):
    return open_rows(tmp_path, ROWS, AS_OF)


@pytest.fixture
def numbers(space, tmp_path) -> Path:
    deliveries.keep_numbers(tmp_path / "orders.parquet", tmp_path / "numbers.parquet")
    return tmp_path / "numbers.parquet"


def test_orders_are_found_by_their_number_and_every_record_is_accounted_for(space, numbers):
    """0012 as written and as 12, A-7 as "Заказ № a7"; 13 is there exactly, 00013 could be 13 or 013; 99 is nobody's."""
    found = deliveries.delivered(
        told(
            {"order_id": "12", "promised_at": at(3), "delivered_at": at(5)},
            {"order_id": "0012", "delivered_at": at(7), "complaint": "slow"},
            {"order_id": "Заказ № a7", "promised_at": at(9)},
            {"order_id": "13", "documents_ok": "false"},
            {"order_id": "00013", "documents_ok": "true"},
            {"order_id": "99", "promised_at": at(9)},
        ),
        numbers,
        space,
    )
    rows = found.rows.set_index("order_id")
    assert set(rows.index) == {"0012", "A-7", "13"}
    assert (rows.loc["0012", "delivered_at"], rows.loc["0012", "complaint"]) == (dt.datetime(2024, 1, 7), "slow")
    assert rows.loc["13", "documents_ok"] is False
    assert (found.records, found.orders, found.fresh, found.merged) == (6, 3, 3, 1)
    assert found.refused == (SetAside(6, "several_orders", "00013; true"), SetAside(7, "unknown_order", f"99; {at(9)}"))
    used = found.records - found.merged - len(found.refused)
    assert used == found.orders


def test_the_mart_is_as_if_the_table_had_been_there_all_along(space, numbers, tmp_path):
    """A second opening of the same orders with the canonical table says the same, order by order."""
    found = deliveries.delivered(
        told(
            {"order_id": "0012", "promised_at": at(3, 12), "delivered_at": at(5, 10), "documents_ok": "true"},
            {"order_id": "A-7", "promised_at": at(9), "delivered_at": at(9), "documents_wrong": "false"},
            {"order_id": "13", "promised_at": at(3), "complaint": "slow"},
        ),
        numbers,
        space,
    )
    before = space.stamp
    deliveries.tell(space, found)
    assert "fulfilments" in space.present
    assert space.stamp != before, "what was remembered of the data set before is not shown again"
    sql = "select customer_key, order_key, order_number, day, manager, late_days, is_late, documents_ok, has_complaint from mart_fulfilment order by order_key"
    rows = space.database.rows(sql)
    assert [row[2:] for row in rows] == [
        (1, 19723, "Ann", 2, 1, 1, 0),
        (2, 19823, "Bob", 0, 0, 0, 0),
        (1, 19723, None, None, None, None, 1),
    ]
    folder = tmp_path / "other"
    folder.mkdir()
    table = folder / "fulfilments.parquet"
    deliveries.write(found, table)
    order_frame(ROWS).to_parquet(folder / "orders.parquet")
    info = DataSet("test", "Test", "EUR", AS_OF, "rate", 1.0)
    other = open_parquet({"orders": folder / "orders.parquet", "fulfilments": table}, info)
    assert other.database.rows(sql) == rows
    assert service.rates(service.by_month(space).frame, ["month"])["late_share"].tolist()[0] == 1.0


def test_a_second_file_adds_and_corrects_and_the_same_file_changes_nothing(space, numbers):
    first = told({"order_id": "13", "promised_at": at(3), "delivered_at": at(5)})
    deliveries.tell(space, deliveries.delivered(first, numbers, space))
    second = told(
        {"order_id": "13", "delivered_at": at(4), "complaint": "slow"}, {"order_id": "0012", "promised_at": at(9)}
    )
    found = deliveries.delivered(second, numbers, space)
    assert found.fresh == 1
    deliveries.tell(space, found)
    row = found.rows.set_index("order_id").loc["13"]
    assert (row["promised_at"], row["delivered_at"], row["complaint"]) == (
        dt.datetime(2024, 1, 3),
        dt.datetime(2024, 1, 4),
        "slow",
    )
    again = deliveries.delivered(second, numbers, space)
    assert again.fresh == 0
    pd.testing.assert_frame_equal(again.rows, found.rows)


def test_parts_of_an_order_are_delivered_with_the_last_and_wrong_if_one_was(space, numbers):
    parts = told(
        {"order_id": "13", "promised_at": at(3), "delivered_at": at(9), "documents_ok": "false", "complaint": "late"},
        {"order_id": "13", "promised_at": at(4), "delivered_at": at(5), "documents_ok": "true", "complaint": "late"},
    )
    row = deliveries.delivered(parts, numbers, space).rows.iloc[0]
    assert (row["promised_at"], row["delivered_at"]) == (dt.datetime(2024, 1, 4), dt.datetime(2024, 1, 9))
    assert (row["documents_ok"], row["complaint"]) == (False, "late")


def test_what_is_kept_at_home_grows_with_the_orders_and_is_deleted_with_them(space, numbers, tmp_path):
    home = Home(tmp_path / "home")
    info = DataSet("home", "Mine", "EUR", AS_OF, "rate", 1.0)
    home.replace({"orders": tmp_path / "orders.parquet"}, info)
    kept = home.open()
    found = deliveries.delivered(
        told({"order_id": "13", "promised_at": at(3), "delivered_at": at(5)}), home.tables()["orders"], kept
    )
    deliveries.write(found, tmp_path / "told.parquet")
    home.add("fulfilments", tmp_path / "told.parquet")
    kept.close()
    assert home.info() == info
    new = tmp_path / "new"
    new.mkdir()
    order_frame([{**ROWS[0], "order_id": "99"}]).to_parquet(new / "orders.parquet")
    later = pd.DataFrame({"order_id": ["99", "13"], "complaint": ["lost", "found"]})
    later.to_parquet(new / "fulfilments.parquet")
    home.append({"orders": new / "orders.parquet", "fulfilments": new / "fulfilments.parquet"}, info)
    grown = home.open()
    known = grown.database.rows("select order_id, promised_at, complaint from fulfilments order by order_id")
    assert known == [("13", None, "found"), ("99", None, "lost")], "of an order the newer file speaks"
    assert len(grown.database.rows("select 1 from mart_fulfilment")) == 2
    grown.close()
    home.forget()
    assert not list(home.folder.glob("data-*"))
    home.close()
