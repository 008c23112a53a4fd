-- grain: customer x manager who sold to the customer
select
    customer_hash,
    manager,
    cast(count(*) as bigint) as orders,
    cast(sum(margin) as bigint) as margin,
    min(place) as first_number,
    min(day) as first_day,
    max(day) as last_day
from numbered
where is_order = 1 and manager is not null
group by customer_hash, manager
