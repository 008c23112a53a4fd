"""Many visitors with marked files side by side: nothing of one is in anything that another one receives.

Every byte of the websockets and everything behind the links that a tab was given is searched for the marks of all
others; and what a visitor of a sample is shown is the same, element by element, whether strangers are in the house or not.
"""

from __future__ import annotations

import ast
import asyncio
import os
import random
from collections.abc import Iterable, Iterator, Sequence

import pytest

from tests.conftest import ROOT
from tests.houses import House, running
from tests.trust.load import aside, figures, people
from tests.trust.load.client import Tab
from tests.trust.visitors import export

pytestmark = [pytest.mark.timeout(600)]
OWNERS, GUESTS = (100, 20) if "LTV_SOAK" in os.environ else (10, 3)
LOOKED_AT = ("overview", "segments", "cohorts", "acquisition", "calls", "losses", "products", "triggers", "plan")
CALM = ("overview", "cohorts", "losses", "acquisition", "definitions")
"""Pages that show the same to the same visitor every time: no forecast is made on them."""


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server for strangers."""
    with running(tmp_path_factory.mktemp("hotel"), str(ROOT / "server.py")) as house:
        yield house


def mark(number: int) -> str:
    """A word that stands in every text of one owner's file and nowhere else."""
    return f"QZ{number:03d}X{(number * 7919 + 13) % 9973:04d}KWV"


async def owner(address: str, number: int, pages: Sequence[str] = ()) -> Tab:
    """Somebody who uploads a marked file and looks around in it, on three pages of chance if none are named."""
    dice = random.Random(number)
    await asyncio.sleep(0 if pages else dice.uniform(0, 0.5 * OWNERS))
    tab = Tab(address, keep=True)
    await tab.open()
    await tab.upload(f"{mark(number)}.csv", export(mark(number), 60 + number))
    await tab.press("Build my data set", 120)
    for page in pages or dice.sample(LOOKED_AT, 3):
        await tab.go(page)
        choices = tab.can_change(dice, with_frame=False)
        if choices:
            await tab.set(*dice.choice(choices))
    tab.received += await tab.files()
    return tab


async def guest(address: str, number: int, pages: Iterable[str] = CALM, keep: bool = True) -> Tab:
    """Somebody who looks at a sample."""
    tab = Tab(address, "overview", f"data={people.SAMPLES[number % 5]}" if number % 5 else "", keep=keep)
    await tab.open()
    for page in pages:
        await tab.go(page)
        await asyncio.sleep(0.2)
    return tab


async def _together(address: str, owners: int, guests: int) -> tuple[list[Tab], list[Tab]]:
    async def visits() -> list[Tab]:
        return list(await asyncio.gather(*(guest(address, number, [*CALM, *CALM]) for number in range(guests))))

    coming = [owner(address, number) for number in range(owners)]
    *tabs, seen = await asyncio.gather(*coming, visits())  # type: ignore[arg-type]
    return tabs, seen


def foreign(tabs: list[Tab], guests: list[Tab]) -> list[str]:
    """Who received whose mark."""
    found = []
    for place, tab in enumerate([*tabs, *guests]):
        heap = b"\0".join(tab.received)
        for number in range(len(tabs)):
            if number != place and mark(number).encode() in heap:
                found.append(f"visitor {place} received the mark of {number}")
    return found


def judge(tabs: list[Tab], guests: list[Tab], alone: list[Tab]) -> None:
    """Owners saw their own and nobody else's; guests saw what a guest alone sees."""
    assert not (leaks := foreign(tabs, guests)), leaks[:10]
    for number, (tab, lone) in enumerate(zip(guests, alone, strict=bool(alone))):
        assert not tab.hashes - lone.hashes, f"guest {number} was shown something that a guest alone is not shown"


def test_nobody_receives_a_byte_of_anybody_else(hotel: House):
    async def play() -> tuple[list[Tab], list[Tab], list[Tab]]:
        alone = [await guest(hotel.address, number, [*CALM, *CALM], keep=False) for number in range(GUESTS)]
        return *(await _together(hotel.address, OWNERS, GUESTS)), alone

    tabs, guests, alone = aside.run(play())
    assert not [error for tab in (*tabs, *guests, *alone) for error in tab.errors]
    for number, tab in enumerate(tabs):
        assert mark(number).encode() in b"".join(tab.received), "an owner sees the own file"
    received = sum(len(part) for tab in (*tabs, *guests) for part in tab.received)
    pairs = OWNERS * (OWNERS - 1) + OWNERS * GUESTS
    leaks = foreign(tabs, guests)
    said = f"{len(leaks)} of {pairs} pairs saw a mark of the other in {received / 1e6:.0f} MB received"
    figures.keep("isolation", said, "0 foreign bytes", pairs=pairs, bytes=received)
    assert pairs >= 100
    judge(tabs, guests, alone)


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server whose cache forgets whose data it holds."""
    folder = tmp_path_factory.mktemp("leaky")
    with running(folder, "-m", "tests.trust.load.planted", "leak") as house:
        yield house


def test_twin_a_shared_cache_is_found(leaky: House):
    async def play() -> tuple[list[Tab], list[Tab]]:
        tabs = [await owner(leaky.address, number, ("segments", "cohorts", "calls")) for number in (0, 1)]
        return tabs, [await guest(leaky.address, 0, ["segments"])]

    tabs, guests = aside.run(play())
    with pytest.raises(AssertionError, match="received the mark"):
        judge(tabs, guests, [])


def test_twin_numbers_of_a_stranger_are_found(leaky: House, hotel: House):
    """No mark stands in a number; the comparison with a guest alone finds it."""

    async def play() -> tuple[Tab, Tab]:
        await owner(leaky.address, 2, ("overview",))
        return await guest(leaky.address, 1, ["overview"]), await guest(hotel.address, 1, ["overview"])

    shown, lone = aside.run(play())
    assert mark(2).encode() not in b"".join(shown.received)
    with pytest.raises(AssertionError, match="alone is not shown"):
        judge([], [shown], [lone])


# The rule: what lives longer than a session never takes what came from an upload.

ALLOWED = {
    "pages/ui/session.py:_remember_together": "results of samples only; the rule of `remember` is tested below",
    "pages/ui/words.py:_catalogue": "translations by language",
    "pages/ui/words.py:_separators": "signs of a language",
    "ltvlib/sqltext.py:sql_text": "texts of the SQL files that ship with the product",
    "ltvlib/samples.py:samples": "the samples' own descriptions",
    "ltvlib/journal/store.py:_blank_frame": "the tables of a journal in which nobody wrote",
    "pages/ui/session.py:_made_together": "results of samples and things made of values and of results of samples only; tested in test_made",
    "ltvlib/scratch.py:home": "the temporary folder of the process",
    "ltvlib/ingest/xlsxscan.py:_far_cells": "a pattern made of the limits",
    "ltvlib/ingest/records.py:_quoted": "a pattern made of a quote and a separator sign",
    "ltvlib/ingest/cyrillic.py:_letters": "letters of an encoding",
    "ltvlib/ingest/synonyms.py:_words": "the words of the file that ships with the product",
    "ltvlib/ingest/synonyms.py:presets": "the export shapes that ship with the product",
    "ltvlib/ingest/spendread.py:_month_words": "names of months by language",
}
"""Every cache that outlives a session, and why nothing of an upload can be in it."""
HOLDERS = {
    "pages/ui/registry.py:REGISTRY": "sessions by their own random id; tested by many visitors above",
    "ltvlib/scratch.py:_held": "the open lock of the temporary folder",
    "ltvlib/nps/links.py:_invites": "weak: it goes with the journal of its tab, by which it is found",
    "pages/survey/routes.py:_served": "the address of the survey form",
}
"""Module-level containers and registries that change while the program runs."""
CACHES = ("cache", "lru_cache", "cache_data", "cache_resource")


def sources() -> Iterator[tuple[str, ast.Module]]:
    """All modules of the product."""
    for path in [
        ROOT / "app.py",
        ROOT / "server.py",
        *sorted((ROOT / "pages").rglob("*.py")),
        *(ROOT / "ltvlib").rglob("*.py"),
    ]:
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_of_session(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and any(
        keyword.arg == "scope" and isinstance(keyword.value, ast.Constant) and keyword.value.value == "session"
        for keyword in node.keywords
    )


def global_caches(tree: ast.Module) -> list[str]:
    """Functions whose results are kept for everybody; also caches that are made by a call."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            marks = [mark for mark in node.decorator_list if _name(mark) in CACHES and not _is_of_session(mark)]
            found += [node.name] if marks else []
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            inner = node.value.func
            if _name(node.value) in CACHES or (isinstance(inner, ast.Call) and _name(inner) in CACHES):
                found += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return found


def changing_globals(tree: ast.Module) -> list[str]:
    """Names bound at module level to a container that a function changes, or rebound by ``global``."""
    empty = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                empty[target.id] = node.value
    changed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            changed |= set(node.names)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            verbs = ("append", "add", "update", "setdefault", "extend", "insert", "put", "appendleft", "__setitem__")
            changed |= {node.func.value.id} if node.func.attr in verbs else set()
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            changed.add(node.value.id)
    local = {
        name.id
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in ast.walk(function)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }
    shadowed = local - {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    return sorted(name for name in changed & set(empty) if name not in shadowed)


def registries(tree: ast.Module) -> list[str]:
    """Objects made once at module level from the product's own classes that hold sessions."""
    return [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _name(node.value) == "Registry"
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


def test_every_cache_that_outlives_a_session_is_known_by_name():
    caches = {f"{path}:{name}" for path, tree in sources() for name in global_caches(tree)}
    holders = {f"{path}:{name}" for path, tree in sources() for name in (*changing_globals(tree), *registries(tree))}
    assert caches == set(ALLOWED)
    assert holders == set(HOLDERS)


def test_the_rule_finds_what_it_must_find():
    tree = ast.parse(
        "import streamlit as st\nfrom functools import cache, lru_cache\nKEPT: dict[str, object] = {}\nLIST = []\n"
        "FIXED = {1: 2}\n"
        "@st.cache_data\ndef a(x): ...\n@st.cache_resource(ttl=5)\ndef b(x): ...\n@st.cache_data(scope='session')\n"
        "def c(x): ...\n@lru_cache(maxsize=3)\ndef d(x): ...\n@cache\ndef e(x): ...\nf = cache(len)\n"
        "def g(x):\n    KEPT[x] = x\n    LIST.append(x)\n    own = []\n    own.append(FIXED[1])\n"
    )
    assert global_caches(tree) == ["a", "b", "d", "e", "f"]
    assert changing_globals(tree) == ["KEPT", "LIST"]


def test_only_what_is_asked_of_a_sample_is_remembered_for_all(monkeypatch: pytest.MonkeyPatch):
    from types import SimpleNamespace

    from ltvlib.journal import BlankJournal, Journal
    from pages.ui import session
    from pages.ui.made import Made, Shared

    asked: list[tuple[str, object]] = []

    def kept(name: str) -> object:
        return lambda stamp, place, arguments, work: asked.append((name, work()))

    monkeypatch.setattr(session, "workspace", lambda: SimpleNamespace(stamp="x"))
    monkeypatch.setattr(session, "_remember", kept("own"))
    monkeypatch.setattr(session, "_remember_together", kept("all"))
    monkeypatch.setattr(session, "_made_here", lambda: Made(10))
    monkeypatch.setattr(session, "_made_together", lambda: Shared(10))
    journal, other, written = Journal(), Journal(), Journal()
    written.put("anything", 1)
    for data, argument in (
        ("salon", 1),
        ("salon", journal),
        ("salon", other),
        ("salon", written),
        (session.UPLOAD, 1),
        (session.UPLOAD, journal),
        (session.HOME, 1),
        ("unknown", 1),
    ):
        monkeypatch.setattr(session, "chosen", lambda data=data: data)
        session.remember(lambda space, given: given, argument)
    monkeypatch.setattr(session, "chosen", lambda: "salon")
    session.remember(lambda space, given: given, given=journal)
    for one in (journal, other, written):
        one.close()
    assert [name for name, _ in asked] == ["all", "all", "all", "own", "own", "own", "own", "own", "own"]
    blank = asked[1][1]
    assert isinstance(blank, BlankJournal), "nobody's journal is asked for all"
    assert asked[2][1] is blank
    assert asked[3][1] is written
    assert asked[5][1] is journal
    with pytest.raises(TypeError):
        blank.put("anything", 1)
