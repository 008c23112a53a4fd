"""What kind of file this is, told by its bytes; the name and its extension are never looked at."""

from __future__ import annotations

import re
from pathlib import Path

from ltvlib.errors import N_, ReadError
from ltvlib.ingest.model import Limits
from ltvlib.ingest.zips import Archive

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"<\s*(?:html|table|!doctype\s+html|body|head|meta)\b", re.I)
_XML_SHEET = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet")
_AS_TABLE = "export the table as CSV or XLSX."

_FOREIGN = (
    (b"%PDF", N_("PDF document")),
    (b"\x89PNG", N_("picture")),
    (b"\xff\xd8\xff", N_("picture")),
    (b"GIF8", N_("picture")),
    (b"BM", N_("picture")),
    (b"RIFF", N_("picture or video")),
    (b"II*\0", N_("picture")),
    (b"MM\0*", N_("picture")),
    (b"Rar!", N_("RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", N_("7-Zip archive")),
    (b"\x1f\x8b", N_("gzip archive")),
    (b"BZh", N_("bzip2 archive")),
    (b"\xfd7zXZ\0", N_("xz archive")),
    (b"(\xb5/\xfd", N_("zstd archive")),
    (b"{\\rtf", N_("RTF document")),
    (b"MZ", N_("program")),
    (b"\x7fELF", N_("program")),
    (b"SQLite format 3\0", N_("SQLite database")),
    (b"ORC", N_("ORC file")),
    (b"Obj\x01", N_("Avro file")),
    (b"ARROW1\0\0", N_("Arrow file")),
    (b"\0\0\0\x18ftyp", N_("video")),
    (b"\0\0\0\x20ftyp", N_("video")),
    (b"ID3", N_("sound file")),
    (b"OggS", N_("sound file")),
)
_INSIDE_OLE = (
    ("EncryptedPackage", "password"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", N_("Word document")),
    ("PowerPoint Document", N_("presentation")),
    ("__properties_version1.0", N_("Outlook message")),
)
_INSIDE_ZIP = (
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "XLSB workbook"),
    ("word/document.xml", N_("Word document")),
    ("ppt/presentation.xml", N_("presentation")),
    ("Index/Document.iwa", N_("Numbers document")),
    ("AndroidManifest.xml", N_("program")),
    ("META-INF/MANIFEST.MF", N_("program")),
    ("mimetype", "office"),
)


def sniff(path: Path, limits: Limits) -> str:
    """``csv``, ``html``, ``xlsx``, ``xls``, ``ods``, ``parquet`` or ``zip``.

    Raises:
        ReadError: the file is something else, and the sentence says what.
    """
    with path.open("rb") as file:
        head = file.read(8192)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ReadError("The file is empty; export it again.")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE):
        return _ole(path)
    if head.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08")):
        return _zip(path, limits)
    _refuse_foreign(head)
    return _text_kind(head)


def _refuse_foreign(head: bytes) -> None:
    for magic, name in _FOREIGN:
        # Two letters begin many a header line: for short marks the rest must look binary as well.
        if head.startswith(magic) and (len(magic) > 3 or _binary(head)):
            raise _not_a_table(name)
    if _binary(head) and not head.startswith((b"\xff\xfe", b"\xfe\xff")) and not _wide_text(head):
        raise _not_a_table("binary file")


def _binary(head: bytes) -> bool:
    """Control characters that no text has, zero bytes aside (they are judged with the encoding)."""
    control = sum(head.count(bytes([code])) for code in (*range(1, 8), *range(14, 27), 28, 29, 30, 31))
    return control > len(head) / 200 or head.count(0) > max(len(head) / 100, 20)


def _wide_text(head: bytes) -> bool:
    """UTF-16 without a mark has zeros in every other byte, but only there."""
    few, many = sorted((head[0::2].count(0), head[1::2].count(0)))
    return few < len(head) / 100 and many > len(head) / 20


def _text_kind(head: bytes) -> str:
    # UTF-16 markup has zeros between its letters.
    plain = head.replace(b"\0", b"")
    start = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if _XML_SHEET.search(plain):
        raise ReadError("This is an Excel 2003 XML file; open it in Excel and save it as XLSX or CSV.")
    if start.startswith(b"<") and _MARKUP.search(plain):
        return "html"
    if start.startswith(b"<?xml"):
        raise _not_a_table(N_("XML document"))
    if start.startswith((b"{", b"[{")) and re.match(rb'\[?\s*\{\s*"[^"]*"\s*:', start) and b"\t" not in plain:
        raise _not_a_table(N_("JSON document"))
    return "csv"


def _ole(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(64 << 20)
    for name, found in _INSIDE_OLE:
        if name.encode("utf-16-le") in content:
            if found == "password":
                raise ReadError("The workbook is protected by a password; save it without one and upload it again.")
            if found == "xls":
                return "xls"
            raise _not_a_table(found)
    raise _not_a_table(N_("old office document"))


def _zip(path: Path, limits: Limits) -> str:
    archive = Archive(path, limits)
    names = set(archive.names)
    for name, found in _INSIDE_ZIP:
        if name not in names:
            continue
        if found == "xlsx":
            return found
        if found == "office":
            return _open_document(archive)
        if found == "XLSB workbook":
            raise ReadError("XLSB workbooks cannot be read; open it in Excel and save it as XLSX or CSV.")
        raise _not_a_table(found)
    if "xl/workbook.xml" in {name.lower().replace("\\", "/") for name in names}:
        return "xlsx"
    return "zip"


def _open_document(archive: Archive) -> str:
    info = next(info for info in archive.members if info.filename == "mimetype")
    kind = next(archive.pieces(info), b"")[:100]
    if b"opendocument.spreadsheet" in kind:
        return "ods"
    raise _not_a_table(N_("document"))


def _not_a_table(name: str) -> ReadError:
    return ReadError("This is a {kind}, not a table; export the table as CSV or XLSX.", kind=name)
