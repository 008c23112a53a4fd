,

-- include: remote/seven/placed
,

-- both windows of a customer in one reading
marked as (
    select
        p.*,
        case when back >= $ltv_shift and back < $ltv_shift + $ltv_months then 1 else 0 end as is_now,
        case when back >= $ltv_then and back < $ltv_then + $ltv_months then 1 else 0 end as is_then
    from placed as p
    where back >= $ltv_shift or back >= $ltv_then
),

windows as (
    select
        customer_hash,
        {who} as customer_id,
        sum(case when back >= $ltv_shift then is_order else 0 end) as known,
        cast(sum(is_order * is_now) as bigint) as orders,
        cast(sum(revenue * is_now) as bigint) as revenue,
        cast(sum(margin * is_now) as bigint) as margin,
        sum(case when back >= $ltv_then then is_order else 0 end) as known_then,
        cast(sum(is_order * is_then) as bigint) as orders_then,
        cast(sum(revenue * is_then) as bigint) as revenue_then,
        cast(sum(margin * is_then) as bigint) as margin_then
    from marked
    group by customer_hash
),

-- grain: one customer with an order by now; exact comparison, nothing is divided. "new" = not yet a customer then
moved as (
    select
        case when known_then = 0 then 'new' else {letter_then} end as segment_then,
        {letter} as segment_now,
        case when known_then = 0 then 0 else margin_then end as margin_then,
        margin as margin_now
    from windows as w
    where known > 0
)

-- grain: segment then x segment now; customers and the profit of both windows
select
    segment_then,
    segment_now,
    count(*) as customers,
    cast(sum(margin_then) as bigint) as margin_then,
    cast(sum(margin_now) as bigint) as margin_now
from moved
group by segment_then, segment_now
order by segment_then, segment_now
