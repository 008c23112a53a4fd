"""What a definition is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One metric in words.

    Attributes:
        slug: name in code and data.
        label: short name on screen.
        unit: ``money``, ``share``, ``count``, ``number``, ``days`` or ``points``.
        formula: how it is counted, in words.
        meaning: what it tells an owner, one sentence.
        undefined: when it is a dash.
        good: ``up`` when more is better, ``down`` when less is, ``""`` where it depends.
        source: paper, standard or article the definition follows.
    """

    slug: str
    label: str
    unit: str
    formula: str
    meaning: str
    undefined: str = ""
    good: str = "up"
    source: str = ""
