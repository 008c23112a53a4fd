-- Grain: one customer of the orders in {rows}. The latest name, manager, city, phone and e-mail, the first channel.
select
    customer_id,
    trim(regexp_replace({name}, '[\s\x{{a0}}]+', ' ', 'g')) as name,
    cast(null as timestamp) as acquired_at,
    {channel} as channel,
    {manager} as manager,
    {city} as city,
    cast(null as varchar) as industry,
    cast(null as decimal(18, 4)) as potential_revenue_per_year,
    cast(null as varchar) as product_gap,
    {phone} as phone,
    {email} as email
from {rows}
group by customer_id
order by customer_id
