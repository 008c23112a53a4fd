-- grain: group x repeat_orders x last_order_age x customer_age (days); like model_counts, for every group
-- include: metrics/model_head
,

grouped as (
    {{grouped}}
)

select
    g.grp,
    l.occasions - 1 as repeat_orders,
    l.last_day - l.first_day as last_order_age,
    $known_day - 1 - l.first_day as customer_age,
    count(*) as customers,
    sum(case when l.margin > 0 then 1 else 0 end) as gainers,
    sum(case when l.margin > 0 then l.margin else 0 end) as gained,
    sum(case when l.margin > 0 then 0 else l.margin end) as lost
from lives as l
join grouped as g using (customer_key)
group by 1, 2, 3, 4
order by 1, 2, 3, 4
