"""The journal keeps what it acknowledged: after kills, on a full disk, between versions; and nothing of half a step."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ltvlib.errors import AlreadyWrittenError, StorageError
from ltvlib.journal import Journal, store
from tests.conftest import ROOT
from tests.trust.load import figures

KILLS = 50 * int(os.environ.get("LTV_FUZZ", "1"))
"""``make fuzz`` takes 200."""
NOW = dt.datetime(2025, 11, 1, 9, 30)


def touch(number: int, **more: object) -> dict[str, object]:
    row = {"touch_id": str(number), "customer_id": f"c{number}", "touched_at": NOW, "kind": "call", "origin": "list"}
    return {**row, **more}


def test_what_is_written_is_read_back_after_opening_again(tmp_path):
    journal = Journal(tmp_path)
    journal.append("touches", [touch(1, outcome="talked"), touch(2)])
    journal.put("capacity", {"Anna": 12, "Олег": 7})
    journal.close()
    again = Journal(tmp_path)
    assert [row["outcome"] for row in again.rows("touches")] == ["talked", None]
    assert again.setting("capacity") == {"Anna": 12, "Олег": 7}
    assert again.setting("unheard of", 3) == 3
    again.close()


def test_without_a_folder_nothing_is_kept_and_two_journals_do_not_meet():
    one, other = Journal(), Journal()
    one.append("touches", [touch(1)])
    assert (one.count("touches"), other.count("touches"), one.is_kept) == (1, 0, False)


def test_a_step_is_written_whole_or_not_at_all():
    journal = Journal()
    journal.append("touches", [touch(1)])
    owner = {"customer_id": "c9", "manager": "m", "since": NOW, "reason": "hand-over"}
    with pytest.raises(AlreadyWrittenError):
        journal.write([*journal.appending("owners", [owner]), *journal.appending("touches", [touch(2), touch(1)])])
    assert (journal.count("touches"), journal.count("owners")) == (1, 0)


def test_a_journal_takes_what_another_holds():
    one, other = Journal(), Journal()
    one.append("touches", [touch(1)])
    one.put("roles", {"Ann": "hunter"})
    other.append("touches", [touch(2)])
    other.put("roles", {"Ann": "farmer"})
    one.write(one.taking(other))
    assert [row["touch_id"] for row in one.rows("touches")] == ["1", "2"]
    assert one.setting("roles") == {"Ann": "farmer"}


def test_every_write_changes_the_name_that_caches_see():
    journal = Journal()
    before = repr(journal)
    journal.put("x", 1)
    assert repr(journal) != before


def test_a_misspelt_column_is_refused():
    with pytest.raises(KeyError, match="colour"):
        Journal().append("touches", [touch(1, colour="red")])
    with pytest.raises(KeyError):
        Journal().columns("no_such_table")


def test_text_is_never_sql(tmp_path):
    journal = Journal(tmp_path)
    text = "'); drop table touches; --"
    journal.append("touches", [touch(1, note=text, kind=text)])
    assert journal.rows("touches")[0]["note"] == text


def test_two_programs_cannot_write_one_workspace(tmp_path):
    journal = Journal(tmp_path)
    code = "import sys; from pathlib import Path; from ltvlib.journal import Journal; Journal(Path(sys.argv[1]))"
    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert "open in another program" in other.stderr
    assert str(tmp_path) not in other.stderr.splitlines()[-1]
    journal.close()


def test_an_older_workspace_is_brought_up_to_date_and_a_newer_one_refused(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    journal.append("touches", [touch(1)])
    journal.close()
    known = store.migrations()
    version = max(known) + 1
    newer = {**known, version: "alter table touches add column minutes integer; create table calls (a integer);"}
    monkeypatch.setattr(store, "migrations", lambda: newer)
    later = Journal(tmp_path)
    assert later.rows("touches")[0]["minutes"] is None
    assert later.setting(store.VERSION) == version
    later.close()
    monkeypatch.setattr(store, "migrations", lambda: known)
    with pytest.raises(StorageError, match="newer version"):
        Journal(tmp_path)


def test_a_migration_that_fails_leaves_the_old_schema(tmp_path, monkeypatch):
    Journal(tmp_path).close()
    known = store.migrations()
    broken = {**known, max(known) + 1: "create table calls (a integer); insert into nowhere values (1);"}
    monkeypatch.setattr(store, "migrations", lambda: broken)
    with pytest.raises(Exception, match="nowhere"):
        Journal(tmp_path)
    monkeypatch.setattr(store, "migrations", lambda: known)
    again = Journal(tmp_path)
    assert "calls" not in again.tables()
    again.close()


def test_nothing_acknowledged_is_lost_in_fifty_kills(tmp_path):
    """The same file through 50 kills at random moments; the two tables of a step always agree."""
    chance, acknowledged = random.Random(7), 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.journal.writer", str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, "the writer did not start"
        time.sleep(chance.random() * 0.05)
        process.kill()
        said = [first, *process.stdout.read().splitlines()]
        process.wait()
        acknowledged = int([line for line in said if line.strip()][-1]) + 1
    journal = Journal(tmp_path)
    written, owners = journal.count("touches"), journal.count("owners")
    ids = {row["touch_id"] for row in journal.rows("touches")}
    journal.close()
    assert written == owners >= acknowledged >= KILLS
    assert ids == {str(place) for place in range(written)}
    figures.keep("kills", f"{KILLS} kills, {written:,} steps, 0 acknowledged lost", "0 acknowledged lost")


def small_disk(path: Path) -> Path:
    """A file system of 3 MB; skips where this user may not mount one."""
    path.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("no mount on this machine")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(path)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("this user may not mount a small file system")
    return path


def test_a_full_disk_loses_nothing_acknowledged_and_says_so(tmp_path):
    disk = small_disk(tmp_path / "small")
    try:
        journal, written = Journal(disk / "home"), 0
        with pytest.raises(StorageError, match="disk full"):
            for written in range(10_000):
                journal.append(
                    "touches", [touch(written, note=f"{written} " + random.Random(written).randbytes(4000).hex())]
                )
        assert written > 100
        assert journal.count("touches") == written  # opened anew by the failed write itself
        (disk / "home" / "filler").unlink(missing_ok=True)
        journal.close()
        again = Journal(disk / "home")
        assert {row["touch_id"] for row in again.rows("touches")} == {str(place) for place in range(written)}
        again.close()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False, capture_output=True)
