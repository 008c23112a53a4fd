,

by_month as (
    select
        month,
        cast(sum(is_order) as bigint) as orders,
        cast(sum(revenue) as bigint) as revenue,
        cast(sum(margin) as bigint) as margin
    from o
    group by month
)

-- grain: month; the twelve months that end with it
select
    month,
    cast(sum(orders) over w as bigint) as orders,
    cast(sum(revenue) over w as bigint) as revenue,
    cast(sum(margin) over w as bigint) as margin
from by_month
window w as (order by month range between 11 preceding and current row)
order by month
