"""Zip archives: inflated by hand and counted while inflating; sizes written in the archive are never trusted."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest.model import Limits

_PIECE = 1 << 16
_MOST_MEMBERS = 10_000
_TABLES = (".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".html", ".htm")


class Archive:
    """A zip file opened for reading; ``inflated`` counts every byte that came out of it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self.inflated = 0
        try:
            with zipfile.ZipFile(path) as archive:
                self.members = [info for info in archive.infolist() if not info.is_dir()]
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError) as error:
            raise ReadError("The archive is damaged and cannot be opened; save or download it again.") from error
        if len(self.members) > _MOST_MEMBERS:
            raise LimitError("The archive holds more than {limit} files; upload only the export.", limit=_MOST_MEMBERS)

    @property
    def names(self) -> list[str]:
        """Names of the members."""
        return [info.filename for info in self.members]

    def pieces(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """The content of a member, piece by piece."""
        if info.flag_bits & 1:
            raise ReadError("The archive is protected by a password; save it without one.")
        raw = self._raw(info)
        if info.compress_type == zipfile.ZIP_STORED:
            for piece in raw:
                yield self._counted(piece)
        elif info.compress_type == zipfile.ZIP_DEFLATED:
            yield from self._inflate(raw)
        else:
            raise ReadError("The archive uses a rare compression method; pack it again as an ordinary zip.")

    def _raw(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(info.header_offset)
            head = file.read(30)
            if len(head) < 30 or head[:4] != b"PK\3\4":
                raise ReadError("The archive is damaged and cannot be opened; save or download it again.")
            name, extra = struct.unpack("<HH", head[26:30])
            file.seek(name + extra, 1)
            left = info.compress_size
            while left > 0 and (piece := file.read(min(left, _PIECE))):
                left -= len(piece)
                yield piece

    def _inflate(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        stream = zlib.decompressobj(-15)
        try:
            for piece in raw:
                data = piece
                while data and not stream.eof:
                    yield self._counted(stream.decompress(data, _PIECE * 16))
                    data = stream.unconsumed_tail
            yield self._counted(stream.flush())
        except zlib.error as error:
            raise ReadError("The archive is damaged and cannot be opened; save or download it again.") from error

    def _counted(self, piece: bytes) -> bytes:
        self.inflated += len(piece)
        if self.inflated > self.limits.inflated_mb * 1_000_000:
            raise LimitError(
                "The file grows beyond {limit} MB when unpacked; export a shorter period.",
                limit=self.limits.inflated_mb,
            )
        return piece


def unpack_table(path: Path, out_dir: Path, limits: Limits) -> tuple[Path, str]:
    """The only table in the archive, unpacked into ``out_dir`` under a name of our own, and its name.

    Raises:
        ReadError: no member or several members look like a table.
    """
    archive = Archive(path, limits)
    files = [info for info in archive.members if not _is_clutter(info.filename)]
    tables = [info for info in files if info.filename.lower().endswith(_TABLES)] or (files if len(files) == 1 else [])
    if not tables:
        raise ReadError("The archive holds no table; upload the export as CSV or XLSX.")
    if len(tables) > 1:
        raise ReadError(
            "The archive holds {count} tables; unpack it and upload the one with the orders.", count=len(tables)
        )
    target = out_dir / "member.bin"
    with target.open("wb") as out:
        for piece in archive.pieces(tables[0]):
            out.write(piece)
            if out.tell() > limits.file_mb * 1_000_000 * 5:
                raise LimitError("The file in the archive is larger than {limit} MB.", limit=limits.file_mb * 5)
    return target, Path(tables[0].filename.replace("\\", "/")).name[:120]


def _is_clutter(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1].lower() in ("thumbs.db", "desktop.ini")
