-- grain: group x cohort x age; additive facts. Cohort size is the number of customers at age 0.
with eligible as (
    select customer_key, coalesce({{group}}, '') as grp from mart_customer where true /* filters */
)

select
    e.grp,
    p.cohort,
    p.age,
-- include: metrics/cohort_sums
from mart_customer_{{grain}} as p
join eligible as e using (customer_key)
where p.cohort >= $since_period and p.period < $end_period
group by e.grp, p.cohort, p.age
order by e.grp, p.cohort, p.age
