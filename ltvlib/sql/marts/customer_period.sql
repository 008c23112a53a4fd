-- mart_customer_{{grain}}, grain: customer x {{grain}} with any document. age is 0-based and never negative:
-- a refund of something bought before the file begins falls into the customer's first {{grain}}.
create or replace table mart_customer_{{grain}} as
select
    f.customer_key,
    c.first_{{grain}} as cohort,
    f.period,
    case when f.period > c.first_{{grain}} then f.period - c.first_{{grain}} else 0 end as age,
    f.orders,
    f.revenue,
    f.margin,
    f.last_day
from (
    select
        customer_key,
        {{period}} as period,
    -- include: marts/document_sums
    from mart_order
    group by 1, 2
) as f
join mart_customer as c using (customer_key)
