"""The X register as people send it."""

import pandas as pd
import pytest

from ltvlib import xregister
from ltvlib.errors import LimitError, ReadError
from ltvlib.samples import open_sample


def test_a_register_filled_in_a_spreadsheet():
    text = "Клиент;potential_revenue_per_year;probability;product_gap\r\n000042;4 200 000,50;40 %;тонкий разъём\r\n;1;;\r\n'=evil;5;0.5;\r\n"
    frame = xregister.read_register(text.encode("cp1251"), {"Клиент": "customer_id"})
    assert frame["customer_id"].tolist() == ["000042", "=evil"]
    assert frame["potential_revenue_per_year"].tolist() == [4_200_000.5, 5.0]
    assert frame["probability"].tolist() == [0.4, 0.5]


def test_what_is_not_a_register_is_refused_in_one_sentence():
    with pytest.raises(ReadError, match="no column of customers"):
        xregister.read_register(b"a,b\n1,2\n", {})
    with pytest.raises(ReadError):
        xregister.read_register(b"", {})
    with pytest.raises(LimitError):
        xregister.read_register(b"x" * (xregister.MAX_BYTES + 1), {})


def test_the_sample_has_one_and_its_potential_is_weighted():
    register = xregister.registered(open_sample("b2b"))
    by_hand = sum(p * q for p, q in zip(register["potential_revenue_per_year"], register["probability"], strict=True))
    assert xregister.expected_potential(register) == pytest.approx(by_hand)
    assert register["customer_id"].str.startswith("0000").any()


def test_the_potential_says_on_how_many_lines_it_stands():
    lines = {"potential_revenue_per_year": [100.0, 200.0, None], "probability": [0.5, None, 0.1]}
    register = pd.DataFrame(lines)
    assert (xregister.expected_potential(register), xregister.weighted_lines(register)) == (50.0, 1)
