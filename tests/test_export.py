"""Files for spreadsheets: nothing in them runs."""

import io

import openpyxl
import pandas as pd

from ltvlib import export

EVIL = ["=1+1", "+7 912", "-5", "@SUM(A1)", "\t=1", "\r=cmd|' /C calc'!A0", "  =2", "plain", "http://example.org"]


def test_dangerous_cells_get_an_apostrophe():
    for text in EVIL[:7]:
        assert export.neutralise(text) == "'" + text
    assert export.neutralise("plain") == "plain"
    assert export.neutralise(-5.0) == -5.0


def test_csv_keeps_numbers_and_neutralises_text():
    frame = pd.DataFrame({"=name": EVIL, "n": [-1.5] * len(EVIL), "day": pd.Timestamp("2024-02-29")})
    text = export.to_csv(frame).decode("utf-8-sig")
    rows = text.split("\r\n")
    assert rows[0] == "'=name,n,day"
    assert rows[1] == "'=1+1,-1.5,2024-02-29"
    assert export.to_csv(frame, ";", ",").decode("utf-8-sig").split("\r\n")[1] == "'=1+1;-1,5;2024-02-29"


def test_xlsx_holds_no_formula_and_no_link():
    book = openpyxl.load_workbook(io.BytesIO(export.to_xlsx(pd.DataFrame({"name": EVIL, "n": -1.5}))))
    for row in book.active.iter_rows(min_row=2):
        assert row[0].data_type == "s"
        assert row[0].hyperlink is None
        assert row[1].value == -1.5
