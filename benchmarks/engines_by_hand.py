"""The reductions as an analyst would write them for DuckDB, over clean columns taken on trust."""

MARGIN = "gross_margin"
AS_OF = "(select cast(max(ordered_at) as date) + 1 from orders)"
_WINDOWED = f"""
    select customer_id,
        count(*) filter (ordered_at >= {AS_OF} - interval 12 month) as n,
        sum(revenue) filter (ordered_at >= {AS_OF} - interval 12 month) as revenue,
        sum({MARGIN}) filter (ordered_at >= {AS_OF} - interval 12 month) as margin,
        sum({MARGIN}) as lifetime, max(ordered_at) as last_at
    from orders group by customer_id
"""
_SEGMENT = """case when n = 0 then 'inactive' when revenue / n >= 60 and n >= 3 then 'A' when revenue / n >= 60 then 'B'
    when n >= 3 then 'C' else 'D' end"""

BY_HAND = {
    "customer_table": f"""
        select customer_id, count(*) as n, sum(revenue), sum({MARGIN}), min(ordered_at), max(ordered_at), median(gap)
        from (select *, date_diff('day', lag(ordered_at) over (partition by customer_id order by ordered_at), ordered_at) as gap
            from orders) as g
        group by customer_id order by 1""",
    "segment_table": f"""
        select {_SEGMENT} as segment, count(*), sum(n), sum(revenue), sum(margin), sum(lifetime), max(last_at)
        from ({_WINDOWED}) as w group by 1 order by 1""",
    "cohorts": f"""
        with firsts as (select customer_id, date_trunc('month', min(ordered_at)) as cohort from orders group by customer_id)
        select cohort, date_diff('month', cohort, ordered_at) as age, count(distinct customer_id), count(*), sum(revenue), sum({MARGIN})
        from orders join firsts using (customer_id) group by 1, 2 order by 1, 2""",
    "model_counts": f"""
        select n - 1, last_day - first_day, {AS_OF} - first_day - 1, count(*)
        from (select customer_id, count(distinct cast(ordered_at as date)) as n, min(cast(ordered_at as date)) as first_day,
            max(cast(ordered_at as date)) as last_day from orders group by customer_id) as lives
        group by 1, 2, 3 order by 1, 2, 3""",
    "moves": f"""
        with now as (select customer_id, {_SEGMENT} as segment, margin from ({_WINDOWED}) as w),
        earlier as (select customer_id, {_SEGMENT} as segment, margin from (
            select customer_id, count(*) filter (ordered_at >= {AS_OF} - interval 24 month) as n,
                sum(revenue) filter (ordered_at >= {AS_OF} - interval 24 month) as revenue,
                sum({MARGIN}) filter (ordered_at >= {AS_OF} - interval 24 month) as margin
            from orders where ordered_at < {AS_OF} - interval 12 month group by customer_id) as w)
        select coalesce(b.segment, 'new'), n.segment, count(*), sum(b.margin), sum(n.margin)
        from now as n left join earlier as b using (customer_id) group by 1, 2 order by 1, 2""",
    "trailing_year": f"""
        select month, sum(n) over w, sum(revenue) over w, sum(margin) over w from (
            select date_trunc('month', ordered_at) as month, count(*) as n, sum(revenue) as revenue, sum({MARGIN}) as margin
            from orders group by 1) as m
        window w as (order by month range between interval 11 month preceding and current row) order by month""",
    "pairs": """
        with bought as (select distinct order_id, product_id from lines)
        select a.product_id, b.product_id, count(*)
        from bought as a join bought as b on a.order_id = b.order_id and a.product_id < b.product_id
        group by all having count(*) >= 2 order by 3 desc, 1, 2""",
}
