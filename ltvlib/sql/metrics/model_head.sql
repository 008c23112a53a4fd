-- the customers asked for, and what each had bought by $known_day
with eligible as (
    select customer_key, first_month, first_day from mart_customer where true /* filters */
),

lives as (
    -- include: metrics/model_lives
)
