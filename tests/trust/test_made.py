"""Figures and tables made of results: once for the same things, for all only what was made of everybody's."""

from __future__ import annotations

import gc
from dataclasses import dataclass

import pandas as pd
import pytest

from ltvlib.journal import Journal
from ltvlib.settings import AbcdxRules
from pages.ui.made import Made, Shared


@dataclass(frozen=True, eq=False)
class Found:
    """A result with a table in it."""

    frame: pd.DataFrame
    size: int = 1


def total(frame: pd.DataFrame, name: str, *more: object) -> pd.DataFrame:
    """Something made of a table."""
    return frame.assign(total=frame[name].sum())


def frame(*values: float) -> pd.DataFrame:
    """A table."""
    return pd.DataFrame({"a": values})


def test_the_same_things_give_the_same_object():
    made, one = Made(10), frame(1, 2)
    first = made.get(total, (one, "a"))
    assert made.get(total, (one, "a")) is first
    assert made.holds(first)
    assert not made.holds(one)


def test_other_things_give_another():
    made, one = Made(10), frame(1, 2)
    first = made.get(total, (one, "a"), "en")
    others = [
        made.get(total, (frame(1, 2), "a"), "en"),
        made.get(total, (one, "a"), "ru"),
        made.get(total, (one, "a", AbcdxRules(100.0, 2)), "en"),
        made.get(total, (one, "a", AbcdxRules(101.0, 2)), "en"),
        made.get(total, (one, "a", [1, 2]), "en"),
        made.get(total, (one, "a", [1, 2.0]), "en"),
        made.get(total, (one, "a", {"x": one}), "en"),
    ]
    assert len({id(other) for other in [first, *others]}) == len(others) + 1


def test_what_dies_outside_gives_its_place_in_memory_to_nobody():
    made, seen = Made(1000), set()
    for value in range(300):
        found = made.get(total, (frame(value), "a"))
        assert found["total"].iloc[0] == value
        seen.add(id(found))
        gc.collect(0)
    assert len(seen) == 300


def test_the_longest_unused_goes_first():
    made, frames = Made(2), [frame(1), frame(2), frame(3)]
    first = made.get(total, (frames[0], "a"))
    made.get(total, (frames[1], "a"))
    assert made.get(total, (frames[0], "a")) is first
    second = made.get(total, (frames[2], "a"))
    assert made.get(total, (frames[0], "a")) is first
    assert made.holds(second)
    assert len(made._kept) == 2


def test_what_knows_more_than_it_is_given_is_refused():
    made, secret = Made(10), frame(5)
    with pytest.raises(TypeError, match="journal"):
        made.get(total, (Journal(), "a"))
    with pytest.raises(TypeError, match="module"):
        made.get(lambda one: secret, (1,))
    with pytest.raises(TypeError, match="module"):
        made.get(secret.head, ())


def test_everybodys_is_what_was_noted_its_parts_and_what_is_made_of_them():
    shared, ours, mine = Shared(10), Found(frame(1)), frame(1)
    shared.note(ours)
    assert shared.is_ours((ours, ours.frame, "text", 1, [ours, {"x": ours.frame}]))
    for given in ((mine,), ([ours, mine],), ({"x": mine},), (Found(ours.frame),)):
        assert not shared.is_ours(given)
    made = shared.get(total, (ours.frame, "a"))
    assert shared.is_ours((made,))


def test_nothing_and_numbers_are_values():
    shared = Shared(10)
    for result in (None, 1, "text", ()):
        shared.note(result)
        assert shared.is_ours((result,))


def test_what_was_forgotten_is_nobodys():
    shared, first = Shared(1), Found(frame(1))
    shared.note(first)
    for value in range(20):
        shared.note(Found(frame(value)))
    assert not shared.is_ours((first,))
