    -- sums of customers x periods
    cast(sum(case when p.orders > 0 then 1 else 0 end) as bigint) as customers,
    cast(sum(p.orders) as bigint) as orders,
    sum(p.revenue) as revenue,
    sum(p.margin) as margin
