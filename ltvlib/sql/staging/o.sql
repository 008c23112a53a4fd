-- grain: one order or refund document. Whole-number time and exact money; the only text with DuckDB's dialect.
-- ts = epoch seconds, day = days since 1970-01-01, month = year * 12 + month - 1; order_key numbers the documents as
-- they were stored (by customer, time and number, or as in a long file), so that no text travels through the marts.
-- Whole numbers are as short as they can be: sorting moves them all
create or replace view o as
select
    k.customer_key,
    cast(s.order_key as integer) as order_key,
    cast(epoch(s.ordered_at) as bigint) as ts,
    cast(floor(epoch(s.ordered_at) / 86400) as integer) as day,
    cast(year(s.ordered_at) * 12 + month(s.ordered_at) - 1 as integer) as month,
    cast(day(s.ordered_at) as tinyint) as day_of_month,
    cast(case when s.is_refund then 0 else 1 end as tinyint) as is_order,
    s.revenue,
    coalesce(s.gross_margin, cast(s.revenue * cast($margin_rate as decimal(9, 6)) as decimal(18, 4))) as margin
from orders as s
join customer_ids as k using (customer_id)
where s.ordered_at < $as_of
