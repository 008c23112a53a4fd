-- grain: group x what a customer did between two windows; additive facts of both windows.
-- new: no customer yet when the earlier window ended. reactivated: a customer by then, silent in it, active now.
-- other: no order in either window, so only refunds.
with eligible as (
    select customer_key from mart_customer where true /* filters */
),

states as (
    select
        g.grp,
        case
            when n.orders > 0 and b.orders > 0 then 'returning'
            when n.orders > 0 and b.is_acquired = 0 then 'new'
            when n.orders > 0 then 'reactivated'
            when b.orders > 0 then 'lost'
            else 'other'
        end as state,
        b.orders as orders_before,
        b.revenue as revenue_before,
        b.margin as margin_before,
        n.orders as orders_now,
        n.revenue as revenue_now,
        n.margin as margin_now
    from {{now}} as n
    join {{before}} as b using (customer_key)
    join ({{grouped}}) as g using (customer_key)
    join eligible as e using (customer_key)
)

select
    grp,
    state,
    cast(sum(case when orders_before > 0 then 1 else 0 end) as bigint) as customers_before,
    cast(sum(orders_before) as bigint) as orders_before,
    sum(revenue_before) as revenue_before,
    sum(margin_before) as margin_before,
    cast(sum(case when orders_now > 0 then 1 else 0 end) as bigint) as customers_now,
    cast(sum(orders_now) as bigint) as orders_now,
    sum(revenue_now) as revenue_now,
    sum(margin_now) as margin_now
from states
where orders_before > 0 or orders_now > 0 or margin_before <> 0 or margin_now <> 0 or revenue_before <> 0 or revenue_now <> 0
group by grp, state
order by grp, state
