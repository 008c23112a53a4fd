-- grain: repeat_orders x last_order_age x customer_age (days, as of $known_day) x orders after it x orders shortly before it
-- include: metrics/model_head

select
    occasions - 1 as repeat_orders,
    last_day - first_day as last_order_age,
    $known_day - 1 - first_day as customer_age,
    actual_orders,
    recent_orders,
    count(*) as customers
from lives
group by 1, 2, 3, 4, 5
order by 1, 2, 3, 4, 5
