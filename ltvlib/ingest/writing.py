"""Writing the canonical tables and the refused and merged records to Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ltvlib.engine import QUICK_PARQUET, Database, literal, quote, sql_text
from ltvlib.ingest import reconcile
from ltvlib.ingest.hiding import HIDDEN, PERSONAL, personal_columns
from ltvlib.ingest.identity import Identity, has_odd_ids, key_sql
from ltvlib.ingest.judging import account
from ltvlib.ingest.staging import Plan, stage
from ltvlib.ingest.structure import ORDER, has_products
from ltvlib.ingest.values import compose

SORTED_ROWS = 1_000_000
"""Up to here orders are sorted by customer and time; sorting more costs more than it saves later."""
_FAULTS = {
    "no_customer": ("customer_id", "phone", "email", "name"),
    "no_date": ("ordered_at",),
    "bad_date": ("ordered_at",),
    "bad_number": ("revenue", "unit_price"),
    "no_amount": ("revenue", "unit_price"),
    "other_currency": ("currency",),
    "cancelled": ("status", "cancelled_at"),
    "not_a_sale": ("status",),
    "returned": ("status",),
}
"""Reason -> fields that may be at fault; the first that is mapped is named in the refused table."""
_IMPERSONAL = ("totals", "repeated_header", "units", "comment")
"""Lines set aside by the reader that name no customer."""


def make_docs(database: Database, plan: Plan, mode: str) -> None:
    """Create ``docs``: one row per order or refund document, with unique numbers."""
    if not plan.several:
        database.execute(sql_text("staging/orders_single"))
        return
    once = {f"{name}_once": str(_once(database, plan, name, mode)) for name in ("refund", "cost", "margin")}
    database.execute(sql_text("staging/orders_grouped").format(**once))
    database.execute(
        "create or replace table docs as select *, order_id || case when place = 1 then '' when is_back then '-R' "
        "|| case when place > 2 then cast(place as varchar) else '' end else '#' || place end as doc_id from (select *, "
        "row_number() over (partition by order_id order by is_back, ordered_at, customer_id) as place from docs)"
    )


def _once(database: Database, plan: Plan, name: str, mode: str) -> bool:
    """Whether a number of the order repeats on each of its rows, like an order total."""
    if name not in plan.keys or not mode.endswith(ORDER):
        return False
    sql = (
        "select count(*) filter (least <> most) = 0 from (select min({name}) as least, max({name}) as most "
        "from sales group by order_id, customer_id, part, is_back having count({name}) > 1)"
    )
    return bool(database.rows(sql.format(name=name))[0][0])


def margin_source(plan: Plan) -> str:
    """Where the gross margin comes from: ``cost``, ``margin``, ``rate`` or ``none``."""
    for name in ("cost", "margin"):
        if name in plan.keys:
            return name
    return "rate" if plan.mapping.margin_rate is not None else "none"


def _margin_sql(plan: Plan) -> str:
    """A refund column lowers the margin by what was given back: the goods are taken as not returned."""
    rate = f"cast({float(plan.mapping.margin_rate or 0)!r} as decimal(9,6))"
    return {
        "cost": "revenue - cost",
        "margin": f"margin{_given_back(plan)}",
        "rate": f"round(cast(revenue as decimal(19,4)) * {rate}, 4)",
        "none": "null",
    }[margin_source(plan)]


def _given_back(plan: Plan) -> str:
    """SQL that takes a refund column off an order; nothing where there is none."""
    return " - case when is_back then 0 else refund end" if "refund" in plan.keys else ""


def write_tables(database: Database, plan: Plan, mode: str, out_dir: Path) -> None:
    """Write all tables; ``written`` and ``buyers`` are views over the orders and the customers as written."""
    _write_orders(database, plan, out_dir)
    if plan.identity.strict:
        _look_at_ids(database, plan, out_dir)
    account(database, plan, rows_of(database, out_dir / "orders.parquet"))
    lines = out_dir / "order_lines.parquet"
    lines.unlink(missing_ok=True)
    if has_products(plan.keys):
        _write(database, _lines_sql(plan, mode), lines)
    _write_refused(database, plan, out_dir)


def _look_at_ids(database: Database, plan: Plan, out_dir: Path) -> None:
    """Where an id means nobody, write again with each id looked at; also before refused rows get their reasons."""
    odd = has_odd_ids(database, "buyers")
    if not odd and rows_of(database, out_dir / "orders.parquet") == plan.raw.rows:
        return
    plan.identity = Identity(plan.identity.strict)
    stage(database, plan)
    if odd:
        _write_orders(database, plan, out_dir)


def _view(database: Database, name: str, path: Path) -> None:
    sql = "create or replace view {name} as from read_parquet({path})"
    database.execute(compose(sql, name=name, path=literal(str(path))))


def _write(database: Database, sql: str, path: Path, params: Mapping[str, object] | None = None) -> None:
    database.copy_to_parquet(sql, path, params, QUICK_PARQUET)


def rows_of(database: Database, path: Path) -> int:
    """Rows of a written table, as its footer says; 0 where it was not written."""
    sql = "select num_rows from parquet_file_metadata({path})"
    return int(database.rows(compose(sql, path=literal(str(path))))[0][0]) if path.exists() else 0


def _write_orders(database: Database, plan: Plan, out_dir: Path) -> None:
    """Write the orders, and the customers found in them."""
    path = out_dir / "orders.parquet"
    ordered = plan.raw.rows <= SORTED_ROWS
    sql = sql_text("staging/orders").format(
        order_id=_number(plan),
        given_back=_given_back(plan),
        margin=_margin_sql(plan),
        order="order by customer_id, ordered_at, order_id" if ordered else "",
    )
    _write(database, sql, path)
    _view(database, "written", path)
    _write(database, _customers_sql(plan), out_dir / "customers.parquet")
    _view(database, "buyers", out_dir / "customers.parquet")


def _number(plan: Plan) -> str:
    """The column with the number of an order: one made here where the file's stand on several rows or are missing."""
    return "doc_id" if plan.several else "order_id"


def _customers_sql(plan: Plan) -> str:
    """Customers from the orders just written where these hold all that is mapped: cheaper than the source.

    Of phones and e-mails the latest stands as it was written, to be called, or as a code.
    """
    rules = {"name": "display_name", **{name: name for name in ("channel", "manager", "city", "phone", "email")}}
    parts = dict.fromkeys(rules, "cast(null as varchar)")
    rows = "docs" if plan.several or {"name", "city", "phone", "email"} & plan.keys.keys() else "written"
    # Of several orders of one moment the same one speaks every time: that with the smallest number, or the largest.
    moment = f"(ordered_at, {_number(plan)})"
    for field, column in rules.items():
        if field in plan.keys:
            parts[field] = f"{'arg_min' if field == 'channel' else 'arg_max'}({column}, {moment})"
            if plan.codes is not None and field in PERSONAL and field != "name":
                parts[field] = plan.codes.sql(key_sql(field, parts[field]))
    return sql_text("staging/customers").format(rows=rows, **parts)


def _lines_sql(plan: Plan, mode: str) -> str:
    money = "s.money"
    if mode.endswith(ORDER):
        alone = "count(*) over (partition by s.order_id, s.customer_id, s.part, s.is_back) = 1"
        money = "s.line_money" if "unit_price" in plan.keys else f"case when {alone} then s.money end"
    join = (
        "join docs as d on d.order_id = s.order_id and d.customer_id = s.customer_id "
        "and d.part is not distinct from s.part and d.is_back = s.is_back"
    )
    return sql_text("staging/order_lines").format(
        order_id="d.doc_id" if plan.several else "s.order_id", line_money=money, names=join if plan.several else ""
    )


def _write_refused(database: Database, plan: Plan, out_dir: Path) -> None:
    """Refused and merged records as they stood in the file, those the reader set aside included."""
    hidden = personal_columns(plan.raw, plan.mapping) if plan.codes is not None else []
    cells = ", ".join(
        literal(HIDDEN) if column in hidden else f"cast({quote(column.key)} as varchar)" for column in plan.raw.columns
    )
    sql = sql_text("staging/refused").replace("{text}", f"concat_ws('; ', {cells})")
    sql = sql.replace("{rows}", "raw_rows" if _some_dropped(database) else "(from raw_rows limit 0)")
    names = {
        reason: next((plan.names[field] for field in fields if field in plan.names), "")
        for reason, fields in _FAULTS.items()
    }
    params: dict[str, object] = {"reasons": list(names), "names": list(names.values())}
    for merged, file in ((False, reconcile.REFUSED_FILE), (True, reconcile.MERGED_FILE)):
        aside = () if merged else plan.raw.set_aside
        params |= {
            "merged": merged,
            "lines": [item.line for item in aside],
            "slugs": [item.reason for item in aside],
            "texts": [item.text if plan.codes is None or item.reason in _IMPERSONAL else HIDDEN for item in aside],
        }
        _write(database, sql, out_dir / file, params)


def _some_dropped(database: Database) -> bool:
    return bool(database.rows("select count(*) from dropped")[0][0])
