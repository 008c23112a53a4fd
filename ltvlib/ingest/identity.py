"""Who bought: one spelling for every customer, by the surest key that a row has.

A customer id stands as written (codes may differ by a leading zero). Without one, the phone, the e-mail
or the name decides, each in a form that folds the usual variants: 8 912 ... and +7 912 ...; case; spaces
and no-break spaces; ё and е. Look-alike letters of two alphabets are reported, never merged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass

from ltvlib.codes import Codes
from ltvlib.engine import Database
from ltvlib.errors import N_
from ltvlib.ingest.model import Note
from ltvlib.ingest.styles import RAW
from ltvlib.ingest.synonyms import CUSTOMER_KEYS
from ltvlib.ingest.values import compose

NOBODY = (
    *(
        "-",
        "--",
        "—",
        "–",
        ".",
        "?",
        "0",
        "n/a",
        "na",
        "null",
        "none",
        "nan",
        "anonymous",
        "guest",
        "unknown",
        "(blank)",
    ),
    *("нет", "нет данных", "не указан", "не указано", "не указана", "без имени", "неизвестно", "аноним"),
)
"""What people write where nobody is meant."""
_EMPTY = ", ".join(f"'{text}'" for text in NOBODY)
_DESTROYED = r"[-+]?[0-9][.,]?[0-9]*[eE]\+?[0-9]+"
_ODD = "|".join([*map(re.escape, NOBODY), _DESTROYED])


def key_sql(field: str, text: str) -> str:
    """SQL of the normal form of one key; NULL where the cell holds no usable key."""
    return {"customer_id": _id, "phone": _phone, "email": _email, "name": _name}[field](text)


def has_odd_ids(database: Database, table: str) -> bool:
    """Whether some customer id of ``table`` is none: a word for nothing, or a code destroyed by a spreadsheet."""
    sql = "select count(*) > 0 from {table} where regexp_full_match(customer_id, '(?i){odd}')"
    return bool(database.rows(compose(sql, table=table, odd=_ODD))[0][0])


def _id(text: str) -> str:
    # A pattern is several times cheaper than lower() and a list of words, and it is asked of every row.
    return f"case when regexp_full_match({text}, '(?i){_ODD}') then null else {text} end"


def _phone(text: str) -> str:
    """Digits of the first phone in the cell; a Russian 8 or a bare 9xx number becomes 7xxx."""
    first = f"regexp_extract({text}, '[^,;/]+')"
    digits = f"regexp_replace({first}, '[^0-9]', '', 'g')"
    return (
        f"case when regexp_full_match({first}, '{_DESTROYED}') or length({digits}) not between 10 and 15 then null "
        f"when length({digits}) = 11 and {digits}[1] = '8' then '7' || {digits}[2:] "
        f"when length({digits}) = 10 and {digits}[1] = '9' and {first} not like '+%' then '7' || {digits} "
        f"else {digits} end"
    )


def _email(text: str) -> str:
    first = f"lower(trim(regexp_extract({text}, '[^,;]+')))"
    return f"case when {first} like '%_@_%' then {first} end"


def _name(text: str) -> str:
    folded = f"replace(lower(nfc_normalize({text})), 'ё', 'е')"
    name = rf"trim(regexp_replace({folded}, '[\s\x{{a0}}\x{{202f}}\x{{2009}}]+', ' ', 'g'))"
    return f"case when {name} in ({_EMPTY}) then null else nullif({name}, '') end"


@dataclass(frozen=True)
class Identity:
    """How a row tells its customer: SQL of the key, joins it needs, spellings folded by the first key.

    ``strict``: where the file has ids alone, ``sql`` takes them as written, which is right unless one of the
    customers found in the end is no id (:func:`has_odd_ids`); then the SQL that holds for any file.
    """

    sql: str
    joins: str = ""
    folded: int = 0
    strict: str = ""


def identify(database: Database, texts: Dict[str, str], codes: Codes | None = None, hide_ids: bool = False) -> Identity:
    """Prepare the customer key from the mapped columns (field -> SQL text), the surest first.

    Spellings are normalised once per distinct value. Where rows lack the surest key, the next ones are
    used; a phone or e-mail that elsewhere stands beside exactly one surer key leads to that customer. With ``codes``,
    phones, e-mails and names become codes as soon as they are in their normal form, and ids too with ``hide_ids``.
    """
    sql, joins, folded = "", "", 0
    fields = [name for name in CUSTOMER_KEYS if name in texts]
    for field in fields:
        key, join = _dictionary(database, field, texts[field], codes if hide_ids or field != "customer_id" else None)
        joins += join
        if not sql:
            sql, folded = key, 0 if field == "customer_id" else _folded(database, field)
        else:
            link = _link(database, field, key, sql, joins) if field != "name" else ""
            joins += link
            sql = f"coalesce({sql}, {f'link_{field}.p, ' if link else ''}{key})"
        if field == fields[-1]:
            break
        missing = compose("select count(*) from {table} {joins} where {key} is null", table=RAW, joins=joins, key=sql)
        if not database.rows(missing)[0][0]:
            break
    return Identity(sql, joins, folded)


def _dictionary(database: Database, field: str, text: str, codes: Codes | None) -> tuple[str, str]:
    """SQL of one key and the join it needs; ids that may be read need none."""
    if field == "customer_id" and codes is None:
        return _id(text), ""
    table = f"who_{field}"
    sql = "create or replace table {table} as select v, {key} as k from (select distinct {text} as v from {raw})"
    key = key_sql(field, "v") if codes is None else codes.sql(key_sql(field, "v"))
    database.execute(compose(sql, table=table, key=key, text=text, raw=RAW))
    return f"{table}.k", f" left join {table} on {table}.v = {text}"


def _folded(database: Database, field: str) -> int:
    sql = "select count(*) - count(distinct k) from {table} where k is not null"
    return int(database.rows(compose(sql, table=f"who_{field}"))[0][0])


def _link(database: Database, field: str, key: str, surer: str, joins: str) -> str:
    """Join from a key to the one surer key it stands beside elsewhere."""
    sql = (
        "create or replace table link_{field} as select k, min(s) as p from (select {key} as k, {surer} as s "
        "from {raw} {joins}) where k is not null and s is not null group by k having count(distinct s) = 1"
    )
    database.execute(compose(sql, field=field, key=key, surer=surer, raw=RAW, joins=joins))
    return f" left join link_{field} on link_{field}.k = {key}"


def first_key(fields: Dict[str, str]) -> str:
    """The field customers are recognised by; rows without it fall back to the next one."""
    return next((field for field in CUSTOMER_KEYS if field in fields), "")


def warnings(database: Database, texts: Dict[str, str], names: Dict[str, str], every: str = "") -> list[Note]:
    """What a person should look at: look-alike letters in names, ids that differ only by leading zeros.

    ``every`` is a table with all customer ids, where there is one: much shorter than the file.
    """
    key = first_key(texts)
    if key == "name":
        count = _count(database, _MIXED, texts[key])
        text = N_(
            "Column {column}: {count} names mix Latin and Cyrillic letters that look alike; they are kept as "
            "customers of their own. Correct them in the file if they are the same person."
        )
    else:
        place = (every, "customer_id") if every else (RAW, texts[key])
        asked = key == "customer_id" and _count(database, _ZERO, place[1], place[0])
        count = _count(database, _ZEROS, place[1], place[0]) if asked else 0
        text = N_(
            "Column {column}: {count} codes differ from another one only by leading zeros; they stay different customers."
        )
    return [Note(text, {"column": names[key], "count": count}, "warn")] if count else []


_MIXED = (
    "select count(*) from (select distinct {text} as v from {table}) "
    "where regexp_matches(lower(v), '[а-яё][a-z]|[a-z][а-яё]')"
)
_ZERO = "select count(*) from (select {text} as v from {table}) where prefix(v, '0')"
_ZEROS = "select count(distinct v) - count(distinct ltrim(v, '0')) from (select {text} as v from {table})"


def _count(database: Database, sql: str, text: str, table: str = RAW) -> int:
    return int(database.rows(sql.format(text=text, table=table))[0][0])
