-- grain: one order of every $nth customer. full_price: what its lines would have cost at the highest usual unit price of the
-- product in that quarter (the 95th percentile by lines of at least $least, else of all time); paid: what they cost.
-- Lines without a price tell nothing. What the customer did within $days after the order; missing while not all known
with eligible as (
    select customer_key, channel, orders as lifetime_orders, cast(margin as double) as lifetime_margin
    from mart_customer where true /* filters */ and customer_key % $nth = 0
),

priced as (
    select
        l.customer_key,
        l.order_key,
        l.order_number,
        l.day,
        l.product_key,
        l.quantity,
        l.revenue,
        l.margin,
        cast(floor(l.day / 91.3125) as integer) as quarter,
        cast(l.revenue as double) / cast(l.quantity as double) as price
    from mart_line as l
    where l.order_number > 0 and l.quantity > 0 and l.revenue >= 0
),

in_quarter as (
    select product_key, quarter, quantile_disc(price, 0.95) as price from priced
    group by product_key, quarter having count(*) >= $least
),

ever as (
    select product_key, quantile_disc(price, 0.95) as price from priced group by product_key
),

orders as (
    select
        p.customer_key,
        p.order_key,
        p.order_number,
        p.day,
        sum(cast(p.revenue as double)) as paid,
        sum(cast(p.margin as double)) as margin,
        sum(
            case
                when coalesce(q.price, v.price) > p.price then coalesce(q.price, v.price) * cast(p.quantity as double)
                else cast(p.revenue as double)
            end
        ) as full_price,
        arg_max(p.product_key, (p.revenue, p.product_key)) as main_key
    from priced as p
    join eligible as e on e.customer_key = p.customer_key
    join ever as v on v.product_key = p.product_key
    left join in_quarter as q on q.product_key = p.product_key and q.quarter = p.quarter
    group by p.customer_key, p.order_key, p.order_number, p.day
),

after_each as (
    select
        m.order_key,
        count(case when m.is_order = 1 then 1 end) over w as orders_after,
        coalesce(sum(m.margin) over w, 0) as margin_after
    from mart_order as m
    join eligible as e using (customer_key)
    window w as (partition by m.customer_key order by m.day range between 1 following and $days following)
)

select
    o.*,
    e.channel,
    e.lifetime_orders,
    e.lifetime_margin,
    case when o.day < $to_day - $days then a.orders_after end as orders_after,
    case when o.day < $to_day - $days then cast(a.margin_after as double) end as margin_after
from orders as o
join eligible as e using (customer_key)
join after_each as a using (order_key)
where o.day >= $from_day and o.day < $to_day
order by o.customer_key, o.order_number
