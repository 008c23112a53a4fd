-- mart_order, grain: one order or refund document of a customer.
-- order_number is 1-based among the customer's orders and 0 for refunds; gap_days is missing for the first order.
select
    customer_key,
    order_key,
    day,
    month,
    day_of_month,
    is_order,
    cast(case when is_order = 1 then row_number() over w else 0 end as integer) as order_number,
    case when is_order = 1 and row_number() over w > 1 then day - lag(day) over w end as gap_days,
    revenue,
    margin
from o
where customer_key > $after_key and customer_key <= $last_key
-- orders before refunds, so that the numbers of the orders have no holes
window w as (partition by customer_key order by is_order desc, ts, order_key)
