-- grain: cohort x age; additive facts of all customers, the join to attributes saved
select
    '' as grp,
    p.cohort,
    p.age,
-- include: metrics/cohort_sums
from mart_customer_{{grain}} as p
where p.cohort >= $since_period and p.period < $end_period
group by p.cohort, p.age
order by p.cohort, p.age
