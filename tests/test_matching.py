"""Whom a row means: the same keys in Python and in the database, hidden people found by their codes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ltvlib.codes import Codes
from ltvlib.engine import Database
from ltvlib.ingest.identity import key_sql
from ltvlib.matching import keys_of, named

CODES = Codes(b"k" * 32)
KNOWN = {
    "customer_id": {"17": "17", "A-2": "A-2"},
    "phone": {"79120001122": "17", "79120003344": None},
    "email": {"anna@example.com": "17"},
    "name": {"анна елкина": "A-2"},
}
HIDDEN = {
    "customer_id": {"17": "17", CODES.of("79120001122"): CODES.of("79120001122")},
    "phone": {CODES.of("79120005566"): "17", CODES.of("79120001122"): CODES.of("79120001122")},
    "email": {},
    "name": {},
}


_database = Database()
written = some.text("0123456789 +-()/,;8", max_size=24) | some.text("аёЁйAb @.,\u00a0\u0306е", max_size=24)


@settings(deadline=None, max_examples=60)
@given(some.sampled_from(("phone", "email", "name")), written)
def test_a_list_and_the_orders_make_the_same_keys(field: str, text: str):
    found = _database.rows("select " + key_sql(field, "nullif(trim($t), '')"), {"t": text})[0][0] or ""
    assert keys_of([{field: text}]) == [{field: found}]


@pytest.mark.parametrize(
    ("field", "text", "key"),
    [
        ("phone", "8 (912) 000-11-22, 8 495 1234567", "79120001122"),
        ("phone", "912 000 11 22", "79120001122"),
        ("phone", "+9120001122", "9120001122"),
        ("phone", "12345", ""),
        ("email", " Anna@Example.com; b@example.com", "anna@example.com"),
        ("email", "no address", ""),
        ("name", "  Анна\u00a0 ЁЛКИНА ", "анна елкина"),
        ("name", "не указано", ""),
        ("customer_id", "007", "007"),
    ],
)
def test_keys_by_hand(field: str, text: str, key: str):
    assert keys_of([{field: text}]) == [{field: key}]


def test_a_text_means_a_customer_by_any_key():
    said = {
        "17": "17",
        "8 912 000-11-22": "17",
        "ANNA@example.com": "17",
        "Анна  Ёлкина": "A-2",
        "8 912 000-33-44": None,
        "nobody": None,
        "": None,
    }
    assert dict(zip(said, named(list(said), KNOWN), strict=True)) == said


def test_hidden_people_are_found_by_their_codes():
    said = ["+7 912 000-11-22", "8 (912) 000 55 66", "17"]
    assert named(said, HIDDEN, CODES) == [CODES.of("79120001122"), "17", "17"]
    assert named(said[:1], HIDDEN, Codes(b"x" * 32)) == [None]
