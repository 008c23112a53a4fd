,

-- grain: one order or refund document; every row is one
docs as (
    select
        order_id,
        customer_id,
        customer_hash,
        is_back,
        day,
        ymd,
        ts,
        money as gross,
        case when is_back = 1 then 0 else refund end as given_back,
        cost,
        margin,
        channel,
        manager,
        name,
        city,
        phone,
        email
    from sales
)
