-- grain: one customer with an order; the median of the days between its orders, NULL with one order
select
    max(customer_id) as customer_id,
    cast(sum(is_order) as bigint) as orders,
    cast(sum(revenue) as bigint) as revenue,
    cast(sum(margin) as bigint) as margin,
    min(case when is_order = 1 then day end) as first_day,
    max(case when is_order = 1 then day end) as last_day,
    {median} as median_gap
from (select n.*, case when is_order = 1 and place > 1 then day - day_before end as gap from numbered as n) as gapped
group by customer_hash
having sum(is_order) > 0
order by 1
