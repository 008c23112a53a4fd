-- grain: customer x item of the first order, with what the customer did within $days after it; every $nth customer.
-- is_main: the dearest item of the order. Customers whose days after are not all known are left out by $cut_day
with eligible as (
    select customer_key, channel, first_day, first_month from mart_customer
    where true /* filters */
        and first_day >= $from_day
        and first_day < $cut_day
        and customer_key % $nth = 0
),

items as (
    select
        l.customer_key,
        coalesce(l.{{item}}, -1) as item,
        row_number() over (
            partition by l.customer_key order by sum(l.revenue) desc nulls last, l.{{item}}
        ) as place
    from mart_line as l
    join eligible as e using (customer_key)
    where l.order_number = 1
    group by l.customer_key, l.{{item}}
),

lives as (
    select
        m.customer_key,
        count(case when m.order_number > 1 then 1 end) as orders_after,
        count(case when m.order_number > 1 and m.day >= e.first_day + $half then 1 end) as orders_second_half,
        sum(m.margin) as margin
    from mart_order as m
    join eligible as e using (customer_key)
    where m.day <= e.first_day + $days
    group by m.customer_key
)

select
    i.customer_key,
    i.item,
    case when i.place = 1 then 1 else 0 end as is_main,
    e.channel,
    e.first_month,
    v.orders_after,
    v.orders_second_half,
    cast(v.margin as double) as margin
from items as i
join eligible as e using (customer_key)
join lives as v using (customer_key)
order by i.customer_key, i.place
