-- grain: one row; customers whose segment changes when one threshold moves
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    cast(coalesce(sum(case when (w.revenue >= cast($value_low as decimal(18, 4)) * w.orders)
        <> (w.revenue >= cast($value_threshold as decimal(18, 4)) * w.orders) then 1 else 0 end), 0) as bigint) as value_low,
    cast(coalesce(sum(case when (w.revenue >= cast($value_high as decimal(18, 4)) * w.orders)
        <> (w.revenue >= cast($value_threshold as decimal(18, 4)) * w.orders) then 1 else 0 end), 0) as bigint) as value_high,
    cast(coalesce(sum(case when (w.orders >= $often_low) <> (w.orders >= $often_threshold) then 1 else 0 end), 0) as bigint) as often_low,
    cast(coalesce(sum(case when (w.orders >= $often_high) <> (w.orders >= $often_threshold) then 1 else 0 end), 0) as bigint) as often_high,
    count(*) as customers
from {{window}} as w
join eligible as e using (customer_key)
where w.orders > 0
    and w.customer_key not in (
        select customer_key from customer_ids where customer_id in (select unnest(cast($x_customers as varchar[])))
    )
