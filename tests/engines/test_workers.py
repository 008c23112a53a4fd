"""A cluster that loses a worker, or itself: the last of these tests, because nothing is left to ask afterwards."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from ltvlib.errors import LtvError
from ltvlib.remote import folder
from ltvlib.remote.dialect import Field
from ltvlib.remote.seven import Seven
from tests.engines.places import Cluster, Place
from tests.engines.test_adversarial import CHOSEN, frame, stop_again_and_again, written
from tests.engines.test_parity import ASKED_MILLION, equal_marts, marts, million, same, seven_of, surveyed


class Losing:
    """An engine whose cluster loses a process some seconds after a question was sent."""

    def __init__(self, place: Place, cluster: Cluster, name: str, seconds: float) -> None:
        self._engine, self._cluster, self._name, self._seconds = place.engine, cluster, name, seconds
        self.dialect = place.engine.dialect
        self.is_asking = self.was_asking = False

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Rows of one SELECT, if they come."""
        if self._name in self._cluster.processes:
            threading.Timer(self._seconds, self._lose).start()
        self.is_asking = True
        try:
            return self._engine.query(sql, params)
        finally:
            self.is_asking = False

    def _lose(self) -> None:
        if self._name in self._cluster.processes:
            self.was_asking = self.is_asking
            self._cluster.kill(self._name)

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        """Columns of a table."""
        return self._engine.fields(table)

    def tables(self) -> list[tuple[str, ...]]:
        """Tables and views."""
        return self._engine.tables()

    def cancel(self) -> None:
        """Stop what runs."""
        self._engine.cancel()

    def close(self) -> None:
        """Nothing was opened here."""


def test_losing_a_worker_then_all_and_then_the_cluster(running, duck: Place, tmp_path: Path) -> None:
    """A worker dies while it works: the right answer or a clear error. Then the last one does: Spark may wait for another
    until it is stopped. Then the server does: an error. What stood there stays."""
    place = running.place("spark")
    path, chosen = million(running)
    there = surveyed(place, path, "half", chosen)
    engine = Losing(place, running.cluster, "worker1", 1.0)
    expected = running.once(
        (path.stem, "seven"), lambda: seven_of(duck, surveyed(duck, path, "half", chosen), ASKED_MILLION)
    )
    said = ""
    try:
        found = Seven(there, place.engine.dialect, ASKED_MILLION).ask(engine, "customer_table")
        same([tuple(row.values()) for row in found.to_pylist()], expected["customer_table"])
    except LtvError as error:
        said = str(error)
    assert engine.was_asking, "the worker died in the middle of the question"
    assert "worker1" not in running.cluster.processes
    assert "stopped answering" in said or not said

    odd = written(frame(), tmp_path / "odd.parquet")
    one, two = (surveyed(at, odd, "worker", CHOSEN) for at in (duck, place))
    equal_marts(marts(place, two, tmp_path / "two"), marts(duck, one, tmp_path / "one"))  # by the worker that is left

    out = tmp_path / "out" / "marts"
    out.mkdir(parents=True)
    (out / "before").touch()
    engine, is_over = Losing(place, running.cluster, "worker2", 1.0), threading.Event()
    threading.Timer(10.0, stop_again_and_again, args=(place, is_over)).start()
    with pytest.raises(LtvError, match="stopped answering"):
        folder.write(engine, there, out, "Test")
    is_over.set()
    assert engine.was_asking, "the last worker died in the middle of the question"
    assert "worker2" not in running.cluster.processes
    assert [path.name for path in out.parent.rglob("*")] == ["marts", "before"]

    engine = Losing(place, running.cluster, "connect", 1.0)
    with pytest.raises(LtvError, match="stopped answering"):
        folder.write(engine, there, out, "Test")
    assert engine.was_asking
    assert [path.name for path in out.parent.iterdir()] == ["marts"]
    assert [path.name for path in out.iterdir()] == ["before"]
    running.forget("spark")
