-- grain: trouble with the first order (1, 0) x days x whether the customer has gone; customers. As metrics/survival,
-- with the clock at the first order.
with eligible as (
    select customer_key, first_month from mart_customer where true /* filters */
),

lives as (
    select
        m.customer_key,
        max(case when m.order_number = 1 then m.day end) as start_day,
        max(m.day) as last_day
    from mart_order as m
    join eligible as e using (customer_key)
    where m.is_order = 1 and m.day < $to_day and e.first_month >= $since_month
    group by m.customer_key
)

select
    f.{{trouble}} as is_troubled,
    case when l.last_day < $cut_day then l.last_day - l.start_day else $cut_day - l.start_day end as days,
    case when l.last_day < $cut_day then 1 else 0 end as is_ended,
    count(*) as n
from lives as l
join mart_fulfilment as f using (customer_key)
where f.order_number = 1 and f.{{trouble}} is not null and l.start_day < $cut_day
group by 1, 2, 3
order by 1, 2, 3
