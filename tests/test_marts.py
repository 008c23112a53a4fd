"""Building the marts: the same tables whichever way they are built."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ltvlib import marts
from ltvlib.engine import sql_text
from ltvlib.settings import EPOCH, Grain, Window
from ltvlib.workspace import Workspace
from tests.conftest import open_rows

TABLES = ("customer_ids", "mart_order", "mart_customer", "mart_customer_month", "mart_customer_back")
MID_MONTH, FIRST = dt.date(2024, 3, 16), dt.date(2024, 4, 1)


def orders() -> list[dict[str, object]]:
    """Orders and refunds of a few people, several of them in one month, on one day, or only refunds."""
    random = np.random.default_rng(7)
    rows: list[dict[str, object]] = []
    for place in range(400):
        moment = dt.datetime(2023, 1, 1) + dt.timedelta(hours=int(random.integers(0, 24 * 450)))
        back = bool(random.random() < 0.15) or place % 57 == 0
        money = round(float(random.integers(100, 9_000)) / 100, 2)
        who = f"only-back-{place}" if place % 57 == 0 else f"c{random.integers(0, 40)}"
        rows.append({"customer_id": who, "ordered_at": moment, "revenue": -money if back else money})
        rows[-1] |= {"is_refund": back, "gross_margin": money / 2, "channel": ("web", "shop", None)[place % 3]}
    return rows


def listed(rows: list[dict[str, object]]) -> pd.DataFrame:
    """A customers table of everybody in the orders, some with a channel, and of a stranger."""
    names = sorted({str(row["customer_id"]) for row in rows} | {"stranger"})
    frame = pd.DataFrame({"customer_id": names, "channel": [("mail", None)[place % 2] for place in range(len(names))]})
    texts = dict.fromkeys(("name", "manager", "city", "industry", "product_gap"), pd.Series(dtype="str"))
    return frame.assign(**texts, acquired_at=pd.NaT, potential_revenue_per_year=np.nan)


def told(space: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """Rows of the marts with the customers' own ids in the place of the keys."""
    found = {}
    for table in TABLES:
        sql = f"select k.customer_id as who, t.* exclude (customer_key) from {table} as t join customer_ids as k using (customer_key) order by all"
        found[table] = space.database.rows(sql)
    return found


@pytest.mark.parametrize("as_of", [MID_MONTH, FIRST])
def test_ranges_of_customers_and_packing_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_of: dt.date
):
    rows = orders()
    plain = told(open_rows(tmp_path, rows, as_of, customers=listed(rows)))
    monkeypatch.setattr(marts, "PACKED_FROM", 1)
    monkeypatch.setattr(marts, "ORDERS_AT_ONCE", 90)
    packed = open_rows(tmp_path, rows, as_of, customers=listed(rows))
    assert told(packed) == plain
    assert packed.database.rows("select count(*) > 0 from packed.mart_order") == [(True,)]


def test_customers_are_the_same_with_and_without_a_table_of_them(tmp_path: Path):
    rows = orders()
    everybody = listed(rows).assign(channel=pd.Series(dtype="str"))
    alone, known = open_rows(tmp_path, rows, FIRST), open_rows(tmp_path, rows, FIRST, customers=everybody)
    some = open_rows(tmp_path, rows, FIRST, customers=everybody.iloc[::2])
    assert told(alone) == told(known) == told(some)
    assert alone.facts() == known.facts() == some.facts()
    assert known.facts().orphan_refunds > 0
    assert not any(who == "stranger" for who, *_ in told(known)["mart_customer"])


@pytest.mark.parametrize("as_of", [MID_MONTH, FIRST])
def test_months_are_the_sums_of_their_documents(tmp_path: Path, as_of: dt.date):
    space = open_rows(tmp_path, orders(), as_of)
    sums = """select customer_key, month, sum(is_order), sum(revenue), sum(margin), max(case when is_order = 1 then day end)
        from mart_order group by 1, 2 order by 1, 2"""
    months = "select customer_key, period, orders, revenue, margin, last_day from mart_customer_month order by 1, 2"
    assert space.database.rows(months) == space.database.rows(sums)
    space.ensure_grain(Grain.QUARTER)
    total = "select sum(orders), sum(revenue), sum(margin) from mart_customer_"
    assert space.database.rows(total + "month") == space.database.rows(total + "quarter")


def test_the_text_of_a_first_order_is_read_only_where_the_customers_do_not_tell(tmp_path: Path):
    rows = orders()
    table = listed(rows)
    first = "select customer_id, channel from mart_customer where customer_id = 'c1'"
    untold = open_rows(tmp_path, rows, FIRST, customers=table.assign(channel=pd.Series(dtype="str")))
    everything = open_rows(tmp_path, rows, FIRST, customers=table.assign(channel="mail"))
    assert everything.database.rows(first) == [("c1", "mail")]
    earliest = min((row for row in rows if row["customer_id"] == "c1" and not row["is_refund"]), key=_moment)
    assert untold.database.rows(first) == [("c1", earliest["channel"])]


def _moment(row: dict[str, object]) -> str:
    return str(row["ordered_at"])


def test_the_months_of_the_last_customers_stay(tmp_path: Path) -> None:
    """Three people only gave something back and leave; their keys come first, so the last keys exceed the count of the others."""
    rows = [
        {"customer_id": f"a{place}", "ordered_at": "2024-01-05", "revenue": -1.0, "is_refund": True}
        for place in range(3)
    ]
    rows += [{"customer_id": f"z{place}", "ordered_at": "2024-01-06", "revenue": 10.0} for place in range(3)]
    space = open_rows(tmp_path, rows, FIRST, customers=listed(rows))
    assert space.database.rows("select sum(orders), sum(revenue) from mart_customer_month") == [(3, 30)]
    assert space.database.rows("select sum(orders), sum(revenue) from mart_customer_back") == [(3, 30)]


@pytest.mark.parametrize("as_of", [MID_MONTH, FIRST])
@pytest.mark.parametrize("months", [1, 3, 12, 40])
def test_a_window_up_to_the_end_is_like_any_other(tmp_path: Path, as_of: dt.date, months: int):
    space = open_rows(tmp_path, orders(), as_of)
    name = space.window(Window(months))
    params = {"months": months, "shift": 0, "window_end_day": (as_of - EPOCH).days}
    space.database.execute(f"create table other as {sql_text('marts/customer_window')}", params)
    assert space.database.rows(f"describe {name}") == space.database.rows("describe other")
    found = [space.database.rows(f"from {table} order by customer_key") for table in (name, "other")]
    assert found[0] == found[1]
    assert len({row[1] for row in found[0]}) > 1
