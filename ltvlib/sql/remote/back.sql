-- grain: customer x month counted back from as_of: back = 0 is the month that ends at as_of
select
    customer_hash,
    back,
    cast(sum(is_order) as bigint) as orders,
    cast(sum(revenue) as bigint) as revenue,
    cast(sum(margin) as bigint) as margin,
    max(case when is_order = 1 then day end) as last_day
from (
    select
        o.*,
        $ltv_as_of_month - month - case when day_of_month >= $ltv_as_of_day_of_month then 1 else 0 end as back
    from o
) as placed
group by customer_hash, back
