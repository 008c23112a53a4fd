-- mart_order, grain: one order or refund document, stored by customer and time.
-- order_number is 1-based among the customer's orders and 0 for refunds; gap_days is missing for the first order.
create or replace table mart_order as
select
    customer_key,
    order_id,
    ts,
    day,
    week,
    month,
    quarter,
    year,
    day_of_month,
    is_order,
    case when is_order = 1 then cast(row_number() over w as integer) else 0 end as order_number,
    case when is_order = 1 and row_number() over w > 1 then day - lag(day) over w end as gap_days,
    revenue,
    margin,
    channel,
    manager
from o
window w as (partition by customer_key, is_order order by ts, order_id)
order by customer_key, ts
