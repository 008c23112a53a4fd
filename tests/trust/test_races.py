"""Two runs of one tab at once, and many tabs on one sample: nothing breaks, nothing mixes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ltvlib import abcdx, kpis
from ltvlib.engine import Database
from ltvlib.errors import LimitError
from ltvlib.ingest.model import Mapping
from ltvlib.ingest.report import ImportReport
from ltvlib.samples import open_sample
from ltvlib.settings import Attribute, Filters, Window
from pages.ui.registry import REGISTRY, Session, Upload
from tests.conftest import open_rows
from tests.test_pages import TINY

pytestmark = pytest.mark.timeout(120)
ENDLESS = "select count(*) from range(100000000000) a(x) where x % 7 = 3 and sqrt(x) > 5"


def together(*works: Callable[[], None]) -> list[BaseException]:
    """Run all at the same time; returns what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    assert not [thread for thread in threads if thread.is_alive()]
    return raised


def test_many_visitors_move_sliders_on_one_sample():
    """More windows than are kept: a table must not vanish between being named and being read."""
    space = open_sample("salon")
    expected = {months: len(abcdx.customers(space, *rules(space, months)).frame) for months in (3, 6, 12, 18, 24, 36)}

    def visitor(seed: int) -> Callable[[], None]:
        def work() -> None:
            dice = random.Random(seed)
            for _ in range(12):
                months = dice.choice(list(expected))
                assert len(abcdx.customers(space, *rules(space, months)).frame) == expected[months]
                abcdx.reach(space, Window(months, dice.choice((0, 1, 2, 3, 12))))
                abcdx.moves(space, rules(space, months)[0], 12, dice.randrange(6))
                kpis.pareto(space, Filters(until=dice.randrange(24300, 24310)))

        return work

    raised = together(*(visitor(seed) for seed in range(6)))
    assert not raised, repr(raised[0])
    tables = [name for name in space.database.tables() if name.startswith("window_")]
    space.window(Window(7))
    assert len(tables) < 6 * 7 + 7
    space.close()


def rules(space, months: int):
    found = abcdx.default_rules(space, months)
    return found, tuple(abcdx.AbcdxSegment)


def test_windows_of_runs_that_ended_are_dropped():
    space = open_sample("salon")
    for shift in range(20):
        together(lambda shift=shift: space.window(Window(12, shift)))
    assert len([name for name in space.database.tables() if name.startswith("window_")]) <= 7
    space.close()


def test_a_newer_run_stops_the_older_and_gets_its_answer(tmp_path: Path):
    space = open_rows(tmp_path, TINY, TINY[0]["ordered_at"].date().replace(day=15))

    def newer() -> None:
        time.sleep(0.3)
        space.database.interrupt()
        for _ in range(20):
            assert space.facts().customers == 1
            assert space.values_of(Attribute.CITY) == [""]

    raised = together(lambda: space.database.rows(ENDLESS), newer)
    assert [type(error) for error in raised] == [LimitError]
    space.close()


def test_an_interrupt_while_rows_are_fetched_is_a_sentence_too():
    database = Database()
    raised: list[BaseException] = []
    for _ in range(5):
        raised += together(
            lambda: database.query("select x, x::varchar as y from range(3000000) a(x) where x % 7 <> 3"),
            lambda: [(time.sleep(0.02), database.interrupt()) for _ in range(30)],
        )
    assert {type(error) for error in raised} <= {LimitError}
    database.close()


def test_closing_while_others_ask():
    """A data set is replaced while an older run reads it: the older run gets a sentence, never a crash."""
    for _ in range(5):
        database = Database()
        database.execute("create table t as select range as x from range(100000)")

        def ask(database: Database = database) -> None:
            for _ in range(10_000):
                database.query("select x, count(*) from t group by 1 limit 10")

        def close(database: Database = database) -> None:
            time.sleep(0.1)
            database.close()

        raised = together(ask, ask, close)
        assert [type(error) for error in raised] == [LimitError] * 2
        assert not Path(database._temp).exists()


REPORT = ImportReport(1, 1, 0, 0, 1, 0, 1, 1, "name", 0, "rate", "EUR", "", "")


def started(uid: str) -> tuple[Session, Upload]:
    session = REGISTRY.session(uid)
    upload = Upload(session.folder / "a.upload", "a.csv")
    session.start(upload)
    upload.path.write_text("private")
    return session, upload


def test_a_result_that_comes_after_the_deletion_is_not_shown(tmp_path: Path):
    session, upload = started("late")
    space = open_rows(tmp_path, TINY, TINY[0]["ordered_at"].date().replace(day=15))
    session.forget()
    assert not session.adopt(upload, space, REPORT, Mapping({}), session.folder)
    assert session.workspace is None
    with pytest.raises(LimitError):
        space.database.rows("select 1")


def test_forgetting_waits_for_the_reader_and_leaves_no_file():
    session, _ = started("reading")
    begun = threading.Event()

    def read() -> None:
        with session.working() as job:
            n = 0
            while not job.stop.is_set():
                (session.folder / "raw").mkdir(exist_ok=True)
                (session.folder / "raw" / f"part{n % 50}").write_text("private")
                n += 1
                begun.set()

    def forget() -> None:
        begun.wait()
        session.forget()

    assert not together(read, forget)
    assert not list(session.folder.iterdir())


def test_an_old_run_does_not_delete_the_next_upload():
    session, first = started("twice")
    second = Upload(session.folder / "b.upload", "b.csv")
    session.start(second)
    second.path.write_text("new")
    session.drop(first)
    assert session.coming is second
    assert second.path.read_text() == "new"
    for n in range(30):
        old, new = session.coming, Upload(session.folder / f"{n}.upload", "n.csv")

        def begin(new: Upload = new) -> None:
            session.start(new)
            new.path.write_text("new")

        assert not together(begin, lambda old=old: session.drop(old))
        assert session.coming is new
        assert new.path.exists()
        assert [path.name for path in session.folder.iterdir()] == [new.path.name]


def test_sessions_come_and_go_while_the_reaper_sweeps():
    def come_and_go(name: str) -> Callable[[], None]:
        def work() -> None:
            for n in range(30):
                session = REGISTRY.session(f"{name}{n}")
                (session.folder / "x").write_text("private")
                session.last_seen -= 1e6

        return work

    assert not together(*(come_and_go(name) for name in "abcd"), lambda: [REGISTRY.sweep() for _ in range(60)])
    REGISTRY.sweep()
    assert not [uid for uid in REGISTRY._sessions if uid[0] in "abcd" and uid[1:].isdigit()]
