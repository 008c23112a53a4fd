-- grain: one order or refund document, narrow. order_number is 0 for refunds; gap_days is missing for the first order
select
    customer_hash,
    order_id,
    ts,
    day,
    month,
    day_of_month,
    is_order,
    is_back,
    case when is_order = 1 then place else 0 end as order_number,
    case when is_order = 1 and place > 1 then day - day_before end as gap_days,
    revenue,
    margin,
    channel,
    manager
from numbered
