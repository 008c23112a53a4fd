-- grain: first product category (or product) of the order's customer's first order; what went wrong on first orders
with eligible as (
    select customer_key, coalesce(first_category, first_product) as product from mart_customer where true /* filters */
)

select
    e.product,
    -- include: metrics/service_facts
where f.order_number = 1 and e.product is not null and f.day < $to_day
group by e.product
order by orders desc
limit 30
