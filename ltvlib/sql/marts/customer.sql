-- mart_customer, grain: one customer with at least one order. Attributes come from the customers table,
-- else from the first order. Money is the whole history before as_of, refunds taken off.
with facts as (
    select
        customer_key,
        cast(sum(is_order) as integer) as orders,
        cast(sum(1 - is_order) as integer) as refunds,
        cast(sum(revenue) as decimal(18, 4)) as revenue,
        cast(sum(margin) as decimal(18, 4)) as margin,
        cast(sum(case when order_number = 1 then revenue else 0 end) as decimal(18, 4)) as first_revenue,
        cast(sum(case when order_number = 1 then margin else 0 end) as decimal(18, 4)) as first_margin,
        min(case when is_order = 1 then day end) as first_day,
        min(case when is_order = 1 then month end) as first_month,
        max(case when is_order = 1 then day end) as last_day,
        max(case when is_order = 1 then month end) as last_month,
        max(case when order_number = 1 then order_key end) as first_order_key
    from mart_order
    where customer_key > $after_key and customer_key <= $last_key
    group by customer_key
    having sum(is_order) > 0
)

select
    f.*,
    cast((f.first_day + 3 - (f.first_day + 3) % 7) / 7 as integer) as first_week,
    cast((f.first_month - f.first_month % 3) / 3 as integer) as first_quarter,
    cast((f.first_month - f.first_month % 12) / 12 as integer) as first_year,
    k.customer_id,
    c.name,
    coalesce(c.channel, s.channel) as channel,
    coalesce(c.manager, s.manager) as manager,
    c.city,
    c.industry,
    p.first_product,
    p.first_category
from facts as f
join customer_ids as k using (customer_key)
left join customers as c using (customer_id)
left join first_documents as s on s.order_key = f.first_order_key
left join mart_first_product as p using (customer_key)
