"""Contacts made in the past, brought as a list: whom each row means, which are new, and writing them down once."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ltvlib.codes import Codes
from ltvlib.ingest.hiding import HIDDEN
from ltvlib.ingest.model import SetAside
from ltvlib.ingest.report import ListRead
from ltvlib.journal import Journal
from ltvlib.matching import Lookup, customer_of
from ltvlib.outreach.words import Kind, kind_of
from ltvlib.workspace import Workspace

ORIGIN = "file"
"""Origin of a contact that a file told; those logged in the app have another."""


@dataclass(frozen=True, eq=False)
class Contacted:
    """What a list of contacts says; ``records`` = ``used`` + ``merged`` + refused.

    Attributes:
        rows: the contacts that are new, as rows of the journal, in the order of the file.
        records: records in the file.
        used: different contacts of known customers; ``known`` of them are written down or in the data already.
        merged: exact repetitions of a row before.
        refused: records that could not be used, with line and reason; also ``unknown_customer``, ``several_customers``
            and ``not_yet`` (planned, not made).
    """

    rows: tuple[dict[str, object], ...]
    records: int
    used: int
    known: int
    merged: int
    refused: tuple[SetAside, ...]


def contacted(
    read: ListRead,
    people: Lookup,
    workspace: Workspace,
    journal: Journal,
    today: dt.date,
    default: Kind = Kind.CALL,
    codes: Codes | None = None,
) -> Contacted:
    """The contacts of ``read`` that are new to the data and to the journal.

    ``default`` is by what customers were contacted where the file does not say. Contacts after ``today`` are plans.
    ``codes`` makes the codes of a data set whose people are hidden: then no name, and no note that may hold one, is kept.
    """
    rows: dict[str, dict[str, object]] = {}
    refused: list[SetAside] = []
    merged = 0
    for line, told in read.rows:
        row, problem = _row(told, people, today, default, codes)
        if problem:
            refused.append(SetAside(line, problem, "; ".join(told.values())))
        elif row["touch_id"] in rows:
            merged += 1
        else:
            rows[str(row["touch_id"])] = row
    there = _written(workspace, journal)
    fresh = tuple(row for name, row in rows.items() if name not in there and _same(row) not in there)
    every = tuple(sorted((*read.refused, *refused), key=lambda one: one.line))
    if codes is not None:
        every = tuple(replace(one, text=HIDDEN) for one in every)
    return Contacted(fresh, read.records, len(rows), len(rows) - len(fresh), merged, every)


def _row(
    told: dict[str, str], people: Lookup, today: dt.date, default: Kind, codes: Codes | None
) -> tuple[dict[str, object], str]:
    customer, is_shared = customer_of(told, people, codes)
    if customer is None:
        return {}, "several_customers" if is_shared else "unknown_customer"
    at = dt.datetime.fromisoformat(told["touched_at"])
    if at.date() > today:
        return {}, "not_yet"
    row: dict[str, object] = {
        "customer_id": customer,
        "touched_at": at,
        "kind": (kind_of(told["kind"]) if "kind" in told else default).value,
        **{name: told.get(name) for name in ("manager", "outcome")},
        "note": told.get("note") if codes is None else None,
        "origin": ORIGIN,
    }
    facts = (customer, told["touched_at"], *(told.get(name, "") for name in ("kind", "manager", "outcome")))
    return {"touch_id": _id(facts), **row}, ""


def _id(facts: Sequence[str]) -> str:
    """An id that stays the same when the same row is read again."""
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:32]


def _same(row: dict[str, object]) -> str:
    return f"{row['customer_id']}\x1f{row['touched_at']}\x1f{row['kind']}"


def _written(workspace: Workspace, journal: Journal) -> set[str]:
    """Ids of the contacts in the journal, and customer, time and kind of those in the data."""
    data = workspace.database.query("select customer_id, touched_at, kind from touches").frame
    kinds = [kind_of(str(kind)).value for kind in data["kind"]]
    told = zip(data["customer_id"], data["touched_at"].dt.to_pydatetime(), kinds, strict=True)
    here = {f"{customer}\x1f{at}\x1f{kind}" for customer, at, kind in told}
    return here | set(journal.frame("touches")["touch_id"])


def write(journal: Journal, found: Contacted) -> list[str]:
    """Write the new contacts down in one transaction; returns their ids, to take them back by."""
    journal.append("touches", found.rows)
    return [str(row["touch_id"]) for row in found.rows]


def take_back(journal: Journal, touch_ids: Sequence[str]) -> None:
    """Forget the contacts of a file that was the wrong one."""
    sql = "delete from touches where touch_id in (select unnest(cast($ids as varchar[])))"
    journal.write([(sql, {"ids": list(touch_ids)})])


def frame_of(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Contacts as a table to look at: customer_id, touched_at, kind, manager, outcome."""
    return pd.DataFrame(list(rows), columns=["customer_id", "touched_at", "kind", "manager", "outcome"])
