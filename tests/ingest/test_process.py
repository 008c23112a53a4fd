"""The child process: its protocol, its end, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest import inspect, load, process
from ltvlib.ingest.child import JOBS
from ltvlib.ingest.model import Limits, RawTable, ReadOptions
from ltvlib.ingest.process import CancelledError, run

pytestmark = pytest.mark.timeout(60)


def source(folder: Path, rows: int = 3) -> Path:
    path = folder / "in.csv"
    path.write_text("id;sum\n" + "".join(f'{number};"{number},5"\n' for number in range(rows)), encoding="utf-8")
    return path


def payload(folder: Path, rows: int = 3) -> dict[str, object]:
    return {"source": str(source(folder, rows)), "out_dir": str(folder / "out")}


def test_a_job_comes_back_with_progress(tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    result = run(
        "read", payload(tmp_path), limits=Limits(), on_progress=lambda text, share: heard.append((text, share))
    )
    assert RawTable.from_dict(result).rows == 3
    assert ("Finding the table", 0.15) in heard
    assert [share for _, share in heard] == sorted(share for _, share in heard)


def test_options_cross_the_border(tmp_path: Path) -> None:
    job = {**payload(tmp_path), "options": json.loads(ReadOptions(header_line=0).to_json())}
    assert run("read", job, limits=Limits())["header_line"] == 0


def test_errors_cross_the_border_with_kind_template_and_params(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"a;b\n" * 600_000)
    job: dict[str, object] = {"source": str(tmp_path / "in.csv"), "out_dir": str(tmp_path / "out")}
    with pytest.raises(LimitError) as caught:
        run("read", job, limits=Limits(file_mb=1))
    assert caught.value.template.startswith("The file has {size} MB")
    assert caught.value.params == {"size": 3, "limit": 1}


def test_unexpected_errors_do_not_quote_the_file(tmp_path: Path) -> None:
    job: dict[str, object] = {"source": str(tmp_path / "secret-name.csv"), "out_dir": str(tmp_path / "out")}
    with pytest.raises(ReadError) as caught:
        run("read", job, limits=Limits())
    assert "secret" not in str(caught.value)
    assert "FileNotFoundError" in str(caught.value)


def test_cancel_kills_at_once_and_cleans(tmp_path: Path) -> None:
    job = payload(tmp_path, 1_500_000)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kept.txt").write_text("kept", encoding="utf-8")
    started = time.monotonic()
    with pytest.raises(CancelledError):
        run("read", job, limits=Limits(), cancelled=lambda: time.monotonic() - started > 0.3)
    assert time.monotonic() - started < 2.0
    assert os.listdir(tmp_path / "out") == ["kept.txt"]


def test_an_error_in_the_callback_ends_the_child(tmp_path: Path) -> None:
    def broken(text: str, share: float) -> None:
        raise RuntimeError("callback")

    with pytest.raises(RuntimeError, match="callback"):
        run("read", payload(tmp_path, 200_000), limits=Limits(), on_progress=broken)
    assert os.listdir(tmp_path / "out") == []


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.abort()",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "raise SystemExit(3)",
        "print('noise')",
    ],
)
def test_a_dying_child_becomes_a_sentence(tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = subprocess.Popen

    def other(command: list[str], **options: object) -> object:
        return original([sys.executable, "-c", code], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(process.subprocess, "Popen", other)
    with pytest.raises((ReadError, LimitError)) as caught:
        run("read", payload(tmp_path), limits=Limits())
    assert str(caught.value).endswith(".")


def test_environment_is_not_handed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert "SECRET_TOKEN" not in process._environment("/nowhere")


def test_jobs_by_name() -> None:
    assert set(JOBS) == {"read", "inspect", "convert", "spend", "restore", "nps", "list"}


def test_start_up_is_quick(tmp_path: Path) -> None:
    job = payload(tmp_path)
    best = min(_timed(job) for _ in range(3))
    assert best < 1.5  # 0.4 s on a quiet machine; others may be at work beside the test


def _timed(job: dict[str, object]) -> float:
    started = time.perf_counter()
    run("read", job, limits=Limits())
    return time.perf_counter() - started


def test_inspect_then_load(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(
        "Отчет\nЗаказ;Дата;Клиент;Сумма\nA-1;01.02.2025;Анна;10,50\nA-2;13.02.2025;Ольга;20\nИтого;;;30,50\n".encode(
            "cp1251"
        )
    )
    found = inspect(path, tmp_path / "work")
    assert (found.raw.rows, found.raw.header_line) == (2, 2)
    assert found.proposal.fields["revenue"] == "Сумма"
    report = load(found.raw, found.proposal, tmp_path / "tables")
    assert report.records == report.used + report.merged + report.refused == 3
    assert (report.orders, report.customers) == (2, 2)
