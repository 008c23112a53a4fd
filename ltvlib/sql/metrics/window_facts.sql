-- grain: one row; additive facts of the eligible customers in one window
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    cast(coalesce(sum(case when w.orders > 0 then 1 else 0 end), 0) as bigint) as customers,
    cast(coalesce(sum(case when w.orders > 1 then 1 else 0 end), 0) as bigint) as repeat_customers,
    cast(coalesce(sum(w.is_acquired), 0) as bigint) as acquired_customers,
    cast(coalesce(sum(w.orders), 0) as bigint) as orders,
    coalesce(sum(w.revenue), 0) as revenue,
    coalesce(sum(w.margin), 0) as margin
from {{window}} as w
join eligible as e using (customer_key)
