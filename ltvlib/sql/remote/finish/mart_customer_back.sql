-- mart_customer_back, grain: customer x month counted back from as_of
create or replace table mart_customer_back as
select
    k.customer_key,
    cast(b.back as integer) as back,
    cast(b.orders as integer) as orders,
    exact(b.revenue) as revenue,
    exact(b.margin) as margin,
    cast(b.last_day as integer) as last_day
from got_back as b
join customer_ids as k using (customer_hash)
order by k.customer_key, b.back
