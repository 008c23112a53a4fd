-- grain: one row; customers with an order in the window before, and how many of them ordered again in the window
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    cast(coalesce(sum(case when b.orders > 0 then 1 else 0 end), 0) as bigint) as before,
    cast(coalesce(sum(case when b.orders > 0 and w.orders > 0 then 1 else 0 end), 0) as bigint) as kept
from {{window}} as w
join {{before}} as b using (customer_key)
join eligible as e using (customer_key)
