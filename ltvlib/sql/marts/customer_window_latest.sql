-- grain: one customer; the same as customer_window for the months that end at as_of. The whole history before the end is
-- all there is of it then, and stands with the customer: only the months of the window are read
select
    c.customer_key,
    cast(coalesce(w.orders, 0) as integer) as orders,
    cast(coalesce(w.revenue, 0) as decimal(18, 4)) as revenue,
    cast(coalesce(w.margin, 0) as decimal(18, 4)) as margin,
    c.margin as lifetime_margin,
    c.last_day,
    case when c.first_day < $window_end_day then 1 else 0 end as is_acquired
from mart_customer as c
left join (
    select customer_key, sum(orders) as orders, sum(revenue) as revenue, sum(margin) as margin
    from mart_customer_back
    where back < $months
    group by customer_key
) as w using (customer_key)
