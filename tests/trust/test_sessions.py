"""What one visitor has, no other sees; what is deleted or left behind is gone."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from ltvlib import scratch
from ltvlib.errors import LimitError
from ltvlib.journal.people import codes_of
from ltvlib.matching import known_keys, named
from pages.ui import registry
from pages.ui.registry import REGISTRY, Registry, Session, Upload
from tests.conftest import open_rows
from tests.test_pages import TINY
from tests.trust.visitors import PAGES, build, drop, export, files, healthy, mine, owner, said, visitor

pytestmark = pytest.mark.timeout(60)


def test_two_visitors_never_see_each_other():
    anna, boris = owner(export("ALPHA"), "anna.csv"), owner(export("OMEGA"), "boris.csv")
    for page in (*PAGES, "data"):
        for at, own, name, strange in (
            (anna, "ALPHA", "anna.csv", ("OMEGA", "boris")),
            (boris, "OMEGA", "boris.csv", ("ALPHA", "anna")),
        ):
            at.switch_page(f"pages/{page}.py").run()
            text = said(healthy(at))
            assert name in text or name.replace(".", "\\\\.") in text
            assert not [word for word in strange if word in text]
            if page in ("segments", "data"):
                assert own in text
    assert mine(anna).folder != mine(boris).folder
    assert mine(anna).workspace.stamp != mine(boris).workspace.stamp
    assert not mine(anna).folder.stat().st_mode & 0o077, "other users of the computer"


def test_filters_and_the_register_stay_with_their_session():
    anna = owner(export("ALPHA"))
    anna.switch_page("pages/segments.py").run()
    anna.session_state["upload_x_register"] = [{"customer_id": "ALPHA-X"}]
    anna.multiselect(key="upload_channel").set_value(["web"]).run()
    boris = owner(export("OMEGA"))
    boris.switch_page("pages/segments.py").run()
    assert not boris.multiselect(key="upload_channel").value
    assert "upload_x_register" not in boris.session_state
    anna.switch_page("pages/overview.py").run()
    assert healthy(anna).multiselect(key="upload_channel").value == ["web"]


def test_delete_now_means_now(monkeypatch: pytest.MonkeyPatch):
    at = owner(export("ALPHA"))
    at.switch_page("pages/segments.py").run()
    at.multiselect(key="upload_channel").set_value(["web"]).run()
    at.switch_page("pages/data.py").run()
    session = mine(at)
    database = session.workspace.database
    spill = Path(database._temp)
    assert files(session.folder)
    at.button(key="forget").click().run()
    healthy(at)
    assert session.workspace is None
    assert session.upload is None
    assert not list(session.folder.iterdir())
    assert not spill.exists()
    with pytest.raises(LimitError):
        database.rows("select 1")
    assert "ALPHA" not in said(at)
    assert "ALPHA" not in repr(at.session_state)
    assert not [key for key in repr(at.session_state).split("'") if key.startswith(("map_", "upload_c"))]
    assert at.session_state["data"] != "upload"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[MemoryUploadedFileManager]:
    """Streamlit's upload managers made during the test."""
    managers: list[MemoryUploadedFileManager] = []
    made = MemoryUploadedFileManager.__init__

    def noted(self: MemoryUploadedFileManager, *parts: object) -> None:
        made(self, *parts)
        managers.append(self)

    monkeypatch.setattr(MemoryUploadedFileManager, "__init__", noted)
    return managers


def test_streamlit_keeps_no_copy_of_an_upload(kept: list[MemoryUploadedFileManager]):
    at = drop(visitor(), export("ALPHA"))
    assert kept
    assert not any(files for manager in kept for files in manager.file_storage.values())
    names = files(mine(at).folder)
    build(at)
    assert [name for name in names if name.endswith(".upload")]
    assert not [name for name in files(mine(at).folder) if name.endswith((".upload", "orders.parquet"))]


def test_a_failed_upload_leaves_nothing(kept: list[MemoryUploadedFileManager]):
    at = drop(visitor(), b"\x89PNG\r\n\x1a\n" + bytes(1000))
    assert len(at.error) == 1
    assert not any(files for manager in kept for files in manager.file_storage.values())
    assert not list(mine(at).folder.iterdir())


def test_the_second_upload_replaces_the_first():
    at = owner(export("ALPHA"), "zebra.csv")
    session, first = mine(at), mine(at).workspace
    old = set(session.folder.iterdir())
    at.switch_page("pages/segments.py").run()
    at.multiselect(key="upload_channel").set_value(["web"]).run()
    at.switch_page("pages/data.py").run()
    at = healthy(build(healthy(drop(at, export("OMEGA"), "second.csv"))))
    assert session.workspace is not first
    with pytest.raises(LimitError):
        first.database.rows("select 1")
    assert not [path for path in old if path.exists()]
    for page in (*PAGES, "data"):
        at.switch_page(f"pages/{page}.py").run()
        assert "ALPHA" not in said(healthy(at))
        assert "zebra" not in said(at)
    at.switch_page("pages/segments.py").run()
    assert not at.multiselect(key="upload_channel").value, "a filter of the first file"


def test_answers_for_one_file_are_not_given_for_the_next():
    at = drop(visitor(), export("ALPHA"))
    at.selectbox(key="map_product_name").set_value("–")
    at.selectbox(key="map_revenue").set_value("Order ID")
    drop(at.run(), export("OMEGA"))
    assert at.selectbox(key="map_product_name").value == "Product"
    assert at.selectbox(key="map_revenue").value == "Total"


def test_building_twice_leaves_one_set():
    at = owner(export("ALPHA"))
    first = mine(at).workspace
    healthy(build(at))
    assert mine(at).workspace is not first
    assert len([path for path in mine(at).folder.iterdir() if path.name.startswith("set_")]) == 1


def own(uid: str, folder: Path) -> Session:
    """A session with data of its own."""
    folder.mkdir()
    session = REGISTRY.session(uid)
    session.workspace = open_rows(folder, TINY, TINY[0]["ordered_at"].date().replace(day=15), 0.3)
    session.upload = Upload(session.folder / "x.upload", "x.csv")
    session.upload.path.write_text("private")
    return session


def test_a_closed_tab_is_cleared_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    left, stays, blip = (own(name, tmp_path / name) for name in ("left", "stays", "blip"))
    monkeypatch.setattr(registry, "GRACE_SECONDS", 0.2)
    REGISTRY.mark_gone("left")
    REGISTRY.mark_gone("blip")
    REGISTRY.session("blip")  # back within the grace
    REGISTRY.sweep()
    assert left.folder.exists(), "the grace is not over"
    time.sleep(0.3)
    assert len(REGISTRY.sweep()) == 1
    assert not left.folder.exists()
    assert left.workspace is None
    for session in (stays, blip):
        assert session.upload.path.read_text() == "private"
        assert session.workspace.facts().customers == 1
    assert REGISTRY.session("left") is not left


def test_a_tab_that_was_closed_is_cleared_sooner_than_one_that_lost_the_network(tmp_path: Path):
    said, silent = own("said goodbye", tmp_path / "said"), own("silent", tmp_path / "silent")
    said.streamlit_id = "its name in Streamlit"
    REGISTRY.mark_gone("said goodbye", is_left=True)
    REGISTRY.mark_gone("silent")
    for session in (said, silent):
        session.gone_since -= registry.LEFT_SECONDS + 1
    REGISTRY.take_left()
    assert REGISTRY.sweep() == ["its name in Streamlit"]
    assert REGISTRY.take_left() == ["its name in Streamlit"], "also for those who did not sweep themselves"
    assert REGISTRY.take_left() == []
    assert not said.folder.exists()
    assert silent.workspace is not None


def test_an_idle_session_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    idle, busy = own("idle", tmp_path / "idle"), own("busy", tmp_path / "busy")
    idle.last_seen -= registry.IDLE_SECONDS + 1
    assert len(REGISTRY.sweep()) >= 1
    assert not idle.folder.exists()
    assert busy.workspace is not None


def test_a_sweep_while_a_query_runs(tmp_path: Path):
    session = own("querying", tmp_path / "querying")
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            workspace.database.rows("select count(*) from range(100000000000) a(x) where x % 7 = 3 and sqrt(x) > 5")
        except BaseException as error:
            caught.append(error)

    workspace = session.workspace
    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.3)
    session.gone_since = time.monotonic() - registry.GRACE_SECONDS - 1
    started = time.monotonic()
    REGISTRY.sweep()
    thread.join(10)
    assert time.monotonic() - started < 5
    assert [type(error) for error in caught] == [LimitError]
    while session.folder.exists() and time.monotonic() - started < 5:
        time.sleep(0.05)  # the reaper's own sweep may have come first and be at work
    assert not session.folder.exists()
    assert not Path(workspace.database._temp).exists()


def test_the_reaper_survives_a_session_that_cannot_be_closed(monkeypatch: pytest.MonkeyPatch):
    mine = Registry()
    stuck, fine = mine.session("stuck"), mine.session("fine")
    monkeypatch.setattr(stuck, "close", lambda: 1 / 0)
    stuck.last_seen = fine.last_seen = 0.0 - registry.IDLE_SECONDS
    assert len(mine.sweep()) == 2
    assert not fine.folder.exists()


def test_the_end_of_the_program_closes_everyone():
    mine = Registry()
    folders = [mine.session(name).folder for name in "abc"]
    mine.close_all()
    assert len(mine) == 0
    assert not [folder for folder in folders if folder.exists()]


def test_what_a_killed_process_left_is_wiped_at_the_next_start(tmp_path: Path):
    import os
    import signal
    import subprocess
    import sys

    from tests.conftest import ROOT

    code = "from ltvlib import scratch; p = scratch.folder('s-'); (p / 'private').write_text('x'); print(p, flush=True)"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}

    def run(more: str) -> tuple[subprocess.Popen[str], Path]:
        child = subprocess.Popen([sys.executable, "-c", code + more], env=environment, stdout=-1, text=True)
        return child, Path(child.stdout.readline().strip())

    killed, left = run("; import time; time.sleep(60)")
    alive, kept = run("; import time; time.sleep(60)")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    time.sleep(scratch.YOUNG_SECONDS + 0.2)
    ended, own = run("")
    ended.wait()
    try:
        assert (kept / "private").exists(), "its process is alive"
        assert not left.exists()
        assert not own.exists(), "an orderly end cleans up itself"
    finally:
        alive.kill()
        alive.wait()


NOT_A_TABLE = b"\x89PNG\r\n\x1a\n" + bytes(1000)


def first_is_open(at) -> None:
    """The data set of the first file answers, and the filter that was set on it still stands."""
    assert mine(at).workspace.facts().customers == 20
    assert mine(at).upload.name == "first.csv"
    at.switch_page("pages/segments.py").run()
    assert "ALPHA" in said(healthy(at))
    assert at.multiselect(key="upload_channel").value == ["web"]
    at.switch_page("pages/data.py").run()


@pytest.fixture
def at_work():
    """Somebody with a data set, a filter on it and something written down about it."""
    at = owner(export("ALPHA"), "first.csv")
    mine(at).journal("upload").put("roles", {"Oleg": "farmer"})
    at.switch_page("pages/segments.py").run()
    at.multiselect(key="upload_channel").set_value(["web"]).run()
    at.switch_page("pages/data.py").run()
    return at


def test_a_second_file_that_is_refused_leaves_the_first_open(at_work):
    before = files(mine(at_work).folder)
    at = drop(at_work, NOT_A_TABLE, "second.csv")
    assert len(at.error) == 1
    assert any("first" in caption.value and "as before" in caption.value for caption in at.caption)
    first_is_open(at)
    assert files(mine(at).folder) == before
    assert mine(at).journal("upload").setting("roles") == {"Oleg": "farmer"}


def test_a_second_file_that_is_never_built_leaves_the_first_open(at_work):
    before = files(mine(at_work).folder)
    at = healthy(drop(at_work, export("OMEGA"), "second.csv"))
    assert any("stays open" in text.value and "second" in text.value for text in at.markdown)
    first_is_open(at)
    at.button(key="put_aside").click().run()
    first_is_open(healthy(at))
    assert mine(at).coming is None
    assert files(mine(at).folder) == before
    assert mine(at).journal("upload").setting("roles") == {"Oleg": "farmer"}
    assert "OMEGA" not in repr(at.session_state)


def test_a_second_file_that_cannot_be_built_leaves_the_first_open(at_work):
    at = healthy(drop(at_work, export("OMEGA"), "second.csv"))
    at.selectbox(key="map_ordered_at").set_value("–")
    at = build(at)
    assert at.error
    first_is_open(at)
    at.button(key="put_aside").click().run()
    first_is_open(healthy(at))
    assert not [path for path in mine(at).folder.iterdir() if path.name.startswith("set_")][1:]


def test_delete_now_deletes_the_open_data_set_and_the_file_on_its_way(at_work):
    at = healthy(drop(at_work, export("OMEGA"), "second.csv"))
    session, workspace = mine(at), mine(at).workspace
    at.button(key="forget").click().run()
    healthy(at)
    assert (session.workspace, session.upload, session.coming) == (None, None, None)
    assert not list(session.folder.iterdir())
    with pytest.raises(LimitError):
        workspace.database.rows("select 1")
    for mark in ("ALPHA", "OMEGA"):
        assert mark not in said(at) + repr(at.session_state)


def test_the_notes_and_codes_of_the_first_file_do_not_pass_to_the_second(at_work):
    """Lists that are brought later are matched under the key that the open file's people were hidden with."""
    codes = codes_of(mine(at_work).journal("upload"))
    at = healthy(build(healthy(drop(at_work, export("OMEGA"), "second.csv"))))
    assert mine(at).journal("upload").setting("roles") is None
    assert "coming" not in mine(at).journals
    now, known = codes_of(mine(at).journal("upload")), known_keys(mine(at).workspace)
    assert mine(at).workspace.info.is_hidden
    assert named(["OMEGA0@example.com"], known, now)[0]
    assert not named(["OMEGA0@example.com"], known, codes)[0]
