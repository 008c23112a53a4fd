"""A cluster that loses a worker, or itself: the last of these tests, because nothing is left to ask afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from ltvlib.errors import LtvError
from ltvlib.remote import folder
from tests.engines.places import Place
from tests.engines.test_adversarial import CHOSEN, frame, written
from tests.engines.test_parity import equal_marts, marts, surveyed


def test_a_lost_worker_never_leaves_half(running, duck: Place, tmp_path: Path) -> None:
    """One of two workers dies: the right answer or a clear error. The whole server dies: a clear error, and no folder."""
    place = running.place("spark")
    path = written(frame(), tmp_path / "worker.parquet")
    here, there = (surveyed(one, path, "worker", CHOSEN) for one in (duck, place))

    def lose(name: str):
        def at(what: str, share: float) -> None:
            if share > 0 and name in running.cluster.processes:
                running.cluster.kill(name)

        return at

    said = ""
    try:
        folder.write(place.engine, there, tmp_path / "there", "Test", progress=lose("worker1"))
    except LtvError as error:
        said = str(error)
    if said:
        assert "stopped answering" in said
        assert list(tmp_path.glob("*there*")) == []
    else:
        equal_marts(tmp_path / "there", marts(duck, here, tmp_path / "here"))
    with pytest.raises(LtvError, match="stopped answering"):
        folder.write(place.engine, there, tmp_path / "gone", "Test", progress=lose("connect"))
    assert list(tmp_path.glob("*gone*")) == []
    running.forget("spark")
