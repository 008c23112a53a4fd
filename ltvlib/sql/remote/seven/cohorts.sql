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

aged as (
    select m.*, min(case when orders > 0 then month end) over (partition by customer_hash) as cohort
    from months as m
)

-- grain: cohort x age in months; age is never negative. A customer has one row a month, and none with an order before its cohort
select
    cohort,
    case when month > cohort then month - cohort else 0 end as age,
    cast(sum(case when orders > 0 then 1 else 0 end) as bigint) as customers,
    cast(sum(orders) as bigint) as orders,
    cast(sum(revenue) as bigint) as revenue,
    cast(sum(margin) as bigint) as margin
from aged
where cohort is not null
group by cohort, case when month > cohort then month - cohort else 0 end
order by 1, 2
