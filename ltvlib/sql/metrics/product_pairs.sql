-- grain: pair of items that stood in one order, at least $least times, of the $most usual items; the most frequent first
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

bought as (
    select l.order_key, l.{{item}} as item
    -- include: metrics/product_sold
),

usual as (
    select item from bought group by item having count(distinct order_key) >= $least
    order by count(*) desc, item
    limit $most
),

baskets as (
    select distinct b.order_key, b.item from bought as b join usual as u using (item)
)

select a.item as item_a, b.item as item_b, count(*) as orders
from baskets as a
join baskets as b on b.order_key = a.order_key and b.item > a.item
group by a.item, b.item
having count(*) >= $least
order by orders desc, a.item, b.item
limit $limit
