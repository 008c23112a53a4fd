-- mart_manager, grain: customer x manager who sold to the customer
create or replace table mart_manager as
select
    k.customer_key,
    m.manager,
    cast(m.orders as integer) as orders,
    exact(m.margin) as margin,
    cast(m.first_number as integer) as first_number,
    cast(m.first_day as integer) as first_day,
    cast(m.last_day as integer) as last_day
from got_managers as m
join customer_ids as k using (customer_hash)
order by k.customer_key, m.manager
