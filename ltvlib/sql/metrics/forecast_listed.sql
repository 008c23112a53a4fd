-- grain: one customer; purchase occasions, ages and margin for the forecast, of everybody or of the listed customers
with eligible as (
    select customer_key, first_month, first_day from mart_customer
    where true /* filters */
        and ($everybody or customer_id in (select unnest(cast($customers as varchar[]))))
),

lives as (
    -- include: metrics/model_lives
)

select
    c.customer_id,
    l.first_day,
    l.last_day,
    l.occasions,
    l.margin
from lives as l
join mart_customer as c using (customer_key)
