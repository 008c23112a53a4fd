"""Large clean files are read straight: the same tables and reports as by way of a careful copy."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ltvlib.errors import ReadError
from ltvlib.ingest import child, csvfast, unique, writing
from ltvlib.ingest import inspect as inspect_file
from ltvlib.ingest import load as load_file
from ltvlib.ingest.convert import convert
from ltvlib.ingest.direct import NotPlainError
from ltvlib.ingest.model import Inspection, Limits, RawTable
from ltvlib.ingest.profile import inspect_raw
from ltvlib.ingest.reader import read_raw
from ltvlib.ingest.report import ImportReport

TABLES = ("orders", "customers", "order_lines", "refused", "merged")


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text file is large enough for the fast way."""
    monkeypatch.setattr(csvfast, "FAST_FROM", 0)


def both(source: Path, folder: Path) -> tuple[Inspection, Inspection]:
    """The inspection of the file read straight and of its copy."""
    copied = read_raw(source, folder / "copy")
    direct = read_raw(source, folder / "straight", direct=True)
    assert direct.source
    assert list((folder / "straight").iterdir()) == []
    return inspect_raw(direct), inspect_raw(copied)


def tables(found: Inspection, folder: Path, **changes: Any) -> tuple[ImportReport, dict[str, list[Any]]]:
    """The report and the rows of all tables, in an order of their own."""
    folder.mkdir(parents=True)
    report = convert(found.raw, replace(found.proposal, **changes), folder)
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    rows = {name: pq.read_table(path).to_pylist() for name, path in paths.items() if path.exists()}
    return report, {name: sorted(values, key=str) for name, values in rows.items()}


def check_equal(source: Path, folder: Path, **changes: Any) -> ImportReport:
    """Both ways give the same; returns the report."""
    straight, copied = both(source, folder)
    assert straight.proposal == copied.proposal
    assert straight.questions == copied.questions
    known = [(p.key, p.filled, p.numbers, p.decimal, p.date_formats, p.looks_like) for p in straight.profiles]
    assert known == [(p.key, p.filled, p.numbers, p.decimal, p.date_formats, p.looks_like) for p in copied.profiles]
    # Nothing is taken from inspection here: every style is decided anew.
    forgetful = replace(copied.raw, columns=tuple(replace(column, proven={}) for column in copied.raw.columns))
    report, rows = tables(straight, folder / "a", **changes)
    again, same = tables(replace(copied, raw=forgetful), folder / "b", **changes)
    assert rows == same
    assert report == again
    assert report.records == report.used + report.merged + report.refused
    return report


HEADS = ("order id", "customer id", "date", "amount", "channel", "status", "currency")


def text_file(path: Path, seed: int, rows: int = 400, **odd: float) -> Path:
    """A file of orders; ``odd``: share of rows with a fault of that kind."""
    dice = random.Random(seed)
    start = datetime(2024, 1, 1)
    layout = dice.choice(["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S"])
    point, mark = dice.choice([(".", ","), (".", ";"), (",", ";")])
    lines = [mark.join(HEADS)]
    for number in range(rows):
        date = (start + timedelta(minutes=dice.randrange(500_000))).strftime(layout)
        cells = [f"A-{number}", f"c{dice.randrange(60)}", date, f"{dice.randrange(1, 10_000_00) / 100:.2f}"]
        cells[3] = cells[3].replace(".", point)
        cells += [dice.choice(["web", "shop", ""]), dice.choice(["paid", "shipped"]), "RUB"]
        lines.append(mark.join(_spoiled(cells, dice, odd)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _spoiled(cells: list[str], dice: random.Random, odd: dict[str, float]) -> list[str]:
    faults = {
        "customer": (1, dice.choice(["", "-", "n/a", "1,5e+10".replace(",", ".")])),
        "date": (2, dice.choice(["", "soon", "2024-02-31"])),
        "amount": (3, dice.choice(["", "x", "-12.5", "0"])),
        "status": (5, dice.choice(["cancelled", "refunded", "odd one"])),
        "twice": (0, "A-1"),
    }
    for name, share in odd.items():
        if dice.random() < share:
            place, value = faults[name]
            cells[place] = value.replace(".", "," if "," in cells[3] else ".") if place == 3 else value
    return cells


@pytest.mark.parametrize("seed", range(8))
def test_clean_text_is_the_same_by_both_ways(tmp_path: Path, seed: int) -> None:
    report = check_equal(text_file(tmp_path / "in.csv", seed), tmp_path)
    assert (report.orders, report.refused) == (400, 0)


@pytest.mark.parametrize("seed", range(8))
def test_text_with_refused_rows_is_the_same_by_both_ways(tmp_path: Path, seed: int) -> None:
    odd = {"customer": 0.05, "date": 0.03, "amount": 0.05, "status": 0.1}
    report = check_equal(text_file(tmp_path / "in.csv", seed, **odd), tmp_path)
    assert report.refused > 0


@pytest.mark.parametrize("seed", range(4))
def test_orders_on_several_rows_are_the_same_by_both_ways(tmp_path: Path, seed: int) -> None:
    check_equal(text_file(tmp_path / "in.csv", seed, twice=0.05, amount=0.05), tmp_path)


def test_an_id_that_means_nobody_comes_before_its_status(tmp_path: Path) -> None:
    rows = [f"A{n},c{n % 9},2025-01-{n % 28 + 1:02},{n}.50,paid" for n in range(100)]
    rows[50] = "A50,n/a,2025-01-05,50.50,cancelled"
    path = tmp_path / "in.csv"
    path.write_text("\n".join(["order id,customer id,date,amount,status", *rows]), encoding="utf-8")
    report = check_equal(path, tmp_path)
    assert report.reasons == {"no_customer": 1}
    path.write_text("\n".join(["order id,customer id,date,amount,status", *rows]).replace("n/a", "k"), encoding="utf-8")
    assert check_equal(path, tmp_path / "again").reasons == {"cancelled": 1}


def test_unsorted_writing_gives_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SORTED_ROWS", 10)
    check_equal(text_file(tmp_path / "in.csv", 1, status=0.1), tmp_path)


@pytest.mark.parametrize("twice", [0.0, 0.02])
def test_order_numbers_are_compared_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, twice: float) -> None:
    monkeypatch.setattr(unique, "MOST_BITS", 0)
    monkeypatch.setattr(unique, "HASHES_AT_ONCE", 50)
    monkeypatch.setattr(unique, "HASHES_A_PART", 70)
    straight, copied = both(text_file(tmp_path / "in.csv", 2, twice=twice), tmp_path)
    found = [raw.columns[0].proven["unique"] for raw in (straight.raw, copied.raw)]
    assert found == [not twice, not twice]


CELLS = ("1", "22.5", "-3", "0,5", "007", "x", "", "13.01.2025", "2025-01-31 24:00:00", "1e5", "5.", "2025-3-1")


@pytest.mark.parametrize("seed", range(30))
def test_any_text_is_read_straight_or_declined(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    odd = dice.sample(CELLS, 3)
    plain = [f"A{n},c{n},2025-01-{n % 28 + 1:02},{n}.50,z" for n in range(150)]
    rows = [
        f"B{n},{dice.choice(odd) or 'q'},{dice.choice(odd)},{dice.choice(odd).replace(',', '')},z" for n in range(20)
    ]
    path = tmp_path / "in.csv"
    lines = ["order id,customer id,date,amount,note", *plain[:75], *rows, *plain[75:]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    direct = read_raw(path, tmp_path / "try", direct=True)
    if not direct.source:
        return
    try:
        inspect_raw(direct)
    except NotPlainError:
        return
    straight, copied = both(path, tmp_path)
    assert (straight.proposal, straight.questions) == (copied.proposal, copied.questions)
    if not straight.questions:
        check_equal(path, tmp_path / "again")


@pytest.mark.parametrize(
    "line",
    ["Total,,,1.00,,,", "Итого;;;1;;;", HEADS[0] + "," + ",".join(HEADS[1:]), ",,,,,,", "a,b", '"open,1,2,3,4,5,6'],
)
def test_a_row_that_is_no_plain_row_is_read_with_care(tmp_path: Path, line: str) -> None:
    rows = [f"A{n},c{n % 9},2025-01-{n % 28 + 1:02},{n}.50,web,paid,RUB" for n in range(200)]
    rows.insert(100, line)
    path = tmp_path / "in.csv"
    path.write_text("\n".join([",".join(HEADS), *rows]), encoding="utf-8")
    direct = read_raw(path, tmp_path / "straight", direct=True)
    if direct.source:
        with pytest.raises(NotPlainError):
            inspect_raw(direct)
    job = {"source": str(path), "out_dir": str(tmp_path / "out")}
    found = Inspection.from_dict(child.JOBS["inspect"](job, Limits(), lambda text, share: None))
    assert not found.raw.source
    assert found.raw.records >= 200
    report, _ = tables(found, tmp_path / "t")
    assert (report.orders, report.records) == (200, found.raw.records)


def test_a_total_at_the_end_is_set_aside_as_ever(tmp_path: Path) -> None:
    path = text_file(tmp_path / "in.csv", 1)
    mark = path.read_text(encoding="utf-8")[len(HEADS[0])]
    with path.open("a", encoding="utf-8") as file:
        file.write(mark.join(["Итого", "", "", "1", "", "", ""]) + "\n")
    assert [item.reason for item in read_raw(path, tmp_path / "out", direct=True).set_aside] == ["totals"]


def test_spaces_around_values_are_trimmed_straight(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    rows = [f" A{n},c{n % 9} ,2025-01-{n % 28 + 1:02},{n}.50,  " for n in range(200)]
    path.write_text("\n".join(["order id,customer id,date,amount,channel", *rows]), encoding="utf-8")
    assert check_equal(path, tmp_path).customers == 9


# -- Parquet -----------------------------------------------------------------------------------------


def typed_table(seed: int, rows: int = 500) -> pa.Table:
    """Orders of every kind of column that is read straight."""
    dice = random.Random(seed)
    days = [datetime(2024, 1, 1) + timedelta(seconds=dice.randrange(40_000_000)) for _ in range(rows)]
    blank = [dice.choice(["web", " shop ", "", None, "Сайт\u00a0"]) for _ in range(rows)]
    unit = dice.choice(["s", "ms", "us", "ns"])
    return pa.table(
        {
            "order id": pa.array(range(rows), dice.choice([pa.int64(), pa.int32(), pa.uint64()])),
            "customer id": pa.array([f"c{dice.randrange(50)}" for _ in range(rows)], pa.large_string()),
            "date": pa.array(days, pa.timestamp(unit, dice.choice([None, "Europe/Berlin"]))),
            "amount": pa.array([Decimal(dice.randrange(1, 10_000)) / 100 for _ in range(rows)], pa.decimal128(10, 2)),
            "cost": pa.array(
                [dice.choice([1.25, None, 0.1]) for _ in range(rows)], dice.choice([pa.float32(), pa.float64()])
            ),
            "channel": pa.array(blank).dictionary_encode() if dice.random() < 0.5 else pa.array(blank),
            "paid": pa.array([dice.choice([True, False, None]) for _ in range(rows)]),
            "birthday": pa.array([day.date() for day in days], pa.date32()),
        }
    )


@pytest.mark.parametrize("seed", range(8))
def test_typed_columns_are_the_same_by_both_ways(tmp_path: Path, seed: int) -> None:
    pq.write_table(typed_table(seed), tmp_path / "in.parquet", row_group_size=100)
    assert check_equal(tmp_path / "in.parquet", tmp_path).orders == 500


def test_odd_kinds_of_columns_are_copied(tmp_path: Path) -> None:
    table = typed_table(1).append_column("list", pa.array([[1]] * 500))
    pq.write_table(table, tmp_path / "in.parquet")
    assert not read_raw(tmp_path / "in.parquet", tmp_path / "out", direct=True).source


def test_a_damaged_page_is_found_at_inspection(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(typed_table(1, 20_000), path, compression="snappy")
    data = bytearray(path.read_bytes())
    data[1_000:60_000] = bytes(59_000)
    path.write_bytes(data)
    with pytest.raises(ReadError, match="damaged"):
        inspect_file(path, tmp_path / "out")


# -- folders -----------------------------------------------------------------------------------------


def folder_of(tmp_path: Path, parts: int = 3) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    table = typed_table(5, 900)
    for part in range(parts):
        pq.write_table(table.slice(part * 900 // parts, 900 // parts), folder / f"part-{part}.parquet")
    (folder / "_SUCCESS").write_bytes(b"")
    (folder / ".part.crc").write_bytes(b"x")
    return folder


def test_a_folder_is_one_table(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    report = check_equal(folder, tmp_path)
    assert (report.records, report.orders) == (900, 900)
    pq.write_table(typed_table(5, 900), tmp_path / "one.parquet")
    assert check_equal(tmp_path / "one.parquet", tmp_path / "one") == report


def test_lines_of_a_folder_run_on_from_file_to_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    path = folder / "part-1.parquet"
    table = pq.read_table(path)
    names = pa.array([None, *table.column("customer id").to_pylist()[1:]], pa.large_string())
    pq.write_table(table.set_column(1, "customer id", names), path)
    check_equal(folder, tmp_path)
    refused = pq.read_table(tmp_path / "a" / "refused.parquet").to_pylist()
    assert [(row["line"], row["reason"]) for row in refused] == [(301, "no_customer")]


def test_files_of_different_columns_are_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    pq.write_table(pa.table({"x": [1]}), folder / "part-2.parquet")
    with pytest.raises(ReadError, match=r"part-0\.parquet and part-2\.parquet"):
        inspect_file(folder, tmp_path / "out")


def test_a_folder_without_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with pytest.raises(ReadError, match="no Parquet"):
        inspect_file(tmp_path / "set", tmp_path / "out")


# -- between inspection and loading ------------------------------------------------------------------


def test_a_file_changed_in_between_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(typed_table(2), path)
    found = inspect_file(path, tmp_path / "work")
    assert found.raw.source
    pq.write_table(typed_table(3), path)
    with pytest.raises(ReadError, match="changed"):
        load_file(found.raw, found.proposal, tmp_path / "out")


def test_the_source_is_left_alone(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    found = inspect_file(folder, tmp_path / "work")
    load_file(found.raw, found.proposal, tmp_path / "out")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_names_that_are_patterns_are_copied(tmp_path: Path) -> None:
    path = text_file(tmp_path / "in[1].csv", 1)
    text_file(tmp_path / "in1.csv", 2)
    table = read_raw(path, tmp_path / "out", direct=True)
    assert not table.source
    assert table.rows == 400


def test_what_is_proven_crosses_the_border(tmp_path: Path) -> None:
    found, _ = both(text_file(tmp_path / "in.csv", 4), tmp_path)
    assert Inspection.from_json(found.to_json()) == found
    assert isinstance(RawTable.from_json(found.raw.to_json()).columns[0].proven, dict)
