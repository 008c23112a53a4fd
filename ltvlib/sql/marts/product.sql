-- mart_product, grain: one product of the order lines, with its most frequent name and category; keys are small integers
create or replace table mart_product as
with named as (
    select product_id, product_name, category, count(*) as lines from order_lines group by product_id, product_name, category
),

ranked as (
    select
        product_id,
        product_name,
        category,
        row_number() over (
            partition by product_id
            order by
                case when product_name is null then 1 else 0 end,
                case when category is null then 1 else 0 end,
                lines desc,
                product_name,
                category
        ) as place
    from named
)

select
    cast(row_number() over (order by product_id) as integer) as product_key,
    product_id,
    coalesce(product_name, product_id) as product,
    case when category is not null then cast(dense_rank() over (order by category nulls last) as integer) end as category_key,
    category
from ranked
where place = 1
