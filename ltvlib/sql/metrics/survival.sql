-- grain: days x whether the customer has gone; customers. The clock starts at order number $start_order and is read on
-- $cut_day, the last day on which orders up to $to_day can still tell who has gone: who did not order from it on has
-- ended at the last order, the others are still with us on it. Only clocks that began from $from_day to before $cut_day.
with eligible as (
    select customer_key, first_month from mart_customer where true /* filters */
),

lives as (
    select
        m.customer_key,
        max(case when m.order_number = $start_order then m.day end) as start_day,
        max(m.day) as last_day
    from mart_order as m
    join eligible as e using (customer_key)
    where m.is_order = 1 and m.day < $to_day and e.first_month >= $since_month
    group by m.customer_key
)

select
    case when last_day < $cut_day then last_day - start_day else $cut_day - start_day end as days,
    case when last_day < $cut_day then 1 else 0 end as is_ended,
    count(*) as n
from lives
where start_day >= $from_day and start_day < $cut_day
group by 1, 2
order by 1, 2
