-- mart_customer_month, grain: customer x month with any document. age is 0-based and never negative: a refund of
-- something bought before the file begins falls into the customer's first month.
-- Most months of a customer have one order: it is taken as it is, and only what follows it in the same month is summed.
with firsts as (
    select customer_key, month as period, revenue, margin, day as last_day
    from mart_order
    where customer_key > $after_key and customer_key <= $last_key and (order_number = 1 or gap_days >= day_of_month)
),

followers as (
    select
        customer_key,
        month as period,
    -- include: marts/document_sums
    from mart_order
    where customer_key > $after_key and customer_key <= $last_key and order_number <> 1
        and (is_order = 0 or gap_days < day_of_month)
    group by 1, 2
),

months as (
    select
        customer_key,
        period,
        cast(case when f.last_day is null then 0 else 1 end + coalesce(n.orders, 0) as integer) as orders,
        cast(coalesce(f.revenue, 0) + coalesce(n.revenue, 0) as decimal(18, 4)) as revenue,
        cast(coalesce(f.margin, 0) + coalesce(n.margin, 0) as decimal(18, 4)) as margin,
        coalesce(n.last_day, f.last_day) as last_day
    from firsts as f
    full join followers as n using (customer_key, period)
)

select
    m.customer_key,
    c.first_month as cohort,
    m.period,
    case when m.period > c.first_month then m.period - c.first_month else 0 end as age,
    m.orders,
    m.revenue,
    m.margin,
    m.last_day
from months as m
join mart_customer as c using (customer_key)
