-- grain: fine logarithmic bin of average order value; counts, money and the smallest value inside.
-- Customers whose refunds took all their revenue back stand together in the lowest bin.
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    case
        when w.revenue > 0 then cast(floor(ln(cast(w.revenue as double) / w.orders) * 200) as integer)
        else -1000000
    end as bin,
    min(cast(w.revenue as double) / w.orders) as smallest,
    max(cast(w.revenue as double) / w.orders) as largest,
    count(*) as customers,
    cast(sum(w.orders) as bigint) as orders,
    sum(w.revenue) as revenue,
    sum(w.margin) as margin
from {{window}} as w
join eligible as e using (customer_key)
where w.orders > 0
group by 1
order by 1
