"""The marts of order lines: keys and sums by hand, nothing at no cost where there are no lines."""

from __future__ import annotations

import pytest

from ltvlib.products import items
from ltvlib.products.items import Level
from ltvlib.samples import open_sample
from tests.products.shop import by_hand


def test_lines_by_hand(tmp_path):
    space = by_hand(tmp_path)
    sql = """
        select k.customer_id, l.order_number, p.product, p.category, s.manager, l.quantity, l.revenue, l.margin
        from mart_line as l join customer_ids as k using (customer_key)
        join mart_product as p using (product_key) join mart_seller as s using (seller_key)
        where k.customer_id = 'w' or l.order_number = 2 order by all
    """
    found = [(*row[:5], *map(float, row[5:])) for row in space.database.rows(sql)]
    assert found == [
        ("w", 0, "phone", "Devices", "Bob", -1.0, -80.0, -20.0),
        ("w", 1, "phone", "Devices", "Bob", 1.0, 80.0, 20.0),
        ("x", 2, "case", "Extras", "Bob", 2.0, 20.0, 12.0),
        ("y", 2, "lamp", "Home", "Bob", 1.0, 30.0, 10.0),
    ]
    assert items.levels(space) == (Level.CATEGORY, Level.PRODUCT)
    assert sorted(items.names(space, Level.CATEGORY).values()) == ["Devices", "Extras", "Home"]


@pytest.mark.parametrize("name", ["salon", "kids", "electronics", "b2b", "crm"])
def test_the_margin_of_the_lines_is_the_margin_of_the_orders(name: str):
    rows = open_sample(name).database.rows
    assert rows("select sum(margin), sum(revenue) from mart_line") == rows(
        "select sum(margin), sum(revenue) from mart_order"
    )
    types = dict(rows("select column_name, data_type from duckdb_columns() where table_name = 'mart_line'"))
    assert "VARCHAR" not in types.values(), "no text in the mart of lines"


def test_without_lines_the_marts_are_empty(tmp_path):
    space = by_hand(tmp_path, with_lines=False)
    assert not items.is_present(space)
    assert [
        space.database.rows(f"select count(*) from mart_{name}")[0][0] for name in ("line", "product", "seller")
    ] == [0] * 3


def test_a_line_without_a_cost_gets_its_part_of_the_margin_of_the_order(tmp_path):
    import datetime as dt

    import pandas as pd

    from tests.conftest import open_rows

    rows = [{"order_id": "1", "customer_id": "x", "ordered_at": "2024-01-01", "revenue": 100.0, "gross_margin": 30.0}]
    lines = pd.DataFrame(
        {
            "order_id": ["1", "1"],
            "product_id": ["a", "b"],
            "product_name": ["A", "B"],
            "category": [None, None],
            "quantity": [1.0, 1.0],
            "revenue": [60.0, 40.0],
            "cost": pd.Series([None, None], dtype="float64"),
        }
    ).astype({"category": "str"})
    space = open_rows(tmp_path, rows, dt.date(2024, 2, 1), margin_source="margin", order_lines=lines)
    found = space.database.rows("select margin from mart_line order by margin")
    assert [float(row[0]) for row in found] == [12.0, 18.0]


def test_the_interval_of_a_share_is_wilson_s():
    """Published in Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263 and 15 of 148."""
    for hits, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
        found = items.wilson(hits, n)
        assert (round(float(found[0]), 4), round(float(found[1]), 4)) == (low, high)


def test_discoveries_follow_the_published_example():
    """Benjamini & Hochberg (1995), section 3.2: of 15 p-values the first four are shown at .05."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    import numpy as np

    assert items.discoveries(np.array(p), 15).tolist() == [True] * 4 + [False] * 11
    assert items.discoveries(np.array(p[:9]), 15).sum() == 4, "tests that are not listed count as well"
