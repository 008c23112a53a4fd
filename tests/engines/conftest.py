"""Engines under test. Sail stands for Spark in ``make test``; ``make test-engines`` sets LTV_TEST_ENGINES=all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.engines import classic, places

if not hasattr(sys.modules["__main__"], "__file__"):
    # A worker of xdist is a program without a file; PySpark takes that for its own doctests and ends it.
    sys.modules["__main__"].__file__ = __file__
ALL = os.environ.get("LTV_TEST_ENGINES", "") == "all"
NAMES = ("duckdb", "spark", "classic", "sail", "postgres", "adbc", "clickhouse")
ONLY_ALL = ("clickhouse", "classic", "spark")
"""Engines that are large to install or slow to start."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A cluster on a busy machine takes its time; a question that hangs still ends."""
    for item in items:
        if "engines" in item.path.parts:
            item.add_marker(pytest.mark.timeout(1_200))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``--dist loadgroup``, all tests of an engine in one process, so that it is started once.

    Not by xdist's own mark: in pytest 9 that is lost on the way (https://github.com/pytest-dev/pytest-xdist/issues/1386).
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByPlace(LoadScopeScheduling):
        """One engine after the other, each as a whole."""

        def _split_scope(self, nodeid: str) -> str:
            return _place_of(nodeid)

    return ByPlace(config, log)


def _place_of(nodeid: str) -> str:
    """The engine that a test starts; tests that name none of their own ask Postgres, or only DuckDB."""
    if "/test_workers.py" in nodeid:
        return "spark"
    words = nodeid.partition("[")[2].rstrip("]").split("-")
    return next((word for word in words if word in ("spark", "classic", "sail", "clickhouse")), "postgres")


class Running:
    """Engines by name, started when they are first wanted."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self._places: dict[str, places.Place] = {}
        self._known: dict[Hashable, Any] = {}
        self.cluster: places.Cluster | None = None

    def place(self, name: str) -> places.Place:
        """A running engine. Where there is none, skips with the reason; under make test-engines that is a failure."""
        if name in ONLY_ALL and not ALL:
            pytest.skip(f"{name} is run by make test-engines")
        if name not in self._places:
            try:
                self._places[name] = self._start(name)
            except pytest.skip.Exception as reason:
                if ALL:
                    pytest.fail(f"{name} is wanted here: {reason}", pytrace=False)
                raise
        return self._places[name]

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What DuckDB says is asked once, not again for every engine that must agree with it."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def forget(self, name: str) -> None:
        """The next who wants this engine gets a new one."""
        self._places.pop(name, None)

    def _start(self, name: str) -> places.Place:
        if name == "duckdb":
            return places.DuckPlace(self.folder)
        if name == "sail":
            return self._stack.enter_context(places.sail())
        if name == "postgres":
            return self._stack.enter_context(places.postgres(self.folder))
        if name == "adbc":
            pytest.importorskip("adbc_driver_postgresql", reason="adbc-driver-postgresql is not installed")
            beside = self.place("postgres")
            assert isinstance(beside, places.PostgresPlace)
            place: places.Place = places.AdbcPlace(beside)
            self._stack.callback(place.close)
            return place
        if name == "clickhouse":
            pytest.importorskip("chdb", reason="chdb is not installed")
            return places.ClickHousePlace(self.folder)
        if name == "classic":
            return self._stack.enter_context(classic.classic(self.folder))
        self.cluster = self._stack.enter_context(places.cluster(self.folder))
        place = places.SparkPlace("spark", f"sc://127.0.0.1:{self.cluster.port}")
        self._stack.callback(place.close)
        return place


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with ExitStack() as stack:
        yield Running(tmp_path_factory.mktemp("engines"), stack)


@pytest.fixture(params=[name for name in NAMES if name != "duckdb"])
def other(request: pytest.FixtureRequest, running: Running) -> places.Place:
    """An engine that must agree with DuckDB."""
    return running.place(request.param)


@pytest.fixture
def duck(running: Running) -> places.Place:
    return running.place("duckdb")
