-- grain: one customer who bought $has within $days before the end and never $lacks; the latest first
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

bought as (
    select
        l.customer_key,
        max(case when l.{{item}} = $has then l.day end) as last_day,
        max(case when l.{{item}} = $lacks then 1 else 0 end) as is_owner
    from mart_line as l
    join eligible as e using (customer_key)
    where l.order_number > 0 and l.day < $to_day and l.{{item}} in ($has, $lacks) and coalesce(l.quantity, 1) > 0
    group by l.customer_key
)

select c.customer_id, c.name, c.manager, b.last_day, c.orders, cast(c.margin as double) as lifetime_margin
from bought as b
join mart_customer as c using (customer_key)
where b.is_owner = 0 and b.last_day >= $to_day - $days
order by b.last_day desc, c.customer_id
limit $limit
