,

-- include: remote/seven/placed
,

windowed as (
    select
        customer_hash,
        {who} as customer_id,
        cast(sum(case when back < $ltv_shift + $ltv_months then is_order else 0 end) as bigint) as orders,
        cast(sum(case when back < $ltv_shift + $ltv_months then revenue else 0 end) as bigint) as revenue,
        cast(sum(case when back < $ltv_shift + $ltv_months then margin else 0 end) as bigint) as margin,
        cast(sum(margin) as bigint) as lifetime_margin,
        max(case when is_order = 1 then day end) as last_day
    from placed
    where back >= $ltv_shift
    group by customer_hash
    having sum(is_order) > 0
),

-- grain: one customer; exact comparison, nothing is divided
classified as (
    select
        w.*,
        {letter} as segment
    from windowed as w
)
