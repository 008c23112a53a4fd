"""Files that people drop by mistake or out of malice: one clear sentence each, nothing of their content in it, nobody else harmed."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ltvlib.errors import LtvError
from ltvlib.samples import open_sample
from tests.trust.forked import Ended
from tests.trust.load import figures
from tests.trust.test_damaged import Reader, frame, healthy_files, reader

pytestmark = pytest.mark.timeout(600)
MARK = "ZANZIBAR"
_ = reader  # the fixture
Made = Iterator[tuple[str, str, bytes]]
"""Kind, file name, content."""


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def other_formats() -> Made:
    """Pictures, documents, programs: by their first bytes."""
    heads = {
        "png": b"\x89PNG\r\n\x1a\n",
        "jpeg": b"\xff\xd8\xff\xe0",
        "gif": b"GIF89a",
        "pdf": b"%PDF-1.7\n",
        "7z": b"7z\xbc\xaf\x27\x1c",
        "rar": b"Rar!\x1a\x07\x01\x00",
        "gzip": b"\x1f\x8b\x08",
        "bzip2": b"BZh91AY&SY",
        "xz": b"\xfd7zXZ\x00",
        "sqlite": b"SQLite format 3\0",
        "elf": b"\x7fELF\x02\x01\x01",
        "exe": b"MZ\x90\x00",
        "mp3": b"ID3\x03\x00",
        "mp4": b"\0\0\0\x18ftypmp42",
        "rtf": b"{\\rtf1\\ansi",
        "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "orc": b"ORC",
        "avro": b"Obj\x01",
        "feather": b"ARROW1\0\0",
        "hdf5": b"\x89HDF\r\n\x1a\n",
        "dbf": b"\x03\x18\x01\x01",
        "pickle": b"\x80\x05\x95",
    }
    for kind, head in heads.items():
        for name in (f"orders.{kind}", "orders.csv", "orders.xlsx"):
            yield kind, name, head + random.Random(kind).randbytes(700) + MARK.encode()


def text_trouble() -> Made:
    """Text that is no table, or one with a snare."""
    line = f"1;2024-01-05;{MARK};10\n"
    head = "Order;Date;Client;Total\n"
    for kind, text in {
        "empty": "",
        "blank": " \n\n\t\n",
        "only a header": head,
        "one word": MARK,
        "prose": f"Dear {MARK}, please find our orders attached. They are many.\n" * 40,
        "json": json.dumps([{"Client": MARK, "Total": 1}] * 50),
        "json lines": (json.dumps({"Client": MARK, "Total": 1}) + "\n") * 50,
        "xml": f"<?xml version='1.0'?><a><b>{MARK}</b></a>",
        "entities": f'<!DOCTYPE a [<!ENTITY x "{MARK}">]><a>&x;</a>',
        "html without a table": f"<html><body><p>{MARK}</p></body></html>",
        "html with a script": f"<html><script>alert('{MARK}')</script><table><tr><td>1</td></tr></table></html>",
        "sql": f"INSERT INTO orders VALUES (1, '{MARK}');\n" * 30,
        "program": f"import os\nprint('{MARK}')\n" * 20,
        "log": f"2024-01-05 12:00:01 INFO {MARK} logged in\n" * 60,
        "open quote": head + f'1;2024-01-05;"{MARK};10\n' + line * 400,
        "all quotes": '"' * 5_000,
        "ragged": head + "".join(";".join(["1"] * (n % 9)) + "\n" for n in range(300)),
        "endless line": f"Order;Client\n1;{MARK}" + "x" * 3_000_000,
        "many columns": ";".join(f"c{n}" for n in range(3_000)) + "\n" + ";".join(["1"] * 3_000),
        "one column": "Total\n" + "10\n" * 300,
        "same header thrice": "a;a;a\n" + "1;2;3\n" * 30,
        "nameless columns": ";;;\n" + line * 30,
        "no numbers": "Order;Date;Client;Total\n" + f"a;b;{MARK};c\n" * 50,
        "dates that contradict": head + f"1;13/01/2024;{MARK};1\n2;01/13/2024;{MARK};2\n" * 40,
        "future and past": head + f"1;9999-12-31;{MARK};1\n2;0001-01-01;{MARK};2\n" * 40,
        "huge numbers": head + f"1;2024-01-05;{MARK};{'9' * 60}\n" * 40,
        "not a number": head
        + "".join(f"{n};2024-01-05;{MARK};{v}\n" for n, v in enumerate(["NaN", "inf", "-inf", "1e400"] * 10)),
        "formulas": head + '1;2024-01-05;=cmd|"/c calc"!A1;10\n2;2024-01-06;@SUM(1);-5\n' * 30,
        "scripts in values": head + f"1;2024-01-05;<script>{MARK}</script>;10\n" * 40,
        "scripts in headers": "<script>a</script>;Date;<img src=x onerror=b>;Total\n" + line * 40,
        "sql in headers": 'Order"; drop table raw_rows; --;Date;Client;Total\n' + line * 40,
        "right to left": "\u202eOrder;Date;Client;Total\n" + line * 40,
        "zero width": "Or\u200bder;Da\u200bte;Cli\ufeffent;Total\n" + line * 40,
        "combining": "O" + "\u0301" * 500 + ";Date;Client;Total\n" + line * 40,
        "surrogates": head + f"1;2024-01-05;{MARK}\U0001f600;10\n" * 40,
        "controls": head + f"1;2024-01-05;\x07{MARK}\x1b[31m;10\n" * 40,
        "sep line only": "sep=;\n",
        "wrong sep line": "sep=|\n" + head + line * 40,
        "windows and old mac ends": head.replace("\n", "\r")
        + line.replace("\n", "\r") * 20
        + line.replace("\n", "\r\n") * 20,
    }.items():
        for name, encoding in (("orders.csv", "utf-8"), ("orders.txt", "utf-16")):
            yield kind, name, text.encode(encoding, "surrogatepass")
    yield "zero bytes", "orders.csv", (head + line * 40).replace("2024", "20\0024").encode()
    yield "half of an encoding", "orders.csv", (head + "1;2024-01-05;Иван;10\n" * 40).encode("utf-16")[:-1]
    yield (
        "mixed encodings",
        "orders.csv",
        head.encode() + "1;2024-01-05;Иван;1\n".encode("cp1251") * 20 + "2;2024-01-06;Пётр;2\n".encode() * 20,
    )
    yield "wrong mark", "orders.csv", b"\xfe\xff" + (head + line * 40).encode()
    yield "random", "orders.csv", random.Random(5).randbytes(20_000)
    yield "compressed", "orders.csv", zlib.compress(random.Random(6).randbytes(5_000))


def archive_trouble() -> Made:
    """Archives and workbooks that lie."""
    table = frame().to_csv(index=False).encode()
    yield "bomb", "orders.zip", zipped(**{"a.csv": b"0" * 40_000_000})
    yield "many members", "orders.zip", zipped(**{f"{n}.csv": table for n in range(40)})
    yield "zip in zip", "orders.zip", zipped(**{"inner.zip": zipped(**{"a.csv": table})})
    yield "empty zip", "orders.zip", zipped()
    yield "zip of pictures", "orders.zip", zipped(**{"a.png": b"\x89PNG" + MARK.encode()})
    for member in ("../../etc/passwd.csv", "/etc/cron.d/x.csv", "C:\\windows\\x.csv", "a" * 300 + ".csv"):
        yield "member outside", "orders.zip", zipped(**{member: table})
    yield "word document", "orders.docx", zipped(word__document__xml=b"<w/>")
    yield "half a zip", "orders.zip", zipped(**{"a.csv": table})[:-40]
    good = healthy_files()["orders.xlsx"]
    yield "half a workbook", "orders.xlsx", good[: len(good) // 2]
    yield (
        "workbook without sheets",
        "orders.xlsx",
        zipped(**{"xl/workbook.xml": b"<workbook/>", "[Content_Types].xml": b"<Types/>"}),
    )
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc">]><worksheet>&b;</worksheet>'
    yield (
        "workbook with entities",
        "orders.xlsx",
        zipped(**{"xl/workbook.xml": entity, "xl/worksheets/sheet1.xml": entity}),
    )
    far = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    yield "far cell", "orders.xlsx", zipped(**{"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": far})
    out = io.BytesIO()
    pd.DataFrame({"Client": ["=cmd|'/c calc'!A1", MARK] * 20, "Total": [1, 2] * 20}).to_excel(out, index=False)
    yield "workbook of formulas", "orders.xlsx", out.getvalue()
    out = io.BytesIO()
    pd.DataFrame().to_excel(out)
    yield "empty workbook", "orders.xlsx", out.getvalue()


def parquet_trouble() -> Made:
    """Parquet with columns that are no table of orders, or that lie."""
    columns = {
        "nested": pa.array([{"a": [1, 2]}] * 30),
        "lists": pa.array([[1, 2]] * 30),
        "bytes": pa.array([MARK.encode()] * 30, pa.binary()),
        "durations": pa.array([1] * 30, pa.duration("s")),
        "nothing": pa.array([None] * 30, pa.null()),
        "not a number": pa.array([float("nan"), float("inf")] * 15),
        "huge decimals": pa.array([10**37] * 30, pa.decimal128(38, 0)),
        "other time zone": pa.array([0] * 30, pa.timestamp("us", "Asia/Kolkata")),
    }
    for kind, column in columns.items():
        out = io.BytesIO()
        pq.write_table(pa.table({"Client": [MARK] * 30, "value": column}), out)
        yield "parquet: " + kind, "orders.parquet", out.getvalue()
    out = io.BytesIO()
    pq.write_table(pa.table({"Client": pa.array([], pa.string())}), out)
    yield "parquet: no rows", "orders.parquet", out.getvalue()
    out = io.BytesIO()
    pq.write_table(pa.table({f"c{n}": [1] for n in range(900)}), out)
    yield "parquet: many columns", "orders.parquet", out.getvalue()
    yield "parquet: only its name", "orders.parquet", b"PAR1" + b"\0" * 100 + b"PAR1"
    yield (
        "parquet: lying footer",
        "orders.parquet",
        b"PAR1" + MARK.encode() * 50 + struct.pack("<I", 2**31 - 1) + b"PAR1",
    )


def all_files() -> list[tuple[str, str, bytes]]:
    """Everything, the same at every run."""
    np.random.seed(0)
    return [*other_formats(), *text_trouble(), *archive_trouble(), *parquet_trouble()]


def complaint(ended: Ended, where: str) -> str:
    """What is wrong with how a file ended; empty where nothing is."""
    if not ended.is_told:
        return "no word"
    if ended.seconds > 40:
        return f"took {ended.seconds:.0f} s"
    if ended.error is None:
        return ""
    sentence = ended.error["template"].format(**ended.error["params"])
    if MARK in sentence or where in sentence:
        return "quotes the file: " + sentence
    if "Traceback" in sentence or "Error(" in sentence or not sentence.rstrip(")").endswith((".", "!")):
        return "no sentence: " + sentence
    return ""


def test_every_bad_file_ends_in_one_clear_sentence(reader: Reader, tmp_path: Path):
    neighbour = open_sample("salon")
    files, complaints, refused = all_files(), [], 0
    for n, (kind, name, content) in enumerate(files):
        path = tmp_path / f"{n}"
        path.mkdir()
        (path / name).write_bytes(content)
        ended = reader.read(path / name, tmp_path / "out")
        refused += ended.error is not None
        found = complaint(ended, str(tmp_path))
        if ended.result is not None and not found:
            found = accounted(reader, ended, tmp_path / "out")
        if found:
            complaints.append((kind, name, found))
    kinds = len({kind for kind, _, _ in files})
    assert not complaints
    assert len(files) >= 150
    assert kinds >= 45
    assert refused > 60
    assert neighbour.facts().customers > 0, "a neighbour's database still answers"
    neighbour.close()
    figures.keep(
        "bad_inputs",
        f"{len(files)} files of {kinds} kinds, 0 crashes, {refused} sentences",
        "0 crashes, one clear sentence each",
    )


def accounted(reader: Reader, ended: Ended, out: Path) -> str:
    """Where a file could be read after all: it is made into orders, or a sentence says what is missing."""
    assert ended.result is not None
    raw, mapping = ended.result["raw"], ended.result["proposal"]
    made = reader.read(Path(raw["path"]), out / "set", "convert", raw=raw, mapping=mapping)
    if made.result is None:
        return complaint(made, str(out))
    report = made.result
    lost = report["records"] - report["used"] - report["merged"] - report["refused"]
    return f"{lost} records lost" if lost else ""


def test_a_bad_sentence_is_noticed(tmp_path: Path):
    """Self-test: what the check says of readers that fail in the ways it is made for."""
    error = {"kind": "ReadError", "params": {}}
    assert complaint(Ended(), "") == "no word"
    assert "quotes" in complaint(Ended(error={**error, "template": f"Cannot read {MARK}."}), "/x")
    assert "quotes" in complaint(Ended(error={**error, "template": "Cannot read /x/orders.csv."}), "/x")
    assert "no sentence" in complaint(Ended(error={**error, "template": "ValueError(3)"}), "/x")
    assert "took" in complaint(Ended(result={}, seconds=99), "/x")
    assert complaint(Ended(error={**error, "template": "The file is empty; export it again."}), "/x") == ""
    with pytest.raises(LtvError):
        raise LtvError("The sentence a page would show.")
