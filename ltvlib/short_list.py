"""Short lists made by people, brought as CSV: whatever a spreadsheet saved, as rows of cells."""

from __future__ import annotations

import csv
import io


def csv_rows(data: bytes) -> list[list[str]]:
    """Rows of a CSV: UTF-8, else cp1251; comma, semicolon or tab, whichever the first line has most of."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1251", errors="replace")
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))
