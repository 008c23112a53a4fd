"""Contacts brought as a list, by hand: whom a row means, written down once, taken back; the regulation counts them."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from ltvlib.codes import Codes
from ltvlib.ingest.hiding import HIDDEN
from ltvlib.ingest.report import ListRead
from ltvlib.journal import Journal
from ltvlib.matching import customer_of, known_keys
from ltvlib.opening import open_parquet
from ltvlib.outreach import contact_file, worklist
from ltvlib.outreach.contacts import State, contacts
from ltvlib.outreach.words import Kind
from ltvlib.workspace import DataSet
from tests.conftest import open_rows, order_frame
from tests.outreach.test_contacts import DAY, EVERYBODY, RULES, orders

PEOPLE = pd.DataFrame(
    [
        ("17", "Иван Ёлкин", "8 912 123-45-67", "Ivan@x.example"),
        ("18", "Олег Ким", None, "o@x.example"),
        ("19", "олег ким", "+7 912 000 00 19", None),
        ("79120000020", None, None, None),
    ],
    columns=["customer_id", "name", "phone", "email"],
)


@pytest.fixture
def space(tmp_path):
    rows = [row for customer in PEOPLE["customer_id"] for row in orders(customer, "2025-04-01", "2025-05-01")]
    touches = pd.DataFrame(
        [("19", pd.Timestamp("2025-06-01 10:00"), "звонок", None, None)],
        columns=["customer_id", "touched_at", "kind", "manager", "outcome"],
    )
    return open_rows(tmp_path, rows, DAY, customers=PEOPLE, touches=touches)


def told(*rows: dict[str, str]) -> ListRead:
    full = [{"touched_at": "2025-06-20T10:00:00", **row} for row in rows]
    lines = tuple((place, row) for place, row in enumerate(full, start=2))
    return ListRead(lines, (), len(lines), {}, ())


@pytest.mark.parametrize(
    ("keys", "who"),
    [
        ({"customer_id": "17"}, "17"),
        ({"phone": "79121234567"}, "17"),
        ({"email": "ivan@x.example"}, "17"),
        ({"name": "иван елкин"}, "17"),
        ({"customer_id": "crm-4", "name": "иван елкин"}, "17"),  # the CRM numbers people in its own way
        ({"customer_id": "18", "name": "иван елкин"}, "18"),  # the surest key decides
        ({"name": "олег ким"}, None),
        ({"name": "олег ким", "phone": "79120000019"}, "19"),
        ({"phone": "79120000020"}, "79120000020"),  # where the orders had only phones, the phone is the id
        ({"name": "nobody"}, None),
    ],
)
def test_a_customer_is_found_by_the_surest_key(space, keys, who):
    found, is_shared = customer_of(keys, known_keys(space))
    assert found == who
    assert is_shared == (keys == {"name": "олег ким"})


FILE = told(
    {"customer_id": "17", "kind": "Встреча", "outcome": "договорились", "manager": "Ann"},
    {"customer_id": "17", "kind": "Встреча", "outcome": "договорились", "manager": "Ann"},
    {"customer_id": "18", "outcome": "не дозвонились"},
    {"customer_id": "19", "kind": "Исходящий звонок", "touched_at": "2025-06-01T10:00:00"},
    {"name": "олег ким"},
    {"name": "чужой"},
    {"customer_id": "17", "touched_at": "2025-07-20T10:00:00"},
)


def brought(space, journal) -> contact_file.Contacted:
    return contact_file.contacted(FILE, known_keys(space), space, journal, DAY, Kind.CALL)


def test_every_record_is_accounted_for_and_what_the_data_know_is_not_new(space):
    found = brought(space, Journal())
    assert [(row["customer_id"], row["kind"]) for row in found.rows] == [("17", "visit"), ("18", "call")]
    assert (found.records, found.used, found.merged, found.known) == (7, 3, 1, 1)
    assert [(one.line, one.reason) for one in found.refused] == [
        (6, "several_customers"),
        (7, "unknown_customer"),
        (8, "not_yet"),
    ]
    assert found.records == found.used + found.merged + len(found.refused)


def test_the_same_file_again_adds_nothing_and_can_be_taken_back(space):
    journal = Journal()
    ids = contact_file.write(journal, brought(space, journal))
    assert journal.count("touches") == 2
    again = brought(space, journal)
    assert (len(again.rows), again.known) == (0, 3)
    contact_file.take_back(journal, ids)
    assert journal.count("touches") == 0
    assert len(brought(space, journal).rows) == 2


def test_the_regulation_and_the_morning_list_count_them_at_once(space):
    """By hand: everybody is silent for 61 days, the longest gap is 40; 17 was met eleven days ago, 18 did not answer."""
    journal = Journal()
    before = contacts(space, journal, EVERYBODY, RULES, DAY)
    assert list(before.frame.set_index("customer_id").loc[["17", "18"], "state"]) == ["overdue", "overdue"]
    contact_file.write(journal, brought(space, journal))
    after = contacts(space, journal, EVERYBODY, RULES, DAY).frame.set_index("customer_id")
    assert (after.loc["17", "state"], after.loc["18", "state"]) == (State.FINE, State.OVERDUE)
    listed = worklist.candidates(contacts(space, journal, EVERYBODY, RULES, DAY), 14)
    assert not {"17", "18"} & set(listed["customer_id"]), "an attempt eleven days ago rests for fourteen"
    assert worklist.logged(journal, DAY - dt.timedelta(days=11)).empty, "they do not use up a manager's day"


def test_keeping_the_data_does_not_stumble_over_a_file_read_by_both(space):
    tab, home = Journal(), Journal()
    for journal in (tab, home):
        contact_file.write(journal, brought(space, journal))
    home.write(home.taking(tab))
    assert home.count("touches") == 2


def test_hidden_people_are_found_by_the_same_key_and_no_name_of_theirs_is_kept(tmp_path):
    """The orders were keyed by phone and hidden under a key; the list has the phone, the e-mail of one, and a note."""
    codes = Codes(b"k" * 32)
    who = [codes.of("79120000020"), codes.of("79120000021")]
    people = pd.DataFrame({"customer_id": who, "phone": who, "email": [None, codes.of("ann@x.example")]})
    rows = [row for customer in who for row in orders(customer, "2025-04-01")]
    folder = tmp_path / "hidden"
    folder.mkdir()
    frame = order_frame(rows)
    frame.to_parquet(folder / "orders.parquet")
    people.to_parquet(folder / "customers.parquet")
    info = DataSet("upload", "x", "EUR", DAY, "rate", 1.0, is_hidden=True)
    space = open_parquet({name: folder / f"{name}.parquet" for name in ("orders", "customers")}, info)
    file = told(
        {"phone": "79120000020", "name": "ann", "note": "Ann is in Paris"},
        {"email": "ann@x.example"},
        {"name": "stranger"},
    )
    found = contact_file.contacted(file, known_keys(space), space, Journal(), DAY, Kind.CALL, codes)
    assert [row["customer_id"] for row in found.rows] == who
    assert [(one.line, one.reason, one.text) for one in found.refused] == [(4, "unknown_customer", HIDDEN)]
    assert "Paris" not in repr(found)
    assert "stranger" not in repr(found)
