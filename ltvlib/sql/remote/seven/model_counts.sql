,

-- a purchase occasion is a day with an order
lives as (
    select
        customer_hash,
        min(day) as first_day,
        max(day) as last_day,
        count(distinct day) as occasions
    from o
    where is_order = 1
    group by customer_hash
)

-- grain: repeat_orders x last_order_age x customer_age (days); customers
select
    occasions - 1 as repeat_orders,
    last_day - first_day as last_order_age,
    $ltv_as_of_day - 1 - first_day as customer_age,
    count(*) as customers
from lives
group by occasions - 1, last_day - first_day, $ltv_as_of_day - 1 - first_day
order by 1, 2, 3
