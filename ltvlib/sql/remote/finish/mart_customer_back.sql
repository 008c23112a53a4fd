-- mart_customer_back, grain: customer x month counted back from as_of
create or replace table mart_customer_back as
select
    k.customer_key,
    cast(b.back as integer) as back,
    cast(b.orders as integer) as orders,
    cast(b.revenue * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)) as revenue,
    cast(b.margin * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)) as margin,
    cast(b.last_day as integer) as last_day
from got_back as b
join customer_ids as k using (customer_hash)
order by k.customer_key, b.back
