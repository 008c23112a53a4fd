"""Who bought: one spelling for every customer, by the surest key that a row has.

A customer id stands as written (codes may differ by a leading zero). Without one, the phone, the e-mail
or the name decides, each in a form that folds the usual variants: 8 912 ... and +7 912 ...; case; spaces
and no-break spaces; ё and е. Look-alike letters of two alphabets are reported, never merged.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict

from ltvlib.engine import Database
from ltvlib.ingest.model import Note
from ltvlib.ingest.styles import RAW
from ltvlib.ingest.synonyms import CUSTOMER_KEYS

_EMPTY = (
    "'-', '--', '—', '–', '.', '?', '0', 'n/a', 'na', 'null', 'none', 'nan', 'нет', 'нет данных', "
    "'не указан', 'не указано', 'не указана', 'без имени', 'неизвестно', 'аноним', 'anonymous', 'guest', 'unknown', '(blank)'"
)
_DESTROYED = r"[-+]?[0-9][.,]?[0-9]*[eE]\+?[0-9]+"


def key_sql(field: str, text: str) -> str:
    """SQL of the normal form of one key; NULL where the cell holds no usable key."""
    return {"customer_id": _id, "phone": _phone, "email": _email, "name": _name}[field](text)


def _id(text: str) -> str:
    bad = f"lower({text}) in ({_EMPTY}) or regexp_full_match({text}, '{_DESTROYED}')"
    return f"case when {bad} then null else {text} end"


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


def customer_sql(texts: Dict[str, str]) -> str:
    """SQL of the customer key from the mapped columns (field -> SQL text), the surest first."""
    keys = [key_sql(field, texts[field]) for field in CUSTOMER_KEYS if field in texts]
    return f"coalesce({', '.join(keys)})" if keys else "cast(null as varchar)"


def first_key(fields: Dict[str, str]) -> str:
    """The field customers are recognised by; rows without it fall back to the next one."""
    return next((field for field in CUSTOMER_KEYS if field in fields), "")


def spellings(database: Database, field: str, text: str) -> int:
    """How many spellings of the key were folded into another one."""
    sql = "select count(distinct v) - count(distinct k) from (select {text} as v, {key} as k from {table}) where k is not null"
    return int(database.rows(sql.format(text=text, key=key_sql(field, text), table=RAW))[0][0])


def warnings(database: Database, texts: Dict[str, str], names: Dict[str, str]) -> list[Note]:
    """What a person should look at: look-alike letters in names, ids that differ only by leading zeros."""
    notes: list[Note] = []
    if "name" in texts:
        mixed = "regexp_matches(lower({v}), '[а-яё][a-z]|[a-z][а-яё]')".format(v=texts["name"])
        count = _count(database, texts["name"], mixed)
        if count:
            text = (
                "Column {column}: {count} names mix Latin and Cyrillic letters that look alike; they are kept as "
                "customers of their own. Correct them in the file if they are the same person."
            )
            notes.append(Note(text, {"column": names["name"], "count": count}, "warn"))
    if first_key(texts) == "customer_id":
        notes += _zeros(database, texts["customer_id"], names["customer_id"])
    return notes


def _count(database: Database, text: str, condition: str) -> int:
    sql = "select count(distinct {text}) from {table} where {condition}"
    return int(database.rows(sql.format(text=text, table=RAW, condition=condition))[0][0])


def _zeros(database: Database, text: str, name: str) -> list[Note]:
    sql = (
        "with codes as (select distinct {text} as v from {table}), "
        "zeros as (select v, ltrim(v, '0') as bare from codes where v like '0%' and v <> '0') "
        "select count(*) from (select bare from zeros union all select v from codes where v in (select bare from zeros)) "
        "group by bare having count(*) > 1"
    )
    groups = len(database.rows(sql.format(text=text, table=RAW)))
    if not groups:
        return []
    text = "Column {column}: {count} codes differ only by leading zeros; they are kept as different customers."
    return [Note(text, {"column": name, "count": groups}, "warn")]
