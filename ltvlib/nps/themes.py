"""What people want improved, grouped by the roots of their words: transparent, without a network, to be renamed by people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ltvlib.journal import Journal

NAMES = "nps_themes"
"""Where the journal keeps the names people gave to themes, by root."""
MOST = 12
"""Themes at most; what is left stands under none."""
LEAST = 2
"""Answers that make a theme."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_ENDING_TEXT = """
иями ями ами ыми ими ого его ому ему ах ях ов ев ей ой ий ый ая яя ое ее ые ие ую юю ом ем ам ям ть ться тся л ла ло ли
лся лась лось лись ет ут ют ит ат ят ешь ишь ете ите а я о е ы и у ю ь й ься ния ние нии ость ости
ing ings ed es s ly er ers ies ment ments ness
"""
_STOP_TEXT = """
and the are was were for but not you your our with have has had from that this they them very more much need want would
could should please can get all too also just than then when what which who how been being will make made one any some
there their its
это как так что для при или все всё ещё еще уже был была было были быть есть нет нам нас вас вам мне меня мой моя мои наш
ваш ваши его она они оно тут там где когда чтобы если хочу хотим хочется хотелось хотел хотела нужно надо можно нельзя
очень больше меньше много мало пожалуйста раз тоже только даже чем под над без про после перед сделать сделайте чтоб того
этого
"""
_ENDINGS = sorted(_ENDING_TEXT.split(), key=len, reverse=True)
STOP = frozenset(_STOP_TEXT.split())
"""Words that say nothing of a theme."""


@dataclass(frozen=True)
class Theme:
    """One group of texts.

    Attributes:
        root: the word root that all texts share; "" for those that share none.
        name: what people call it, else the commonest text or words; "" for the rest.
        places: which texts.
        examples: up to three different texts, the commonest first.
    """

    root: str
    name: str
    places: tuple[int, ...]
    examples: tuple[str, ...]


def root_of(word: str) -> str:
    """The word without its ending: four letters stay at least, three where the ending is one; ``ожидания`` -> ``ожидан``."""
    text = word.casefold().replace("ё", "е")
    for ending in _ENDINGS:
        if text.endswith(ending) and len(text) - len(ending) >= (3 if len(ending) == 1 else 4):
            return text[: -len(ending)]
    return text


def roots(text: str) -> dict[str, str]:
    """Roots of the telling words of a text, each with its word as written."""
    words = (word for word in _WORD.findall(text.casefold()) if word not in STOP)
    return {root_of(word): word for word in words}


def themes(texts: Sequence[str], names: Mapping[str, str] | None = None) -> list[Theme]:
    """Texts by shared roots, the largest theme first, the rest last; every text stands in exactly one.

    Again and again the root with the highest weight among the texts left makes a theme: texts left with it x the square of
    its inverse document frequency, log(1 + texts / texts with it), as in the product of two TF-IDF vectors. The square keeps
    a word that fits everywhere ("slow") from swallowing what is more telling ("support", "app"). Themes that people gave
    the same name are one. Source: Salton & Buckley (1988).
    """
    found = [roots(text) for text in texts]
    size = Counter(root for words in found for root in words)
    left: set[int] = set(range(len(texts)))
    made: list[Theme] = []
    while len(made) < MOST:
        now = Counter(root for place in left for root in found[place])
        ranked = [
            (n * np.log(1 + len(texts) / size[root]) ** 2, len(root), root) for root, n in now.items() if n >= LEAST
        ]
        if not ranked:
            break
        root = max(ranked)[2]
        inside = sorted(place for place in left if root in found[place])
        left -= set(inside)
        made.append(_theme(root, inside, texts, found, (names or {}).get(root, "")))
    made = sorted(_merged(made, texts), key=lambda theme: -len(theme.places))
    return [*made, _rest(sorted(left), texts)] if left else made


def _theme(root: str, inside: list[int], texts: Sequence[str], found: list[dict[str, str]], name: str) -> Theme:
    common = Counter(" ".join(texts[place].split()) for place in inside).most_common(3)
    text, n = common[0]
    if not name:
        words = Counter(word for place in inside for word in found[place].values()).most_common(3)
        name = text if n * 2 >= len(inside) and len(text) <= 60 else ", ".join(word for word, _ in words)
    return Theme(root, name, tuple(inside), tuple(text for text, _ in common))


def _merged(made: list[Theme], texts: Sequence[str]) -> list[Theme]:
    """Themes of one name as one; its root is that of the largest."""
    by_name: dict[str, list[Theme]] = {}
    for theme in made:
        by_name.setdefault(" ".join(theme.name.casefold().split()), []).append(theme)
    return [_one(sorted(parts, key=lambda theme: -len(theme.places)), texts) for parts in by_name.values()]


def _one(parts: list[Theme], texts: Sequence[str]) -> Theme:
    places = tuple(sorted(place for part in parts for place in part.places))
    common = Counter(" ".join(texts[place].split()) for place in places).most_common(3)
    return Theme(parts[0].root, parts[0].name, places, tuple(text for text, _ in common))


def _rest(places: list[int], texts: Sequence[str]) -> Theme:
    common = Counter(" ".join(texts[place].split()) for place in places).most_common(3)
    return Theme("", "", tuple(places), tuple(text for text, _ in common))


def named(journal: Journal) -> dict[str, str]:
    """The names people gave, by root."""
    return {str(root): str(name) for root, name in (journal.setting(NAMES) or {}).items()}


def rename(journal: Journal, theme: Theme, name: str) -> None:
    """Call a theme something else; an empty name gives back the one it had."""
    known = named(journal)
    text = " ".join(name.split())[:80]
    if text:
        known[theme.root] = text
    else:
        known.pop(theme.root, None)
    journal.put(NAMES, known)
