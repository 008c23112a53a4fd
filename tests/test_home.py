"""A business kept between visits: grown file by file, saved as one file, brought back, deleted for good."""

from __future__ import annotations

import datetime as dt
import subprocess
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from ltvlib.errors import LtvError, ReadError, StorageError
from ltvlib.home import Changes, Home
from ltvlib.schema import TABLES
from ltvlib.workspace import DataSet
from tests.conftest import order_frame
from tests.journal.test_store import small_disk, touch

INFO = DataSet("home", "My shop", "EUR", dt.date(2025, 4, 1), "margin", 1.0, "orders.csv")


def written(folder: Path, rows: list[dict[str, object]], **tables: pd.DataFrame) -> dict[str, Path]:
    """Canonical files of one upload."""
    folder.mkdir()
    frames = {"orders": order_frame(rows), **tables}
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in frames}


def order(number: str, customer: str, day: str, revenue: float) -> dict[str, object]:
    return {
        "order_id": number,
        "customer_id": customer,
        "ordered_at": day,
        "revenue": revenue,
        "gross_margin": revenue / 2,
    }


FIRST = [order("1", "ann", "2025-01-05", 10), order("2", "bob", "2025-02-05", 20), order("3", "ann", "2025-03-05", 30)]
SECOND = [order("2", "bob", "2025-02-05", 25), order("3", "ann", "2025-03-05", 30), order("4", "cy", "2025-04-05", 40)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def revenue(found: Home) -> float:
    space = found.open()
    total = float(space.ltv_revenue())
    space.close()
    return total


def test_a_second_file_is_announced_and_then_appended(home, tmp_path):
    """By hand: order 2 changes by +5, order 3 is the same, order 4 is new with 40, order 1 is in the old data only."""
    assert home.info() is None
    home.replace(written(tmp_path / "a", FIRST), INFO)
    assert revenue(home) == 60
    new = written(tmp_path / "b", SECOND)
    assert home.changes(new) == Changes(same=1, changed=1, new=1, only_old=1, new_revenue=40.0, changed_revenue=5.0)
    home.append(new, DataSet("home", "More", "EUR", dt.date(2025, 5, 1), "cost"))
    assert revenue(home) == 10 + 25 + 30 + 40
    info = home.info()
    assert (info.as_of, info.margin_source, info.title) == (dt.date(2025, 5, 1), "cost", "More")
    assert home.changes(new) == Changes(same=3, changed=0, new=0, only_old=1, new_revenue=0.0, changed_revenue=0.0)


def test_a_refund_with_the_number_of_its_order_is_a_document_of_its_own(home, tmp_path):
    home.replace(written(tmp_path / "a", FIRST), INFO)
    refund = {**order("1", "ann", "2025-01-20", -4), "is_refund": True}
    home.append(written(tmp_path / "b", [refund]), INFO)
    assert revenue(home) == 56


def test_lines_and_customers_grow_with_the_orders(home, tmp_path):
    lines = pd.DataFrame({"order_id": ["1", "2"], "product_id": ["p", "q"], "revenue": [10.0, 20.0]})
    people = pd.DataFrame({"customer_id": ["ann", "bob"], "name": ["Ann", "Bob"], "city": ["Kazan", None]})
    home.replace(written(tmp_path / "a", FIRST, order_lines=lines, customers=people), INFO)
    newer = pd.DataFrame({"order_id": ["2", "4"], "product_id": ["r", "s"], "revenue": [25.0, 40.0]})
    known = pd.DataFrame({"customer_id": ["bob", "cy"], "name": [None, "Cy"], "city": ["Omsk", None]})
    home.append(written(tmp_path / "b", SECOND, order_lines=newer, customers=known), INFO)
    found = pd.read_parquet(home.tables()["order_lines"])
    assert sorted(zip(found["order_id"], found["product_id"], strict=True)) == [("1", "p"), ("2", "r"), ("4", "s")]
    who = pd.read_parquet(home.tables()["customers"]).set_index("customer_id")
    assert who["name"].to_dict() == {"ann": "Ann", "bob": "Bob", "cy": "Cy"}
    assert who.loc["bob", "city"] == "Omsk"
    assert list(pd.read_parquet(home.tables()["customers"]).columns) == list(TABLES["customers"].names)


def test_money_of_two_currencies_is_never_added_up(home, tmp_path):
    home.replace(written(tmp_path / "a", FIRST), INFO)
    with pytest.raises(LtvError, match="USD"):
        home.append(written(tmp_path / "b", SECOND), DataSet("home", "x", "USD", dt.date(2025, 5, 1)))
    assert revenue(home) == 60


def test_history_and_notes_outlive_the_program(home, tmp_path):
    home.replace(written(tmp_path / "a", FIRST), INFO)
    home.journal.append("touches", [touch(1, outcome="talked")])
    home.close()
    again = Home(home.folder)
    assert again.info() == INFO
    assert revenue(again) == 60
    assert again.journal.count("touches") == 1
    again.close()


def test_half_written_data_do_not_count_and_are_cleared_away(home, tmp_path):
    home.replace(written(tmp_path / "a", FIRST), INFO)
    home.close()
    (home.folder / "data-halfway").mkdir()
    (home.folder / "data-halfway" / "orders.parquet").write_bytes(b"torn")
    again = Home(home.folder)
    assert revenue(again) == 60
    assert len(list(again.folder.glob("data-*"))) == 1
    again.close()


def test_the_whole_workspace_goes_into_one_file_and_comes_back(home, tmp_path):
    people = pd.DataFrame({"customer_id": ["ann"], "name": ['Ann, "the best"\nof all'], "phone": ["007"]})
    home.replace(written(tmp_path / "a", FIRST, customers=people), INFO)
    home.journal.append("touches", [touch(1, note='=1+1; «привет», "so"\nnext line', manager="Олег"), touch(2)])
    home.journal.put("roles", {"Олег": "farmer"})
    home.save_to(tmp_path / "all.zip")
    other = Home(tmp_path / "other")
    other.journal.append("touches", [touch(9)])
    other.restore_from(tmp_path / "all.zip", tmp_path / "work")
    assert other.journal.rows("touches") == home.journal.rows("touches")
    assert other.journal.setting("roles") == {"Олег": "farmer"}
    assert other.info() == INFO
    assert revenue(other) == 60
    who = pd.read_parquet(other.tables()["customers"]).iloc[0]
    assert (who["name"], who["phone"]) == ('Ann, "the best"\nof all', "007")
    other.close()


@pytest.mark.parametrize(
    "members",
    [
        {"readme.txt": "hello"},
        {"manifest.json": "not json"},
        {"manifest.json": '{"format": "other", "schema_version": 1}'},
        {"manifest.json": '{"format": "ltv-workspace", "schema_version": 99}'},
        {"manifest.json": '{"format": "ltv-workspace", "schema_version": 1}', "journal/touches.csv": "a,b\n1,2\n"},
        {
            "manifest.json": '{"format": "ltv-workspace", "schema_version": 1}',
            "journal/touches.csv": "touch_id,touched_at\n1,yesterday\n",
        },
    ],
)
def test_strange_files_are_refused_in_a_sentence_and_change_nothing(home, tmp_path, members):
    home.journal.append("touches", [touch(1)])
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    with pytest.raises(ReadError):
        home.restore_from(tmp_path / "bad.zip", tmp_path / "work")
    assert home.journal.count("touches") == 1


def test_deleted_for_good(home, tmp_path):
    home.replace(written(tmp_path / "a", FIRST), INFO)
    home.journal.append("touches", [touch(1, note="secret 4711")])
    home.forget()
    assert home.info() is None
    assert home.journal.count("touches") == 0
    home.close()
    assert not any(b"secret 4711" in path.read_bytes() for path in home.folder.rglob("*") if path.is_file())


def test_a_full_disk_keeps_the_data_that_were_there(tmp_path):
    disk = small_disk(tmp_path / "small")
    try:
        home = Home(disk / "home")
        home.replace(written(tmp_path / "a", FIRST), INFO)
        noise = [order(f"{n:09d}{n * 7919 % 10**9}", f"c{n * 104729 % 10**8}", "2025-03-01", n) for n in range(300_000)]
        with pytest.raises(StorageError, match="disk full"):
            home.replace(written(tmp_path / "b", noise), INFO)
        assert revenue(home) == 60
        home.journal.append("touches", [touch(1)])
        home.close()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False, capture_output=True)
