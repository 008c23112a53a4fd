"""Files made to hurt: each ends in one clear sentence, within its limits, and the parent is unharmed."""

from __future__ import annotations

import io
import os
import random
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ltvlib.errors import LimitError, LtvError, ReadError
from ltvlib.ingest.model import Limits, RawTable
from ltvlib.ingest.process import run
from ltvlib.ingest.reader import read_raw
from ltvlib.ingest.records import Dialect, physical_lines, records

from .files import bare_xlsx, cells, check_whole, names

pytestmark = pytest.mark.timeout(60)


def refused(source: Path, folder: Path, limits: Limits | None = None) -> LtvError:
    """The sentence a file ends in, read in the child; nothing may be left behind."""
    out = folder / "out"
    with pytest.raises((ReadError, LimitError)) as caught:
        run("read", {"source": str(source), "out_dir": str(out)}, limits=limits or Limits())
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    assert str(folder) not in sentence
    assert os.listdir(out) == []
    return caught.value


def read(source: Path, folder: Path) -> RawTable:
    raw = RawTable.from_dict(run("read", {"source": str(source), "out_dir": str(folder / "out")}, limits=Limits()))
    check_whole(raw)
    return raw


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


# -- archives ------------------------------------------------------------------------------------------


def test_zip_bomb(tmp_path: Path) -> None:
    source = tmp_path / "bomb.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 60_000_000)
    assert "unpacked" in str(refused(source, tmp_path, Limits(inflated_mb=20)))


def test_zip_bomb_with_a_lying_header(tmp_path: Path) -> None:
    source = tmp_path / "bomb.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 60_000_000)
    content = bytearray(source.read_bytes())
    # The size in the central directory and in the local header says 10 bytes.
    for mark, place in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        at = content.find(mark) + place
        content[at : at + 4] = struct.pack("<I", 10)
    assert "unpacked" in str(refused(write(source, bytes(content)), tmp_path, Limits(inflated_mb=20)))


def test_damaged_and_locked_archives(tmp_path: Path) -> None:
    assert "damaged" in str(refused(write(tmp_path / "a.zip", b"PK\3\4" + b"\0" * 200), tmp_path))
    source = tmp_path / "b.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("a.csv", "id;sum\n1;2\n")
    content = bytearray(source.read_bytes())
    content[content.find(b"PK\1\2") + 8] |= 1
    assert "password" in str(refused(write(source, bytes(content)), tmp_path))


# -- workbooks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="4294967295"><c r="A4294967295"><v>2</v></c></row>',
        '<row r="4294967295"><c><v>2</v></c></row>',
        "<row r='1'><c s='1'\nr = 'XFD1048576' t='n'><v>2</v></c></row>",
        '<row r="1"><c r="A1"><v>1</v></c><c r="ZZZZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="SH1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="SA1"><v>1</v></c></row><row r="199999"><c r="SA199999"><v>1</v></c></row>',
    ],
)
def test_far_cells(tmp_path: Path, rows: str) -> None:
    refused(bare_xlsx(tmp_path / "a.xlsx", rows), tmp_path)


def test_long_shared_string_referenced_often(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(1, 20_001)
    )
    huge = f"<sst><si><t>{'x' * 1_000_000}</t></si></sst>"
    assert "long texts" in str(refused(bare_xlsx(tmp_path / "a.xlsx", rows, huge), tmp_path))


def test_entities(tmp_path: Path) -> None:
    prologue = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    source = bare_xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>', prologue=prologue)
    assert "document type" in str(refused(source, tmp_path))


def test_memory_limit_ends_in_a_sentence(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{chr(65 + place)}{row}"><v>{row}.5</v></c>' for place in range(20))
        + "</row>"
        for row in range(1, 30_001)
    )
    source = bare_xlsx(tmp_path / "a.xlsx", rows)
    error = refused(source, tmp_path, Limits(memory_mb=200))
    assert isinstance(error, LimitError)
    assert "memory" in str(error)


def test_time_limit_ends_in_a_sentence(tmp_path: Path) -> None:
    source = write(tmp_path / "a.csv", b'id;a;"b"\n' + b'1;"x";2\n' * 2_000_000)
    assert "seconds" in str(refused(source, tmp_path, Limits(seconds=1)))


def test_output_limit_ends_in_a_sentence(tmp_path: Path) -> None:
    lines = "".join(f'{number};"{random.Random(number).random()}"\n' for number in range(200_000))
    source = write(tmp_path / "a.csv", b"id;sum\n" + lines.encode())
    assert "on disk" in str(refused(source, tmp_path, Limits(output_mb=1)))


@pytest.mark.parametrize("seed", range(12))
def test_damaged_workbooks(tmp_path: Path, seed: int) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><v>a{n}</v></c><c r="B{n}"><v>{n}</v></c></row>' for n in range(1, 60)
    )
    content = bytearray(bare_xlsx(tmp_path / "a.xlsx", rows).read_bytes())
    _damage(content, seed)
    _survives(write(tmp_path / "a.xlsx", bytes(content)), tmp_path)


# -- Parquet -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_damaged_parquet(tmp_path: Path, seed: int) -> None:
    table = pa.table(
        {"id": list(range(500)), "name": [f"n{n % 9}" for n in range(500)], "sum": [n / 7 for n in range(500)]}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    _damage(content, seed)
    with suppress(LtvError):
        check_whole(read_raw(write(tmp_path / "b.parquet", bytes(content)), tmp_path / "out"))


def test_damaged_parquet_in_the_child(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": list(range(500))}), tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    assert "damaged" in str(refused(write(tmp_path / "b", content[: len(content) // 2]), tmp_path))


def _damage(content: bytearray, seed: int) -> None:
    chance = random.Random(seed)
    if seed % 4 == 0:
        del content[chance.randrange(50, len(content)) :]
    for _ in range(1 + seed % 7):
        content[chance.randrange(4, len(content))] = chance.randrange(256)


def _survives(source: Path, folder: Path) -> None:
    with suppress(LtvError):
        read(source, folder)


# -- text ----------------------------------------------------------------------------------------------


def test_one_endless_line(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    with source.open("wb") as file:
        file.truncate(150_000_000)
    assert "empty" in str(refused(source, tmp_path))
    with source.open("wb") as file:
        for _ in range(60):
            file.write(b"x" * 1_000_000)
    assert "longer than 1 MB" in str(refused(source, tmp_path))


def test_zero_bytes(tmp_path: Path) -> None:
    assert "zero bytes" in str(
        refused(write(tmp_path / "a.csv", b"id;sum\n" + b"1;2\n" * 9000 + b"\0" * 500), tmp_path)
    )
    raw = read(write(tmp_path / "b.csv", b"id;sum\n1;\0002\n3;4\n" + b"5;6\n" * 500), tmp_path)
    assert cells(raw)[0] == ["1", "2"]
    assert any("zero bytes" in note.template for note in raw.notes)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\x89PNG\r\n\x1a\n" + os.urandom(500), "picture"),
        (b"%PDF-1.7\n" + os.urandom(500), "PDF"),
        (b"\xff\xd8\xff\xe0" + os.urandom(500), "picture"),
        (b"7z\xbc\xaf\x27\x1c" + os.urandom(200), "7-Zip"),
        (b"SQLite format 3\0" + os.urandom(500), "SQLite"),
        (zlib.compress(os.urandom(3000)), "binary"),
        (b"", "empty"),
        (b"\n\n  \r\n", "empty"),
        (b'[{"id": 1, "sum": 2}]', "JSON"),
        (b"<?xml version='1.0'?><orders><o/></orders>", "XML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + b"\0" * 600, "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "Word"),
        (b"PAR1" + b"\0" * 50, "damaged"),
    ],
)
def test_not_a_table(tmp_path: Path, content: bytes, word: str) -> None:
    with pytest.raises(ReadError, match=word):
        read_raw(write(tmp_path / "orders.csv", content), tmp_path / "out")


def test_word_document_named_csv(tmp_path: Path) -> None:
    source = tmp_path / "orders.csv"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "Word document" in str(refused(source, tmp_path))


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.csv",
        "..%2f..%2fetc%2fpasswd",
        "-rf.csv",
        "a'; drop table x;--.csv",
        "имя\n.csv",
        "$(id).csv",
    ],
)
def test_odd_file_names(tmp_path: Path, name: str) -> None:
    source = write(tmp_path / name.replace("/", "_"), b"id;sum\n1;2\n")
    assert cells(read(source, tmp_path)) == [["1", "2"]]


def test_hostile_headers_are_only_text(tmp_path: Path) -> None:
    heads = [
        "<script>alert(1)</script>",
        "../../etc/passwd",
        '"; drop table x; --',
        "c0",
        "line",
        "{oops}",
        "%s",
        "=cmd()",
    ]
    quoted = ";".join('"' + head.replace('"', '""') + '"' for head in heads)
    raw = read(
        write(tmp_path / "a.csv", f"{quoted}\n{';'.join('12345678')}\n{';'.join('23456789')}\n".encode()), tmp_path
    )
    assert names(raw) == heads
    assert [column.key for column in raw.columns] == [f"c{place}" for place in range(8)]


def test_customer_data_never_stands_in_a_sentence(tmp_path: Path) -> None:
    secret = "ann@example.com"
    body = "".join(f"{secret};a{';' if number % 4 == 0 else ''}\n" for number in range(40))
    error = refused(write(tmp_path / "a.csv", f"mail;name;sum\n{body}".encode()), tmp_path)
    assert secret not in str(error) + repr(error.params)


def test_many_open_quotes_stay_quick(tmp_path: Path) -> None:
    raw = read(write(tmp_path / "a.csv", b"id;name;sum\n" + b'1;"x;2\n2;y;3\n' * 20_000), tmp_path)
    assert raw.records == 40_000


@pytest.mark.parametrize("seed", range(30))
def test_random_text_never_loses_a_line(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    alphabet: list[Any] = [*"ab1;;,\"\n\n\t '#\\", "\r\n", '""', "é", "Итого"]
    text = "id;name;sum\n" + "".join(chance.choices(alphabet, k=chance.randrange(5, 4000)))
    with suppress(LtvError):
        check_whole(read_raw(write(tmp_path / "a.csv", text.encode()), tmp_path / "out"))


@pytest.mark.parametrize("seed", range(60))
def test_every_line_belongs_to_one_record(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choices([*'ab1;;"\n\n ', "\r\n", '""', '"\n"', ';"'], k=chance.randrange(5, 3000)))
    physical = list(physical_lines(io.StringIO(text, newline=""), 1_000_000))
    covered: list[int] = []
    for record in records(physical, Dialect(";", backslash=seed % 5 == 0), chance.choice([None, 3])):
        covered += range(record.line, record.last_line + 1)
    assert covered == sorted(set(covered))
    assert {line.number for line in physical if line.text.strip()} <= set(covered)
