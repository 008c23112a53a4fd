-- mart_customer, grain: one customer with at least one order. Attributes come from the customers table,
-- else from the first order. Money is the whole history before as_of, refunds taken off.
create or replace table mart_customer as
with facts as (
    select
        customer_key,
        cast(sum(is_order) as integer) as orders,
        cast(sum(1 - is_order) as integer) as refunds,
        cast(sum(revenue) as decimal(18, 4)) as revenue,
        cast(sum(margin) as decimal(18, 4)) as margin,
        cast(sum(case when order_number = 1 then revenue else 0 end) as decimal(18, 4)) as first_revenue,
        cast(sum(case when order_number = 1 then margin else 0 end) as decimal(18, 4)) as first_margin,
        max(case when order_number = 1 then channel end) as first_channel,
        max(case when order_number = 1 then manager end) as first_manager,
        min(case when is_order = 1 then day end) as first_day,
        min(case when is_order = 1 then week end) as first_week,
        min(case when is_order = 1 then month end) as first_month,
        min(case when is_order = 1 then quarter end) as first_quarter,
        min(case when is_order = 1 then year end) as first_year,
        max(case when is_order = 1 then day end) as last_day,
        max(case when is_order = 1 then week end) as last_week,
        max(case when is_order = 1 then month end) as last_month,
        max(case when is_order = 1 then quarter end) as last_quarter,
        max(case when is_order = 1 then year end) as last_year
    from mart_order
    group by customer_key
)

select
    f.* exclude (first_channel, first_manager),
    k.customer_id,
    c.name,
    coalesce(c.channel, f.first_channel) as channel,
    coalesce(c.manager, f.first_manager) as manager,
    c.city,
    c.industry,
    p.first_product,
    p.first_category
from facts as f
join customer_ids as k using (customer_key)
left join customers as c using (customer_id)
left join mart_first_product as p using (customer_key)
order by customer_key
