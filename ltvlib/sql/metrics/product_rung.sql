-- grain: one customer whose last product of a category is $product; the latest first
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

items as (
    select
        l.customer_key,
        l.day,
        l.product_key,
        row_number() over (
            partition by l.customer_key order by l.day desc, sum(l.revenue) desc nulls last, l.product_key
        ) as place
    from mart_line as l
    join eligible as e using (customer_key)
    where l.order_number > 0 and l.day < $to_day and l.category_key = $category and coalesce(l.quantity, 1) > 0
    group by l.customer_key, l.day, l.product_key
)

select c.customer_id, c.name, c.manager, i.day as last_day, c.orders, cast(c.margin as double) as lifetime_margin
from items as i
join mart_customer as c using (customer_key)
where i.place = 1 and i.product_key = $product
order by i.day desc, c.customer_id
limit $limit
