-- mart_order, grain: one order or refund document of a customer.
-- order_number is 1-based among the customer's orders and 0 for refunds; gap_days is missing for the first order.
create or replace table mart_order as
select
    customer_key,
    order_id,
    ts,
    day,
    month,
    day_of_month,
    is_order,
    cast(row_number() over w as integer) as order_number,
    case when row_number() over w > 1 then day - lag(day) over w end as gap_days,
    revenue,
    margin
from o
where is_order = 1
window w as (partition by customer_key order by ts, order_id)
union all
select customer_key, order_id, ts, day, month, day_of_month, is_order, 0, null, revenue, margin
from o
where is_order = 0
