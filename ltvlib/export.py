"""Tables as files for people: CSV and XLSX with cells that a spreadsheet would run made harmless.

A text cell that begins with ``= + - @`` (also after a tab, carriage return or space) gets a leading
apostrophe; numbers and dates are written as numbers and dates. Files follow what spreadsheets open with
one click: CSV is UTF-8 with a BOM.
"""

from __future__ import annotations

import io
import re

import pandas as pd

_DANGEROUS = re.compile(r"^[\s\0]*[=+\-@]")


def neutralise(value: object) -> object:
    """The value, with a leading apostrophe where a spreadsheet would take text for a formula."""
    if isinstance(value, str) and (_DANGEROUS.match(value) or value[:1] in "\t\r\n"):
        return "'" + value
    return value


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy with every text cell and header neutralised; other types are left alone."""
    safe = frame.copy()
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        if not pd.api.types.is_datetime64_any_dtype(safe[column]):
            safe[column] = safe[column].astype(object).map(neutralise)
    safe.columns = [neutralise(str(name)) for name in safe.columns]
    return safe


def to_csv(frame: pd.DataFrame, delimiter: str = ",", decimal: str = ".") -> bytes:
    """The table as CSV bytes, UTF-8 with BOM; dates as YYYY-MM-DD."""
    text = safe_frame(frame).to_csv(
        index=False, sep=delimiter, decimal=decimal, date_format="%Y-%m-%d", lineterminator="\r\n"
    )
    return text.encode("utf-8-sig")


def to_xlsx(frame: pd.DataFrame, sheet: str = "LTV") -> bytes:
    """The table as an XLSX workbook, header frozen, columns wide enough to read; nothing is a formula or a link."""
    buffer = io.BytesIO()
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(
        buffer, engine="xlsxwriter", date_format="yyyy-mm-dd", datetime_format="yyyy-mm-dd", engine_kwargs=options
    ) as writer:
        safe = safe_frame(frame)
        safe.to_excel(writer, index=False, sheet_name=sheet[:31])
        page = writer.sheets[sheet[:31]]
        page.freeze_panes(1, 0)
        for place, name in enumerate(safe.columns):
            page.set_column(place, place, min(40, max(12, len(str(name)) + 2)))
    return buffer.getvalue()
