"""An engine that is not there: told and skipped in make test, a failure where all engines are wanted."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engines import conftest, places


@pytest.mark.parametrize(("is_all", "outcome"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_a_missing_engine(is_all: bool, outcome: type[BaseException], tmp_path: Path, monkeypatch) -> None:
    def none(folder: Path) -> None:
        pytest.skip("Postgres is not on this machine")

    monkeypatch.setattr(places, "postgres", none)
    monkeypatch.setattr(conftest, "ALL", is_all)
    with ExitStack() as stack, pytest.raises(outcome, match="not on this machine"):
        conftest.Running(tmp_path, stack).place("postgres")


def test_large_engines_are_left_to_make_test_engines(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(conftest, "ALL", False)
    with ExitStack() as stack, pytest.raises(pytest.skip.Exception, match="make test-engines"):
        conftest.Running(tmp_path, stack).place("spark")
