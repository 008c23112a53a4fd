-- grain: purchase occasions x their margin together; customers
with eligible as (
    select customer_key, first_month, first_day from mart_customer where true /* filters */
),

lives as (
    -- include: metrics/model_lives
)

select
    occasions,
    margin,
    count(*) as customers
from lives
group by 1, 2
order by 1, 2
