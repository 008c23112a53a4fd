-- mart_first_product, grain: one customer; the dearest product of the first order
create or replace table mart_first_product as
select customer_key, product_name as first_product, category as first_category
from (
    select
        m.customer_key,
        coalesce(l.product_name, l.product_id) as product_name,
        l.category,
        row_number() over (partition by m.customer_key order by l.revenue desc, l.product_id) as place
    from mart_order as m
    join documents as d using (order_key)
    join order_lines as l on l.order_id = d.order_id
    where m.order_number = 1
) as ranked
where place = 1
