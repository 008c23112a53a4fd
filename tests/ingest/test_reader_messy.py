"""The collections of hard files: invented ones with their truth, and files found in public repositories."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from ltvlib.errors import LtvError
from ltvlib.ingest.model import RawTable
from ltvlib.ingest.reader import read_raw

from .files import INVENTED, MESSY, REAL, aside, cells, check_whole, names, truth

pytestmark = [
    pytest.mark.skipif(not MESSY.exists(), reason="the collection of hard files is not on this machine"),
    pytest.mark.timeout(60),
]

TRUTH = truth()
SKIPPED = (".json", ".md", ".clean.csv")
FOUND = sorted(path for path in REAL.glob("*") if not path.name.endswith(SKIPPED)) if REAL.exists() else []
CODECS = {"ascii": "utf-8"}

# Where the folder's own README asks for more than a raw table, or the file has no table at all.
REFUSED = {
    "found__x5_jsonlines_named.tsv": "JSON",
    "file_no_payload.csv": "empty",
    "file_field_delimiter_0x20.csv": "number of fields",
    "frictionless__merged-cells.xlsx": "no rows",
    "messytables__unicode_sheet_name.xls": "no rows",
    "messytables__utf8bom.csv": "no rows",
    "duckdb__auto_missing_many_col.csv": "no rows",
}


def read(source: Path, folder: Path) -> RawTable:
    raw = read_raw(source, folder)
    check_whole(raw)
    return raw


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_invented(name: str, tmp_path: Path) -> None:
    wanted = TRUTH[name]
    raw = read(INVENTED / name, tmp_path)
    assert raw.rows == wanted["n_data_rows"]
    if "encoding" in wanted:
        assert raw.encoding == CODECS.get(wanted["encoding"], wanted["encoding"])
    if "delimiter" in wanted:
        assert raw.delimiter == wanted["delimiter"]
    if "header_row" in wanted:
        assert raw.header_line == wanted["header_row"] + 1
    if "columns" in wanted:
        assert names(raw) == wanted["columns"]
    if "footer_rows" in wanted:
        assert len(raw.set_aside) == wanted["footer_rows"]


def test_invented_details(tmp_path: Path) -> None:
    dates = cells(read(INVENTED / "51_date1904.xlsx", tmp_path))
    assert [row[1].date().isoformat() for row in dates] == ["2025-01-03", "2025-02-04"]
    quoted = cells(read(INVENTED / "21_quoted_newline_semicolon.csv", tmp_path))
    assert [row[1] for row in quoted] == [row["comment"] for row in TRUTH["21_quoted_newline_semicolon.csv"]["rows"]]
    assert [row[1] for row in cells(read(INVENTED / "15_leading_zero_vs_number.csv", tmp_path))] == [
        "000117",
        "117",
        "0117",
    ]
    assert names(read(INVENTED / "23_duplicate_columns_trailing_sep.csv", tmp_path)) == [
        "Заказ",
        "Дата",
        "Сумма",
        "Сумма (2)",
        "Скидка",
    ]
    assert any(note.level == "warn" for note in read(INVENTED / "25_mojibake_utf8_as_cp1251.csv", tmp_path).notes)
    assert aside(read(INVENTED / "35_units_row_under_header.csv", tmp_path)) == [(2, "units")]


@pytest.mark.parametrize("source", FOUND, ids=lambda path: path.name)
def test_found_file_is_read_whole_or_refused_in_a_sentence(source: Path, tmp_path: Path) -> None:
    if source.name not in REFUSED:
        assert read(source, tmp_path).rows > 0
        return
    with pytest.raises(LtvError, match=REFUSED[source.name]) as caught:
        read(source, tmp_path)
    assert str(caught.value).endswith(".")


# header line, rows, columns as the folder's README has them
SHAPES = {
    "bank2ynab__Movements_1234512345_201805271848.csv": (1, 1, 19),
    "bank2ynab__test_delimiter_tab.csv": (0, 74, 5),
    "bank2ynab__test_BOI_TransactionExport.csv": (1, 27, 5),
    "bank2ynab__test_swedebank_statement.xls": (1, 17, 16),
    "csvkit__mac_newlines.csv": (1, 2, 3),
    "csvkit__test_extra_header.csv": (1, 1, 4),
    "csvkit__test_utf16_little.csv": (1, 2, 3),
    "duckdb__auto_duplicate_header_collision.csv": (1, 2, 4),
    "duckdb__auto_multiple_skip_row.csv": (3, 1, 3),
    "duckdb__comments_simple.csv": (3, 2, 2),
    "duckdb__dates_special_format.csv": (0, 8, 1),
    "duckdb__encodings_latin1.csv": (1, 12, 2),
    "duckdb__encodings_shift_jis.csv": (1, 20, 2),
    "duckdb__error_banklist.csv": (1, 568, 7),
    "duckdb__hits_problematic.csv": (0, 1, 105),
    "duckdb__leading_zeros.csv": (1, 6, 8),
    "duckdb__locations_header_trailing_comma.csv": (1, 1, 4),
    "duckdb__nullbyte_header.csv": (1, 1, 2),
    "found__adventureworks_customers_junk_headers.csv": (2, 197, 13),
    "found__adventureworks_sales_junk_headers.csv": (2, 194, 8),
    "found__online_retail_dirty_rows.csv": (1, 300, 8),
    "found__superstore_europe_decimal_comma.csv": (1, 399, 20),
    "frictionless__compression_implicit-zip.csv": (1, 2, 2),
    "frictionless__doublequote.csv": (1, 5, 17),
    "frictionless__matrix-with-comment.csv": (2, 4, 4),
    "messytables__excel_pasting.csv": (4, 13, 9),
    "readxl__deaths.xlsx": (5, 10, 6),
    "readxl__unnamed-duplicated-columns.xlsx": (1, 2, 4),
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_found_shape(name: str, tmp_path: Path) -> None:
    raw = read(REAL / name, tmp_path)
    assert (raw.header_line, raw.rows, len(raw.columns)) == SHAPES[name]


# -- one table polluted in many ways -----------------------------------------------------------------

# Rows that are rightly set aside instead of being guessed; everything else must equal the clean copy.
BROKEN = {
    "row_extra_quote58_col8.csv": [(59, "open_quote")],
    "row_extra_quote74_col1.csv": [(75, "open_quote")],
    "row_field_delimiter_17_0x20.csv": [(18, "too_few_fields")],
    "row_less_sep_row24_col6.csv": [(25, "too_many_fields")],
    "row_less_sep_row52_col3.csv": [(53, "too_few_fields")],
    "row_more_sep_row34_col0.csv": [(35, "too_many_fields")],
    "row_more_sep_row70_col3.csv": [(71, "too_many_fields")],
    "file_header_multirow_3.csv": [(2, "repeated_header"), (3, "repeated_header")],
}
# A second table below the first: its rows follow, or are set aside where its shape differs.
SECOND_TABLE = ("file_multitable_less.csv", "file_multitable_more.csv", "file_multitable_same.csv")
POLLUTED = sorted(
    path.name for path in REAL.glob("*.csv") if (REAL / f"{path.name}.clean.csv").exists() and path.name not in REFUSED
)


def clean(name: str) -> list[list[Any]]:
    with (REAL / f"{name}.clean.csv").open(encoding="utf-8", newline="") as file:
        rows = [[value.strip() or None for value in row] for row in csv.reader(file)]
    if name == "file_quotation_char_0x27.csv":
        # The double quotes are plain letters there, and stay doubled as they stand in the file.
        rows = [[value and value.replace('"', '""') for value in row] for row in rows]
    return rows if name == "file_no_header.csv" else rows[1:]


@pytest.mark.parametrize("name", POLLUTED)
def test_polluted_equals_clean(name: str, tmp_path: Path) -> None:
    raw = read(REAL / name, tmp_path)
    wanted = clean(name)
    broken = BROKEN.get(name, [])
    if name in SECOND_TABLE:
        assert cells(raw)[:83] == wanted
        return
    assert aside(raw) == broken
    gone = {line - 2 for line, reason in broken if reason != "repeated_header"}
    assert cells(raw) == [row for place, row in enumerate(wanted) if place not in gone]
