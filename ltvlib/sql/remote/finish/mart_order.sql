-- mart_order, grain: one order or refund document of a customer
create or replace table mart_order as
select
    customer_key,
    order_key,
    cast(day as integer) as day,
    cast(month as integer) as month,
    cast(day_of_month as tinyint) as day_of_month,
    cast(is_order as tinyint) as is_order,
    cast(order_number as integer) as order_number,
    cast(gap_days as integer) as gap_days,
    exact(revenue) as revenue,
    exact(margin) as margin
from got_numbered
order by order_key
