-- grain: group x cohort x age; additive facts. Cohort size is the number of customers at age 0.
with eligible as (
    select customer_key, coalesce({{group}}, '') as grp from mart_customer where true /* filters */
)

select
    e.grp,
    p.cohort,
    p.age,
    cast(sum(case when p.orders > 0 then 1 else 0 end) as bigint) as customers,
    cast(sum(p.orders) as bigint) as orders,
    sum(p.revenue) as revenue,
    sum(p.margin) as margin
from mart_customer_{{grain}} as p
join eligible as e using (customer_key)
where p.cohort >= $since_period and p.period < $end_period
group by e.grp, p.cohort, p.age
order by e.grp, p.cohort, p.age
