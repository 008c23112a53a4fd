-- grain: segment; facts of the window, and lifetime profit
select
    segment,
    count(*) as customers,
    cast(sum(case when orders > 0 then 1 else 0 end) as bigint) as buyers,
    cast(sum(orders) as bigint) as orders,
    cast(sum(revenue) as bigint) as revenue,
    cast(sum(margin) as bigint) as margin,
    cast(sum(lifetime_margin) as bigint) as lifetime_margin,
    max(last_day) as last_day,
    cast(sum(last_day) as bigint) as sum_last_day
from classified
group by segment
order by segment
