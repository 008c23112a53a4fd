-- grain: segment x bin of average order value (logarithmic) x bin of orders; customers with an order in the window
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

points as (
    select
        s.segment,
        cast(floor(ln(cast(s.revenue as double) / s.orders) * $bins_per_unit) as integer) as value_bin,
        case
            when s.orders <= 12 then s.orders
            else cast(floor(ln(cast(s.orders as double)) * $bins_per_unit / 2) as integer) + 1000
        end as orders_bin,
        s.orders,
        s.revenue,
        s.margin
    from ({{classified}}) as s
    join eligible as e using (customer_key)
    where s.orders > 0 and s.revenue > 0
)

select
    segment,
    value_bin,
    orders_bin,
    cast(sum(orders) as bigint) as orders,
    sum(revenue) as revenue,
    count(*) as customers,
    sum(margin) as margin
from points
group by segment, value_bin, orders_bin
order by segment, value_bin, orders_bin
