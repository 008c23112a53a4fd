-- Grain: one customer of the orders. The latest name, manager and city, the first channel.
select
    customer_id,
    trim(regexp_replace(arg_max(display_name, ordered_at), '[\s\x{a0}]+', ' ', 'g')) as name,
    cast(null as timestamp) as acquired_at,
    arg_min(channel, ordered_at) as channel,
    arg_max(manager, ordered_at) as manager,
    arg_max(city, ordered_at) as city,
    cast(null as varchar) as industry,
    cast(null as decimal(18, 4)) as potential_revenue_per_year,
    cast(null as varchar) as product_gap
from docs
group by customer_id
order by customer_id
