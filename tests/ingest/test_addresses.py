"""Phones and e-mails of a file are kept to be called: the latest as written, also beside a customer code."""

from __future__ import annotations

from tests.ingest.tables import read
from tests.ingest.test_convert import run


def people(folder):
    return {row["customer_id"]: (row["phone"], row["email"]) for row in read(folder, "customers")}


def test_the_latest_phone_stands_as_it_was_written(tmp_path):
    rows = "A;7;2025-01-13;10;+7 900 123-45-67;a@x.ru\nB;7;2025-02-13;10;8 (900) 000-00-01;\nC;8;2025-01-20;5;;"
    run(tmp_path, "order;customer id;date;amount;phone;e-mail", rows)
    assert people(tmp_path) == {"7": ("8 (900) 000-00-01", "a@x.ru"), "8": (None, None)}


def test_a_phone_that_names_the_customer_can_be_called_too(tmp_path):
    rows = "A;2025-01-13;10;+7 900 123-45-67\nB;2025-02-13;10;8 900 123 45 67"
    run(tmp_path, "order;date;amount;phone", rows)
    assert people(tmp_path) == {"79001234567": ("8 900 123 45 67", None)}


def test_the_phone_on_the_first_line_of_an_order_holds_for_all_of_it(tmp_path):
    rows = "A;7;2025-01-13;10;+7 900 123-45-67;x\nA;;;5;;y"
    run(tmp_path, "order;customer id;date;amount;phone;sku", rows)
    assert people(tmp_path) == {"7": ("+7 900 123-45-67", None)}
