-- grain: item x size of the order (distinct items in it, 30 = 30 or more); a row without an item counts the orders of a size
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

baskets as (
    select l.order_key, l.{{item}} as item, sum(l.margin) as margin
    -- include: metrics/product_sold
    group by l.order_key, l.{{item}}
),

sizes as (
    select order_key, case when count(*) > 30 then 30 else count(*) end as size from baskets group by order_key
)

select b.item, s.size, count(*) as orders, cast(sum(b.margin) as double) as margin
from baskets as b
join sizes as s using (order_key)
group by b.item, s.size
union all
select null as item, size, count(*) as orders, cast(null as double) as margin
from sizes
group by size
