,

known as (
    select d.*, gross - given_back as revenue, case when is_back = 1 or gross < 0 then 0 else 1 end as is_order
    from docs as d
),

-- grain: one order or refund document. ts = epoch seconds, day = days since 1970-01-01, month = year * 12 + month - 1,
-- money in ten-thousandths
o as (
    select
        customer_hash,
        customer_id,
        order_id,
        ts,
        day,
        cast(floor(cast(ymd as {double}) / 100) as integer) as month,
        ymd % 100 as day_of_month,
        is_order,
        is_back,
        revenue,
        coalesce({margin}, {share}) as margin,
        case when {margin} is null then 0 else 1 end as has_margin,
        channel,
        manager,
        name,
        city,
        phone,
        email
    from known
    where day < $ltv_as_of_day
    {fence}
)
