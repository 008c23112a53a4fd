"""A damaged file of the journal: set aside and said so, what is whole is there, and work goes on without a restart."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from ltvlib.home import Home
from ltvlib.journal import Journal
from ltvlib.journal.store import FILE
from ltvlib.workspace import DataSet
from tests.conftest import ROOT

LOG = FILE + ".wal"
KILLED = (
    "import sys, os\nfrom pathlib import Path\nfrom ltvlib.journal import Journal\n"
    "from tests.journal.test_damage import fill\njournal = Journal(Path(sys.argv[1]))\nfill(journal)\nos._exit(9)"
)


def fill(journal: Journal, first: int = 0) -> None:
    """40 contacts, each a step of its own."""
    for n in range(first, first + 40):
        row = {"touch_id": str(n), "customer_id": "c", "touched_at": dt.datetime(2024, 1, 1), "kind": "call"}
        journal.append("touches", [{**row, "origin": "test", "note": f"note {n} " * 20}])


def killed(folder: Path) -> None:
    """A program that wrote and was killed: everything since the start lies in the log."""
    subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, check=False)
    assert (folder / LOG).stat().st_size > 10_000


def spoil(path: Path, first: int, last: int) -> None:
    content = bytearray(path.read_bytes())
    for place in random.Random(3).sample(range(first, min(last, len(content))), 12):
        content[place] ^= 0xFF
    path.write_bytes(content)


def test_a_log_damaged_in_the_middle_keeps_what_stands_before(tmp_path: Path):
    killed(tmp_path)
    size = (tmp_path / LOG).stat().st_size
    spoil(tmp_path / LOG, size // 2, size)
    journal = Journal(tmp_path)
    assert 5 < journal.count("touches") < 40
    assert journal.set_aside == (f"{LOG}.damaged-{dt.date.today().isoformat()}",)
    assert (tmp_path / journal.set_aside[0]).stat().st_size == size, "the damaged file is whole as it was found"
    fill(journal, 100)
    written = journal.count("touches")
    journal.close()
    again = Journal(tmp_path)
    assert (again.count("touches"), again.set_aside) == (written, ())
    again.close()


@pytest.mark.parametrize("how", ["flipped", "cut", "rubbish", "empty"])
def test_a_damaged_file_is_set_aside_and_an_empty_one_takes_its_place(tmp_path: Path, how: str):
    journal = Journal(tmp_path)
    fill(journal)
    journal.close()
    file = tmp_path / FILE
    content = file.read_bytes()
    if how == "flipped":
        spoil(file, 12_288, len(content))
    else:
        file.write_bytes({"cut": content[: len(content) // 3], "rubbish": b"x" * len(content), "empty": b""}[how])
    found = file.read_bytes()
    journal = Journal(tmp_path)
    assert journal.count("touches") == 0
    assert (tmp_path / journal.set_aside[0]).read_bytes() == found
    fill(journal)
    assert journal.count("touches") == 40
    journal.close()


def test_damage_twice_a_day_overwrites_nothing(tmp_path: Path):
    for n in (1, 2, 3):
        journal = Journal(tmp_path)
        fill(journal)
        journal.close()
        (tmp_path / FILE).write_bytes(b"damage %d" % n)
    journal = Journal(tmp_path)
    journal.close()
    kept = sorted(path.read_bytes() for path in tmp_path.glob("*.damaged-*"))
    assert kept == [b"damage 1", b"damage 2", b"damage 3"]


def test_the_kept_orders_of_a_damaged_journal_are_open_again(tmp_path: Path):
    """A home tidies folders that its journal does not know; after damage it takes up the latest one instead."""
    tables = one_order(tmp_path / "brought")
    home = Home(tmp_path / "home")
    home.replace(tables, DataSet("upload", "orders.csv", "EUR", dt.date(2024, 2, 1)))
    home.replace(tables, DataSet("upload", "again.csv", "EUR", dt.date(2024, 3, 1), is_hidden=True))
    home.close()
    (tmp_path / "home" / FILE).write_bytes(b"rubbish")
    home = Home(tmp_path / "home")
    assert home.journal.set_aside
    assert home.info() == DataSet("upload", "again.csv", "EUR", dt.date(2024, 3, 1), is_hidden=True)
    assert home.open().facts().orders == 1
    home.close()


def one_order(folder: Path) -> dict[str, Path]:
    folder.mkdir()
    frame = pd.DataFrame(
        {"order_id": ["1"], "customer_id": ["c"], "ordered_at": [dt.datetime(2024, 1, 1)], "revenue": [10.0]}
    )
    frame.assign(gross_margin=5.0, is_refund=False, channel=None, manager=None, status=None).to_parquet(
        folder / "orders.parquet"
    )
    return {"orders": folder / "orders.parquet"}
