-- grain: product; its usual unit price over all orders, as sums
with eligible as (
    select customer_key from mart_customer where true /* filters */
)

select l.product_key, max(l.category_key) as category_key, cast(sum(l.revenue) as double) as revenue, cast(sum(l.quantity) as double) as quantity
from mart_line as l
join eligible as e using (customer_key)
where l.order_number > 0 and l.quantity > 0 and l.revenue > 0 and l.day >= $from_day and l.day < $to_day
group by l.product_key
