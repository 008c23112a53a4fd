"""Whom a row of a list means: customers found by the keys that the orders are told apart by, the surest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

import pandas as pd

from ltvlib.codes import Codes
from ltvlib.engine import Database
from ltvlib.ingest.identity import key_sql
from ltvlib.ingest.synonyms import CUSTOMER_KEYS
from ltvlib.workspace import Workspace

Lookup = Mapping[str, Mapping[str, str | None]]
"""Field -> key in its normal form -> customer; ``None`` where several customers share the key."""


def known_keys(workspace: Workspace) -> Lookup:
    """What the customers of the data may be named by: id, phone, e-mail, name (:mod:`ltvlib.ingest.identity`).

    Where the orders had no ids, the phone, e-mail or name is the id, and stands for that key too. Where people are hidden
    (:mod:`ltvlib.codes`), their codes stand for the keys.
    """
    if workspace.info.is_hidden:
        return _known_codes(workspace)
    parts = {
        "id_as_phone": key_sql("phone", "e.customer_id"),
        "id_as_name": key_sql("name", "e.customer_id"),
        "phone": key_sql("phone", "k.phone"),
        "email": key_sql("email", "k.email"),
        "name": key_sql("name", "coalesce(k.name, e.name)"),
    }
    frame = workspace.ask("known_keys", expressions=parts).frame
    own = frame["customer_id"].astype(str)
    is_phone = frame["id_as_phone"].notna() & (frame["id_as_phone"] == own)
    columns = {
        "customer_id": [own],
        "phone": [frame["phone"], own.where(is_phone)],
        "email": [frame["email"], own.where(own.str.contains("@"))],
        "name": [frame["name"], frame["id_as_name"]],
    }
    return {field: _lookup(own, keys) for field, keys in columns.items()}


def _known_codes(workspace: Workspace) -> Lookup:
    plain = {"id_as_phone": "null", "id_as_name": "null", "phone": "k.phone", "email": "k.email", "name": "e.name"}
    frame = workspace.ask("known_keys", expressions=plain).frame
    own = frame["customer_id"].astype(str)
    return {
        "customer_id": _lookup(own, [own]),
        **{field: _lookup(own, [frame[field], own]) for field in ("phone", "email", "name")},
    }


def _lookup(customers: pd.Series, columns: list[pd.Series]) -> dict[str, str | None]:
    pairs = pd.concat([pd.DataFrame({"key": column, "customer": customers}) for column in columns], ignore_index=True)
    pairs = pairs.dropna().drop_duplicates()
    found = pairs.groupby("key")["customer"].agg(["first", "size"])
    return {str(key): str(who) if n == 1 else None for key, who, n in found.itertuples()}


def customer_of(told: Mapping[str, str], known: Lookup, codes: Codes | None = None) -> tuple[str | None, bool]:
    """The customer a row means by its surest key that is known, and whether a key of it is shared by several.

    A key nobody has, or that several share, is passed over for the next one: CRMs number people in their own way. ``codes``
    makes the codes of a data set whose people are hidden; its ids may be codes or as written.
    """
    is_shared = False
    for field in CUSTOMER_KEYS:
        for key in _spellings(told.get(field, ""), field, codes):
            if key in known[field]:
                found = known[field][key]
                if found is not None:
                    return found, False
                is_shared = True
    return None, is_shared


def _spellings(key: str, field: str, codes: Codes | None) -> list[str]:
    """What a key may stand as in the data."""
    if not key:
        return []
    return ([key] if codes is None or field == "customer_id" else []) + ([codes.of(key)] if codes else [])


def keys_of(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The keys in what rows say of a person (field -> text as written), in the normal form that the orders' own keys have."""
    fields = [field for field in CUSTOMER_KEYS if any(field in row for row in rows)]
    if not fields:
        return [{} for _ in rows]
    keys = ", ".join(f"coalesce({key_sql(field, field)}, '')" for field in fields)
    texts = ", ".join(f"nullif(trim(unnest(${field})), '') as {field}" for field in fields)
    written = {field: [row.get(field, "") for row in rows] for field in fields}
    with closing(Database()) as database:
        found = database.rows(f"select {keys} from (select {texts})", written)  # noqa: S608  # names of our own
    return [dict(zip(fields, row, strict=True)) for row in found]


def named(texts: Sequence[str], known: Lookup, codes: Codes | None = None) -> list[str | None]:
    """The customer that each text means, be it a code, a phone, an e-mail or a name; ``None`` where nobody is found."""
    told = keys_of([dict.fromkeys(CUSTOMER_KEYS, text) for text in texts])
    return [customer_of(one, known, codes)[0] for one in told]
