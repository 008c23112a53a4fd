"""Which single-byte code page wrote this text: told by how much the result looks like a language.

General detectors confuse cp1251, koi8-r and the Mac page on short files. The letters are the same
in number; what differs is which letters stand side by side and where the capitals are.
"""

from __future__ import annotations

from functools import cache

# A small lead for what really is in use; koi8-u differs from koi8-r by four Ukrainian letters only.
CYRILLIC_CODECS = {"cp1251": 0.1, "koi8-r": 0.03, "cp866": 0.05, "koi8-u": 0.0, "iso8859-5": -0.1, "mac-cyrillic": -0.1}
WESTERN_CODECS = ("cp1252", "cp1250", "cp1254", "cp1257", "cp1253")

# Frequent pairs of letters in Russian business text; a wrong code page produces almost none of them.
_FOLLOWERS = {
    "а": "бвгдзклмнпрстчя",
    "б": "елору",
    "в": "аеилносы",
    "г": "аило",
    "д": "аенору",
    "е": "взйлмнрт",
    "з": "авн",
    "и": "езйклмнстхцчя",
    "к": "алосту",
    "л": "аеикоу",
    "м": "аио",
    "н": "аеико",
    "о": "бвделмнопрст",
    "п": "аеилор",
    "р": "аеиоу",
    "с": "вдеиклмоптуч",
    "т": "адеиоруь",
    "у": "бклмнпсч",
    "ф": "о",
    "ц": "ае",
    "ч": "еик",
    "ш": "и",
    "щ": "е",
    "ы": "ей",
    "э": "л",
    "ю": "р",
    "я": "вмнтч",
    "ё": "рт",
}
_PAIRS = frozenset(first + second for first, seconds in _FOLLOWERS.items() for second in seconds)
_RUSSIAN = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
_NEIGHBOURS = frozenset("іїєґўәғқңөұүһјљњћџђѓќѕ")
_MARKS = frozenset("«»—–№…„“”’‘•·°\u00a0\u202f\u2212€₽§©®±")
_RARE = frozenset("ъэёфщ")

# Letters that make up nearly all non-ASCII text of the languages written in each page.
_COMMON = {
    "cp1252": "éèêëàâçùûôîïüöäßñáíóúãõåæøÉÀÇÜÖÄÑÁÓÚÅÆØœ¿¡£°º",
    "cp1250": "ěščřžýáíéúůťďňąćęłńóśźżőűöüäĚŠČŘŽÝÁÍÉÚŮĄĆĘŁŃÓŚŹŻŐŰţşăî",
    "cp1254": "çğıöşüÇĞİÖŞÜâî",
    "cp1257": "āčēģīķļņšūžąęėįųĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲäöüõÄÖÜÕ",
    "cp1253": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώ",
}


def cyrillic_codec(sample: bytes) -> str | None:
    """The Cyrillic code page of ``sample``, or ``None`` when it is no Russian text in any of them."""
    scores = {codec: cyrillic_score(_decode(sample, codec)) + lead for codec, lead in CYRILLIC_CODECS.items()}
    best = max(scores, key=lambda codec: scores[codec])
    return best if scores[best] >= 0.8 else None


def cyrillic_score(text: str) -> float:
    """Mean plausibility of the non-ASCII characters as Russian; about 1.5 for real text, below 0 for none."""
    points, count = 0.0, 0
    padded = f" {text} "
    for before, char, after in zip(padded, text, padded[2:], strict=False):
        if char.isascii():
            continue
        count += 1
        points += _letter(char, before, after) + _pair(before, char)
    return points / count if count else 0.0


def _letter(char: str, before: str, after: str) -> float:
    low = char.lower()
    if low in _RUSSIAN and not (_is_letter(before) or _is_letter(after)):
        # A lone letter between Latin ones is an umlaut or an accent of another code page.
        return -1.0 if before.isalpha() or after.isalpha() else 0.3
    if low in _RUSSIAN:
        return 0.3 if low in _RARE else 0.8
    if low in _NEIGHBOURS:
        return 0.2
    return 0.3 if char in _MARKS else -3.0


def _is_letter(char: str) -> bool:
    return char.isalpha() and not char.isascii()


def _pair(before: str, char: str) -> float:
    if not before.isalpha():
        return 0.0
    points = 1.0 if (before + char).lower() in _PAIRS else 0.0
    if before.islower() and char.isupper():
        points -= 2.0
    return points - (2.0 if before.isascii() else 0.0)


def western_codec(sample: bytes) -> str:
    """The most plausible Latin (or Greek) code page; cp1252 where nothing speaks for another one."""
    scores = {codec: _western_score(_decode(sample, codec), codec) for codec in WESTERN_CODECS}
    best = max(WESTERN_CODECS, key=lambda codec: scores[codec])
    return best if scores[best] > scores["cp1252"] + 0.05 else "cp1252"


def _western_score(text: str, codec: str) -> float:
    common, count, points = _letters(codec), 0, 0.0
    for before, char in zip(" " + text, text, strict=False):
        if char.isascii():
            continue
        count += 1
        points += 1.0 if char in common else (0.0 if char in _MARKS else -1.0)
        points -= 1.0 if before.islower() and char.isupper() else 0.0
    return points / count if count else 0.0


@cache
def _letters(codec: str) -> frozenset[str]:
    return frozenset(_COMMON[codec])


def _decode(sample: bytes, codec: str) -> str:
    return sample.decode(codec, errors="replace")
