"""Bytes to text: the encoding is settled for the whole file before any reader sees it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from ltvlib.errors import N_, ReadError
from ltvlib.ingest.bytescan import ByteFacts, chunks, scan
from ltvlib.ingest.cyrillic import cyrillic_codec, western_codec
from ltvlib.ingest.model import Note
from ltvlib.ingest.mojibake import damaged_by, repair

SAMPLE = 256 << 10

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_ASIAN_SIGN = re.compile("(?<![A-Za-z])[\u3000-\u9fff\uac00-\ud7a3](?![a-z])")
_ASIAN = ("cp932", "shift_jis", "gb18030", "euc_jp", "euc_kr", "big5")


@dataclass(frozen=True)
class Text:
    """A text file as UTF-8 without a byte order mark.

    Attributes:
        path: the UTF-8 file (the source itself where it already is that).
        encoding: codec of the source, for display.
        facts: byte counts of ``path``.
        notes: what was decided or repaired.
    """

    path: Path
    encoding: str
    facts: ByteFacts
    notes: tuple[Note, ...] = ()


def settle(source: Path, scratch: Path, encoding: str | None = None) -> Text:
    """Find the encoding of ``source`` and hand back UTF-8, transcoded into ``scratch`` where needed.

    Raises:
        ReadError: the bytes are no text, or the encoding asked for does not exist.
    """
    facts = scan(source)
    head = _read(source, 0, SAMPLE)
    codec, shown = (encoding, encoding) if encoding else detect(source, head, facts)
    _check_codec(codec)
    wide = codec.replace("_", "-").startswith(("utf-16", "utf-32"))
    notes = list(_nul_notes(facts)) if not wide else []
    damage = damaged_by(_sample_text(source, facts, codec))
    if codec == "utf-8" and damage is None and not facts.nuls and facts.first_bad < 0:
        return Text(source, shown, facts)
    target = scratch / "text.utf8"
    bad = _transcode(source, target, codec, damage)
    notes += _codec_notes(shown, damage, bad)
    return Text(target, shown, scan(target), tuple(notes))


def detect(source: Path, head: bytes, facts: ByteFacts) -> tuple[str, str]:
    """Codec to decode with, and the name to show for it."""
    for mark, codec, shown in _BOMS:
        if head.startswith(mark):
            return codec, shown
    if (wide := _wide(head)) is not None:
        return wide, wide
    if facts.first_bad < 0 or _mostly_utf8(_around(source, facts.first_bad)):
        return "utf-8", "utf-8"
    sample = _high_lines(head + _around(source, facts.first_bad))
    codec = single_byte(sample)
    return codec, codec


def single_byte(sample: bytes) -> str:
    """The likeliest code page of bytes that are not UTF-8."""
    if (cyrillic := cyrillic_codec(sample)) is not None:
        return cyrillic
    return _asian(sample) or western_codec(sample)


def _asian(sample: bytes) -> str | None:
    """A double-byte codec, where the general detector finds one and the result really has such letters."""
    from charset_normalizer import from_bytes  # slow to import, rarely needed

    for codec in _ASIAN[:1]:
        if _share_of_kanji(sample, codec) > 0.6:
            return "shift_jis" if _decodes(sample, "shift_jis") else codec
    best = from_bytes(sample, cp_isolation=list(_ASIAN)).best()
    if best is not None and _share_of_kanji(sample, best.encoding) > 0.8:
        return str(best.encoding)
    return None


def _share_of_kanji(sample: bytes, codec: str) -> float:
    try:
        text = sample[: sample.rfind(b"\n") + 1 or None].decode(codec)
    except (UnicodeDecodeError, LookupError):
        return 0.0
    high = sum(not char.isascii() for char in text)
    # Half-width katakana and signs glued to Latin letters are what Western text turns into: they do not count.
    asian = len(_ASIAN_SIGN.findall(text))
    return asian / high if high else 0.0


def _decodes(sample: bytes, codec: str) -> bool:
    return "\ufffd" not in sample.decode(codec, errors="replace")


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of Latin text and separators is zero."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if not odd or len(head) < 4:
        return None
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    if zeros_odd > 0.2 and zeros_even < 0.02:
        return "utf-16-le"
    return "utf-16-be" if zeros_even > 0.2 and zeros_odd < 0.02 else None


def _mostly_utf8(sample: bytes) -> bool:
    """UTF-8 with a few broken bytes: far more whole sequences than broken ones."""
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(not char.isascii() for char in text) - broken
    return whole > 10 * broken


def _high_lines(sample: bytes) -> bytes:
    lines = [line for line in sample.splitlines(keepends=True) if not line.isascii()]
    return b"".join(lines)[:SAMPLE] or sample


def _around(source: Path, at: int) -> bytes:
    """Bytes from the first chunk that is not UTF-8, begun at a line start where possible."""
    block = _read(source, max(at, 0), 9 << 20)
    for start in range(0, len(block), SAMPLE):
        piece = block[start : start + SAMPLE]
        if not piece.isascii():
            return block[start : start + 2 * SAMPLE]
    return block[:SAMPLE]


def _read(source: Path, offset: int, size: int) -> bytes:
    with source.open("rb") as file:
        file.seek(offset)
        return file.read(size)


def _sample_text(source: Path, facts: ByteFacts, codec: str) -> str:
    start = facts.first_high if facts.first_high > 0 else 0
    return _read(source, start, SAMPLE).decode(codec, errors="replace")


def _check_codec(codec: str) -> None:
    try:
        codecs.lookup(codec)
    except LookupError:
        raise ReadError("The encoding {name} is not known; choose another one.", name=codec[:40]) from None


def _nul_notes(facts: ByteFacts) -> tuple[Note, ...]:
    if not facts.nuls:
        return ()
    if facts.nuls > 10 and facts.nuls > facts.size / 1_000:
        raise ReadError("The file is not text: it holds {count} zero bytes; export it again as CSV.", count=facts.nuls)
    text = N_("{count} zero bytes inside the text were removed; the file may be damaged, compare the totals.")
    return (Note(text, {"count": facts.nuls}, "warn"),)


def _codec_notes(shown: str, damage: str | None, bad: int) -> list[Note]:
    notes = []
    if damage:
        text = N_(
            "The letters were damaged by a wrong encoding ({codec}) before this export and have been repaired; check the names."
        )
        notes.append(Note(text, {"codec": damage}, "warn"))
    if bad:
        text = N_("{count} characters could not be decoded as {codec}; if names look wrong, choose another encoding.")
        notes.append(Note(text, {"count": bad, "codec": shown}, "warn"))
    return notes


def _transcode(source: Path, target: Path, codec: str, damage: str | None) -> int:
    """Write ``source`` as UTF-8; returns how many characters could not be decoded."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    bad, rest = 0, ""
    with target.open("w", encoding="utf-8", newline="", errors="replace") as out:
        for chunk in chunks(source):
            text = decoder.decode(chunk).replace("\0", "")
            bad += 0 if damage else text.count("\ufffd")
            if damage:
                text, rest = _whole_lines(rest + text)
                text = _repair_lines(text, damage)
            out.write(text)
        tail = rest + decoder.decode(b"", final=True)
        out.write(_repair_lines(tail, damage) if damage else tail)
    return bad


def _whole_lines(text: str) -> tuple[str, str]:
    cut = text.rfind("\n") + 1
    return text[:cut], text[cut:]


def _repair_lines(text: str, codec: str) -> str:
    return "\n".join(repair(line, codec) for line in text.split("\n"))
