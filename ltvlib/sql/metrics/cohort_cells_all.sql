-- grain: cohort x age; additive facts of all customers, the join to attributes saved
select
    '' as grp,
    p.cohort,
    p.age,
    cast(sum(case when p.orders > 0 then 1 else 0 end) as bigint) as customers,
    cast(sum(p.orders) as bigint) as orders,
    sum(p.revenue) as revenue,
    sum(p.margin) as margin
from mart_customer_{{grain}} as p
where p.cohort >= $since_period and p.period < $end_period
group by p.cohort, p.age
order by p.cohort, p.age
