-- mart_customer_month, grain: customer x month with any document; age is 0-based and never negative
create or replace table mart_customer_month as
select
    c.customer_key,
    c.first_month as cohort,
    cast(m.period as integer) as period,
    cast(case when m.period > c.first_month then m.period - c.first_month else 0 end as integer) as age,
    cast(m.orders as integer) as orders,
    exact(m.revenue) as revenue,
    exact(m.margin) as margin,
    cast(m.last_day as integer) as last_day
from got_months as m
join customer_ids as k using (customer_hash)
join mart_customer as c using (customer_key)
order by c.customer_key, m.period
