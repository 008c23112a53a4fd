"""The raw table under canonical names and types: one pass over the file, only the mapped columns.

``staged`` holds what is mapped; the view ``given`` adds the other columns as NULL, so that the SQL that
follows is the same for every file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field

from ltvlib.codes import Codes
from ltvlib.engine import Database, literal, quote, sql_text
from ltvlib.errors import N_, MappingError
from ltvlib.ingest.dates import DateStyle
from ltvlib.ingest.hiding import is_personal
from ltvlib.ingest.identity import Identity, identify
from ltvlib.ingest.mapping import columns_by_field
from ltvlib.ingest.model import Mapping, RawColumn, RawTable
from ltvlib.ingest.numbers import NumberStyle
from ltvlib.ingest.structure import repeats
from ltvlib.ingest.styles import RAW, date_of, date_style, number_of, number_style
from ltvlib.ingest.synonyms import CUSTOMER_KEYS, NUMBER_FIELDS, ZERO_DECIMAL, normal
from ltvlib.ingest.values import cell, compose
from ltvlib.schema import MONEY

COLUMNS: dict[str, str] = {
    "order_id": "varchar",
    "customer_id": "varchar",
    "display_name": "varchar",
    "phone": "varchar",
    "email": "varchar",
    "ordered_at": "timestamp",
    "dated": "boolean",
    "amount": MONEY,
    "counted": "boolean",
    "line_money": MONEY,
    "quantity": MONEY,
    "cost": MONEY,
    "margin": MONEY,
    "refund": MONEY,
    "product_id": "varchar",
    "product_name": "varchar",
    "category": "varchar",
    "channel": "varchar",
    "manager": "varchar",
    "city": "varchar",
    "status": "varchar",
    "document_type": "varchar",
    "currency": "varchar",
    "updated_at": "timestamp",
    "is_cancelled": "boolean",
    "is_back": "boolean",
    "fingerprint": "ubigint",
}
"""Columns of ``given`` beside ``line``; ``dated`` and ``counted``: the cell holds something at all."""

_TEXTS = ("product_id", "product_name", "category", "channel", "manager", "city", "status", "document_type")
_UNIT_COST = re.compile(r"unit|per |за ед|единиц|price|цена|за шт")
_DATES = {"ordered_at": True, "updated_at": True}
_FEW = 100


@dataclass
class Plan:
    """What was decided about the columns before the pass.

    Attributes:
        keys: field -> raw column key.
        names: field -> column name.
        texts: field -> SQL text of the cell.
        numbers, dates: styles by field.
        identity: how rows tell their customer.
        several: some order number stands on several rows, or rows have no order number.
        unit_cost: the cost column is of one piece.
        codes: makes codes of people; ``None`` where they stay readable.
    """

    raw: RawTable
    mapping: Mapping
    keys: dict[str, str]
    names: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, NumberStyle] = field(default_factory=dict)
    dates: dict[str, DateStyle] = field(default_factory=dict)
    identity: Identity = field(default_factory=lambda: Identity(""))
    several: bool = False
    unit_cost: bool = False
    codes: Codes | None = None

    def column(self, name: str) -> RawColumn:
        """The raw column mapped to a field."""
        return next(column for column in self.raw.columns if column.key == self.keys[name])

    def number(self, name: str) -> str:
        """SQL of a number field."""
        return number_of(self.column(name), self.numbers[name])


def make_plan(database: Database, raw: RawTable, mapping: Mapping, codes: Codes | None = None) -> Plan:
    """Decide styles of all mapped columns; raises ``MappingError`` where a person has to choose."""
    keys = columns_by_field(raw, mapping.fields)
    plan = Plan(raw, mapping, keys, {name: mapping.fields[name] for name in keys}, codes=codes)
    _require(keys)
    for name in keys:
        column = plan.column(name)
        plan.texts[name] = _text(database, name, column)
        if name in NUMBER_FIELDS:
            plan.numbers[name] = _number(database, column, mapping)
        elif name in _DATES:
            plan.dates[name] = _date(database, column, mapping if name == "ordered_at" else None)
    hide_ids = codes is not None and "customer_id" in keys and _are_people(database, plan.texts["customer_id"])
    plan.identity = identify(database, plan.texts, codes, hide_ids)
    plan.unit_cost = "cost" in keys and bool(_UNIT_COST.search(normal(plan.names["cost"])))
    plan.several = "order_id" not in keys or repeats(database, plan.column("order_id"), plan.texts["order_id"])
    if not plan.several and not hide_ids and list(plan.texts.keys() & set(CUSTOMER_KEYS)) == ["customer_id"]:
        plan.identity = Identity(plan.texts["customer_id"], strict=plan.identity.sql)
    return plan


def _are_people(database: Database, text: str) -> bool:
    """Whether the customer codes of the file are e-mails, phones or names."""
    sql = "select distinct {text} from {table} where {text} is not null limit {few}"
    return is_personal([str(row[0]) for row in database.rows(compose(sql, text=text, table=RAW, few=_FEW))])


def _require(keys: Dict[str, str]) -> None:
    if "ordered_at" not in keys:
        raise MappingError("Choose the column with the date of the order.")
    if "revenue" not in keys and not {"unit_price", "quantity"} <= keys.keys():
        raise MappingError("Choose the column with the amount paid, or the columns with unit price and quantity.")
    if not any(name in keys for name in CUSTOMER_KEYS):
        raise MappingError("Choose the column that tells who bought: the customer's number, phone, e-mail or name.")


def _text(database: Database, name: str, column: RawColumn) -> str:
    """SQL text of a cell; codes that all end in ``.0`` lose that tail."""
    text = cell(column.key, column.kind)
    if column.kind != "text" or name not in ("order_id", "customer_id", "product_id"):
        return text
    sql = (
        "select count(v), count(*) filter (regexp_full_match(v, '[0-9]+\\.0')) from "
        "(select {text} as v from {table} where {text} is not null {limit})"
    )
    # One value without the tail settles it; nearly always it stands among the first.
    for limit in (f"limit {_FEW}", ""):
        filled, tails = database.rows(compose(sql, text=text, table=RAW, limit=limit))[0]
        if filled != tails:
            break
    return f"left({text}, length({text}) - 2)" if filled and filled == tails else text


def _number(database: Database, column: RawColumn, mapping: Mapping) -> NumberStyle:
    style = number_style(database, column, mapping.decimal)
    if style.decimal == "?":
        text = N_(
            "Choose the decimal sign of the column {column}: its values fit both a comma and a point (line {first})."
        )
        raise MappingError(text, column=column.name, first=style.lines[0] if style.lines else 0)
    if style.filled and not style.numbers and column.name == mapping.fields.get("revenue"):
        raise MappingError(
            "The column {column} holds no numbers; choose another one for the amount.", column=column.name
        )
    return style


def _date(database: Database, column: RawColumn, mapping: Mapping | None) -> DateStyle:
    style = date_style(database, column)
    if column.kind == "timestamp" or mapping is None:
        return style
    chosen = style.chosen(mapping.date_format) if mapping.date_format else style
    if not chosen.formats:
        raise MappingError(
            "The column {column} holds no dates; choose another one for the order date.", column=column.name
        )
    if len(chosen.formats) > 1 and style.conflict:
        raise MappingError(
            "The dates of the column {column} contradict each other: lines {first} and {second} prove different orders "
            "of day and month. Correct the file, or choose the order: rows that do not fit it are refused.",
            column=column.name,
            first=style.conflict[0],
            second=style.conflict[1],
        )
    if len(chosen.formats) > 1:
        text = N_("Choose whether the dates of the column {column} have the day or the month first.")
        raise MappingError(text, column=column.name)
    return chosen


def stage(database: Database, plan: Plan) -> None:
    """Create ``staged`` (a mere view where each row is read only once or twice) and the view ``given``."""
    made = _expressions(plan)
    columns = ",\n    ".join(f"{sql} as {name}" for name, sql in made.items())
    text = sql_text("staging/staged").replace("{kind}", "table" if plan.several else "view")
    database.execute(text.replace("{columns}", columns).replace("{joins}", plan.identity.joins))
    rest = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in COLUMNS.items() if name not in made)
    view = "create or replace view given as select *{rest} from staged"
    database.execute(view.format(rest=", " + rest if rest else ""))


def _expressions(plan: Plan) -> dict[str, str]:
    """SQL of every column of ``given`` that the mapping fills."""
    keys, texts = plan.keys, plan.texts
    made = {name: texts[name] for name in _TEXTS if name in keys}
    made |= {
        "customer_id": plan.identity.sql,
        "ordered_at": date_of(plan.column("ordered_at"), plan.dates["ordered_at"]),
    }
    made["dated"] = _is_filled(plan, "ordered_at")
    made |= _amounts(plan)
    if "name" in keys and plan.codes is None:
        made["display_name"] = texts["name"]
    made |= {name: texts[name] for name in ("phone", "email") if name in keys}
    if "currency" in keys:
        made["currency"] = f"upper({texts['currency']})"
    if "updated_at" in keys:
        made["updated_at"] = date_of(plan.column("updated_at"), plan.dates["updated_at"])
    if "cancelled_at" in keys:
        made["is_cancelled"] = f"lower(coalesce({texts['cancelled_at']}, 'no')) not in ('no', 'false', '0', 'n', 'нет')"
    if "is_refund" in keys:
        made["is_back"] = f"lower({texts['is_refund']}) in ('true', '1', 'yes', 'y', 'да')"
    if "order_id" in keys:
        made["order_id"] = texts["order_id"]
    if plan.several:
        made["fingerprint"] = "hash({cells})".format(cells=", ".join(quote(column.key) for column in plan.raw.columns))
    return made


def _is_filled(plan: Plan, name: str) -> str:
    """SQL test whether the cell of a field holds something; the text of a typed value is dear and not needed for it."""
    column = plan.column(name)
    if column.kind == "text":
        return f"{plan.texts[name]} is not null"
    key = quote(column.key)
    is_number = f"cast({key} as double) <> cast('nan' as double)"
    return f"coalesce({is_number}, false)" if column.kind == "number" else f"{key} is not null"


def _amounts(plan: Plan) -> dict[str, str]:
    """Amount, line money, quantity, cost, margin and refund, in the major unit of the currency."""
    unit = _unit(plan)
    found = {name: plan.number(name) for name in plan.numbers}
    made: dict[str, str] = {}
    if "unit_price" in found and "quantity" in found:
        made["line_money"] = _cents(f"cast({found['unit_price']} as decimal(19,4)) * {found['quantity']}", unit)
    if "revenue" in found:
        made["amount"] = _cents(found["revenue"], unit)
        made["counted"] = _is_filled(plan, "revenue")
    else:
        less = f" - coalesce({_cents(found['discount'], unit)}, 0)" if "discount" in found else ""
        made["amount"] = f"try_cast({made['line_money']}{less} as {MONEY})"
        made["counted"] = f"coalesce({plan.texts['unit_price']}, {plan.texts['quantity']}) is not null"
    if "quantity" in found:
        made["quantity"] = found["quantity"]
    if "cost" in found:
        pieces = f" * {found['quantity']}" if plan.unit_cost and "quantity" in found else ""
        made["cost"] = _cents(f"cast({found['cost']} as decimal(19,4)){pieces}", unit)
    made |= {name: _cents(found[name], unit) for name in ("margin", "refund") if name in found}
    return made


def _cents(sql: str, unit: str) -> str:
    return f"try_cast(try_cast({sql} as decimal(28,8)) * {unit} as {MONEY})" if unit else f"try_cast({sql} as {MONEY})"


def _unit(plan: Plan) -> str:
    """SQL factor that turns minor units into major ones (some currencies have none); exact in DECIMAL."""
    if not plan.mapping.minor_units:
        return ""
    hundredth = "cast(0.01 as decimal(3,2))"
    if "currency" not in plan.keys:
        return "" if plan.mapping.currency in ZERO_DECIMAL else hundredth
    codes = ", ".join(literal(code) for code in ZERO_DECIMAL)
    return f"case when upper({plan.texts['currency']}) in ({codes}) then cast(1 as decimal(3,2)) else {hundredth} end"
