-- grain: group x cohort x age of the last order seen; customers
with eligible as (
    select customer_key, coalesce({{group}}, '') as grp from mart_customer where true /* filters */
),

last_seen as (
    select e.grp, p.cohort, p.customer_key, max(p.age) as last_age
    from mart_customer_{{grain}} as p
    join eligible as e using (customer_key)
    where p.orders > 0 and p.cohort >= $since_period and p.period < $end_period
    group by e.grp, p.cohort, p.customer_key
)

select grp, cohort, last_age, count(*) as customers
from last_seen
group by grp, cohort, last_age
order by grp, cohort, last_age
