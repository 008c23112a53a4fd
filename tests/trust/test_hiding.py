"""People become codes before anything leaves the reading process; card numbers always do."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from ltvlib import ingest
from ltvlib.codes import PREFIX, Codes
from ltvlib.engine import Database
from ltvlib.ingest.hiding import HIDDEN, _is_card, covered, is_personal
from ltvlib.ingest.model import Inspection
from ltvlib.journal import Journal
from ltvlib.journal.people import codes_of

CODES = Codes(bytes(range(32)))
PEOPLE = ("Anna Petrova", "Boris Orlov", "Vera Sokolova")
PHONES = ("+7 912 000-11-22", "8 (912) 000-11-33", "+7 912 000 11 44")
EMAILS = ("anna@example.com", "boris@example.com", "vera@example.com")
CARDS = ("4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009")
"""Test numbers that the card schemes publish for shops."""


def test_a_code_is_an_hmac_by_the_book():
    """RFC 4231, test case 2, and Python's own HMAC for a key as long as ours."""
    said = hmac.new(b"Jefe", b"what do ya want for nothing?", hashlib.sha256).hexdigest()
    assert said.startswith("5bdcc146bf60754e")
    assert Codes(b"Jefe").of("what do ya want for nothing?") == PREFIX + "5BDCC146BF60754E"


@given(some.text(max_size=40).filter(lambda text: "\0" not in text), some.binary(min_size=32, max_size=32))
def test_the_database_makes_the_same_codes(text: str, key: bytes):
    assert _database.rows("select " + Codes(key).sql("$t"), {"t": text}) == [(Codes(key).of(text),)]


_database = Database()


def test_nobody_has_no_code():
    assert _database.rows("select " + CODES.sql("cast(null as varchar)")) == [(None,)]


def test_each_workspace_has_a_key_of_its_own():
    one, other = Journal(), Journal()
    assert codes_of(one).of("a") == codes_of(one).of("a")
    assert codes_of(one).of("a") != codes_of(other).of("a")
    for journal in (one, other):
        journal.close()


def export(folder: Path, **columns: tuple[str, ...]) -> Path:
    frame = pd.DataFrame({"Order": range(1, 13), "Date": [f"2024-0{1 + n % 9}-1{n % 9}" for n in range(12)]})
    frame["Total"] = [100 + n for n in range(12)]
    for name, values in columns.items():
        frame[name] = [values[n % 3] for n in range(12)]
    path = folder / "orders.csv"
    frame.to_csv(path, index=False)
    return path


def converted(path: Path, codes: Codes | None, people: str = "") -> tuple[Inspection, Path]:
    found = ingest.inspect(path, path.parent / "raw", codes=codes)
    mapping = replace(found.proposal, people=people)
    report = ingest.load(found.raw, mapping, path.parent / "out", codes=codes)
    assert report.is_hidden == (codes is not None and people != "keep")
    return found, path.parent / "out"


def written(out: Path) -> str:
    return "\n".join(pd.read_parquet(path).to_csv() for path in sorted(out.glob("*.parquet")))


@pytest.mark.parametrize("key", ["Phone", "Email", "Name", "Customer ID"])
def test_nothing_of_a_person_is_written(tmp_path: Path, key: str):
    values = {"Phone": PHONES, "Email": EMAILS, "Name": PEOPLE, "Customer ID": EMAILS}
    path = export(tmp_path, **{key: values[key], "Client phone": PHONES})
    found, out = converted(path, CODES)
    text = written(out)
    shown = str(found.preview) + str([p.examples for p in found.profiles])
    for private in (*PEOPLE, *PHONES, *EMAILS, "9120001122", "anna", "Orlov"):
        assert private.casefold() not in text.casefold()
        assert private.casefold() not in shown.casefold()
    customers = pd.read_parquet(out / "customers.parquet")
    assert len(customers) == 3
    assert customers["customer_id"].str.fullmatch(r"P-[0-9A-F]{16}").all()
    assert customers["name"].isna().all()


def test_codes_of_customers_that_name_nobody_stay(tmp_path: Path):
    _, out = converted(export(tmp_path, **{"Customer ID": ("A-1", "B-2", "C-3"), "Phone": PHONES}), CODES)
    customers = pd.read_parquet(out / "customers.parquet").sort_values("customer_id")
    assert list(customers["customer_id"]) == ["A-1", "B-2", "C-3"]
    assert list(customers["phone"]) == [CODES.of(f"7912000{end}") for end in ("1122", "1133", "1144")]


def test_spellings_of_one_person_still_meet(tmp_path: Path):
    spellings = ("+7 912 000-11-22", "8 912 0001122", "79120001122")
    _, out = converted(export(tmp_path, Phone=spellings), CODES)
    assert len(pd.read_parquet(out / "customers.parquet")) == 1


def test_the_owner_may_keep_people_readable(tmp_path: Path):
    _, out = converted(export(tmp_path, Phone=PHONES, Name=PEOPLE), CODES, "keep")
    customers = pd.read_parquet(out / "customers.parquet")
    assert set(customers["name"]) == set(PEOPLE)
    assert set(customers["phone"]) == set(PHONES)


def test_a_refused_row_shows_no_person(tmp_path: Path):
    path = export(tmp_path, Name=PEOPLE, Phone=PHONES)
    path.write_text(path.read_text().replace("2024-01-10", "someday", 1))
    _, out = converted(path, CODES)
    refused = pd.read_parquet(out / "refused.parquet")
    assert len(refused) == 1
    assert HIDDEN in refused["text"][0]
    assert "someday" in refused["text"][0]
    assert "Anna" not in refused["text"][0]


@pytest.mark.parametrize("people", ["", "keep"])
@pytest.mark.parametrize("title", ["Card", "Customer ID", "Product"])
def test_card_numbers_are_dropped_whatever_is_wanted(tmp_path: Path, title: str, people: str):
    path = export(tmp_path, **{"Name": PEOPLE, title: CARDS})
    found, out = converted(path, CODES, people)
    assert "payment cards" in str(found.raw.notes)
    kept = written(out) + str(found.preview) + str(found.profiles) + pd.read_parquet(found.raw.path).to_csv()
    for card in (*CARDS, *(card.replace(" ", "").replace("-", "") for card in CARDS)):
        assert card not in kept


def test_what_a_card_is():
    assert all(map(_is_card, CARDS))
    for other in ("4111111111111112", "79120001122", "1234567890123452", "4111-1111 1111-1111", "5901234123457", ""):
        assert not _is_card(other)


def test_what_a_person_is():
    assert is_personal(EMAILS)
    assert is_personal(PHONES)
    assert is_personal(PEOPLE)
    assert not is_personal(("10045", "10046", "10047"))
    assert not is_personal(("C-17", "web", "ООО-44"))
    assert not is_personal(())


def test_a_cover_shows_how_a_value_is_written():
    assert covered("+7 912 000-11-22") == "+7 ••• •••-••-••"
    assert covered("anna@example.com") == "a•••@•••••••.•••"
