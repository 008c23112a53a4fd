-- grain: one row of the table with a product, of an order or refund document
select
    customer_hash,
    order_id,
    is_back,
    coalesce(product_id, product_name) as product_id,
    product_name,
    category,
    quantity,
    money as revenue,
    cost
from sales
where coalesce(product_id, product_name) is not null and day < $ltv_as_of_day
