"""Who took part in what: from the data and from lists brought in the app, matched to customers by what the list has."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from ltvlib.codes import Codes
from ltvlib.days import day_numbers
from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest.synonyms import CUSTOMER_KEYS
from ltvlib.journal import Journal
from ltvlib.matching import Lookup, customer_of, keys_of
from ltvlib.settings import Filters
from ltvlib.short_list import csv_rows
from ltvlib.workspace import Workspace

MAX_BYTES = 5 << 20
"""A list of participants is made by people or by a webinar tool; it is not a data set."""
HEADERS = {
    "customer_id": ("customer id", "customer_id", "id", "client id", "код", "код клиента", "клиент id"),
    "phone": ("phone", "телефон", "мобильный телефон", "тел"),
    "email": ("email", "e-mail", "e-mail address", "user email", "почта", "электронная почта"),
    "name": ("name", "full name", "имя", "фио", "клиент", "участник", "attendee", "participant", "user name"),
    "date": ("date", "дата", "join time", "time in session", "registration time", "happened at", "когда"),
    "control": ("control", "контроль", "group", "группа", "is_control", "arm"),
}
_CONTROL = re.compile(r"(?i)^(1|true|yes|да|control|контроль\w*|c|holdout)$")


@dataclass(frozen=True, eq=False)
class Programme:
    """Participants of one programme: name, kind, and one row a participant (customer_id, day, is_control)."""

    name: str
    kind: str
    frame: pd.DataFrame

    @property
    def has_control(self) -> bool:
        """Whether the list says who was kept aside: then it was drawn by lot and is an experiment."""
        return bool(self.frame["is_control"].any())


def programmes(workspace: Workspace, journal: Journal, filters: Filters | None = None) -> tuple[Programme, ...]:
    """All programmes, the largest first; the first day of every customer in each counts."""
    data = workspace.database.query("select programme, kind, customer_id, happened_at from participations").frame
    rows = pd.concat([data.assign(is_control=False), journal.frame("participations")], ignore_index=True)
    people = set(workspace.ask("loss_people", filters=filters or Filters()).frame["customer_id"])
    rows = rows[rows["customer_id"].isin(people)]
    rows["day"] = day_numbers(rows["happened_at"])
    rows = rows.sort_values("day", kind="stable").drop_duplicates(["programme", "customer_id"])
    found = [
        Programme(
            str(name), str(group["kind"].iloc[0]), group[["customer_id", "day", "is_control"]].reset_index(drop=True)
        )
        for name, group in rows.groupby("programme", sort=False)
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.frame), one.name)))


@dataclass(frozen=True)
class Matched:
    """What became of a list: rows read, customers found with their day, and the rows nobody was found for.

    ``rows`` = found + lost + repeated.
    """

    rows: int
    found: tuple[tuple[str, dt.date, bool], ...]
    lost: tuple[tuple[int, str], ...]
    repeated: int


def read_list(data: bytes, day: dt.date, known: Lookup, codes: Codes | None = None) -> Matched:
    """Match the lines of a CSV to customers by id, else phone, else e-mail, else full name.

    ``known`` and ``codes`` are those of :mod:`ltvlib.matching`. A name or phone that several customers share finds nobody. Lines without
    a date count on ``day``. Comma, semicolon or tab; UTF-8 or cp1251; dates as YYYY-MM-DD or DD.MM.YYYY.

    Raises:
        LimitError: the list is too long for one made by people.
        ReadError: no column says who took part.
    """
    if len(data) > MAX_BYTES:
        raise LimitError("A list of participants has at most {limit} MB; this one is longer.", limit=MAX_BYTES >> 20)
    rows = [row for row in csv_rows(data) if any(cell.strip() for cell in row)]
    columns = {field: _column(rows[0], words) for field, words in HEADERS.items()} if rows else {}
    keys = [field for field in CUSTOMER_KEYS if columns.get(field) is not None]
    if not keys:
        raise ReadError(
            "The list has no column that tells who took part: a customer's number, phone, e-mail or name is needed."
        )
    found: dict[str, tuple[str, dt.date, bool]] = {}
    lost: list[tuple[int, str]] = []
    repeated = 0
    every = [{field: _cell(row, place) for field, place in columns.items()} for row in rows[1:]]
    told = keys_of([{field: cells[field] for field in keys} for cells in every])
    for line, (cells, who) in enumerate(zip(every, told, strict=True), start=2):
        customer, _is_shared = customer_of(who, known, codes)
        if customer is None:
            lost.append((line, "; ".join(filter(None, (cells[field] for field in keys)))))
        elif customer in found:
            repeated += 1
        else:
            found[customer] = (customer, _day(cells["date"]) or day, bool(_CONTROL.match(cells["control"])))
    return Matched(len(rows) - 1, tuple(found.values()), tuple(lost), repeated)


def _column(header: Sequence[str], words: Iterable[str]) -> int | None:
    names = [" ".join(cell.split()).casefold() for cell in header]
    return next((names.index(word) for word in words if word in names), None)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip().lstrip("'") if place is not None and place < len(row) else ""


def _day(text: str) -> dt.date | None:
    for pattern, length in (("%Y-%m-%d", 10), ("%d.%m.%Y", 10)):
        try:
            return dt.datetime.strptime(text[:length], pattern).date()
        except ValueError:
            continue
    return None


def write(journal: Journal, programme: str, kind: str, matched: Matched) -> None:
    """Keep a matched list as participants of a programme; one transaction."""
    rows = [
        {
            "programme": programme.strip(),
            "kind": kind,
            "customer_id": customer,
            "happened_at": dt.datetime.combine(day, dt.time()),
            "is_control": is_control,
        }
        for customer, day, is_control in matched.found
    ]
    journal.append("participations", rows)
