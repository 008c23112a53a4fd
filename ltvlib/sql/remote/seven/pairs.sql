,

bought as (
    select distinct customer_hash, order_id, coalesce(product_id, product_name) as item
    from sales
    where is_back = 0 and day < $ltv_as_of_day and coalesce(product_id, product_name) is not null
)

-- grain: pair of products that stood in one order
select a.item as item_a, b.item as item_b, count(*) as orders
from bought as a
join bought as b on b.customer_hash = a.customer_hash and b.order_id = a.order_id and b.item > a.item
group by a.item, b.item
having count(*) >= $ltv_least
order by orders desc, item_a, item_b
