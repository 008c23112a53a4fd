    -- sums of orders and refund documents
    cast(sum(is_order) as integer) as orders,
    cast(sum(revenue) as decimal(18, 4)) as revenue,
    cast(sum(margin) as decimal(18, 4)) as margin,
    max(case when is_order = 1 then day end) as last_day
