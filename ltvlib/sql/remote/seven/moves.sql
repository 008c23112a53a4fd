,

before as (
    select
        customer_hash,
        cast(sum(case when back < $ltv_then + $ltv_months then is_order else 0 end) as bigint) as orders,
        cast(sum(case when back < $ltv_then + $ltv_months then revenue else 0 end) as bigint) as revenue,
        cast(sum(case when back < $ltv_then + $ltv_months then margin else 0 end) as bigint) as margin
    from placed
    where back >= $ltv_then
    group by customer_hash
    having sum(is_order) > 0
),

moved as (
    select
        case
            when b.customer_hash is null then 'new'
            when n.segment = 'X' then 'X'
            when b.orders = 0 then 'inactive'
            when b.revenue >= $ltv_value * b.orders and b.orders >= $ltv_often then 'A'
            when b.revenue >= $ltv_value * b.orders then 'B'
            when b.orders >= $ltv_often then 'C'
            else 'D'
        end as segment_then,
        n.segment as segment_now,
        coalesce(b.margin, 0) as margin_then,
        n.margin as margin_now
    from classified as n
    left join before as b on b.customer_hash = n.customer_hash
)

-- grain: segment then x segment now; customers and the profit of both windows. "new" = not yet a customer then
select
    segment_then,
    segment_now,
    count(*) as customers,
    cast(sum(margin_then) as bigint) as margin_then,
    cast(sum(margin_now) as bigint) as margin_now
from moved
group by segment_then, segment_now
order by segment_then, segment_now
