-- grain: calendar month; additive facts of the eligible customers, first orders apart
with eligible as (
    select * from mart_customer where true /* filters */
),

activity as (
    select
        p.period as month,
        cast(sum(case when p.orders > 0 then 1 else 0 end) as bigint) as customers,
        cast(sum(case when p.orders > 1 then 1 else 0 end) as bigint) as repeat_customers,
        cast(sum(p.orders) as bigint) as orders,
        sum(p.revenue) as revenue,
        sum(p.margin) as margin
    from mart_customer_month as p
    join eligible as e using (customer_key)
    where p.period < $end_month
    group by p.period
),

arrivals as (
    select
        first_month as month,
        count(*) as new_customers,
        sum(first_revenue) as first_revenue,
        sum(first_margin) as first_margin
    from eligible
    where first_month < $end_month
    group by first_month
)

select
    a.month,
    a.customers,
    a.repeat_customers,
    coalesce(n.new_customers, 0) as new_customers,
    a.orders,
    a.revenue,
    a.margin,
    coalesce(n.first_revenue, 0) as first_revenue,
    coalesce(n.first_margin, 0) as first_margin
from activity as a
left join arrivals as n using (month)
order by a.month
