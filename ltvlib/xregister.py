"""The X register: customers or prospects that could be huge if the product were developed."""

from __future__ import annotations

import pandas as pd

from ltvlib.engine import sql_text
from ltvlib.errors import LimitError, ReadError
from ltvlib.schema import X_REGISTER
from ltvlib.short_list import csv_rows
from ltvlib.workspace import Workspace

MAX_BYTES = 1 << 20
"""A register is a short list made by people."""
NUMBERS = ("potential_revenue_per_year", "development_cost", "months_to_build", "probability")


def registered(workspace: Workspace) -> pd.DataFrame:
    """The data set's X register as a table in schema order; money and chances as float."""
    return workspace.database.query(sql_text("metrics/x_register")).frame


def expected_potential(register: pd.DataFrame) -> float:
    """Sum of potential revenue a year x chance to win over the lines that have both; nan where none has."""
    both = _weighted(register)
    return float((both.iloc[:, 0] * both.iloc[:, 1]).sum()) if len(both) else float("nan")


def weighted_lines(register: pd.DataFrame) -> int:
    """Lines behind :func:`expected_potential`: those with a potential and a chance."""
    return len(_weighted(register))


def _weighted(register: pd.DataFrame) -> pd.DataFrame:
    return register[["potential_revenue_per_year", "probability"]].apply(pd.to_numeric, errors="coerce").dropna()


def read_register(data: bytes, titles: dict[str, str]) -> pd.DataFrame:
    """A register from a CSV, with the headers of the schema or the ``titles`` shown on screen (title -> column).

    Comma, semicolon or tab; decimal comma or point; UTF-8 or cp1251. Lines without a customer are left out.

    Raises:
        LimitError: the file is longer than a list made by people.
        ReadError: there is no column of customers.
    """
    if len(data) > MAX_BYTES:
        raise LimitError("An X register of more than {limit} MB is not a list made by people; shorten it.", limit=1)
    rows = csv_rows(data)
    names = [_column(cell, titles) for cell in rows[0]] if rows else []
    if "customer_id" not in names:
        raise ReadError("The file has no column of customers; download the register, fill it in and upload that file.")
    records = [dict(zip(names, row, strict=False)) for row in rows[1:]]
    frame = pd.DataFrame(records).reindex(columns=list(X_REGISTER.names))
    for name in NUMBERS:
        frame[name] = pd.to_numeric(frame[name].map(_plain_number), errors="coerce")
    frame["customer_id"] = frame["customer_id"].fillna("").map(lambda value: str(value).strip().lstrip("'"))
    return frame[frame["customer_id"] != ""].reset_index(drop=True)


def _column(cell: str, titles: dict[str, str]) -> str:
    name = " ".join(cell.split())
    return titles.get(name, name.lower().replace(" ", "_"))


def _plain_number(value: object) -> object:
    """``1 234,5`` and ``40 %`` as Python writes them."""
    text = "".join(str(value).split()).replace(",", ".") if isinstance(value, str) else value
    if isinstance(text, str) and text.endswith("%"):
        number = pd.to_numeric(text[:-1], errors="coerce")
        return number / 100
    return text
