"""Which records count: refusals, duplicates, older versions, repeated totals, statuses, returns.

Records leave in one table, ``dropped`` (line, reason, is_merged, amount); the view ``live`` is what is
left. The order of the steps is the order of the reconciliation. Where every record is an order of its own (``plan.several`` is false), each is judged by itself and
``live`` is only a condition: ``dropped`` is filled after the orders are written, if records are missing there.
"""

from __future__ import annotations

from collections.abc import Iterable

from ltvlib.engine import Database, literal, sql_text
from ltvlib.errors import N_, MappingError
from ltvlib.ingest.choices import Statuses, values_of
from ltvlib.ingest.staging import Plan
from ltvlib.ingest.structure import LINE, ORDER, amount_mode, has_products
from ltvlib.ingest.values import compose
from ltvlib.schema import MONEY

_NOTHING = "false"
_COUNTER = "coalesce(quantity < 0 and value > 0, false)"
_REFUSALS = "insert into dropped select line, reason, false, coalesce(amount, 0) from judged where reason is not null"
_UNSOLD = "insert into dropped select line, verdict, false, {amount} from verdicts where verdict is not null"


def in_list(column: str, values: Iterable[str]) -> str:
    """SQL test whether a column is one of the values; false for an empty list."""
    listed = ", ".join(literal(value) for value in values)
    return f"{column} in ({listed})" if listed else _NOTHING


def fill(database: Database, plan: Plan) -> str:
    """Fill blanks from the first row of the order where it is needed; the name of the relation to read."""
    checked = ["customer_id", *(name for name in ("status", "currency", "channel", "manager") if name in plan.keys)]
    blanks = " or ".join(f"{name} is null" for name in checked)
    if plan.several and "order_id" in plan.keys:
        sql = "select count(*) from given where not dated or not counted or {blanks}"
        if database.rows(sql.format(blanks=blanks))[0][0]:
            database.execute(sql_text("staging/filled"))
            return "filled"
    database.execute("create or replace view filled as select *, false as is_covered from given")
    return "filled"


def judge(database: Database, plan: Plan, found: Statuses) -> None:
    """Create ``judged``, ``dropped`` (with the refusals, where orders have several rows), and ``live``."""
    keep, value = _currency(database, plan)
    sql = sql_text("staging/judged").format(
        rows=fill(database, plan),
        value=value,
        typed_back=in_list("document_type", found.refund_types),
        status_back=in_list("status", found.refund),
        other_currency=f"not coalesce({keep}, false)" if keep else _NOTHING,
    )
    database.execute(sql)
    database.execute(f"create table dropped (line bigint, reason varchar, is_merged boolean, amount {MONEY})")
    database.execute("create or replace view valid as select * from judged where reason is null")
    if plan.several:
        database.execute(_REFUSALS)
        refresh_live(database)
    else:
        database.execute("create or replace view live as from valid")


def refresh_live(database: Database) -> None:
    """Point ``live`` at the judged records that were not dropped."""
    some = database.rows("select count(*) from dropped")[0][0]
    test = "where line not in (select line from dropped)" if some else ""
    database.execute(compose("create or replace view live as select * from judged {test}", test=test))


def factors(plan: Plan) -> dict[str, str]:
    """Currency code -> exact rate into the currency of the data set; empty when nothing is converted."""
    rates = {code.upper(): repr(float(rate)) for code, rate in plan.mapping.rates.items()}
    return {**rates, plan.mapping.currency.upper(): "1"} if rates and plan.mapping.currency else {}


def rated(column: str, plan: Plan) -> str:
    """SQL of a money column of ``judged`` in the currency of the data set."""
    rates = factors(plan)
    if not rates or "currency" not in plan.keys:
        return column
    cases = " ".join(f"when {literal(code)} then cast({rate} as decimal(18,8))" for code, rate in rates.items())
    return f"try_cast(cast({column} as decimal(19,4)) * case currency {cases} end as {MONEY})"


def _currency(database: Database, plan: Plan) -> tuple[str, str]:
    """SQL test of currencies to keep (empty: all), and SQL of the converted amount."""
    if "currency" not in plan.keys:
        return "", "amount"
    codes = {code.upper() for code in values_of(database, plan.raw, plan.keys["currency"])}
    if not plan.mapping.currency:
        if len(codes) > 1:
            text = N_("The file has {count} currencies; choose the one to count in, or give the rates.")
            raise MappingError(text, count=len(codes))
        return "", "amount"
    keep = sorted(factors(plan)) or [plan.mapping.currency.upper()]
    blank = " or currency is null" if len(codes) <= 1 else ""
    return f"({in_list('currency', keep)}{blank})", rated("amount", plan)


def merge(database: Database, plan: Plan) -> None:
    """Drop exact duplicates and older versions of the same order."""
    if not plan.several:
        return
    if _merges(database, plan):
        database.execute(
            "insert into dropped select line, 'duplicate', true, coalesce(amount, 0) from live semi join "
            "(select fingerprint from live group by fingerprint having count(*) > 1) as twice using (fingerprint) "
            "where line not in (select min(line) from live group by fingerprint having count(*) > 1)"
        )
        refresh_live(database)
    if "order_id" in plan.keys and not has_products(plan.keys):
        database.execute("insert into dropped " + sql_text("staging/older_versions"))
        refresh_live(database)


def _merges(database: Database, plan: Plan) -> bool:
    """Equal rows are one sale where a number or a time of day says so; two equal sales a day are possible."""
    if plan.mapping.merge_duplicates is not None:
        return plan.mapping.merge_duplicates
    if "order_id" in plan.keys:
        return True
    timed = "select count(*) from live where ordered_at <> cast(ordered_at as date)"
    return bool(database.rows(timed)[0][0])


def part_of(plan: Plan) -> str:
    """SQL that parts orders of one number: by day where rows are not lines (numbers that start again)."""
    several = plan.several and "order_id" in plan.keys and not has_products(plan.keys)
    return "cast(ordered_at as date)" if several else "cast(null as date)"


def _unsold(found: Statuses) -> str:
    """SQL test whether a status says that nothing was sold."""
    return (
        f"coalesce(status is not null and not ({in_list('status', found.sale)}), false)" if found.usable else _NOTHING
    )


def settle_amounts(database: Database, plan: Plan, found: Statuses) -> str:
    """Whose amount it is (``line``, ``order``, ``?order``), and the table ``repeated`` of repeated totals."""
    mode = LINE
    if plan.several and {"order_id", "revenue"} <= plan.keys.keys():
        shape = "(select hash(order_id, customer_id, {part}) as order_id, amount, line_money from live)"
        rows = compose(shape, part=part_of(plan))
        mode = plan.mapping.amount_is or amount_mode(database, rows) or LINE
    if mode.endswith(ORDER):
        database.execute(sql_text("staging/repeated").format(part=part_of(plan), unsold=_unsold(found)))
    else:
        database.execute("create table repeated (line bigint, amount decimal(18,4))")
    return mode


def worth(mode: str) -> str:
    """SQL of the money a record brings: nothing where it only repeats the total of its order."""
    return "case when line in (select line from repeated) then null else value end" if mode.endswith(ORDER) else "value"


def drop_unsold(database: Database, plan: Plan, found: Statuses, mode: str) -> None:
    """Drop cancelled records, those not sold yet, and orders that came back as a whole."""
    if not found.usable and "cancelled_at" not in plan.keys:
        return
    sold = "select order_id from live where not says_back"
    sql = sql_text("staging/unsold").format(
        rows="live" if plan.several else "valid",
        worth=worth(mode),
        unsold=_unsold(found),
        cancelled=in_list("status", found.cancelled),
        sold=f"order_id in ({sold})" if plan.several else _NOTHING,
    )
    database.execute("create or replace view verdicts as " + sql)
    if plan.several:
        database.execute(_drop_verdicts(mode))
        refresh_live(database)
    else:
        sold = "create or replace view live as select * exclude (verdict) from verdicts where verdict is null"
        database.execute(sold)


def _drop_verdicts(mode: str) -> str:
    repeats = "case when line in (select line from repeated) then 0 else coalesce(amount, 0) end"
    return compose(_UNSOLD, amount=repeats if mode.endswith(ORDER) else "coalesce(amount, 0)")


def account(database: Database, plan: Plan, written: int) -> None:
    """Where each record is judged by itself: fill ``dropped`` if fewer orders were written than there are rows."""
    if plan.several or written == plan.raw.rows:
        return
    database.execute(_REFUSALS)
    if "verdicts" in database.tables():
        database.execute(_drop_verdicts(LINE))


def make_sales(database: Database, plan: Plan, mode: str) -> None:
    """Create ``sales``: the records that count, signed."""
    netted = (
        "bool_or(coalesce(worth, 0) >= 0 and not is_stated) over "
        "(partition by order_id, customer_id, cast(ordered_at as date))"
    )
    sql = sql_text("staging/sales").format(
        kind="table" if plan.several else "view",
        part=part_of(plan),
        # Where the file has no column of pieces, nothing is asked of each of its rows.
        counter=_COUNTER if {"revenue", "quantity"} <= plan.keys.keys() else _NOTHING,
        worth=worth(mode),
        netted=netted if plan.several and has_products(plan.keys) else _NOTHING,
        **{name: rated(name, plan) for name in ("refund", "cost", "margin", "line_money")},
    )
    database.execute(sql)
