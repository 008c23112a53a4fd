-- mart_customer, grain: one customer with at least one order, as on an upload
create or replace table mart_customer as
select
    k.customer_key,
    cast(f.orders as integer) as orders,
    cast(f.refunds as integer) as refunds,
    exact(f.revenue) as revenue,
    exact(f.margin) as margin,
    exact(f.first_revenue) as first_revenue,
    exact(f.first_margin) as first_margin,
    cast(f.first_day as integer) as first_day,
    cast(f.first_month as integer) as first_month,
    cast(f.last_day as integer) as last_day,
    cast(f.last_month as integer) as last_month,
    s.order_key as first_order_key,
    cast((f.first_day + 3 - (f.first_day + 3) % 7) / 7 as integer) as first_week,
    cast((f.first_month - f.first_month % 3) / 3 as integer) as first_quarter,
    cast((f.first_month - f.first_month % 12) / 12 as integer) as first_year,
    f.customer_id,
    f.name,
    f.channel,
    f.manager,
    f.city,
    cast(null as varchar) as industry,
    p.first_product,
    p.first_category
from got_customers as f
join customer_ids as k using (customer_hash)
left join (select customer_key, order_key from mart_order where order_number = 1) as s using (customer_key)
left join mart_first_product as p using (customer_key)
order by k.customer_key
