-- mart_customer_{{grain}}, grain: customer x {{grain}} with any document. age is 0-based and never negative:
-- a refund of something bought before the file begins falls into the customer's first {{grain}}.
create or replace table mart_customer_{{grain}} as
select
    m.customer_key,
    c.first_{{grain}} as cohort,
    m.{{grain}} as period,
    case when m.{{grain}} > c.first_{{grain}} then m.{{grain}} - c.first_{{grain}} else 0 end as age,
    cast(sum(m.is_order) as integer) as orders,
    cast(sum(m.revenue) as decimal(18, 4)) as revenue,
    cast(sum(m.margin) as decimal(18, 4)) as margin,
    max(case when m.is_order = 1 then m.day end) as last_day,
    cast(sum(case when m.order_number = 1 then m.revenue else 0 end) as decimal(18, 4)) as first_revenue,
    cast(sum(case when m.order_number = 1 then m.margin else 0 end) as decimal(18, 4)) as first_margin
from mart_order as m
join mart_customer as c using (customer_key)
group by m.customer_key, c.first_{{grain}}, m.{{grain}}
order by m.customer_key, m.{{grain}}
