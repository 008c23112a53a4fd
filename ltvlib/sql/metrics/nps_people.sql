-- grain: one customer with the attributes answers are compared by and the orders and profit of the year before $as_of_day
with eligible as (
    select customer_id, customer_key, name, channel, manager, city, industry, first_product, first_category
    from mart_customer
    where true /* filters */
),

lately as (
    select
        m.customer_key,
        sum(m.is_order) as orders,
        sum(m.margin) as margin
    from mart_order as m
    where m.day >= $from_day and m.day < $as_of_day
    group by m.customer_key
)

select
    e.customer_id,
    e.name,
    e.channel,
    e.manager,
    e.city,
    e.industry,
    e.first_product,
    e.first_category,
    s.segment,
    coalesce(l.orders, 0) as orders,
    cast(coalesce(l.margin, 0) as double) as margin
from eligible as e
join ({{classified}}) as s using (customer_key)
left join lately as l using (customer_key)
order by e.customer_id
limit $limit
