-- Grain: one order or one refund document, as canonical columns (small tables sorted by customer and time).
-- Money given back by a refund column lowers the order, never below what was paid for it by more than stated.
with priced as (
    select *, cast(gross{given_back} as decimal(18, 4)) as revenue
    from docs
)
select
    {order_id} as order_id,
    customer_id,
    ordered_at,
    revenue,
    cast({margin} as decimal(18, 4)) as gross_margin,
    coalesce(is_back or gross < 0, false) as is_refund,
    channel,
    manager,
    status
from priced
{order}
