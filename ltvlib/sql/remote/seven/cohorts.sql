,

months as (
    select
        customer_hash,
        month,
        cast(sum(is_order) as bigint) as orders,
        cast(sum(revenue) as bigint) as revenue,
        cast(sum(margin) as bigint) as margin
    from o
    group by customer_hash, month
),

firsts as (
    select customer_hash, min(month) as cohort
    from o
    where is_order = 1
    group by customer_hash
)

-- grain: cohort x age in months; age is never negative
select
    f.cohort,
    case when m.month > f.cohort then m.month - f.cohort else 0 end as age,
    count(distinct case when m.orders > 0 then m.customer_hash end) as customers,
    cast(sum(m.orders) as bigint) as orders,
    cast(sum(m.revenue) as bigint) as revenue,
    cast(sum(m.margin) as bigint) as margin
from months as m
join firsts as f on f.customer_hash = m.customer_hash
group by f.cohort, case when m.month > f.cohort then m.month - f.cohort else 0 end
order by 1, 2
