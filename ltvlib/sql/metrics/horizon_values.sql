-- grain: one customer of cohorts cohort_from <= first month < cohort_to; money of the first months of life, each month
-- weighted with its discount factor. contribution = margin less the variable costs.
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

weights as (
    select unnest(range($months)) as age, unnest(cast($factors as double[])) as factor
)

select
    cast(sum(p.revenue * w.factor) as double) as revenue,
    cast(sum(p.margin * w.factor) as double) as margin,
    cast(
        sum(
            (
                p.margin
                - $of_revenue * p.revenue
                - $per_order * p.orders
                - $per_active_month * case when p.orders > 0 then 1 else 0 end
            ) * w.factor
        ) as double
    ) as contribution
from mart_customer_month as p
join eligible as e using (customer_key)
join weights as w using (age)
where p.cohort >= $cohort_from and p.cohort < $cohort_to and p.period < $end_period
group by p.customer_key
