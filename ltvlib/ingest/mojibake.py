"""Text that was decoded with the wrong code page once and saved again (``Р—Р°РєР°Р·`` for ``Заказ``)."""

from __future__ import annotations

import re

_RUN = re.compile(r"[^\x00-\x7f]{2,}")
_CODECS = ("cp1251", "cp1252")


def damaged_by(text: str) -> str | None:
    """The code page through which UTF-8 text went by mistake, or ``None`` where the text is sound."""
    runs = _RUN.findall(text)[:2_000]
    letters = sum(map(len, runs))
    if letters < 4:
        return None
    for codec in _CODECS:
        repaired = sum(len(run) for run in runs if _sound(repair(run, codec), run))
        if repaired >= 0.8 * letters:
            return codec
    return None


def _sound(repaired: str, run: str) -> bool:
    return repaired != run and len(repaired) < len(run)


def repair(text: str, codec: str) -> str:
    """Undo the damage; text that cannot have come about this way is returned as it is."""
    try:
        return b"".join(_byte(char, codec) for char in text).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _byte(char: str, codec: str) -> bytes:
    # cp1251 has one hole, 0x98: most programs write it as the replacement mark, some as the control character.
    if codec == "cp1251" and char in "\ufffd\x98":
        return b"\x98"
    try:
        return char.encode(codec)
    except UnicodeEncodeError:
        return char.encode("latin-1")
