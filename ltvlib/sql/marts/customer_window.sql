-- grain: one customer; what happened in the window of months [shift, shift + months) before as_of, the whole
-- history before the window's end, and whether the customer was there yet. Customers with no order in the
-- window have orders = 0, so nobody is dropped.
select
    c.customer_key,
    cast(coalesce(w.orders, 0) as integer) as orders,
    cast(coalesce(w.revenue, 0) as decimal(18, 4)) as revenue,
    cast(coalesce(w.margin, 0) as decimal(18, 4)) as margin,
    cast(coalesce(w.lifetime_margin, 0) as decimal(18, 4)) as lifetime_margin,
    w.last_day,
    case when c.first_day < $window_end_day then 1 else 0 end as is_acquired
from mart_customer as c
left join (
    select
        customer_key,
        sum(case when back < $shift + $months then orders else 0 end) as orders,
        sum(case when back < $shift + $months then revenue else 0 end) as revenue,
        sum(case when back < $shift + $months then margin else 0 end) as margin,
        sum(margin) as lifetime_margin,
        max(last_day) as last_day
    from mart_customer_back
    where back >= $shift
    group by customer_key
) as w using (customer_key)
