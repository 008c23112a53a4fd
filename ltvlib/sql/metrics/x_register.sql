-- grain: one X customer or prospect, as registered
select
    customer_id,
    cast(potential_revenue_per_year as double) as potential_revenue_per_year,
    product_gap,
    cast(development_cost as double) as development_cost,
    months_to_build,
    probability
from x_register
order by customer_id
