-- grain: one customer with an order before as_of. Two customers with one hash are told by clash = 1
select
    customer_hash,
    max(customer_id) as customer_id,
    case when min(customer_id) = max(customer_id) then 0 else 1 end as clash,
    cast(sum(is_order) as bigint) as orders,
    cast(sum(1 - is_order) as bigint) as refunds,
    cast(sum(revenue) as bigint) as revenue,
    cast(sum(margin) as bigint) as margin,
    cast(sum(case when place = 1 and is_order = 1 then revenue else 0 end) as bigint) as first_revenue,
    cast(sum(case when place = 1 and is_order = 1 then margin else 0 end) as bigint) as first_margin,
    min(case when is_order = 1 then day end) as first_day,
    min(case when is_order = 1 then month end) as first_month,
    max(case when is_order = 1 then day end) as last_day,
    max(case when is_order = 1 then month end) as last_month,
    {channel} as channel,
    {manager} as manager,
    {name} as name,
    {city} as city,
    {phone} as phone,
    {email} as email
from numbered
group by customer_hash
having sum(is_order) > 0
