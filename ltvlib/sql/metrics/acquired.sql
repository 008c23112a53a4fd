-- grain: group x month of the first order; customers won, and the money of their first orders
with eligible as (
    select *, {{group}} as grp from mart_customer where true /* filters */
)

select
    grp as channel,
    first_month as month,
    count(*) as new_customers,
    sum(first_revenue) as first_revenue,
    sum(first_margin) as first_margin
from eligible
where first_month >= $since_period and first_month < $end_period
group by 1, 2
order by 1, 2
