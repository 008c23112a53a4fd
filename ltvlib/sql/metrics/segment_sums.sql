    -- sums of customers as classified in a window
    count(*) as customers,
    cast(sum(case when s.orders > 0 then 1 else 0 end) as bigint) as buyers,
    cast(sum(s.orders) as bigint) as orders,
    sum(s.revenue) as revenue,
    sum(s.margin) as margin,
    sum(s.lifetime_margin) as lifetime_margin,
    max(s.last_day) as last_day,
    cast(sum(s.last_day) as bigint) as sum_last_day
