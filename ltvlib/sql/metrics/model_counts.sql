-- grain: repeat_orders x last_order_age x customer_age (days); customers, and the margin of those above 0 and of the others.
-- Ages run from the first order; customer_age ends with the last day of the data, the day before $known_day.
-- include: metrics/model_head

select
    occasions - 1 as repeat_orders,
    last_day - first_day as last_order_age,
    $known_day - 1 - first_day as customer_age,
    count(*) as customers,
    sum(case when margin > 0 then 1 else 0 end) as gainers,
    sum(case when margin > 0 then margin else 0 end) as gained,
    sum(case when margin > 0 then 0 else margin end) as lost
from lives
group by 1, 2, 3
order by 1, 2, 3
