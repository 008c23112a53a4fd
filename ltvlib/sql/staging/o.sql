-- grain: one order or refund document. Whole-number time and exact money; the only text with DuckDB's dialect.
-- ts = epoch seconds, day = days since 1970-01-01, month = year * 12 + month - 1
create or replace view o as
select
    k.customer_key,
    s.order_id,
    cast(epoch(s.ordered_at) as bigint) as ts,
    cast(floor(epoch(s.ordered_at) / 86400) as integer) as day,
    cast(year(s.ordered_at) * 12 + month(s.ordered_at) - 1 as integer) as month,
    cast(day(s.ordered_at) as integer) as day_of_month,
    case when s.is_refund then 0 else 1 end as is_order,
    s.revenue,
    cast(coalesce(s.gross_margin, s.revenue * cast($margin_rate as decimal(9, 6))) as decimal(18, 4)) as margin
from orders as s
join customer_ids as k using (customer_id)
where s.ordered_at < $as_of
