-- grain: bin of average order value (logarithmic) x bin of orders; customers with an order in the window
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

points as (
    select
        cast(floor(ln(cast(w.revenue as double) / w.orders) * $bins_per_unit) as integer) as value_bin,
        case
            when w.orders <= 12 then w.orders
            else cast(floor(ln(cast(w.orders as double)) * $bins_per_unit / 2) as integer) + 1000
        end as orders_bin,
        w.orders,
        w.margin
    from {{window}} as w
    join eligible as e using (customer_key)
    where w.orders > 0 and w.revenue > 0
)

select
    value_bin,
    orders_bin,
    min(orders) as orders_from,
    max(orders) as orders_to,
    count(*) as customers,
    sum(margin) as margin
from points
group by value_bin, orders_bin
order by value_bin, orders_bin
