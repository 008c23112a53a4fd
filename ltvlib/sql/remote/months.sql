-- grain: customer x month with any document
select
    customer_hash,
    month as period,
    cast(sum(is_order) as bigint) as orders,
    cast(sum(revenue) as bigint) as revenue,
    cast(sum(margin) as bigint) as margin,
    max(case when is_order = 1 then day end) as last_day
from o
group by customer_hash, month
