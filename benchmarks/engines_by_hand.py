"""The reductions as an analyst would write them for one engine, over clean columns taken on trust."""

from __future__ import annotations

MARGIN = "gross_margin"
AS_OF = "(select cast(max(ordered_at) as date) + 1 from orders)"
YEAR, TWO = (f"{AS_OF} - interval '{months} month'" for months in (12, 24))
_WINDOWED = f"""
    select customer_id,
        count(*) filter (where ordered_at >= {YEAR}) as n,
        sum(revenue) filter (where ordered_at >= {YEAR}) as revenue,
        sum({MARGIN}) filter (where ordered_at >= {YEAR}) as margin,
        sum({MARGIN}) as lifetime, max(ordered_at) as last_at
    from orders group by customer_id
"""
_SEGMENT = """case when n = 0 then 'inactive' when revenue / n >= 60 and n >= 3 then 'A' when revenue / n >= 60 then 'B'
    when n >= 3 then 'C' else 'D' end"""

TEXTS = {
    "customer_table": f"""
        select customer_id, count(*) as n, sum(revenue) as paid, sum({MARGIN}) as profit, min(ordered_at) as first_at,
            max(ordered_at) as last_at, {{median}} as gap
        from (select *, {{gap}} as gap from (
            select *, {{before}} over (partition by customer_id order by ordered_at) as before_at from orders) as b) as g
        group by customer_id order by 1""",
    "segment_table": f"""
        select {_SEGMENT} as segment, count(*), sum(n), sum(revenue), sum(margin), sum(lifetime), max(last_at)
        from ({_WINDOWED}) as w group by 1 order by 1""",
    "cohorts": f"""
        with firsts as (select customer_id, date_trunc('month', min(ordered_at)) as cohort from orders group by customer_id)
        select cohort, {{months}} as age, count(distinct o.customer_id), count(*), sum(revenue), sum({MARGIN})
        from orders as o join firsts as f on f.customer_id = o.customer_id group by 1, 2 order by 1, 2""",
    "model_counts": f"""
        select n - 1, {{days}}, {{age}}, count(*)
        from (select customer_id, count(distinct cast(ordered_at as date)) as n, min(cast(ordered_at as date)) as first_day,
            max(cast(ordered_at as date)) as last_day, {AS_OF} as as_of from orders group by customer_id) as lives
        group by 1, 2, 3 order by 1, 2, 3""",
    "moves": f"""
        with now as (select customer_id, {_SEGMENT} as segment, margin from ({_WINDOWED}) as w),
        earlier as (select customer_id, {_SEGMENT} as segment, margin from (
            select customer_id, count(*) filter (where ordered_at >= {TWO}) as n,
                sum(revenue) filter (where ordered_at >= {TWO}) as revenue,
                sum({MARGIN}) filter (where ordered_at >= {TWO}) as margin
            from orders where ordered_at < {YEAR} group by customer_id) as w)
        select coalesce(b.segment, 'new') as before, n.segment, count(*), sum(b.margin), sum(n.margin)
        from now as n left join earlier as b on b.customer_id = n.customer_id group by 1, 2 order by 1, 2""",
    "trailing_year": f"""
        select month, sum(n) over w, sum(revenue) over w, sum(margin) over w from (
            select date_trunc('month', ordered_at) as month, count(*) as n, sum(revenue) as revenue, sum({MARGIN}) as margin
            from orders group by 1) as m
        window w as (order by month rows between 11 preceding and current row) order by month""",
    "pairs": """
        with bought as (select distinct order_id, product_id from lines)
        select a.product_id, b.product_id, count(*)
        from bought as a join bought as b on a.order_id = b.order_id and a.product_id < b.product_id
        group by a.product_id, b.product_id having count(*) >= 2 order by 3 desc, 1, 2""",
}
_DUCKDB = {
    "before": "lag(ordered_at)",
    "gap": "date_diff('day', before_at, ordered_at)",
    "median": "median(gap)",
    "months": "date_diff('month', cohort, ordered_at)",
    "days": "last_day - first_day",
    "age": "as_of - first_day - 1",
}
_WORDS = {
    "duckdb": {},
    "postgres": {
        "gap": "cast(ordered_at as date) - cast(before_at as date)",
        "median": "percentile_cont(0.5) within group (order by gap)",
        "months": "(extract(year from ordered_at) - extract(year from cohort)) * 12"
        " + extract(month from ordered_at) - extract(month from cohort)",
    },
    "clickhouse": {
        "before": "lag(toNullable(ordered_at))",
        "median": "quantileExactInclusive(0.5)(gap)",
        "days": "date_diff('day', first_day, last_day)",
        "age": "date_diff('day', first_day, as_of) - 1",
    },
    "spark": {
        "gap": "datediff(ordered_at, before_at)",
        "months": "timestampdiff(month, cohort, ordered_at)",
        "days": "datediff(last_day, first_day)",
        "age": "datediff(as_of, first_day) - 1",
    },
}


def text(name: str, dialect: str) -> str:
    """One of the seven in the words of an engine (a name of :data:`ltvlib.remote.dialect.DIALECTS`)."""
    return TEXTS[name].format(**{**_DUCKDB, **_WORDS[dialect]})
