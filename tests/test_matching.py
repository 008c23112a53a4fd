"""Whom a row means: the same keys in Python and in the database, hidden people found by their codes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from ltvlib.codes import Codes
from ltvlib.engine import Database
from ltvlib.ingest.identity import key_sql
from ltvlib.matching import normal_key, whoever

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


@given(some.sampled_from(("phone", "email", "name")), written)
def test_python_and_the_database_make_the_same_keys(field: str, text: str):
    text = text.strip()
    found = _database.rows("select " + key_sql(field, "$t"), {"t": text})[0][0] or ""
    if field == "name" and found == "":
        return  # words for nobody are none in the database; no customer has them as a key
    assert normal_key(field, text) == found


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
    assert {text: whoever(text, KNOWN) for text in said} == said


def test_hidden_people_are_found_by_their_codes():
    assert whoever("+7 912 000-11-22", HIDDEN, CODES) == CODES.of("79120001122")
    assert whoever("8 (912) 000 55 66", HIDDEN, CODES) == "17"
    assert whoever("17", HIDDEN, CODES) == "17"
    assert whoever("+7 912 000-11-22", HIDDEN, Codes(b"x" * 32)) is None
