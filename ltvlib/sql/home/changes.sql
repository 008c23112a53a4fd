-- grain: what a new file does to the orders kept so far: same, changed, new, or only in the old data
select
    case
        when o.order_id is null then 'new'
        when n.order_id is null then 'old'
        when n.customer_id = o.customer_id and n.ordered_at = o.ordered_at and n.revenue = o.revenue
            and n.gross_margin is not distinct from o.gross_margin and n.status is not distinct from o.status then 'same'
        else 'changed'
    end as change,
    count(*) as orders,
    cast(coalesce(sum(n.revenue), 0) as decimal(38, 4)) as new_revenue,
    cast(coalesce(sum(o.revenue), 0) as decimal(38, 4)) as old_revenue
from new_orders as n
full join old_orders as o on o.order_id = n.order_id and o.is_refund = n.is_refund
group by 1
