"""A sample of a connected database: the page Segments asks it for the table and the moves of all customers."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from ltvlib import abcdx
from ltvlib.__main__ import main
from ltvlib.remote import connect, folder, sampling
from ltvlib.remote.dialect import DUCKDB, Field
from ltvlib.remote.duck import Duck
from ltvlib.remote.reduce import Bounds
from ltvlib.remote.report import survey
from ltvlib.remote.whole import moves, segment_table, with_movement
from ltvlib.remote.words import refused
from ltvlib.samples import open_sample
from ltvlib.settings import AbcdxRules, Window
from pages.ui.counting import Counting, Moves, Table
from pages.ui.registry import REGISTRY, Session
from pages.ui.remote import Remote
from tests.test_database_page import button, warehouse  # noqa: F401 (a fixture)
from tests.test_pages import healthy, visit

FEW = Bounds(customers=600, at_once=200)
"""Of the salon's customers a part is fetched."""
OFFER = "Count all customers"
GONE = "the database is not connected in this tab"


@pytest.fixture
def page(warehouse: Path) -> AppTest:  # noqa: F811
    """The page Segments on a sample of the warehouse, to which its tab is connected."""
    at = visit("data")
    engine = Duck(warehouse)
    mine(at).remote = Remote(engine, "Warehouse", tuple(engine.tables()), bounds=FEW)
    at.run()
    next(one for one in at.selectbox if one.key == "db_table").set_value(("opened", "main", "orders")).run()
    button(at, "Look at this table").click().run()
    button(at, "Build my data set").click().run()
    return healthy(at.switch_page("pages/segments.py").run())


def mine(at: AppTest) -> Session:
    return REGISTRY.session(at.session_state["uid"])


def counting(at: AppTest) -> Counting:
    remote = mine(at).remote
    assert remote is not None
    assert remote.counting is not None
    return remote.counting


def offers(at: AppTest) -> list[str]:
    return [one.key for one in at.button if one.label == OFFER]


def counted(at: AppTest, key: str = "whole_table_go") -> AppTest:
    """The page after the database has counted."""
    next(one for one in at.button if one.key == key).click().run()
    until = time.monotonic() + 60
    while counting(at).asked and time.monotonic() < until:
        time.sleep(0.05)
    return at.run()


def tables(at: AppTest) -> list[pd.DataFrame]:
    """Segment tables on the page: that of the sample, and that of all customers."""
    return [one.value for one in at.dataframe if {"customer_share", "margin_share"} <= set(one.value.columns)]


def rules_of(at: AppTest) -> AbcdxRules:
    state = at.session_state
    return AbcdxRules(float(state["upload_value"]), int(state["upload_often"]), int(state["upload_window"]))


def test_the_table_of_all_customers_is_that_of_an_upload(page: AppTest, warehouse: Path, capsys) -> None:  # noqa: F811
    salon = open_sample("salon")
    assert 0.1 < mine(page).workspace.info.customer_share < 0.9
    assert offers(page) == ["whole_table_go", "whole_moves_go"]
    healthy(counted(page))
    rules = rules_of(page)
    shown = tables(page)[1]
    table, before = abcdx.segment_table(salon, rules), abcdx.segment_table(salon, rules, None, 12)
    expected = abcdx.with_movement(table, before)
    assert list(shown["customers"]) == list(expected["customers"])
    assert list(shown["moved"]) == list(expected["moved"])
    assert list(shown["margin"]) == [round(value) for value in expected["margin"]]
    assert f"{expected['customers'].sum():,} customers · data to" in " ".join(one.value for one in page.caption)
    where = ["--engine", "duckdb", "--remote", str(warehouse), "--orders", "main.orders"]
    asked = ["--value", str(rules.value_threshold), "--often", str(rules.often_threshold)]
    assert main(["segments", *where, *asked]) == 0
    told = json.loads(capsys.readouterr().out)
    known, moved = counting(page).table(rules), counting(page).moves(rules, 12)
    assert known is not None
    assert moved is not None
    bought = known.answer.frame
    for name in ("customers", "orders", "buyers", "last_day"):
        assert list(bought[name]) == [row[name] for row in told["segment_table"]]
    for name in ("revenue", "margin", "lifetime_margin"):
        assert list(bought[name] * 10_000) == pytest.approx([row[name] for row in told["segment_table"]], abs=0.01)
    assert list(moved.frame["customers"]) == [row["customers"] for row in told["moves"]]
    assert offers(page) == [], "the moves of the year were counted with it"


def test_answers_belong_to_their_borders(page: AppTest) -> None:
    counted(page)
    assert len(tables(page)) == 2
    slider = next(one for one in page.slider if one.key == "upload_often")
    at_first = slider.value
    slider.set_value(at_first + 1).run()
    assert len(tables(page)) == 1, "the sample follows the slider, the database is asked again"
    assert offers(page) == ["whole_table_go", "whole_moves_go"]
    next(one for one in page.slider if one.key == "upload_often").set_value(at_first).run()
    assert len(tables(page)) == 2, "what was counted before is remembered"


def test_what_does_not_count_there_is_said(page: AppTest) -> None:
    counted(page)
    assert not any("do not count here" in one.value for one in page.caption)
    channels = next(one for one in page.multiselect if one.key == "upload_channel")
    channels.set_value(channels.options[:1]).run()
    filtered, whole = (frame["customers"].sum() for frame in tables(page))
    assert filtered < mine(page).workspace.facts().customers
    assert whole == open_sample("salon").facts().customers
    assert sum("the filters in the sidebar do not count here" in one.value for one in page.caption) == 2
    assert not any("codes that the database" in one.value for one in page.caption)
    page.session_state["upload_x_register"] = [{"customer_id": "P-0123456789ABCDEF"}]
    counted(page.run())
    assert any("codes that the database does not know" in one.value for one in page.caption)


def test_a_period_that_ends_earlier_is_not_mixed_with_the_whole(page: AppTest) -> None:
    counted(page)
    page.session_state["upload_period"] = (dt.date(2023, 1, 1), dt.date(2025, 3, 1))
    healthy(page.run())
    assert len(tables(page)) == 1
    assert offers(page) == []
    assert sum("Choose the whole period" in one.value for one in page.caption) == 2


def test_moves_between_two_other_dates(page: AppTest) -> None:
    next(one for one in page.selectbox if one.key == "moves_then").set_value(9).run()
    next(one for one in page.selectbox if one.key == "moves_now").set_value(3).run()
    healthy(counted(page, "whole_moves_go"))
    assert offers(page) == ["whole_table_go"]
    rules = rules_of(page)
    moved, expected = counting(page).moves(rules, 9, 3), abcdx.moves(open_sample("salon"), rules, 9, 3).frame
    assert moved is not None
    columns = ["segment_then", "segment_now", "customers", "margin_now"]
    pd.testing.assert_frame_equal(moved.frame[columns], expected[columns], check_dtype=False, rtol=1e-12)


def test_every_window_is_that_of_an_upload(warehouse: Path) -> None:  # noqa: F811
    salon, engine = open_sample("salon"), Duck(warehouse)
    table = connect.find_table(engine, "main.orders")
    found = survey(engine, connect.source(engine, table, sampling.look(engine, table).proposal))
    listed = tuple(
        salon.database.rows("select customer_id from customer_ids order by 1 limit 3")[n][0] for n in range(3)
    )
    for rules in (AbcdxRules(3_000.0, 2, 6), AbcdxRules(2_500.0, 4, 24), AbcdxRules(2_500.0, 4, 12, listed)):
        window = Window(rules.window_months, rules.window_months)
        here = abcdx.segment_table(salon, rules)
        there = segment_table(engine, found, rules)
        pd.testing.assert_frame_equal(there.frame, here.frame, rtol=1e-12)
        pd.testing.assert_frame_equal(
            with_movement(there, moves(engine, found, rules, rules.window_months), salon.covers(window)),
            abcdx.with_movement(here, abcdx.segment_table(salon, rules, None, rules.window_months)),
            rtol=1e-12,
        )
    engine.close()


class Slow:
    """An engine that answers when it is let, and not at all when it is told to stop."""

    dialect = DUCKDB

    def __init__(self, engine: Duck) -> None:
        self._engine, self.may, self.asked, self.is_stopped = engine, threading.Event(), 0, False

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        self.asked += 1
        assert self.may.wait(60)
        if self.is_stopped:
            raise refused(ConnectionError("the server closed the line, password=sesame"))
        return self._engine.query(sql, params)

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        return self._engine.fields(table)

    def tables(self) -> list[tuple[str, ...]]:
        return self._engine.tables()

    def cancel(self) -> None:
        self.is_stopped = True
        self.may.set()

    def close(self) -> None:
        self._engine.close()


def test_counting_goes_on_beside_the_page_and_can_be_stopped(page: AppTest) -> None:
    slow = Slow(counting(page).engine)
    counting(page).engine = slow
    next(one for one in page.button if one.key == "whole_table_go").click().run()
    assert any("The database is counting" in one.label for one in page.status)
    healthy(page)
    assert not offers(page)
    slider = next(one for one in page.slider if one.key == "upload_often")
    slider.set_value(slider.value + 1).run()
    assert len(tables(page)) == 1, "the sample is there while the database counts"
    assert counting(page).asked
    assert slow.asked == 1
    button(page, "Stop").click().run()
    assert slow.is_stopped
    assert counting(page).asked == ()
    assert slow.asked == 1, "the second question was not asked any more"
    healthy(page)
    assert offers(page) == ["whole_table_go", "whole_moves_go"]


def test_a_database_that_is_gone_is_said_so(page: AppTest) -> None:
    gone = counting(page).engine = Slow(counting(page).engine)
    gone.cancel()
    counted(page)
    assert any("stopped answering" in one.value for one in page.error)
    assert not any("sesame" in one.value for one in page.error)
    assert offers(page) == ["whole_table_go", "whole_moves_go"]
    mine(page).disconnect()
    page.run()
    assert offers(page) == []
    assert sum(GONE in one.value for one in page.caption) == 2
    assert len(tables(page)) == 1


def test_a_data_set_opened_otherwise_is_not_asked_about(warehouse: Path, tmp_path: Path, monkeypatch) -> None:  # noqa: F811
    engine = Duck(warehouse)
    table = connect.find_table(engine, "main.orders")
    found = survey(engine, connect.source(engine, table, sampling.look(engine, table).proposal))
    folder.write(engine, found, tmp_path / "marts", "Salon", FEW)
    monkeypatch.setenv("LTV_DATA", str(tmp_path / "marts"))
    at = visit("segments", "upload")
    elsewhere = Counting(engine, found, tmp_path / "another")
    mine(at).remote = Remote(engine, "Warehouse", (), counting=elsewhere)
    healthy(at.run())
    assert offers(at) == []
    assert any(GONE in one.value for one in at.caption)
    engine.close()


def test_where_all_customers_are_here_nobody_is_offered_them_again(monkeypatch) -> None:
    at = visit("segments")
    assert offers(at) == []
    assert not any("counted in the database" in one.value for one in at.markdown)


def test_disconnecting_stops_what_is_counted(warehouse: Path) -> None:  # noqa: F811
    engine = Duck(warehouse)
    table = connect.find_table(engine, "main.orders")
    found = survey(engine, connect.source(engine, table, sampling.look(engine, table).proposal))
    slow = Slow(engine)
    asked = Counting(slow, found, warehouse)
    asked.ask(Table(AbcdxRules(1.0, 2)), Moves(AbcdxRules(1.0, 2), 12))
    session = Session("u", warehouse.parent / "none")
    session.remote = Remote(slow, "Warehouse", (), counting=asked)
    session.disconnect()
    assert slow.is_stopped
    assert asked.asked == ()
    assert asked.failure is None
