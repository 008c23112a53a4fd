"""What a closed tab or "Delete my data now" leaves behind: nothing, in memory, in files, in children.

A file is marked with a word that stands nowhere else. The word is searched in every writable page of the server's memory,
in its temporary folder, in its log, and in what its children were started with. Freed memory counts: it is overwritten.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.houses import House, running
from tests.trust.load import aside, figures, machine
from tests.trust.load.client import Tab
from tests.trust.visitors import export

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not machine.is_linux(), reason="another process's memory can be read through /proc only"),
]
PAGES = ("overview", "segments", "cohorts", "calls", "products", "losses", "acquisition", "plan", "Data")
WITHIN, AT_ONCE = 30, 8
"""Seconds: after a tab was closed, and after the button, in which the last run ends and what it held is overwritten."""


def word() -> str:
    """A mark that no program text contains; letters only, as names have."""
    return "Q" + "".join(secrets.choice("BCDFGHJKLMNPRSTVWXZ") for _ in range(11))


@pytest.fixture(scope="module")
def cellar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server whose memory is looked into."""
    with running(tmp_path_factory.mktemp("cellar"), str(ROOT / "server.py")) as house:
        yield house


async def owner(address: str, mark: str, name: str = "") -> Tab:
    """Upload, build, look at everything, ask for every download."""
    tab = Tab(address)
    await tab.open()
    await tab.upload(f"{name or mark}.csv", export(mark, 600))
    await tab.press("Build my data set", 120)
    for page in PAGES:
        await tab.go(page, 120)
        await tab.files()
    assert not tab.errors, tab.errors
    return tab


def traces(house: House, mark: str) -> list[str]:
    """Every place where the mark still stands."""
    found = machine.find_in_memory(house.process.pid, machine.as_held(mark))
    for child in house.readers():
        found += [f"child {child}: {place}" for place in machine.find_in_memory(child, machine.as_held(mark))]
    for path in [*house.files(), house.log]:
        if mark.encode() in path.read_bytes() or mark in path.name:
            found.append(f"file {path.name}")
    return found


def judge(house: House, mark: str, seconds: float) -> float:
    """Nothing is left after ``seconds``; returns after how many nothing was."""
    started, found = time.monotonic(), traces(house, mark)
    while found and time.monotonic() - started < seconds:
        time.sleep(1)
        found = traces(house, mark)
    assert not found, f"{len(found)} places still hold it: {found[:5]}"
    return time.monotonic() - started


def test_a_closed_tab_leaves_nothing(cellar: House):
    mark = word()

    async def come_and_go() -> int:
        tab = await owner(cellar.address, mark)
        held = len(machine.find_in_memory(cellar.process.pid, machine.as_held(mark)))
        await tab.close()
        return held

    held = aside.run(come_and_go())
    assert held, "the search finds it while it is there"
    seconds = judge(cellar, mark, WITHIN)
    said = f"0 bytes in memory, files and children {seconds:.0f} s after the tab was closed"
    figures.keep("erasure", said, f"0 bytes {WITHIN} s after the tab was closed")


def test_delete_now_leaves_nothing_while_the_tab_stays(cellar: House):
    """Of the rows. The file's name the tab itself said last, and the line to an open tab remembers 32 KB of what it said."""
    mark = word()

    async def press() -> Tab:
        tab = await owner(cellar.address, mark, "orders")
        await tab.press("Delete my data now")
        await tab.go("overview")
        await tab.go("Data")
        assert mark not in tab.words()
        return tab

    async def both() -> float:
        tab = await press()
        seconds = await asyncio.to_thread(judge, cellar, mark, AT_ONCE)
        await tab.rerun("again")
        await tab.close()
        return seconds

    seconds = aside.run(both())
    figures.keep(
        "delete_now", f"0 bytes of the rows {seconds:.0f} s after the button", f"0 bytes at once (within {AT_ONCE} s)"
    )


def test_a_lost_network_keeps_the_data_for_a_while(cellar: House):
    """The opposite must hold too: who only lost the network finds the data again."""
    mark = word()

    async def blip() -> str:
        tab = await owner(cellar.address, mark)
        tab.drop()
        await asyncio.sleep(12)
        await tab.connect()
        await tab.rerun("back")
        await tab.close()
        return tab.words()

    assert mark in aside.run(blip())  # the name of the file stands on the page


def test_the_log_names_no_session_and_no_file(cellar: House):
    async def visit() -> str:
        tab = Tab(cellar.address)
        await tab.open()
        await tab.upload("someone.csv", export("LOGMARK"))
        await tab.close()
        return tab.session

    session = aside.run(visit())
    log = cellar.log.read_text()
    assert session
    assert session not in log
    assert "upload_file" not in log
    assert "LOGMARK" not in log


def test_twin_a_server_that_keeps_the_file_is_found(tmp_path: Path):
    mark = word()
    with running(tmp_path, "-m", "tests.trust.load.planted", "hold") as house:

        async def come_and_go() -> None:
            tab = Tab(house.address)
            await tab.open()
            await tab.upload("orders.csv", export(mark, 200))
            await tab.close()

        aside.run(come_and_go())
        with pytest.raises(AssertionError, match="still hold it"):
            judge(house, mark, 22)


def test_twin_the_search_finds_every_way_of_writing_and_files(tmp_path: Path):
    import subprocess
    import sys

    mark = word()
    code = (
        "import sys; m = ''.join(sys.argv[1:]); "
        "a, b, c = m.encode(), (m + chr(0x44f)), (m + chr(0x1f600)); "
        "print('ready', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, *mark], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}
    )
    try:
        assert child.stdout is not None
        child.stdout.readline()
        for form in machine.as_held(mark):
            assert machine.find_in_memory(child.pid, [form]), form
    finally:
        child.kill()
        child.wait()
