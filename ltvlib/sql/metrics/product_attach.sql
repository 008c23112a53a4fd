-- grain: main item of an order (the dearest, the $most usual) x seller x extra item in it. Rows without an extra count
-- the orders, with with_extra of them having any other item
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

items as (
    select
        l.order_key,
        l.{{item}} as item,
        max(l.seller_key) as seller_key,
        sum(l.margin) as margin,
        row_number() over (
            partition by l.order_key order by sum(l.revenue) desc nulls last, l.{{item}}
        ) as place
    -- include: metrics/product_sold
    group by l.order_key, l.{{item}}
),

mains as (
    select order_key, item, seller_key from items where place = 1
),

usual as (
    select item from mains group by item order by count(*) desc, item limit $most
),

extras as (
    select order_key, item, margin from items where place > 1
)

select m.item, m.seller_key, x.item as extra, count(*) as orders, 0 as with_extra, cast(sum(x.margin) as double) as margin
from mains as m
join usual as u using (item)
join extras as x using (order_key)
group by m.item, m.seller_key, x.item
union all
select m.item, m.seller_key, null as extra, count(*) as orders, count(x.order_key) as with_extra, null as margin
from mains as m
join usual as u using (item)
left join (select distinct order_key from extras) as x using (order_key)
group by m.item, m.seller_key
