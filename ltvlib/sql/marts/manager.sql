-- mart_manager, grain: customer x manager who sold to the customer; first_number = the earliest of the customer's orders sold
create or replace table mart_manager as
select
    m.customer_key,
    d.manager,
    cast(count(*) as integer) as orders,
    cast(sum(m.margin) as decimal(18, 4)) as margin,
    min(m.order_number) as first_number,
    min(m.day) as first_day,
    max(m.day) as last_day
from mart_order as m
join documents as d using (order_key)
where m.is_order = 1 and d.manager is not null
group by m.customer_key, d.manager
