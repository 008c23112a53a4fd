-- grain: one customer with its segment and what to know before calling; the best first
with eligible as (
    select customer_key, customer_id, name, channel, manager, city, first_product, first_day
    from mart_customer where true /* filters */
)

select
    s.segment,
    e.customer_id,
    e.name,
    e.channel,
    e.manager,
    e.city,
    e.first_product,
    s.orders,
    s.revenue,
    s.margin,
    s.lifetime_margin,
    e.first_day,
    s.last_day
from ({{classified}}) as s
join eligible as e using (customer_key)
where s.is_acquired = 1
    and s.segment in (select unnest(cast($segments as varchar[])))
order by s.margin desc, s.lifetime_margin desc, e.customer_id
limit $limit
