"""Files damaged at random, through the reading child: whatever happens there, the server has a sentence and goes on.

500 in the tests; ``make fuzz`` takes 15,000 (``LTV_FUZZ=30``, a factor).
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest

from ltvlib.ingest.model import Limits
from tests.conftest import ROOT
from tests.trust.forked import Ended
from tests.trust.load import figures

FACTOR = int(os.environ.get("LTV_FUZZ", "1"))
COUNT = 500 * FACTOR
LIMITS = Limits(memory_mb=2_048, seconds=20)
MARK = "ZANZIBAR"
pytestmark = pytest.mark.timeout(600 * FACTOR)


class Reader:
    """The reading child, warm."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.trust.forked"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )

    def read(self, source: Path, out: Path, job: str = "inspect", **payload: object) -> Ended:
        task = {"job": job, "payload": {"source": str(source), "out_dir": str(out), "options": {}, **payload}}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({**task, "limits": asdict(LIMITS)}) + "\n")
        self.process.stdin.flush()
        return Ended(**json.loads(self.process.stdout.readline()))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    found = Reader()
    yield found
    assert found.process.poll() is None, "the process that started all readers is alive"
    found.process.kill()
    found.process.wait()


def frame() -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=120, freq="3D")
    return pd.DataFrame(
        {
            "Order": range(120),
            "Date": days,
            "Client": [f"{MARK} {n % 30}" for n in range(120)],
            "Total": [n * 1.5 for n in range(120)],
        }
    )


def healthy_files() -> dict[str, bytes]:
    """One good file of every kind the readers know."""
    table = frame()
    made: dict[str, bytes] = {"orders.csv": table.to_csv(index=False).encode()}
    made["orders_cp1251.csv"] = (
        table.to_csv(index=False, sep=";", decimal=",").replace("Order", "Заказ").encode("cp1251")
    )
    made["orders_utf16.csv"] = table.to_csv(index=False, sep="\t").encode("utf-16")
    for name, compression in (
        ("orders.parquet", "snappy"),
        ("orders_zstd.parquet", "zstd"),
        ("orders_plain.parquet", None),
    ):
        out = io.BytesIO()
        table.to_parquet(out, compression=compression)
        made[name] = out.getvalue()
    out = io.BytesIO()
    table.to_excel(out, index=False, engine="openpyxl")
    made["orders.xlsx"] = out.getvalue()
    out = io.BytesIO()
    table.to_excel(out, index=False, engine="xlsxwriter")
    made["orders_other.xlsx"] = out.getvalue()
    made["orders.xls"] = table.to_html(index=False).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", made["orders.csv"])
    made["orders.zip"] = out.getvalue()
    made["orders.csv.gz"] = gzip.compress(made["orders.csv"])
    return made


def damaged(content: bytes, chance: random.Random) -> bytes:
    """One of six kinds of damage."""
    found = bytearray(content)
    place = chance.randrange(len(found))
    kind = chance.randrange(6)
    if kind == 0:
        for _ in range(chance.choice((1, 3, 30))):
            found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    elif kind == 1:
        del found[place:]
    elif kind == 2:
        del found[place : place + chance.choice((1, 16, 500))]
    elif kind == 3:
        found[place:place] = found[: chance.choice((1, 100, 2_000))]
    elif kind == 4:
        found[place : place + 8] = chance.choice((b"\xff" * 8, b"\0" * 8, b"\x80" * 8))
    else:
        found[place : place + 40] = chance.randbytes(40)
    return bytes(found)


def test_nothing_damaged_ends_without_a_word(reader: Reader, tmp_path: Path):
    good, chance = healthy_files(), random.Random(20 + FACTOR)
    kinds: Counter[str] = Counter()
    for n in range(COUNT):
        name = chance.choice(sorted(good))
        path = tmp_path / f"{n}_{name}"
        path.write_bytes(damaged(good[name], chance))
        ended = reader.read(path, tmp_path / "out")
        assert ended.is_told, f"{name}, damage {n}: the child ended without a result, a sentence or a signal"
        assert ended.seconds < 50, f"{name}, damage {n}"
        if ended.error is not None:
            sentence = ended.error["template"].format(**ended.error["params"])
            assert sentence.endswith((".", "!", ")."))
            assert MARK not in sentence
            assert str(tmp_path) not in sentence
        kinds["read" if ended.result else f"signal {ended.signal}" if ended.signal else "refused"] += 1
        path.unlink()
    assert kinds["read"] > COUNT // 50
    assert kinds["refused"] > COUNT // 10
    figures.keep("damaged", f"{COUNT} files, 0 deaths of the server", "0 server deaths", kinds=dict(kinds))


def test_a_reader_that_dies_is_noticed(reader: Reader, tmp_path: Path):
    """Self-test: a job that ends without a word, one that is killed, and one that never ends."""
    silent = Ended()
    assert not silent.is_told
    path = tmp_path / "orders.csv"
    path.write_bytes(healthy_files()["orders.csv"])
    assert reader.read(path, tmp_path / "out").result
    assert reader.read(path, tmp_path / "out", job="no such job").error
    assert reader.read(tmp_path / "absent.csv", tmp_path / "out").error


def test_every_healthy_file_is_read(reader: Reader, tmp_path: Path):
    """Else the damage would prove nothing."""
    for name, content in healthy_files().items():
        path = tmp_path / name
        path.write_bytes(content)
        ended = reader.read(path, tmp_path / "out")
        if name.endswith(".gz"):
            assert ended.error, "not one of our kinds, but a sentence"
        else:
            assert ended.result is not None, (name, ended)
            assert ended.result["raw"]["rows"] == 120
