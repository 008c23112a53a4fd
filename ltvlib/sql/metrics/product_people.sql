-- grain: one customer to make an offer to: those listed, or who ordered within $recent days before the end, the latest first
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    c.customer_key,
    c.customer_id,
    c.name,
    c.manager,
    c.last_day,
    c.orders,
    cast(c.margin as double) as lifetime_margin
from mart_customer as c
join eligible as e using (customer_key)
where (
    ($everybody and c.last_day >= $to_day - $recent)
    or c.customer_id in (select unnest(cast($customers as varchar[])))
)
order by c.last_day desc, c.customer_key
limit $limit
