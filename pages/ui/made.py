"""Things made of results, kept by the identity of what they were made of: a figure or a sorted table costs more than asking again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any

from ltvlib.journal import Journal
from ltvlib.outreach.regulation import Regulation
from ltvlib.outreach.triggers import Rule
from ltvlib.settings import AbcdxRules, Filters

VALUES = (str, int, float, bool, type(None), Enum, dt.date, Filters, AbcdxRules, Regulation, Rule)
"""What is told apart by what it says; everything else by which object it is."""
PARTS = 10
"""Objects that a result has, on average at most."""


def is_value(given: object) -> bool:
    """Whether two of these that say the same are the same."""
    return isinstance(given, VALUES)


def _name(given: object) -> str:
    """How something given is told apart; lists, tuples and dictionaries by what is in them."""
    if isinstance(given, tuple | list):
        return f"({','.join(map(_name, given))})"
    if isinstance(given, dict):
        return f"{{{','.join(f'{_name(key)}:{_name(value)}' for key, value in given.items())}}}"
    return repr(given) if is_value(given) else f"@{id(given)}"


def _held(given: object) -> Any:
    """The same with lists and dictionaries as tuples: what somebody takes out of them later stays here."""
    if isinstance(given, tuple | list):
        return tuple(map(_held, given))
    return tuple(map(_held, given.items())) if isinstance(given, dict) else given


class Made:
    """At most ``most`` things with what they were made of, the longest unused go first.

    What a thing was made of is kept with it, so that its place in memory is not given to another object meanwhile.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], tuple[tuple[object, ...], object]] = OrderedDict()
        self._ids: dict[int, object] = {}

    def get(self, make: Callable[..., object], given: tuple[object, ...], *surroundings: str) -> object:
        """``make(*given)``, or what it gave before for the same things and ``surroundings``.

        Raises:
            TypeError: a journal is among them, which changes while it stays the same object; or ``make`` knows more than
                it is given (a method of an object, a function inside a function).
        """
        if any(isinstance(one, Journal) for one in given):
            raise TypeError("a journal changes: use session.remember")
        if getattr(make, "__self__", None) is not None or getattr(make, "__closure__", None):
            raise TypeError("only what is given may matter: pass a function of its module")
        key = (f"{make.__module__}.{make.__qualname__}", *surroundings, *map(_name, given))
        found = self.find(key)
        if found is not None:
            return found
        result = make(*given)
        self.keep(key, _held(given), result)
        return result

    def find(self, key: tuple[str, ...]) -> object:
        """What is kept under ``key``; None where nothing is."""
        with self._guard:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def clear(self) -> None:
        """Forget everything."""
        with self._guard:
            self._kept.clear()
            self._ids.clear()

    def keep(self, key: tuple[str, ...], given: tuple[object, ...], result: object) -> None:
        """Keep ``result`` under ``key``; nothing where it is None."""
        if result is None:
            return
        with self._guard:
            self._kept[key] = (given, result)
            self._ids[id(result)] = result
            while len(self._kept) > self._most:
                _key, (_given, gone) = self._kept.popitem(last=False)
                self._ids.pop(id(gone), None)

    def holds(self, one: object) -> bool:
        """Whether this very object is kept here."""
        return self._ids.get(id(one)) is one and not is_value(one)


class Shared(Made):
    """Like :class:`Made` for all tabs: takes only what is everybody's, and knows what is."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self._ours: OrderedDict[int, object] = OrderedDict()

    def note(self, result: object) -> None:
        """``result`` is everybody's, and so are its parts: it was asked of a sample, with nobody's journal."""
        with self._guard:
            if self._ours.get(id(result), self) is result:
                self._ours.move_to_end(id(result))
                return
            for part in _parts(result):
                self._ours[id(part)] = part
                self._ours.move_to_end(id(part))
            while len(self._ours) > self._most * PARTS:
                self._ours.popitem(last=False)

    def is_ours(self, given: tuple[object, ...]) -> bool:
        """Whether all of ``given`` are values or everybody's."""
        with self._guard:
            return all(self._is_ours(one) for one in given)

    def _is_ours(self, one: object) -> bool:
        if isinstance(one, tuple | list):
            return all(map(self._is_ours, one))
        if isinstance(one, dict):
            return all(self._is_ours(part) for pair in one.items() for part in pair)
        return is_value(one) or self._ours.get(id(one), self) is one

    def keep(self, key: tuple[str, ...], given: tuple[object, ...], result: object) -> None:
        """Keep ``result``; what is made of everybody's things is everybody's."""
        super().keep(key, given, result)
        self.note(result)


def _parts(whole: object, depth: int = 3) -> Iterator[object]:
    """A result and the objects in it, as far as dataclasses, tuples and dictionaries reach."""
    if is_value(whole):
        return
    yield whole
    inside: Iterable[object] = ()
    if dataclasses.is_dataclass(whole) and not isinstance(whole, type):
        inside = [getattr(whole, field.name, None) for field in dataclasses.fields(whole)]
    elif isinstance(whole, tuple | list):
        inside = whole
    elif isinstance(whole, dict):
        inside = whole.values()
    if depth:
        for part in inside:
            yield from _parts(part, depth - 1)
