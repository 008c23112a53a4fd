-- grain: calendar month; additive facts of the eligible customers, first orders apart
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select
    p.period as month,
    cast(sum(case when p.orders > 0 then 1 else 0 end) as bigint) as customers,
    cast(sum(case when p.orders > 0 and p.age = 0 then 1 else 0 end) as bigint) as new_customers,
    cast(sum(p.orders) as bigint) as orders,
    sum(p.revenue) as revenue,
    sum(p.margin) as margin,
    sum(p.first_revenue) as first_revenue,
    sum(p.first_margin) as first_margin
from mart_customer_month as p
join eligible as e using (customer_key)
where p.period < $end_month
group by p.period
order by p.period
