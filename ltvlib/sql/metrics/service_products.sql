-- grain: first product category (or product) of the order's customer's first order; what went wrong on first orders
with eligible as (
    select customer_key, coalesce(first_category, first_product) as product from mart_customer where true /* filters */
)

select
    e.product,
    count(*) as orders,
    count(f.is_late) as promised,
    sum(f.is_late) as late,
    count(f.documents_ok) as checked,
    sum(1 - f.documents_ok) as wrong_documents,
    sum(f.has_complaint) as complaints
from mart_fulfilment as f
join eligible as e using (customer_key)
where f.order_number = 1 and e.product is not null and f.day < $to_day
group by e.product
order by orders desc
limit 30
