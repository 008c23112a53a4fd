"""Small files made for the reader's tests, and where the shared samples lie."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ltvlib.ingest.model import RawTable

MESSY = Path(__file__).resolve().parents[3] / "shared" / "data" / "messy"
INVENTED = MESSY / "invented"
REAL = MESSY / "real"


def truth() -> dict[str, dict[str, Any]]:
    """Right reads of the invented files; empty where the folder is absent."""
    path = INVENTED / "truth.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["files"]) if path.exists() else {}


def cells(raw: RawTable) -> list[list[Any]]:
    """The rows of a raw table without the line numbers."""
    return [list(row.values())[1:] for row in pq.read_table(raw.path).to_pylist()]


def lines(raw: RawTable) -> list[int]:
    """The line numbers of the rows."""
    return list(pq.read_table(raw.path).column("line").to_pylist())


def names(raw: RawTable) -> list[str]:
    """Display names of the columns."""
    return [column.name for column in raw.columns]


def aside(raw: RawTable) -> list[tuple[int, str]]:
    """Line and reason of every record set aside."""
    return [(item.line, item.reason) for item in raw.set_aside]


def check_whole(raw: RawTable) -> None:
    """No record lost or counted twice, by the Parquet file itself."""
    assert raw.records == raw.rows + len(raw.set_aside)
    table = pq.read_table(raw.path)
    assert table.num_rows == raw.rows
    assert table.column_names == ["line", *[column.key for column in raw.columns]]
    numbers = table.column("line").to_pylist()
    assert numbers == sorted(numbers)
    assert not set(numbers) & {item.line for item in raw.set_aside}


SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"""
_PARTS = {
    "[Content_Types].xml": """<?xml version="1.0" encoding="UTF-8"?><Types
xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels"
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>""",
    "_rels/.rels": """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": """<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/>
</sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": """<?xml version="1.0"?><Relationships
xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
Target="sharedStrings.xml"/></Relationships>""",
}


def bare_xlsx(path: Path, rows: str, shared: str = "", prologue: str = "") -> Path:
    """An XLSX whose sheet holds exactly the XML given."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(rows=rows).replace("?>", "?>" + prologue, 1))
        if shared:
            archive.writestr("xl/sharedStrings.xml", shared)
    return path
